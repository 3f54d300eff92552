"""Links of a letter can be followed in its PDF, wherever they stand, and lead to pages and addresses only."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

import pikepdf
import pytest
from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml

from cobranza_rules.letters.fields import fields_of
from cobranza_rules.letters.pdf import PdfEngine, choose_engine
from cobranza_rules.letters.pdf_links import areas, marked
from cobranza_rules.letters.print_marks import LINK, Mark
from cobranza_rules.letters.sample_letters import letter
from cobranza_rules.letters.template import compile_template
from cobranza_rules.problems import ProblemError

from .docx_files import parsed, saved, with_body_xml

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
SITE, ADDRESS = "https://www.kemper.example/pagos?a=1&b=2", "mailto:cobranza@kemper.example"


@pytest.fixture(params=["wkhtmltopdf", "weasyprint"])
def engine(request: pytest.FixtureRequest) -> Iterator[PdfEngine]:
    if request.param == "wkhtmltopdf" and shutil.which("wkhtmltopdf") is None:
        pytest.skip("wkhtmltopdf is not packaged on this system")
    chosen = choose_engine(request.param)
    yield chosen
    chosen.close()


def link(paragraph: Any, address: str, text: str) -> None:
    relationship = paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    paragraph._p.append(
        parse_xml(f'<w:hyperlink {NAMESPACES} r:id="{relationship}"><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:hyperlink>')
    )


def with_links(rows: int = 0, wide: bool = False) -> bytes:
    document = Document()
    link(document.sections[0].header.paragraphs[0], ADDRESS, "escríbanos")
    link(document.add_paragraph("Pague en "), SITE, "nuestra página " * 20 if wide else "{{ reference }}")
    for _row in range(rows):
        document.add_paragraph("renglón")
    link(document.add_paragraph("y también en "), SITE, "pagos")
    return saved(document)


def links_of(pdf: bytes) -> list[tuple[int, str, list[float]]]:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [
            (number, str(annotation.A.URI), upright([float(side) for side in annotation.Rect.as_list()]))
            for number, page in enumerate(opened.pages)
            for annotation in page.get("/Annots", [])
        ]


def upright(rectangle: list[float]) -> list[float]:
    """Left, bottom, right, top: a PDF may name any two corners."""
    left, bottom, right, top = rectangle
    return [min(left, right), min(bottom, top), max(left, right), max(bottom, top)]


def test_the_html_holds_the_link_and_data_as_its_text() -> None:
    page = parsed(compile_template(with_links(), "t").html(fields_of(letter(reference="<a href='file:///x'>"))))
    shown = page.find(".//div[@class='letter']")
    assert [(each.get("href"), each.text_content()) for each in shown.iter("a")] == [(SITE, "<a href='file:///x'>"), (SITE, "pagos")]


def test_a_link_to_another_place_of_the_letter_is_text() -> None:
    document = Document()
    paragraph = document.add_paragraph("ver ")
    paragraph._p.append(parse_xml(f'<w:hyperlink {NAMESPACES} w:anchor="fin"><w:r><w:t>el final</w:t></w:r></w:hyperlink>'))
    shown = parsed(compile_template(saved(document), "t").html(fields_of(letter()))).find(".//div[@class='letter']")
    assert shown.text_content() == "ver el final"
    assert shown.find(".//a") is None


@pytest.mark.parametrize("rows", [0, 35])
def test_links_lie_on_their_words_on_every_page(engine: PdfEngine, rows: int) -> None:
    pdf = engine.render(compile_template(with_links(rows), "t").html(fields_of(letter(reference="C-014"))))
    found = links_of(pdf)
    last = 0 if rows == 0 else 1
    assert sorted({(page, address) for page, address, _area in found}) == sorted(
        {(page, ADDRESS) for page in range(last + 1)} | {(0, SITE), (last, SITE)}
    )
    boxes = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    for page, text in enumerate(boxes.split("<page ")[1:]):
        words = {
            found[5]: tuple(float(side) for side in found.groups()[:4])
            for found in re.finditer(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(\S+)<', text)
        }
        for _page, address, (left, bottom, right, top) in [each for each in found if each[0] == page]:
            names = ("escríbanos",) if address == ADDRESS else ("C-014", "pagos")
            assert any(
                abs(words[name][0] - left) < 2
                and abs(words[name][2] - right) < 2
                and bottom - 3 < 792 - (words[name][1] + words[name][3]) / 2 < top + 3
                for name in names
                if name in words
            ), (address, left, right, words)


def test_a_link_over_several_lines_covers_each(engine: PdfEngine) -> None:
    pdf = engine.render(compile_template(with_links(wide=True), "t").html(fields_of(letter())))
    areas_of_it = [area for _page, address, area in links_of(pdf) if address == SITE]
    assert len(areas_of_it) >= 3
    assert all(bottom < top and left < right for left, bottom, right, top in areas_of_it)


def test_links_that_are_not_shown_do_not_confuse_the_others() -> None:
    html, addresses = marked('<a href="https://a.example">a</a> <a href="https://b.example/?x&amp;y">b</a>')
    assert addresses == ["https://a.example", "https://b.example/?x&y"]
    assert html.count("<i ") == 8
    only_second = [[Mark(LINK, 2, 10, 20), Mark(LINK, 3, 30, 20)]]
    assert [area.address for area in areas(only_second, addresses, 400)[0]] == ["https://b.example/?x&y"]


def test_a_page_without_links_has_no_annotations(engine: PdfEngine) -> None:
    document = Document()
    document.add_paragraph("Hola")
    pdf = engine.render(compile_template(saved(document), "t").html(fields_of(letter())))
    assert links_of(pdf) == []


def field_runs(code: str, text: str, simple: bool = False) -> str:
    """A field as Word and LibreOffice write it, its ends in runs with looks of their own."""
    if simple:
        return f"<w:fldSimple w:instr='{code}'><w:r><w:t>{text}</w:t></w:r></w:fldSimple>"
    looks = "<w:rPr><w:color w:val='0563C1'/></w:rPr>"
    end = f"<w:r>{looks}<w:fldChar w:fldCharType='{{}}'/></w:r>"
    instruction = f"<w:r>{looks}<w:instrText xml:space='preserve'>{code}</w:instrText></w:r>"
    return end.format("begin") + instruction + end.format("separate") + f"<w:r>{looks}<w:t>{text}</w:t></w:r>" + end.format("end")


def with_field(*runs: str) -> bytes:
    return with_body_xml("".join(f"<w:p>{each}</w:p>" for each in runs))


@pytest.mark.parametrize("simple", [False, True])
@pytest.mark.parametrize(
    ("code", "target"),
    [
        (f' HYPERLINK "{SITE}" ', SITE),
        (f' HYPERLINK "{SITE}" \\o "Pagos" \\t "_blank" ', SITE),
        (f" hyperlink {ADDRESS} ", ADDRESS),
        (' HYPERLINK \\l "anexo" ', None),
    ],
)
def test_a_link_that_is_a_field_is_a_link(code: str, target: str | None, simple: bool) -> None:
    content = with_field(field_runs(escape(code), "{{ reference }}", simple) + "<w:r><w:t>.</w:t></w:r>")
    shown = parsed(compile_template(content, "t").html(fields_of(letter(reference="C-1")))).find(".//div[@class='letter']")
    assert [each.get("href") for each in shown.iter("a")] == ([target] if target else [])
    assert shown.text_content().endswith("C-1.")


def test_a_page_number_inside_a_link_ends_no_link() -> None:
    inner = field_runs(" PAGE ", "9")
    outer = field_runs(escape(f' HYPERLINK "{SITE}" '), "hoja ").replace(
        "hoja </w:t></w:r>", f"hoja </w:t></w:r>{inner}<w:r><w:t> fin</w:t></w:r>"
    )
    shown = parsed(compile_template(with_field(outer), "t").html(fields_of(letter()))).find(".//div[@class='letter']")
    [link] = shown.iter("a")
    assert link.text_content() == "hojafin"
    assert link.find(".//span[@class='page']") is not None


@pytest.mark.parametrize(
    "code",
    [
        'HYPERLINK "file:///etc/passwd"',
        'HYPERLINK "javascript:x()"',
        "HYPERLINK",
        'HYPERLINK \\o "x"',
    ],
)
def test_a_field_that_leads_elsewhere_is_refused(code: str) -> None:
    with pytest.raises(ProblemError) as caught:
        compile_template(with_field(field_runs(escape(f" {code} "), "aquí")), "t")
    assert [str(problem) for problem in caught.value.problems] == [
        f"t (aquí): the link {code} leads to no page and no e-mail address; write an address that begins with https: or mailto:"
    ]


def test_a_link_that_goes_on_in_the_next_paragraph_is_refused() -> None:
    first, end, rest = field_runs(escape(f'HYPERLINK "{SITE}"'), "aquí").partition(
        "<w:r><w:rPr><w:color w:val='0563C1'/></w:rPr><w:fldChar w:fldCharType='end'/>"
    )
    with pytest.raises(ProblemError, match="a link goes on in the next paragraph; begin and end it in one paragraph"):
        compile_template(with_field(first, end + rest), "t")
