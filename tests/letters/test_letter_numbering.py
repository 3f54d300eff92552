"""Word's automatic numbers and bullets in the PDF: counted as Word counts them, after loops and conditions have been filled in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.letters.fields import fields_of
from cobranza_rules.letters.number_formats import FORMATS, bullet
from cobranza_rules.letters.template import compile_template
from cobranza_rules.problems import ProblemError

from .docx_files import changed, docx, packed, parsed, parts_of, with_body_xml
from .sample_letters import letter

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def level(index: int, kind: str, text: str, more: str = "", start: int = 1) -> str:
    return (
        f'<w:lvl w:ilvl="{index}"><w:start w:val="{start}"/><w:numFmt w:val="{kind}"/>{more}<w:lvlText w:val="{text}"/>'
        f'<w:pPr><w:ind w:left="{360 * (index + 1)}" w:hanging="360"/></w:pPr></w:lvl>'
    )


OUTLINE = "".join(
    (level(0, "decimal", "%1."), level(1, "lowerLetter", "%2)"), level(2, "lowerRoman", "%3."), level(3, "decimal", "%1.%2.%3.%4"))
)
NUMBERING = (
    f'<w:numbering {W}><w:abstractNum w:abstractNumId="0">{OUTLINE}</w:abstractNum>'
    f'<w:abstractNum w:abstractNumId="1">{level(0, "bullet", chr(0xF0B7), "")}{level(1, "bullet", "o")}</w:abstractNum>'
    f'<w:abstractNum w:abstractNumId="2">{level(0, "upperRoman", "Cláusula %1", start=4)}{level(1, "decimal", "%1.%2", "<w:isLgl/>")}</w:abstractNum>'
    f'<w:abstractNum w:abstractNumId="3">{level(0, "decimalZero", "%1")}{level(1, "decimal", "%2", "<w:lvlRestart w:val=&quot;0&quot;/>".replace("&quot;", chr(34)))}</w:abstractNum>'
    f'<w:abstractNum w:abstractNumId="4">{level(0, "chicago", "%1")}</w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
    '<w:num w:numId="3"><w:abstractNumId w:val="2"/></w:num>'
    '<w:num w:numId="4"><w:abstractNumId w:val="3"/></w:num>'
    '<w:num w:numId="5"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
    '<w:num w:numId="6"><w:abstractNumId w:val="4"/></w:num>'
    "</w:numbering>"
)


def item(list_id: int, depth: int = 0, text: str = "x") -> str:
    return f'<w:p><w:pPr><w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{list_id}"/></w:numPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'


def plain(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def with_lists(xml: str) -> bytes:
    return packed(parts_of(with_body_xml(xml)) | {"word/numbering.xml": NUMBERING.encode()})


def paragraphs(xml: str, **changes: object) -> list[str]:
    page = parsed(compile_template(with_lists(xml), "t").html(fields_of(letter(**changes))))  # type: ignore[arg-type]
    return [paragraph.text_content() for paragraph in page.find(".//div[@class='letter']").iter("p")][1:]


def test_levels_count_and_begin_anew_below_a_higher_one() -> None:
    xml = item(1) + item(1, 1) + item(1, 1) + item(1, 2) + item(1, 3) + item(1) + item(1, 1) + item(1, 2)
    assert paragraphs(xml) == ["1.x", "a)x", "b)x", "i.x", "1.b.i.1x", "2.x", "a)x", "i.x"]


def test_text_between_does_not_interrupt_and_a_list_that_starts_over_does() -> None:
    xml = item(1) + plain("texto") + item(1) + item(5) + item(5) + item(1)
    assert paragraphs(xml) == ["1.x", "texto", "2.x", "1.x", "2.x", "3.x"]


def test_bullets_are_signs_of_ordinary_fonts() -> None:
    assert paragraphs(item(2) + item(2, 1)) == ["•x", "○x"]


def test_starts_roman_numbers_and_legal_numbering() -> None:
    assert paragraphs(item(3) + item(3, 1) + item(3)) == ["Cláusula IVx", "4.1x", "Cláusula Vx"]


def test_a_level_may_go_on_counting_below_a_higher_one() -> None:
    assert paragraphs(item(4) + item(4, 1) + item(4) + item(4, 1)) == ["01x", "1x", "02x", "2x"]


def test_a_level_without_a_higher_one_before_it_counts_that_as_begun() -> None:
    assert paragraphs(item(1, 1) + item(1)) == ["a)x", "2.x"]


def test_rows_of_a_loop_are_counted_and_what_is_left_out_is_not() -> None:
    xml = (
        plain("{%p for line in lines %}") + item(1, text="{{ line.number }}") + plain("{%p endfor %}")
        + plain("{%p if draft %}") + item(1, text="borrador") + plain("{%p endif %}") + item(1, text="fin")
    )  # fmt: skip
    assert paragraphs(xml, count=2) == ["1.F-1000", "2.F-1001", "3.fin"]
    assert paragraphs(xml, count=1, draft=True) == ["1.F-1000", "2.borrador", "3.fin"]


def test_the_number_stands_in_the_hanging_indent() -> None:
    page = parsed(compile_template(with_lists(item(1, 1)), "t").html(fields_of(letter())))
    paragraph = page.find(".//div[@class='letter']").findall("p")[1]
    assert "margin-left:36pt;text-indent:-18pt" in paragraph.get("style")
    assert paragraph[0].get("style") == "display:inline-block;text-indent:0;min-width:18pt;box-sizing:border-box;padding-right:3pt"


def test_a_list_of_a_style_is_counted_and_a_paragraph_may_leave_it() -> None:
    style = '<w:style w:type="paragraph" w:styleId="Punto"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style></w:styles>'
    xml = '<w:p><w:pPr><w:pStyle w:val="Punto"/></w:pPr><w:r><w:t>uno</w:t></w:r></w:p>'
    out = '<w:p><w:pPr><w:pStyle w:val="Punto"/><w:numPr><w:numId w:val="0"/></w:numPr></w:pPr><w:r><w:t>fuera</w:t></w:r></w:p>'
    content = changed(with_lists(xml + out + xml), "word/styles.xml", lambda styles: styles.replace(b"</w:styles>", style.encode()))
    page = parsed(compile_template(content, "t").html(fields_of(letter())))
    assert [paragraph.text_content() for paragraph in page.find(".//div[@class='letter']").iter("p")][1:] == ["1.uno", "fuera", "2.uno"]


def test_data_cannot_count() -> None:
    forged = '<i class="number" title="1 0"></i>'
    assert paragraphs(item(1, text="{{ reference }}"), reference=forged) == ["1." + forged]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (with_lists(item(6)), "t (x): automatic numbers of the kind 'chicago' cannot be shown in the PDF; use 1, 01, a, A, i or I"),
        (
            packed(
                parts_of(changed(docx("a", header="cabeza"), "word/header1.xml", lambda xml: xml.replace(b"</w:hdr>", item(1).encode() + b"</w:hdr>")))
                | {"word/numbering.xml": NUMBERING.encode()}
            ),
            "t (x): automatic numbers of headers and footers cannot be shown in the PDF; write the number or the dash as text, or use a table",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_counted_is_refused(content: bytes, problem: str) -> None:
    with pytest.raises(ProblemError) as caught:
        compile_template(content, "t")
    assert str(caught.value) == problem


@given(st.integers(1, 3999))
def test_roman_numbers_add_up(number: int) -> None:
    values = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
    signs = [values[sign] for sign in FORMATS["upperRoman"](number)]
    signed = [-value if value < max(signs[index:]) else value for index, value in enumerate(signs)]
    assert sum(signed) == number


def test_letters_are_repeated_after_z() -> None:
    assert [FORMATS["upperLetter"](number) for number in (1, 26, 27, 53)] == ["A", "Z", "AA", "AAA"]
    assert bullet("\uf0ff") == "•"
