"""How far a sheet reaches, found by searches in its XML alone.

Many times faster than tag by tag, and only where the XML is as nearly every program writes it. Whatever is unusual is left to the slow way (`workbook_bounds`), which understands all of it and says what is wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

# Each row and cell tells its place first (ECMA-376 part 1, 18.3.1.73 and 18.3.1.4).
_ROW = re.compile(rb'<row r="([1-9][0-9]{0,6})"')
_ANY = re.compile(rb"[<:](?:c|row)[\s/>]")
_PREFIXED = re.compile(rb":(?:c|row)[\s/>]")
_SPACED = re.compile(rb"[\t\n\r][rt][\s=]|[\s<](?:c|row|r|t)[\t\n\r]|[\t\n\r]=|=[\t\n\r]")  # White space that is no blank around names
_OPENING, _CLOSING = b"<sheetData>", b"</sheetData>"
_COUNT = re.compile(rb"ount\s*=\s*[\"']([^\"']*)[\"']")


@dataclass(frozen=True, slots=True)
class Extent:
    """`first` is the first row and `rows` the last one; both and `columns` count from 1, 0 where there are none.

    `count` is the largest count that the part tells; `showing` how many cells show a shared string.
    """

    first: int
    rows: int
    columns: int
    count: int
    showing: int

    def within(self, rows: int, columns: int, cells: int) -> bool:
        return self.rows <= rows and self.columns <= columns and self.rows * self.columns <= cells and self.count <= cells


def plain_extent(part: bytes) -> Extent | None:
    """None where an element could be a cell or row, or an attribute its place, that these searches do not see."""
    counts = _COUNT.findall(part)
    if (b"!" in part and b"<!" in part) or not all(map(bytes.isdigit, counts)):
        return None
    count = max(map(int, counts), default=0)
    opening, closing = part.find(_OPENING), part.rfind(_CLOSING)
    if opening < 0:
        return None if _ANY.search(part) else Extent(0, 0, 0, count, 0)
    start = part.find(b"?>", 0, 200) + 1  # Past the declaration, which may be written in any way.
    if any(part.find(unusual, start) >= 0 for unusual in (b"='", b" =", b"= ")):
        return None
    if any(part.find(space, start + 8) >= 0 for space in (b"\t", b"\n", b"\r")) and _SPACED.search(part, start):
        return None
    if _ANY.search(part[:opening]) or _ANY.search(part[closing:]):
        return None
    return _of_rows(part[opening:closing], count)


def _of_rows(rows: bytes, count: int) -> Extent | None:
    """What stands between the tags of sheetData."""
    told = _ROW.findall(rows)
    numbers = [int(number) for number in told]
    last = max(numbers, default=0)
    cells = _cell_up_to(last).findall(rows)
    if rows.count(b"<c") != len(cells) or rows.count(b"<row") != len(told) or rows.count(b" r=") != len(cells) + len(told):
        return None
    if _PREFIXED.search(rows):
        return None
    columns = max((column_number(letters.decode("ascii")) for letters in set(cells)), default=0)
    return Extent(min(numbers, default=0), last, columns, count, rows.count(b't="s"'))


@lru_cache(maxsize=256)
def _cell_up_to(row: int) -> re.Pattern[bytes]:
    """A cell of no later row: it may state another one than the row that it stands in, and its reader believes the cell.

    A number is larger where it has more digits, or as many and a larger one at the first place where they differ.
    """
    digits = str(row)
    larger = [rf"[1-9][0-9]{{{len(digits)},}}"]
    larger += [
        rf"{digits[:place]}[{int(digit) + 1}-9][0-9]{{{len(digits) - place - 1}}}" for place, digit in enumerate(digits) if digit != "9"
    ]
    return re.compile(rf'<c r="([A-Z]{{1,3}})(?!(?:{"|".join(larger)})")[1-9][0-9]{{0,6}}"'.encode("ascii"))


@lru_cache(maxsize=1024)
def column_number(letters: str) -> int:
    """A is 1, Z 26, AA 27. Raises ValueError where they are no column."""
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):  # XFD is the last one.
        raise ValueError(letters)
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
