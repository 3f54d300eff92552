"""Marks that tell where something came to stand in a PDF: specks without a size, in a colour near white, drawn under everything else.

Only the layout knows where pages break and how high a heading is. Qt 5 writes each filled rectangle plainly, so what it drew can be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

ROW, LINK, TOP = 254, 253, 252  # Reds: what is marked. TOP is the upper edge of a row, whose text may stand on the next page.
GREEN, BLUE = 240, 240  # And up to 15 more of each: 256 marks that can be told apart
ROUND = 256
_SMALL = 2.0  # Units of Qt's drawing; a rectangle of a template in such a colour is larger.
_SCALE = 0.75  # Points of a unit of Qt's page
_NUMBER = rb"(-?[\d.]+)"
_SPECK = re.compile(
    rb"/CSp cs " + rb" ".join([_NUMBER] * 3) + rb" scn\n/GSa gs\nq\n"
    rb"[\d.]+ 0 0 " + rb" ".join([_NUMBER] * 3) + rb" cm\n" + rb" ".join([_NUMBER] * 4) + rb" re\nf\n"
)


@dataclass(frozen=True, slots=True)
class Mark:
    """Of what `kind`; `code` is its number modulo ROUND; `right` and `below` are its distances in points from the left and the upper margin of its page."""

    kind: int
    code: int
    right: float
    below: float


def mark_html(number: int, kind: int = ROW) -> str:
    code = number % ROUND
    return (
        '<i style="position:absolute;z-index:-1;width:.1pt;height:.1pt;'
        f'background-color:rgb({kind},{GREEN + code // 16},{BLUE + code % 16})"></i>'
    )


def on_line(mark: str) -> str:
    """The mark on the baseline of a line, with which it moves to the next page."""
    return f'<i style="display:inline-block;width:0;height:0">{mark}</i>'


def marks_of(drawing: bytes) -> Iterator[Mark]:
    """Of the drawing operators of one page, in the order in which they were drawn, which is that of the HTML."""
    for found in _SPECK.finditer(drawing):
        red, green, blue, scale, moved_right, moved, x, y, width, height = (float(group) for group in found.groups())
        high, low = round(green * 255) - GREEN, round(blue * 255) - BLUE
        kind = round(red * 255)
        if kind in (ROW, LINK, TOP) and 0 <= high < 16 and 0 <= low < 16 and width <= _SMALL and height <= _SMALL:
            yield Mark(kind, high * 16 + low, (moved_right + scale * x) * _SCALE, (moved + scale * y) * _SCALE)
