"""Pages of a PDF as pictures, and pictures side by side: for eyes that compare."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

import pypdfium2
from PIL import Image, ImageDraw, ImageFont

from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError

DOTS_PER_INCH = 80
MOST_PAGES = 50
_GAP, _HEADING, _GROUND, _INK = 16, 30, (225, 229, 235), (31, 58, 95)


@dataclass(frozen=True, slots=True)
class PictureColumn:
    """One document: what stands above it, and its pages."""

    heading: str
    pages: tuple[Image.Image, ...]


def pages_of(content: bytes, dots_per_inch: int = DOTS_PER_INCH) -> tuple[Image.Image, ...]:
    """The first MOST_PAGES pages of a PDF of ours. Raises ProblemError where it is none."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        what = _("the PDF cannot be shown as a picture: {detail}", detail=str(error))
        raise ProblemError([Problem(what, _("'cobranza doctor' checks the engine"))]) from None
    try:
        shown = range(min(len(document), MOST_PAGES))
        return tuple(document[number].render(scale=dots_per_inch / 72).to_pil().convert("RGB") for number in shown)
    finally:
        document.close()


def side_by_side(columns: Sequence[PictureColumn]) -> bytes:
    """A PNG: a column a document, a row a page; the same pictures give the same bytes."""
    rows = list(zip_longest(*(column.pages for column in columns)))
    widths = [max((page.width for page in column.pages), default=0) for column in columns]
    heights = [max(page.height for page in row if page is not None) for row in rows]
    size = (sum(widths) + _GAP * (len(widths) + 1), _HEADING + sum(heights) + _GAP * (len(heights) + 1))
    sheet = Image.new("RGB", size, _GROUND)
    drawing = ImageDraw.Draw(sheet)
    lefts = [_GAP + sum(widths[:column]) + _GAP * column for column in range(len(widths))]
    for column, left in zip(columns, lefts, strict=True):
        drawing.text((left, _GAP / 2), column.heading, fill=_INK, font=ImageFont.load_default(15))
    top = _HEADING + _GAP
    for row, height in zip(rows, heights, strict=True):
        for page, left in zip(row, lefts, strict=True):
            if page is not None:
                sheet.paste(page, (left, top))
        top += height + _GAP
    return as_png(sheet)


def as_png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()
