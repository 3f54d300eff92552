"""What a Word template may hold, what is refused and in which words, and that the Word output is docxtpl's own."""

from __future__ import annotations

import io
import re
from functools import lru_cache

import pytest
from docx import Document
from docxtpl import DocxTemplate
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from cobranza_rules.domain.company import NO_PICTURES
from cobranza_rules.letters.fields import fields_of
from cobranza_rules.letters.placed_pictures import with_pictures
from cobranza_rules.letters.sample_letters import letter
from cobranza_rules.letters.template import CompiledTemplate, compile_template
from cobranza_rules.letters.template_folder import TemplateFolder
from cobranza_rules.letters.word import ENVIRONMENT
from cobranza_rules.problems import ProblemError

from .conftest import ROOT
from .docx_files import changed, docx, packed, parsed, parts_of, saved, with_body_xml

FIELDS = fields_of(letter())


def problems_of(content: bytes) -> list[str]:
    with pytest.raises(ProblemError) as caught:
        compile_template(content, "carta.es.docx")
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("name", ["transmittal", "acknowledgement-form", "first-reminder", "second-reminder", "statement"])
@pytest.mark.parametrize("count", [0, 1, 7])
def test_every_part_equals_what_docxtpl_itself_writes(templates: TemplateFolder, name: str, language: str, count: int) -> None:
    fields = fields_of(letter(name, language, count, draft=count == 1))
    ours = parts_of(templates.letter(name, language).word(fields))
    content = (ROOT / "templates" / "letters" / f"{name}.{language}.docx").read_bytes()
    reference = DocxTemplate(io.BytesIO(with_pictures(content, NO_PICTURES, name)))
    reference.render(fields, jinja_env=ENVIRONMENT)
    file = io.BytesIO()
    reference.save(file)
    theirs = parts_of(file.getvalue())
    assert set(ours) == set(theirs)
    compared = [part for part in ours if re.match(r"word/(document|header\d|footer\d|styles)\.xml$", part)]
    assert len(compared) >= 6
    for part in compared:
        assert etree.tostring(etree.fromstring(ours[part]), method="c14n") == etree.tostring(
            etree.fromstring(theirs[part]), method="c14n"
        ), part


def test_the_same_letter_gives_the_same_bytes(templates: TemplateFolder) -> None:
    template = templates.letter("transmittal", "es")
    content = (ROOT / "templates/letters/transmittal.es.docx").read_bytes()
    again = compile_template(with_pictures(content, NO_PICTURES, "transmittal.es.docx"), "transmittal.es.docx")
    fields = fields_of(letter("transmittal"))
    assert template.word(fields) == template.word(fields) == again.word(fields)
    assert template.word(fields) != template.word(fields_of(letter("transmittal", number="CXC-2026-0043")))


def test_the_properties_of_the_file_are_the_letters_and_not_the_authors() -> None:
    content = docx("Hola", title="Carta {{ number }} a {{ addressee.company }}")
    content = changed(content, "docProps/core.xml", lambda xml: xml.replace(b"python-docx", b"Un Autor"))
    made = compile_template(content, "t").word(fields_of(letter()))
    properties = Document(io.BytesIO(made)).core_properties
    assert properties.title == "Carta CXC-2026-0042 a Herrería & Eléctricos <Suc. Peñón>, S.A. de C.V."
    assert properties.author == "Escuela Kemper Urgate, S.A. de C.V."
    assert properties.last_modified_by == ""
    assert f"{properties.created:%Y-%m-%d}" == f"{properties.modified:%Y-%m-%d}" == "2026-03-05"
    assert b"Un Autor" not in b"".join(parts_of(made).values())


def test_signs_breaks_and_illegal_characters_of_data_arrive_as_text() -> None:
    template = compile_template(docx("De: {{ addressee.company }}.", "Fin {{ reference }}"), "t")
    fields = fields_of(letter(reference="A\x0b\x00\u202e\ufffeB\tC\r\nD & <w:p/> {{ 7 * 7 }} {% if %}"))
    paragraphs = [paragraph.text for paragraph in Document(io.BytesIO(template.word(fields))).paragraphs]
    assert paragraphs == ["De: Herrería & Eléctricos <Suc. Peñón>, S.A. de C.V..", "Fin AB C\nD & <w:p/> {{ 7 * 7 }} {% if %}"]
    shown = template.html(fields)
    assert "De: Herrería &amp; Eléctricos &lt;Suc. Peñón&gt;, S.A. de C.V.." in shown
    assert "Fin AB C<br>D &amp; &lt;w:p/&gt; {{ 7 * 7 }} {% if %}" in shown


@given(st.text(max_size=200))
def test_any_text_arrives_in_word_and_html_but_for_what_xml_cannot_hold(text: str) -> None:
    template = compiled("{{ reference }}|")
    fields = FIELDS | {"reference": text}
    arrived = Document(io.BytesIO(template.word(fields))).paragraphs[0].text
    shown = parsed(template.html(fields)).find(".//div[@class='letter']/p")
    for line_break in shown.iter("br"):
        line_break.tail = "\n" + (line_break.tail or "")
    assert arrived == shown.text_content()
    assert visible(arrived[:-1]) == visible(text)


def visible(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable() and not sign.isspace())


@lru_cache
def compiled(text: str) -> CompiledTemplate:
    return compile_template(docx(text), "t")


def test_tags_that_word_split_into_runs_and_curly_quotes_are_understood() -> None:
    document = Document()
    paragraph = document.add_paragraph()
    for piece in ("Número {", "{ num", "ber }", "} {% if language == “es” %}sí", "{% else %}no{% endif %}"):
        paragraph.add_run(piece)
    template = compile_template(saved(document), "t")
    assert Document(io.BytesIO(template.word(fields_of(letter())))).paragraphs[0].text == "Número CXC-2026-0042 sí"
    assert "Número CXC-2026-0042 sí" in re.sub(r"<[^>]+>", "", template.html(fields_of(letter())))


def test_every_problem_is_reported_at_once_with_the_text_where_it_stands() -> None:
    content = docx(
        "Saldo {{ totl }}",
        "Cliente {{ addressee.nombre }}",
        "{%p for line in lines %}",
        "{{ line.balanse }} de {{ lines }}",
        "{%p endfor %}",
        "{% for c in total %}x{% endfor %}",
        header="{{ company }}",
        title="{{ titulo }}",
    )
    assert problems_of(content) == [
        "carta.es.docx (Saldo {{ totl }}): there is no field 'totl'; did you mean 'total'?",
        "carta.es.docx (Cliente {{ addressee.nombre }}): there is no field 'addressee.nombre'; its fields are company, rfc, person, title, address, natural_person",
        "carta.es.docx ({{ line.balanse }} de {{ lines }}): there is no field 'line.balanse'; did you mean 'line.balance'?",
        "carta.es.docx ({{ line.balanse }} de {{ lines }}): 'lines' cannot be printed as a whole; loop over it with for",
        "carta.es.docx ({% for c in total %}x{% endfor %}): 'total' is not a list; loop over copies, lines, unapplied, buckets, held, history, instalments",
        (
            "carta.es.docx ({{ company }}): 'company' cannot be printed as a whole; name one of its fields: company.name, company.rfc, "
            "company.address, company.city, company.phone, company.email, company.website, company.privacy_notice"
        ),
        "carta.es.docx (document properties): there is no field 'titulo'; docs/letters.md lists the fields",
    ]


@pytest.mark.parametrize(
    ("paragraphs", "problem"),
    [
        (
            ("uno", "{% if draft %}dos", "tres"),
            "({% if draft %}dos): the tag '{% if %}' is never closed; write '{% endif %}' where it ends",
        ),
        (("uno", "{% endif %}"), "({% endif %}): '{% endif %}' belongs to no 'if'; take it out, or write '{% if ... %}' before it"),
        (("uno", "{% si draft %}"), "({% si draft %}): there is no tag '{% si %}'; the tags are if, elif, else, endif, for, endfor"),
    ],
)
def test_tags_that_are_not_well_written(paragraphs: tuple[str, ...], problem: str) -> None:
    assert problems_of(docx(*paragraphs))[0] == f"carta.es.docx {problem}"


def test_a_tag_without_an_end_is_told() -> None:
    assert problems_of(docx("uno", "{{ total"))[0] == "carta.es.docx ({{ total): a tag that begins here has no end; end it with '}}' / '%}'"


def test_a_filter_that_is_not_offered() -> None:
    assert problems_of(docx("{{ total|pesos }}")) == [
        (
            "carta.es.docx ({{ total|pesos }}): a template cannot use 'pesos' here; use fields, if, for, and the filters capitalize, default, length, "
            "lower, title, trim, upper"
        )
    ]


def test_a_block_must_end_at_the_depth_where_it_began() -> None:
    document = Document()
    document.add_paragraph("{% if draft %}borrador")
    document.add_table(1, 1).cell(0, 0).text = "en la celda {% endif %}"
    assert problems_of(saved(document))[0] == (
        "carta.es.docx ({% if draft %}borrador): '{% if draft %}' and its '{% endif %}' stand at different depths of the document; "
        "put both into the text of one paragraph, or use the forms with p or tr for both"
    )


@pytest.mark.parametrize(
    ("xml", "problem"),
    [
        (
            "<w:p><w:ins w:author='x'><w:r><w:t>nuevo</w:t></w:r></w:ins></w:p>",
            "carta.es.docx (nuevo): tracked changes are not decided; accept or reject all changes in Word",
        ),
        (
            "<w:p><w:r><w:t>ver nota</w:t><w:footnoteReference w:id='1'/></w:r></w:p>",
            "carta.es.docx (ver nota): footnotes cannot be shown in the PDF; remove it, or replace it with plain text, a table or a picture",
        ),
        (
            "<w:p><w:commentRangeStart w:id='0'/><w:r><w:t>ojo</w:t></w:r></w:p>",
            "carta.es.docx (ojo): comments would reach the customer; delete all comments in Word",
        ),
        (
            "<w:p><w:r><w:t>izquierda</w:t><w:tab/><w:t>derecha</w:t></w:r></w:p>",
            "carta.es.docx (izquierdaderecha): tab stops cannot be shown in the PDF; use a table without borders to put texts side by side",
        ),
        (
            "<w:p><w:r><w:t>datos</w:t></w:r><w:fldSimple w:instr=' INCLUDETEXT \"file:///etc/passwd\" '><w:r><w:t>?</w:t></w:r></w:fldSimple></w:p>",
            "carta.es.docx (datos?): the field INCLUDETEXT is not allowed; only the page number (PAGE), the number of pages (NUMPAGES) and links (HYPERLINK) are",
        ),
        (
            "<w:p><w:r><w:t>hoja</w:t></w:r></w:p><w:p><w:pPr><w:sectPr/></w:pPr><w:r><w:t>corte</w:t></w:r></w:p>",
            "carta.es.docx (corte): the document has more than one section; remove the section breaks",
        ),
        (
            "<w:altChunk/>",
            "carta.es.docx (word/document.xml): the element altChunk cannot be shown in the PDF; remove it, or replace it with plain text, a table or a picture",
        ),
        (
            (
                "<w:tbl><w:tblPr/><w:tblGrid><w:gridCol w:w='100'/></w:tblGrid><w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p><w:r><w:t>celda</w:t></w:r></w:p>"
                "</w:tc></w:tr></w:tbl>"
            ),
            "carta.es.docx (celda): cells are merged downwards; the PDF cannot show it; leave the cells apart and upright",
        ),
        (
            "<w:p><w:hyperlink w:anchor='{{ number }}'><w:r><w:t>liga</w:t></w:r></w:hyperlink></w:p>",
            "carta.es.docx (liga): a tag stands where only text may stand; tags belong into the text of paragraphs and cells, not into fields or links",
        ),
    ],
)
def test_what_the_pdf_cannot_show_is_refused_with_its_place(xml: str, problem: str) -> None:
    assert problem in problems_of(with_body_xml(xml))


def test_files_that_are_no_plain_word_documents_are_refused() -> None:
    good = docx("Hola")
    assert problems_of(b"PK no zip") == ["carta.es.docx: the template is not a Word document; save it in Word as .docx"]
    assert problems_of(good[: len(good) // 2]) == ["carta.es.docx: the template is not a Word document; save it in Word as .docx"]
    assert problems_of(b"\xd0\xcf\x11\xe0" + bytes(600)) == [
        "carta.es.docx: the template is an old .doc or has a password; save it in Word as .docx without a password"
    ]
    macros = packed(parts_of(good) | {"word/vbaProject.bin": b"x"})
    assert problems_of(macros) == [
        "carta.es.docx: the template has macros or is not a plain .docx; save it in Word as .docx without macros"
    ]
    bomb = packed(parts_of(good) | {"word/media/a.bin": bytes(60_000_000)})
    assert len(bomb) < 1_000_000
    assert problems_of(bomb) == ["carta.es.docx: the template unpacks to too much data; make its images smaller"]


def test_the_shipped_templates_are_small_and_fit_for_use(templates: TemplateFolder) -> None:
    assert templates.problems() == []
    assert list(templates.letters()) == [
        *("account-statement", "acknowledgement-form", "acknowledgement-of-debt", "collections-relation", "credit-note-request"),
        *("first-reminder", "formal-demand", "payment-confirmation", "sales-intervention"),
        *("second-reminder", "statement", "transmittal"),
    ]
    assert list(templates.mails()) == [
        *("account-statement", "acknowledgement-request", "first-reminder", "formal-demand", "instalment-due"),
        *("instalment-late", "overdue-warning", "payment-received", "second-reminder", "transmittal"),
    ]
    assert {*templates.letters().values(), *templates.mails().values(), *templates.notices().values()} == {frozenset({"es", "en"})}
    for path in (ROOT / "templates" / "letters").iterdir():
        assert path.stat().st_size < 20_000, path.name
