"""Parts as one PDF: in order, each sheet numbered where it can be seen, with outline, embedded files and properties."""

from __future__ import annotations

import datetime as dt
import io
from itertools import pairwise

import pikepdf
import pypdfium2
import pytest
from pikepdf import Pdf

from cobranza_rules.packets.assembling import Embedded, Leaves, Properties, assemble, pages_in

from .hostile_files import pdf_with
from .test_foreign_files import texts

PROPERTIES = Properties("Expediente", "Kemper", "C-1", "es", dt.date(2026, 3, 2))
PARTS = (
    Leaves("", "Carátula", pdf_with("Carátula")),
    Leaves("Facturas", "Factura F-1", pdf_with("F-1", 2)),
    Leaves("Facturas", "Factura F-2", pdf_with("F-2")),
    Leaves("Cartas", "Primer recordatorio", pdf_with("Recordatorio")),
)
FILES = (
    Embedded("F-1.xml", "application/xml", b"<cfdi/>", "Factura F-1", source=True),
    Embedded("contrato.doc", "application/msword", b"x", "Contrato", source=False),
)


def test_each_sheet_says_which_of_how_many_it_is() -> None:
    said = texts(assemble(PARTS, (), PROPERTIES))
    assert [" ".join(page.split()) for page in said] == [
        "Carátula 1 Foja 1 de 5",
        "F-1 1 Foja 2 de 5",
        "F-1 2 Foja 3 de 5",
        "F-2 1 Foja 4 de 5",
        "Recordatorio 1 Foja 5 de 5",
    ]


@pytest.mark.parametrize("turned", [0, 90, 180, 270, -90, 450])
def test_the_number_stands_at_the_lower_right_however_a_page_is_turned(turned: int) -> None:

    def turn(pdf: Pdf) -> None:
        pdf.pages[0].obj.Rotate = turned

    document = pypdfium2.PdfDocument(assemble([Leaves("", "x", pdf_with(content=b" ", change=turn))], (), PROPERTIES))
    picture = document[0].render(scale=1).to_pil().convert("L")
    document.close()
    left, top, right, bottom = picture.point(lambda value: 255 if value < 128 else 0).getbbox()
    assert picture.width - 110 < left < right < picture.width - 20
    assert picture.height - 30 < top < bottom < picture.height - 5


def test_a_cropped_page_has_it_where_it_can_be_seen() -> None:
    def crop(pdf: Pdf) -> None:
        pdf.pages[0].obj.CropBox = pikepdf.Array([100, 200, 400, 500])

    content = assemble([Leaves("", "x", pdf_with(change=crop))], (), PROPERTIES)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        stamp = bytes(pdf.pages[0].obj.Contents[-1].read_bytes())
    assert b"1 0 0 1 100.00 200.00 cm" in stamp


def test_the_outline_leads_to_the_sections_and_their_parts() -> None:
    with pikepdf.open(io.BytesIO(assemble(PARTS, (), PROPERTIES))) as pdf, pdf.open_outline() as outline:
        told = [(item.title, [child.title for child in item.children]) for item in outline.root]
        pages = [pdf.pages.index(pikepdf.Page(item.destination[0])) for item in outline.root]  # type: ignore[index]
    assert told == [("Carátula", []), ("Facturas", ["Factura F-1", "Factura F-2"]), ("Cartas", ["Primer recordatorio"])]
    assert pages == [0, 1, 4]


def test_files_are_inside_and_say_what_they_are() -> None:
    with pikepdf.open(io.BytesIO(assemble(PARTS, FILES, PROPERTIES))) as pdf:
        assert {name: spec.get_file().read_bytes() for name, spec in pdf.attachments.items()} == {
            "F-1.xml": b"<cfdi/>",
            "contrato.doc": b"x",
        }
        relations = {str(spec.obj.UF): str(spec.obj.AFRelationship) for spec in pdf.attachments.values()}
        assert relations == {"F-1.xml": "/Source", "contrato.doc": "/Supplement"}
        assert [str(spec.UF) for spec in pdf.Root.AF] == ["F-1.xml", "contrato.doc"]
        assert {spec.get_file().mime_type for spec in pdf.attachments.values()} == {"application/xml", "application/msword"}


def test_properties_are_those_of_the_packet() -> None:
    with pikepdf.open(io.BytesIO(assemble(PARTS, (), PROPERTIES))) as pdf:
        assert {str(key): str(value) for key, value in pdf.docinfo.items()} == {
            "/Title": "Expediente",
            "/Author": "Kemper",
            "/Subject": "C-1",
            "/Creator": "cobranza-rules",
            "/Producer": "cobranza-rules",
            "/CreationDate": "D:20260302000000Z",
            "/ModDate": "D:20260302000000Z",
        }
        with pdf.open_metadata() as metadata:
            assert metadata["dc:title"] == "Expediente"
        assert str(pdf.Root.Lang) == "es"


def test_the_same_parts_give_the_same_bytes_and_other_parts_others() -> None:
    first = assemble(PARTS, FILES, PROPERTIES)
    assert first == assemble(PARTS, FILES, PROPERTIES)
    assert all(first != assemble([*PARTS[:place], *PARTS[place + 1 :]], FILES, PROPERTIES) for place in range(len(PARTS)))


def test_its_structure_is_sound() -> None:
    content = assemble(PARTS, FILES, PROPERTIES)
    assert pages_in(content) == 5
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert pdf.check_pdf_syntax() == []
        assert all(one.objgen != other.objgen for one, other in pairwise(page.obj for page in pdf.pages))
