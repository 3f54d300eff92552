"""The number of its sheet on each page, at the lower right as the page is seen, however it is turned; the mark of a draft at the lower left."""

from __future__ import annotations

import pikepdf
from pikepdf import Dictionary, Name, Pdf

SIZE = 8.0  # Points
ASIDE, UP = 30.0, 14.0  # From the lower corners
_FONT_NAME = "/FFoja"


class Foliation:
    def __init__(self, pdf: Pdf) -> None:
        plain = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
        self._font = pdf.make_indirect(plain)

    def stamp(self, page: pikepdf.Page, text: str, mark: str = "") -> None:
        """Both are written over what the page shows, dark with a light edge, so that they can be read on a scan too."""
        name = page.add_resource(self._font, Name.Font, name=Name(_FONT_NAME), replace_existing=False)
        page.contents_add(b"q\n", prepend=True)
        matrix, width, unit = _seen(page)
        page.contents_add(b"\nQ " + _written(text, str(name), matrix, width - (ASIDE + width_of(text)) / unit, unit))
        if mark:
            page.contents_add(_written(mark, str(name), matrix, ASIDE / unit, unit))


def _seen(page: pikepdf.Page) -> tuple[str, float, float]:
    """The matrix from the page as it is seen to its own space (ISO 32000-1, 8.3.4), its seen width, and the scale of its units."""
    box = [float(value) for value in page.cropbox]
    left, bottom, right, top = min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3])
    unit = float(page.obj.get("/UserUnit", 1)) or 1.0
    match _turned(page):
        case 90:
            return f"0 1 -1 0 {right:.2f} {bottom:.2f}", top - bottom, unit
        case 180:
            return f"-1 0 0 -1 {right:.2f} {top:.2f}", right - left, unit
        case 270:
            return f"0 -1 1 0 {left:.2f} {top:.2f}", top - bottom, unit
        case _:
            return f"1 0 0 1 {left:.2f} {bottom:.2f}", right - left, unit


def _turned(page: pikepdf.Page) -> int:
    return int(page.obj.get("/Rotate", 0)) % 360


def _written(text: str, font: str, matrix: str, left: float, unit: float) -> bytes:
    size = SIZE / unit
    shown = text.encode("cp1252", errors="replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    place = f"\nq {matrix} cm BT {font} {size:.2f} Tf 1 0 0 1 {left:.2f} {UP / unit:.2f} Tm ".encode()
    drawn = b"1 j 1 G " + f"{2 / unit:.2f} w 1 Tr (".encode() + shown + b") Tj "
    again = f"1 0 0 1 {left:.2f} {UP / unit:.2f} Tm 0.2 g 0 Tr (".encode() + shown + b") Tj ET Q"
    return place + drawn + again


def width_of(text: str) -> float:
    """Points in Helvetica, near enough to set a short line to the right (Adobe Font Metrics: digits 556, blanks 278)."""
    narrow = sum(letter in " .,:;il|!'ítfj" for letter in text)
    return SIZE * (narrow * 0.28 + (len(text) - narrow) * 0.56)
