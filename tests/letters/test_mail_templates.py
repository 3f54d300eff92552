from __future__ import annotations

from pathlib import Path

import pytest

from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.letters.fields import fields_of
from cobranza_rules.letters.mail_body import compile_mail
from cobranza_rules.letters.sample_letters import OF_ACCOUNTS, OF_INSTALMENTS, OF_PAYMENTS, account_letter, letter, payment_letter
from cobranza_rules.letters.template_folder import TemplateFolder
from cobranza_rules.money import Money
from cobranza_rules.problems import ProblemError
from cobranza_rules.rules.model import StepKind

from .docx_files import docx, parsed


def problems_of(source: str | bytes) -> list[str]:
    with pytest.raises(ProblemError) as caught:
        compile_mail(source if isinstance(source, bytes) else source.encode(), "mail/x.es.html")
    return [str(problem) for problem in caught.value.problems]


def test_title_is_the_subject_on_one_line() -> None:
    mail = compile_mail(
        b"<html><head><title>\n Pago de {{ addressee.company }}\r\n</title></head><body><p>{{ reference }}</p></body></html>", "m"
    )
    fields = fields_of(letter(reference="R\n1 <b>"))
    fields["addressee"]["company"] = "A & B\r\nBcc: otro@cliente.example"
    subject, html = mail.render(fields)
    assert subject == "Pago de A & B Bcc: otro@cliente.example"
    assert "<p>R<br>1 &lt;b&gt;</p>" in html


def test_a_long_subject_is_cut_and_an_empty_one_refused() -> None:
    mail = compile_mail(b"<title>{{ reference }}</title><p>x</p>", "m")
    assert len(mail.render(fields_of(letter(reference="a" * 999)))[0]) == 200
    with pytest.raises(ProblemError) as caught:
        mail.render(fields_of(letter(reference="")))
    assert str(caught.value) == "m: the subject is empty; write it between <title> and </title>"


def test_every_problem_of_a_mail_is_reported_with_its_line() -> None:
    source = """<html>
<body>
<p onclick="x()">{{ totl }}</p>
<script>alert(1)</script>
<img src="https://x.example/pixel.png">
<a href="javascript:x()">liga</a> <a href="https://x.example">bien</a> <a href="mailto:{{ analyst.email }}">bien</a>
<p style="background:url(https://x.example/y.png)">z</p>
</body></html>"""
    assert problems_of(source) == [
        "mail/x.es.html:3: there is no field 'totl'; did you mean 'total'?",
        "mail/x.es.html: the mail has no subject; write it between <title> and </title>",
        "mail/x.es.html:3: a mail must not hold the attribute onclick; remove it",
        "mail/x.es.html:4: a mail must not hold <script>; use text, tables and links only; pictures are blocked or tracked",
        "mail/x.es.html:5: a mail must not hold <img>; use text, tables and links only; pictures are blocked or tracked",
        "mail/x.es.html:5: a mail must not hold the attribute src; remove it",
        "mail/x.es.html:6: a link leads to 'javascript:x()'; links begin with https://, mailto: or tel:",
        "mail/x.es.html:7: a style fetches something from outside; use colours, borders and fonts only",
    ]


def test_files_that_are_no_text_or_too_large() -> None:
    assert problems_of("ñ".encode("latin-1")) == ["mail/x.es.html: the file is not UTF-8 text; save it as UTF-8"]
    assert problems_of("x" * 500_001) == ["mail/x.es.html: the template is larger than 500000 characters; shorten it"]
    assert problems_of("")[-1] == "mail/x.es.html: the mail has no text; write its text as HTML"


@pytest.mark.parametrize("language", ["es", "en"])
def test_shipped_mails_state_what_is_owed_and_where_to_pay(templates: TemplateFolder, language: str) -> None:
    for name in sorted({*templates.mails()} - {*OF_ACCOUNTS, *OF_INSTALMENTS, *OF_PAYMENTS}):
        fields = fields_of(letter("first-reminder", language, 3))
        subject, html = templates.mail(name, language).render(fields)
        text = parsed(html).text_content()
        assert subject.startswith("Escuela Kemper Urgate, S.A. de C.V.: ")
        assert all(line["number"] in text and line["balance"] in text for line in fields["lines"])
        assert fields["total"] in text
        if name != "acknowledgement-request":
            assert fields["account"]["account"] in text
            assert fields["reference"] in text
        if name.endswith("reminder"):
            assert fields["held"][0]["note"] in text
            assert fields["next_contact"] in text


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("name", OF_ACCOUNTS)
def test_a_mail_about_all_that_is_owed_shows_each_currency_with_its_account(templates: TemplateFolder, name: str, language: str) -> None:
    fields = fields_of(account_letter(language))
    subject, html = templates.mail(name, language, Scope.CUSTOMER).render(fields)
    text = parsed(html).text_content()
    assert subject.startswith("Escuela Kemper Urgate, S.A. de C.V.: ")
    assert [statement["currency"] for statement in fields["statements"]] == ["MXN", "USD"]
    for statement in fields["statements"]:
        assert statement["total"] in text
        assert statement["account"]["account"] in text
        assert all(line["number"] in text and line["note"] in text for line in statement["lines"])


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_mail_about_nothing_that_is_owed_says_so(templates: TemplateFolder, language: str) -> None:
    html = templates.mail("account-statement", language, Scope.CUSTOMER).render(fields_of(account_letter(language, statements=())))[1]
    said = {"es": "no tiene facturas pendientes de pago", "en": "no invoices are open"}[language]
    assert said in parsed(html).text_content()


@pytest.mark.parametrize("unapplied", [None, Money(0, "MXN"), Money(12345, "MXN")])
def test_a_payment_is_acknowledged_with_what_it_covers(templates: TemplateFolder, unapplied: Money | None) -> None:
    html = templates.mail("payment-received", "es", Scope.PAYMENT).render(fields_of(payment_letter("es", unapplied=unapplied)))[1]
    text = parsed(html).text_content()
    assert ("sin aplicar" in text) is (unapplied == Money(12345, "MXN"))
    assert "Liquidada" in text
    assert "$160.00 MXN" in text


def test_a_template_is_only_for_rules_that_know_what_it_names(templates: TemplateFolder) -> None:
    for name, scope in (("overdue-warning", Scope.INVOICE), ("first-reminder", Scope.PAYMENT), ("payment-received", Scope.CUSTOMER)):
        with pytest.raises(ProblemError, match=f"names .*, of which 'for: {scope.value}' knows nothing"):
            templates.mail(name, "es", scope)
        assert list(templates.unfit(StepKind.EMAIL, name, scope))
    assert list(templates.unfit(StepKind.LETTER, "account-statement", Scope.CUSTOMER)) == []


def test_a_mail_without_analyst_is_signed_by_the_company(templates: TemplateFolder) -> None:
    html = templates.mail("first-reminder", "es").render(fields_of(letter(analyst=None)))[1]
    assert 'href="mailto:cobranza@kemper.example"' in html
    assert "<strong></strong>" not in html


def test_the_folder_says_what_is_there_and_never_leaves_itself(templates: TemplateFolder, tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as caught:
        templates.letter("third-reminder", "es")
    assert str(caught.value) == (
        "letters/third-reminder.es.docx: there is no template 'third-reminder' in 'es'; there are: "
        + ", ".join(sorted(file.stem for file in (templates.root / "letters").iterdir()))
    )
    (tmp_path / "secret.es.docx").write_bytes(docx("secreto"))
    (tmp_path / "letters").mkdir()
    folder = TemplateFolder(tmp_path)
    for name, language in (("../secret", "es"), ("secret", "../es"), ("", "es"), ("x/../../secret", "es")):
        with pytest.raises(ProblemError, match="there is no template"):
            folder.letter(name, language)
    with pytest.raises(ProblemError) as caught:
        folder.mail("x", "es")
    assert str(caught.value) == (f"mail/x.es.html: there is no template 'x' in 'es'; the folder {tmp_path / 'mail'} holds no templates")


def test_a_changed_template_is_compiled_anew_and_an_unchanged_one_is_not(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    file = tmp_path / "letters" / "x.es.docx"
    (tmp_path / "letters" / "~$x.es.docx").write_bytes(b"Word's own lock file")
    folder = TemplateFolder(tmp_path)
    file.write_bytes(docx("uno"))
    first = folder.letter("x", "es")
    assert folder.letter("x", "es") is first
    file.write_bytes(docx("dos"))
    assert folder.letter("x", "es").digest != first.digest
    file.write_bytes(docx("{{ nada }}"))
    assert [str(problem) for problem in folder.problems()] == [
        "letters/x.es.docx ({{ nada }}): there is no field 'nada'; docs/letters.md lists the fields"
    ]
    assert folder.letters() == {"x": {"es"}}
