"""The last hand at a PDF of wkhtmltopdf: what repeats on its pages, their numbers, and the date of the letter instead of the clock's."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

import pikepdf

from cobranza_rules.letters.html_page import PageGeometry
from cobranza_rules.letters.page_numbers import FONT, Numbering
from cobranza_rules.letters.pdf_links import Area
from cobranza_rules.letters.print_marks import Mark, marks_of
from cobranza_rules.letters.print_strays import without_strays

_BLEED = 1.0  # Points around a piece: the outer half of its borders


@dataclass(frozen=True, slots=True)
class Overlay:
    """A page of the pieces' print; `top` is where its upper edge comes to stand, in points from the upper edge of the paper."""

    piece: int
    top: float
    height: float


@dataclass(frozen=True, slots=True)
class Stamped:
    """What one page bears; its own content moves up by `up` points, and ends `until` points below its upper margin where that is said."""

    up: float = 0.0
    overlays: Sequence[Overlay] = field(default_factory=tuple)
    until: float | None = None


def page_marks(content: bytes) -> list[list[Mark]]:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return [list(marks_of(page.Contents.read_bytes())) for page in pdf.pages]


def page_count(content: bytes) -> int:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return len(pdf.pages)


@dataclass(frozen=True, slots=True)
class Printed:
    """What came out of the program, on pages with the margins `page.header` and `page.left`; `links` are those of each page."""

    content: bytes
    page: PageGeometry
    links: Sequence[Sequence[Area]]


def finished(text: Printed, numbering: Numbering | None, created: str, stamps: Stamps | None = None) -> bytes:
    """`created` is a date as YYYYMMDD. The same arguments give the same bytes."""
    page = text.page
    with pikepdf.open(io.BytesIO(text.content)) as pdf:
        pdf.docinfo["/CreationDate"] = f"D:{created}000000Z"
        font = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Font,
                Subtype=pikepdf.Name.Type1,
                BaseFont=pikepdf.Name.Helvetica,
                Encoding=pikepdf.Name.WinAnsiEncoding,
            )
        )
        forms = stamps.forms(pdf) if stamps is not None else []
        count = len(pdf.pages)
        for number, each in enumerate(pdf.pages):
            stamped = stamps.pages[number] if stamps is not None else Stamped()
            if stamps is not None:
                _clean(pdf, each, page)
            _link(pdf, each, text.links[number], page, page.header - stamped.up)
            after = [b"Q"]
            for overlay in stamped.overlays:
                assert stamps is not None
                after.append(_placed(each, forms[overlay.piece], overlay, stamps.pieces.page))
                _link(pdf, each, stamps.pieces.links[overlay.piece], page, overlay.top)
            if numbering is not None:
                each.add_resource(font, pikepdf.Name.Font, pikepdf.Name(FONT))
                after.append(numbering.drawing(number + 1, count, page if stamps is None else stamps.pieces.page))
            each.contents_add(_moved(stamped, page), prepend=True)
            each.contents_add(b"\n".join(after))
        file = io.BytesIO()
        pdf.save(file, deterministic_id=True)
        return file.getvalue()


def _clean(pdf: pikepdf.Pdf, each: pikepdf.Page, page: PageGeometry) -> None:
    drawing = each.Contents.read_bytes()
    cleaned = without_strays(drawing, page.height - page.header - page.footer)
    if cleaned is not drawing:
        each.Contents = pdf.make_stream(cleaned)


def _moved(stamped: Stamped, page: PageGeometry) -> bytes:
    lower = page.height - page.header - (stamped.until or 0)
    ends = "" if stamped.until is None else f" 0 {lower:.2f} {page.width:g} {page.height - lower:.2f} re W n"
    return f"q 1 0 0 1 0 {stamped.up:.2f} cm{ends}".encode()


def _link(pdf: pikepdf.Pdf, each: pikepdf.Page, areas: Sequence[Area], page: PageGeometry, top: float) -> None:
    """`top` is how far from the edge of the paper the areas' own page begins."""
    if areas and "/Annots" not in each:
        each.Annots = pikepdf.Array()
    for area in areas:
        upper, lower = (round(page.height - top - side, 2) for side in (area.top, area.bottom))
        annotation = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Link,
            Border=[0, 0, 0],
            Rect=[round(page.left + area.left, 2), lower, round(page.left + area.right, 2), upper],
            A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String(area.address)),
        )
        each.Annots.append(pdf.make_indirect(annotation))


@dataclass(frozen=True, slots=True)
class Stamps:
    """`pages` is what each page of the letter bears of the pieces."""

    pieces: Printed
    pages: Sequence[Stamped]

    def forms(self, pdf: pikepdf.Pdf) -> list[pikepdf.Object]:
        """Each page of the pieces as an object that other pages can draw."""
        page = self.pieces.page
        heights = {overlay.piece: overlay.height for stamped in self.pages for overlay in stamped.overlays}
        with pikepdf.open(io.BytesIO(self.pieces.content)) as pieces:
            forms = [pdf.copy_foreign(each.as_form_xobject()) for each in pieces.pages]
        upper = page.height - page.header
        for number, form in enumerate(forms):  # Qt paints the whole page white: no more of it than the piece may be drawn.
            form.BBox = pikepdf.Array([0, upper - heights.get(number, 0) - _BLEED, page.width, upper + _BLEED])
        return forms


def _placed(each: pikepdf.Page, form: pikepdf.Object, overlay: Overlay, page: PageGeometry) -> bytes:
    if not overlay.height:
        return b""
    name = each.add_resource(form, pikepdf.Name.XObject, pikepdf.Name(f"/Piece{overlay.piece}"))
    return f"q 1 0 0 1 0 {page.header - overlay.top:.2f} cm {name} Do Q".encode()
