"""A large sheet cut into pieces between its rows, each of them a sheet of its own: its reader lays out one at a time.

Only a sheet that is written as nearly all are can be cut; where a piece is anything else, or could be, the sheet is left whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cobranza_rules.intake.archive import MB
from cobranza_rules.intake.plain_extent import Extent, plain_extent

PIECE = MB // 4  # Of XML: some 500 rows of 14 cells
_LONGEST_HEAD = _LONGEST_ROW = 4 * MB
_OPENING, _CLOSING, _ROW_END = b"<sheetData>", b"</sheetData>", b"</row>"
_FOOT = b"</sheetData></worksheet>"
_DIMENSION = re.compile(rb"<dimension [^<>]*/>")  # Of the whole sheet: its reader would reserve memory for all of it.


class NotPlainError(Exception):
    """The workbook is written in an unusual way: it has to be read as a whole."""


def pieces_of(part: Iterator[bytes]) -> Iterator[bytes]:
    """`part` is the XML of a sheet as it is unpacked. The last piece holds no rows, but what stands after them (merged cells).

    Raises NotPlainError where it cannot be cut.
    """
    head, held = _head(part)
    while _CLOSING not in held:
        cut = held.rfind(_ROW_END) + len(_ROW_END) if len(held) >= PIECE else 0
        if cut >= len(_ROW_END):
            yield head + held[:cut] + _FOOT
            held = held[cut:]
        if len(held) > _LONGEST_ROW:
            raise NotPlainError
        more = next(part, b"")
        if not more:
            raise NotPlainError
        held += more
    rows, _closing, tail = held.partition(_CLOSING)
    if rows:
        yield head + rows + _FOOT
    yield b"".join((head, _CLOSING, tail, *part))


def _head(part: Iterator[bytes]) -> tuple[bytes, bytes]:
    """What stands up to the first row, and what was read beyond it."""
    held = b""
    while _OPENING not in held:
        more = next(part, b"")
        if not more or len(held) > _LONGEST_HEAD:
            raise NotPlainError
        held += more
    before, opening, rest = held.partition(_OPENING)
    return _DIMENSION.sub(b"", before) + opening, rest


def extent_of(piece: bytes, after: int) -> Extent:
    """`after` is the last row of the pieces before. Raises NotPlainError where it could be another one than it seems."""
    extent = None if b"\x00" in piece else plain_extent(piece)
    if extent is None or (extent.rows and extent.first <= after):
        raise NotPlainError
    return extent
