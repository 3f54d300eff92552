"""How far a sheet reaches, found by searches in its XML alone.

Many times faster than tag by tag, and only where the XML is as nearly every program writes it. Whatever is unusual is left to the slow way (`workbook_bounds`), which understands all of it and says what is wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

# Each cell and row tells its place first (ECMA-376 part 1, 18.3.1.4 and 18.3.1.73).
_CELL = re.compile(rb'<c r="([A-Z]{1,3})[1-9][0-9]{0,6}"')
_ROW = re.compile(rb'<row r="([1-9][0-9]{0,6})"')
_OTHER_NAME = re.compile(rb"<(?:c|row)[A-Za-z]")  # <cols>, <rowBreaks>: elements that only begin alike
_PREFIXED = re.compile(rb":(?:c|row)[\s/>]")
_SPACED = re.compile(rb"[\t\n\r][rt][\s=]|[\s<](?:c|row|r|t)[\t\n\r]|[\t\n\r]=")  # White space that is no blank around names
_COUNT = re.compile(rb"ount\s*=\s*[\"']([^\"']*)[\"']")


@dataclass(frozen=True, slots=True)
class Extent:
    """`rows` and `columns` count from 1; `count` is the largest count that the part tells; `showing` how many cells show a shared string."""

    rows: int
    columns: int
    count: int
    showing: int

    def within(self, rows: int, columns: int, cells: int) -> bool:
        return self.rows <= rows and self.columns <= columns and self.rows * self.columns <= cells and self.count <= cells


def plain_extent(part: bytes) -> Extent | None:
    """None where an element could be a cell or row, or an attribute its place, that these searches do not see."""
    start = part.find(b"?>", 0, 200) + 1  # Past the declaration, which may be written in any way.
    if b"<!" in part or part.find(b"='", start) >= 0 or part.find(b" =", start) >= 0:
        return None
    if any(space in part[start + 8 :] and _SPACED.search(part, start) for space in (b"\t", b"\n", b"\r")):
        return None
    if (b":c" in part or b":row" in part) and _PREFIXED.search(part):
        return None
    cells, rows = _CELL.findall(part), _ROW.findall(part)
    places = len(cells) + len(rows)
    if part.count(b"<c") + part.count(b"<row") != places + len(_OTHER_NAME.findall(part)):
        return None
    if part.count(b" r=") != places:
        return None
    counts = _COUNT.findall(part)
    last_row = max(map(int, rows), default=0)
    if not all(map(bytes.isdigit, counts)) or _beyond(last_row).search(part):  # A cell may state another row than the one it stands in.
        return None
    columns = max((column_number(letters.decode("ascii")) for letters in set(cells)), default=0)
    return Extent(last_row, columns, max(map(int, counts), default=0), part.count(b't="s"'))


@lru_cache(maxsize=256)
def _beyond(row: int) -> re.Pattern[bytes]:
    """Cells of rows after that one: the number has more digits, or as many and a larger one at the first place where they differ."""
    digits = str(row)
    ways = [rf"[1-9][0-9]{{{len(digits)},}}"]
    ways += [
        rf"{digits[:place]}[{int(digit) + 1}-9][0-9]{{{len(digits) - place - 1}}}" for place, digit in enumerate(digits) if digit != "9"
    ]
    return re.compile(rf'<c r="[A-Z]{{1,3}}(?:{"|".join(ways)})"'.encode("ascii"))


@lru_cache(maxsize=1024)
def column_number(letters: str) -> int:
    """A is 1, Z 26, AA 27. Raises ValueError where they are no column."""
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):  # XFD is the last one.
        raise ValueError(letters)
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
