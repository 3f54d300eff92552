"""Templates as programs save them: by LibreOffice, and with all that Word strews between the letters of a tag."""

from __future__ import annotations

from pathlib import Path

import pytest

from cobranza_rules.letters.field_catalogue import OF_ANY
from cobranza_rules.letters.fields import fields_of
from cobranza_rules.letters.template import CompiledTemplate, compile_template
from cobranza_rules.problems import ProblemError

from .docx_files import docx, parsed, text_of, with_body_xml
from .sample_letters import account_letter, letter

SAVED = Path(__file__).parent / "saved"
BLOCKS = ("first-header", "running-header", "letter", "running-first-footer", "running-footer")
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'


def compiled(file: Path) -> CompiledTemplate:
    return compile_template(file.read_bytes(), file.name, OF_ANY)


def shown(template: CompiledTemplate, fields: dict[str, object]) -> dict[str, str]:
    page = parsed(template.html(fields))
    return {name: page.find(f".//div[@class='{name}']").text_content() for name in BLOCKS}


@pytest.mark.parametrize("name", ["first-reminder", "account-statement"])
def test_a_template_that_libreoffice_saved_gives_the_same_letter(name: str) -> None:
    """Saved by LibreOffice 7.4 from the shipped one: other styles, empty run properties, its own footers."""
    saved, original = (compiled(file) for file in (SAVED / f"libreoffice-{name}.es.docx", SAVED / f"original-{name}.es.docx"))
    fields = fields_of(account_letter() if name == "account-statement" else letter(name, count=5))
    assert shown(saved, fields) == shown(original, fields)
    # What Word last computed for the number of pages is no text of the letter.
    assert text_of(saved.word(fields)).replace("de 2", "de 1") == text_of(original.word(fields)).replace("de 2", "de 1")


R = '<w:r w:rsidR="00A1" w:rsidRPr="00B2"><w:rPr><w:lang w:val="es-MX"/><w:noProof/></w:rPr><w:t xml:space="preserve">{}</w:t></w:r>'
START, END = '<w:proofErr w:type="spellStart"/>', '<w:proofErr w:type="spellEnd"/>'
BOOKMARK = '<w:bookmarkStart w:id="0" w:name="_GoBack"/><w:bookmarkEnd w:id="0"/>'


def runs(*pieces: str) -> str:
    """Each piece in a run of its own, unless it is markup."""
    return "".join(piece if piece.startswith("<") else R.format(piece) for piece in pieces)


WORDS = (
    '<w:p w:rsidR="00A1" w:rsidRDefault="00C3">'
    + runs("Carta {", START, "{", " ", "num", END, "ber", BOOKMARK, " }", "}", ": {{", START, "addressee", END, ".", "company", "}}")
    + "</w:p>"
    '<w:sdt><w:sdtPr><w:alias w:val="Saldo"/></w:sdtPr><w:sdtContent><w:p>' + runs("Total {{ to", "<w:lastRenderedPageBreak/>", "tal }}.") + "</w:p>"
    "</w:sdtContent></w:sdt>"
    "<w:p>" + runs("{%", "p i", START, "f", END, " draft %}") + "</w:p><w:p>" + runs("borrador") + "</w:p><w:p>" + runs("{%p en", "dif %}") + "</w:p>"
    "<w:p>" + runs("{% if language == ‘es’ %}", "sí", "{% else %}", "no", "{% endif %}") + "</w:p>"
    "<w:p><w:sdt><w:sdtContent>" + runs("en ", "control: {{ reference }}") + "</w:sdtContent></w:sdt>"
    f'<mc:AlternateContent {MC}><mc:Choice Requires="w16se"><w:r><w:t>nuevo</w:t></w:r></mc:Choice><mc:Fallback>{runs(" viejo")}</mc:Fallback>'
    "</mc:AlternateContent></w:p>"
).replace(runs("<w:lastRenderedPageBreak/>"), "<w:r><w:lastRenderedPageBreak/></w:r>")  # fmt: skip


def test_what_word_puts_between_the_letters_of_a_tag_does_no_harm() -> None:
    template = compile_template(with_body_xml(WORDS), "t")
    expected = [
        "Carta CXC-2026-0042: Herrería & Eléctricos <Suc. Peñón>, S.A. de C.V.",
        "Total $54,308.58 MXN.",
        "sí",
        "en control: C-014 viejo",
    ]
    fields = fields_of(letter())
    page = parsed(template.html(fields)).find(".//div[@class='letter']")
    assert [paragraph.text_content() for paragraph in page.iter("p")][1:] == expected
    word = "".join(text_of(template.word(fields)))
    assert expected[0] in word
    assert "borrador" not in word


def test_a_text_box_is_refused_in_both_of_its_forms() -> None:
    box = (
        f'<w:p><w:r><w:t>recuadro</w:t></w:r><w:r><mc:AlternateContent {MC}><mc:Choice Requires="wps"><w:drawing/></mc:Choice>'
        "<mc:Fallback><w:pict/></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    alone = f'<w:p><w:r><w:t>sola</w:t></w:r><w:r><mc:AlternateContent {MC}><mc:Choice Requires="wps"/></mc:AlternateContent></w:r></w:p>'
    with pytest.raises(ProblemError) as caught:
        compile_template(with_body_xml(box + alone), "t")
    assert [str(problem) for problem in caught.value.problems] == [
        f"t ({text}): text boxes and shapes cannot be shown in the PDF; use a table for layout, and pictures in line with text"
        for text in ("recuadro", "sola")
    ]


@pytest.mark.parametrize("form", ["r", "p"])
def test_a_field_in_docxtpls_forms_for_documents_is_refused(form: str) -> None:
    """Word would lose its text, which would stand outside of any run."""
    with pytest.raises(ProblemError) as caught:
        compile_template(docx("uno", f"{{{{{form} total }}}}", "dos"), "t")
    assert (
        "the field '{{ total }}' stands in the place of a whole paragraph, run, row or cell; write it without p, r, tr or tc after the braces"
        in str(caught.value)
    )


def test_the_saved_files_are_small() -> None:
    for file in SAVED.iterdir():
        assert file.stat().st_size < 20_000, file.name
