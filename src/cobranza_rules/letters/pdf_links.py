"""Links in the PDFs of wkhtmltopdf's unpatched Qt, which knows none: marks tell where a link's text came to stand, and an annotation covers it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape

from cobranza_rules.letters.print_marks import LINK, ROUND, Mark, mark_html, on_line

_LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.DOTALL)
_ASCENT, _DESCENT = 9.0, 3.0  # Points above and below the baseline, as of a text of 10 points
_SAME_LINE = 2.0  # Points


@dataclass(frozen=True, slots=True)
class Area:
    """Points from the left and the upper margin of a page."""

    address: str
    left: float
    top: float
    right: float
    bottom: float


def marked(html: str) -> tuple[str, list[str]]:
    """The page with a mark at both ends of each link, and the addresses in their order."""
    addresses: list[str] = []

    def ends(found: re.Match[str]) -> str:
        addresses.append(unescape(found[1]))
        begin, end = (on_line(mark_html(2 * len(addresses) + side, LINK)) for side in (-2, -1))
        return f"{begin}{found[2]}{end}"

    return _LINK.sub(ends, html), addresses


def areas(pages: Sequence[Sequence[Mark]], addresses: Sequence[str], width: float) -> list[list[Area]]:
    """Of each page the areas of its links; `width` is that of the text. A link over two pages has none: a rare thing, and its text is read."""
    following = 0
    found: list[list[Area]] = []
    for marks in pages:
        ends: dict[int, Mark] = {}
        for mark in (
            each for each in marks if each.kind == LINK
        ):  # What is not shown has no mark, so numbers may be missing, but never go back.
            following += (mark.code - following) % ROUND
            ends[following] = mark
        both = [(number // 2, ends[number], ends[number + 1]) for number in ends if number % 2 == 0 and number + 1 in ends]
        found.append([area for index, begin, end in both for area in _lines(addresses[index], begin, end, width)])
    return found


def _lines(address: str, begin: Mark, end: Mark, width: float) -> Iterator[Area]:
    if end.below - begin.below < _SAME_LINE:
        yield Area(address, begin.right, begin.below - _ASCENT, end.right, begin.below + _DESCENT)
        return
    yield Area(address, begin.right, begin.below - _ASCENT, width, begin.below + _DESCENT)
    if end.below - begin.below > 2 * (_ASCENT + _DESCENT):
        yield Area(address, 0, begin.below + _DESCENT, width, end.below - _ASCENT)
    yield Area(address, 0, end.below - _ASCENT, end.right, end.below + _DESCENT)
