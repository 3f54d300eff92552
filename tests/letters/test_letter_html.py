"""What Word shows, the HTML shows: looks, tables, pictures, loops, letterhead and footer."""

from __future__ import annotations

import io
import re
import struct
import zlib
from typing import Any

import pytest
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.shared import Pt, RGBColor
from lxml import etree

from cobranza_rules.letters.fields import fields_of
from cobranza_rules.letters.html_page import PageGeometry
from cobranza_rules.letters.sample_letters import letter, sample_document
from cobranza_rules.letters.template import compile_template
from cobranza_rules.letters.template_folder import TemplateFolder
from cobranza_rules.problems import ProblemError

from .docx_files import changed, docx, parsed, saved, with_body_xml

NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def page_of(content: bytes, **changes: Any) -> Any:
    return parsed(compile_template(content, "t").html(fields_of(letter(**changes))))


def styles_of(element: Any) -> dict[str, str]:
    pairs = (pair.split(":", 1) for pair in element.get("style", "").split(";") if pair)
    return {name: value for name, value in pairs}  # noqa: C416 (a dict of two-entry lists needs the unpacking for its types)


def body_of(page: Any) -> Any:
    return page.find(".//div[@class='letter']")


def test_looks_of_paragraphs_and_runs() -> None:
    document = Document()
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    paragraph.paragraph_format.space_before = Pt(7)
    paragraph.paragraph_format.left_indent = Pt(20)
    paragraph.paragraph_format.first_line_indent = Pt(-10)
    run = paragraph.add_run("rojo")
    run.bold, run.italic, run.underline = True, True, True
    run.font.size, run.font.color.rgb, run.font.name = Pt(13), RGBColor(0xB3, 0x26, 0x1E), "Calibri"
    paragraph.add_run(" normal")
    shown = body_of(page_of(saved(document)))[0]
    assert {key: styles_of(shown)[key] for key in ("text-align", "margin-top", "margin-left", "text-indent")} == {
        "text-align": "justify",
        "margin-top": "7pt",
        "margin-left": "20pt",
        "text-indent": "-10pt",
    }
    span = shown[0]
    assert span.text == "rojo"
    assert styles_of(span) == {
        "font-weight": "bold",
        "font-style": "italic",
        "text-decoration": "underline",
        "font-family": "'Calibri',Carlito,sans-serif",
        "font-size": "13pt",
        "color": "#b3261e",
    }
    assert span.tail == " normal"


def test_a_style_is_inherited_and_overridden() -> None:
    document = Document()
    document.add_paragraph("Título", style="Title")
    document.add_paragraph("Cita", style="Intense Quote").paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title, quote = body_of(page_of(saved(document)))
    assert styles_of(title)["font-size"] == "26pt"
    assert "border-bottom" in styles_of(title)
    assert styles_of(quote)["text-align"] == "center"
    assert styles_of(quote)["font-weight"] == "bold"


def test_rows_repeat_and_conditions_choose() -> None:
    document = Document()
    table = document.add_table(4, 2)
    for row, texts in zip(
        table.rows,
        [("Factura", "Saldo"), ("{%tr for line in lines %}", ""), ("{{ line.number }}", "{{ line.balance }}"), ("{%tr endfor %}", "")],
        strict=True,
    ):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    document.add_paragraph("{%p if draft %}")
    document.add_paragraph("{{ draft_mark }}")
    document.add_paragraph("{%p else %}")
    document.add_paragraph("Firmada")
    document.add_paragraph("{%p endif %}")
    shown = body_of(page_of(saved(document), count=3))
    rows = [[cell.text_content() for cell in row] for row in shown.iter("tr")]
    assert rows == [["Factura", "Saldo"], ["F-1000", "$11,845.67 MXN"], ["F-1001", "$13,333.32 MXN"], ["F-1002", "$14,320.97 MXN"]]
    assert [paragraph.text_content() for paragraph in shown.findall("p")] == ["Firmada"]
    assert len(shown.findall(".//tbody")) == 1
    draft = body_of(page_of(saved(document), count=0, draft=True))
    assert [paragraph.text_content() for paragraph in draft.findall("p")] == ["BORRADOR – sin firma"]


def test_a_condition_may_begin_in_one_run_and_end_in_another() -> None:
    document = Document()
    paragraph = document.add_paragraph()
    paragraph.add_run("a {% if draft %}b").bold = True
    paragraph.add_run("c").italic = True
    paragraph.add_run("d{% endif %} e")
    for draft, text in ((True, "a bcd e"), (False, "a  e")):
        source = compile_template(saved(document), "t").html(fields_of(letter(draft=draft)))
        assert body_of(parsed(source)).text_content() == text
        assert source.count("<span") == source.count("</span>")


def test_heading_rows_borders_shading_and_merged_columns() -> None:
    document = Document()
    table = document.add_table(2, 3)
    table.rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {NAMESPACE}/>"))
    table.cell(0, 0)._tc.get_or_add_tcPr().append(parse_xml(f'<w:shd {NAMESPACE} w:val="clear" w:fill="1F3A5F"/>'))
    table.cell(1, 0).merge(table.cell(1, 1)).text = "ancho"
    borders = '<w:top w:val="single" w:sz="12" w:color="C5CED9"/><w:insideH w:val="dotted" w:sz="4" w:color="auto"/>'
    table._tbl.tblPr.append(parse_xml(f"<w:tblBorders {NAMESPACE}>{borders}</w:tblBorders>"))
    shown = body_of(page_of(saved(document))).find("table")
    assert styles_of(shown)["border-top"] == "1.5pt solid #c5ced9"
    assert styles_of(shown)["border-left"] == "none"
    heading, cell = shown.find("thead/tr/td"), shown.find("tbody/tr/td")
    assert styles_of(heading)["background-color"] == "#1f3a5f"
    assert styles_of(heading)["border-bottom"] == "0.5pt dotted #000000"
    assert (cell.get("colspan"), cell.text_content()) == ("2", "ancho")


def test_table_styles_of_word_are_shown() -> None:
    document = Document()
    table = document.add_table(2, 2, style="Light Shading Accent 1")
    table.cell(0, 0).text = "Encabezado"
    source = compile_template(saved(document), "t").html(fields_of(letter()))
    rules = re.search(r"<style>(.*?)</style>", source)
    assert rules is not None
    assert re.search(r"\.t1 tr\.first-row td p\{font-weight:bold !important", rules[1])
    assert re.search(r"\.t1 tbody tr:nth-child\(odd\) td\{background-color:#d3dfee", rules[1])


def png() -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", 2, 1, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\x00" + b"\x1f\x3a\x5f" * 2)) + chunk(b"IEND", b"")
    )


def test_pictures_are_carried_inside_and_keep_their_size() -> None:
    document = Document()
    document.sections[0].header.paragraphs[0].add_run().add_picture(io.BytesIO(png()), width=Pt(80), height=Pt(40))
    document.add_paragraph("texto")
    image = page_of(saved(document)).find(".//div[@class='first-header']//img")
    assert image.get("src").startswith("data:image/png;base64,iVBORw0KGgo")
    assert styles_of(image) == {"width": "80pt", "height": "40pt"}


def test_a_picture_of_another_kind_or_one_that_floats_is_refused() -> None:
    document = Document()
    document.add_paragraph("logo ").add_run().add_picture(io.BytesIO(png()))
    content = saved(document)
    for part, change, problem in (
        (
            "word/media/image1.png",
            lambda _old: b"\x01\x00\x00\x00 EMF",
            "t (logo): a picture is not a PNG, JPEG or GIF of at most 2 MB; insert it anew in one of these formats",
        ),
        (
            "word/document.xml",
            lambda xml: xml.replace(b"wp:inline", b"wp:anchor"),
            "t (logo): a picture or shape floats over the text; set its layout to 'in line with text' in Word",
        ),
    ):
        with pytest.raises(ProblemError) as caught:
            compile_template(changed(content, part, change), "t")
        assert str(caught.value) == problem


def test_a_leading_tab_is_an_indent_and_breaks_are_breaks() -> None:
    shown = body_of(
        page_of(with_body_xml("<w:p><w:r><w:tab/><w:t>uno</w:t><w:br/><w:t>dos</w:t></w:r><w:r><w:br w:type='page'/></w:r></w:p>"))
    )[1]
    assert [child.get("class") or child.tag for child in shown] == ["tab", "br", "page-break"]


def test_page_numbers_come_from_words_fields_in_both_notations() -> None:
    field = "<w:r><w:fldChar w:fldCharType='{}'/></w:r>"
    code = "<w:r><w:instrText xml:space='preserve'> NUMPAGES  \\* MERGEFORMAT </w:instrText></w:r>"
    complex_field = field.format("begin") + code + field.format("separate") + "<w:r><w:t>9</w:t></w:r>" + field.format("end")
    xml = f"<w:p><w:r><w:t xml:space='preserve'>Página </w:t></w:r><w:fldSimple w:instr=' PAGE '><w:r><w:t>8</w:t></w:r></w:fldSimple>{complex_field}</w:p>"
    shown = body_of(page_of(with_body_xml(xml)))[1]
    assert shown.get("class") == "numbered"
    assert shown.text_content() == "Página "
    assert [span.get("class") for span in shown] == ["page", "pages"]


def test_the_first_page_has_its_own_letterhead_and_others_the_short_one(templates: TemplateFolder) -> None:
    page = parsed(templates.letter("first-reminder", "es").html(fields_of(letter())))
    first, running = (page.find(f".//div[@class='{name}']").text_content() for name in ("first-header", "running-header"))
    assert "RFC EKU9003173C9" in first
    assert "RFC" not in running
    assert "Carta núm. CXC-2026-0042 · Herrería & Eléctricos <Suc. Peñón>, S.A. de C.V." in running
    assert page.get("lang") == "es"
    assert page.find(".//title").text == "Recordatorio de pago CXC-2026-0042"


def test_paper_and_margins_come_from_the_document() -> None:
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height, section.left_margin, section.footer_distance = Pt(595), Pt(842), Pt(50.5), Pt(20)
    html = compile_template(saved(document), "t").html(fields_of(letter()))
    page = PageGeometry.from_html(html)
    assert (page.width, page.height, page.left, page.footer) == (595, 842, 50.5, 20)


def test_geometry_in_html_is_read_back_and_nonsense_is_not() -> None:
    page = PageGeometry(width=500.25, header=12.5)
    assert PageGeometry.from_html(f"<head>{page.as_meta()}</head>") == page
    assert PageGeometry.from_html('<meta name="letter-page" content="width=1e9 height=-3 x=1 top=nan top">') == PageGeometry()


def test_a_signature_is_kept_with_what_stands_above_it(templates: TemplateFolder) -> None:
    page = parsed(templates.letter("second-reminder", "es").html(fields_of(letter("second-reminder"))))
    kept = [block for block in page.iter("div") if "page-break-inside:avoid" in (block.get("style") or "")]
    text = kept[-1].text_content()
    assert "ATENTAMENTE" in text
    assert "Mariana López Ruiz" in text
    assert "c.c.p. Ing. Raúl Peña Cantú" in text


def test_nothing_of_the_outside_is_named_in_a_letter(templates: TemplateFolder) -> None:
    for name in templates.letters():
        template, subject = templates.fitting(name, "es")
        for element in parsed(template.html(fields_of(sample_document(name, "es", subject)))).iter(etree.Element):
            assert not {"src", "href"} & set(element.attrib), etree.tostring(element)
    assert "http" not in compile_template(docx("Hola"), "t").html(fields_of(letter()))


def test_borders_of_single_cells_stand_at_the_edge_of_a_table_without_lines_of_its_own() -> None:
    """As LibreOffice writes every table."""
    document = Document()
    cell = document.add_table(1, 1).cell(0, 0)
    line = "<w:{} w:val='single' w:sz='8' w:color='4F81BD'/>"
    sides = "".join(line.format(side) for side in ("top", "left", "bottom", "right"))
    cell._tc.get_or_add_tcPr().append(parse_xml(f"<w:tcBorders {NAMESPACE}>{sides}</w:tcBorders>"))
    shown = body_of(page_of(saved(document))).find("table")
    assert {styles_of(shown)[f"border-{side}"] for side in ("top", "left", "bottom", "right")} == {"none"}
    assert styles_of(shown.find(".//td"))["border-left"] == "1pt solid #4f81bd"
