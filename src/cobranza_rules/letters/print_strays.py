"""What Qt paints on a page of the beginning of the next one: a block that was moved there begins where the page ends, and rounding lets it in.

Its text cannot be seen, for the page ends above it, but whoever searches or copies would find it twice; of its ground a strip would be seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

SCALE = 0.75  # Points of a unit of Qt's page
_PIXEL = 0.6  # Points; what begins lower than this above the end of a page belongs to the next one.
_NUMBER = rb"(-?[\d.]+)"
_PLACED = rb"q\n" + _NUMBER + rb" 0 0 [\d.]+ -?[\d.]+ " + _NUMBER + rb" cm\n"
_TEXT = re.compile(_PLACED + rb"[^q]*?BT\n/F\d+ [\d.]+ Tf 1 0 0 -1 0 0 Tm\n-?[\d.]+ " + _NUMBER + rb" Td.*?ET\nQ\n", re.DOTALL)
_GROUND = re.compile(_PLACED + rb"-?[\d.]+ " + _NUMBER + rb" [\d.]+ " + _NUMBER + rb" re\nf\nQ\n")


def without_strays(drawing: bytes, height: float) -> bytes:
    """The drawing operators of a page whose text area is `height` points high; the very same object where there is nothing to leave out."""
    kept, end = [], 0
    for begin, until in sorted(_strays(drawing, height)):
        kept.append(drawing[end:begin])
        end = until
    return b"".join((*kept, drawing[end:])) if end else drawing


def _strays(drawing: bytes, height: float) -> Iterator[tuple[int, int]]:
    """Text whose base line lies below the page, and grounds that begin at its end and go on."""
    for found in _TEXT.finditer(drawing):
        scale, moved, line = (float(group) for group in found.groups())
        if (moved - scale * line) * SCALE > height:  # The axis of a line of text goes up.
            yield found.span()
    for found in _GROUND.finditer(drawing):
        scale, moved, top, high = (float(group) for group in found.groups())
        if (moved + scale * top) * SCALE > height - _PIXEL and (moved + scale * (top + high)) * SCALE > height:
            yield found.span()
