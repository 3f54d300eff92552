"""A letter of several pages for wkhtmltopdf's unpatched Qt, which repeats neither headings of tables nor headers and footers.

Two prints: the pieces that repeat, each on a page of its own, which tells how high they are; and the text, with room for them on every page
and a mark on each row, which tells where pages break. `page_stamps` then puts the pieces where they belong, as Word does: the letterhead and its
footer on the first page, the others on the following ones, and the heading over a table that goes on.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cobranza_rules.language import _
from cobranza_rules.letters.html_page import HEADING_MARK, LOOSE, ROW_MARK, ROW_TOP, PageGeometry, Sheet
from cobranza_rules.letters.page_stamps import Overlay, Stamped
from cobranza_rules.letters.pdf_engine import pdf_error
from cobranza_rules.letters.print_marks import ROUND, ROW, TOP, Mark, mark_html, on_line

SURELY_LONG = 40  # Rows of tables with headings: such a letter is not tried on one page first. Where it fits after all it looks the same.
_LEAST_TEXT = 144.0  # Points of a page that header, footer and headings have to leave to the text
_NEW_PAGE = ' style="page-break-before:always;'
_HEADED = re.compile(r'(<table class="t\d+ rows headed" style="[^"]*"><colgroup>.*?</colgroup>)(<thead>.*?</thead>)', re.DOTALL)
_PLACES = re.compile(rf'<table class="t\d+ rows headed"|{ROW_TOP}|{HEADING_MARK}|{ROW_MARK}')
_BORDER = 1.0  # Points of a row's upper border that stay on the page before
_FIRST_HEADER, _HEADER, _FIRST_FOOTER, _FOOTER, _HEADINGS = range(5)  # Pages of the print of pieces


def surely_long(html: str) -> bool:
    return html.count(ROW_MARK) >= SURELY_LONG


@dataclass(frozen=True, slots=True)
class _Row:
    table: int
    heading: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """Points from the edges of the paper. The text begins at `top`; up to `heading` above it is room for the heading of a table."""

    top: float
    bottom: float
    heading: float
    first_top: float


class LongLetter:
    """`heights` are those of the pieces in points, once `measure` has seen their print."""

    def __init__(self, html: str) -> None:
        self.sheet, self.page = Sheet.from_html(html), PageGeometry.from_html(html)
        self.head = html.partition("<body>")[0]
        self.table_headings = ["".join(found.groups()) + "</table>" for found in _HEADED.finditer(self.sheet.body)]
        self.headings = list(dict.fromkeys(self.table_headings))
        self.heights: list[float] = []
        self.rows: list[_Row] = []
        self.moved: set[int] = set()  # Tables that begin on a new page, for their heading would stand alone at the end of one

    def pieces_html(self) -> str:
        sheet = self.sheet
        pieces = (sheet.first_header, sheet.header, sheet.first_footer, sheet.footer, *self.headings)
        # Of an empty piece only the lowest line is printed: without it there would be no page.
        shown = (f'<div style="overflow:hidden">{piece}</div>{mark_html(0)}<div style="height:1pt"></div>' for piece in pieces)
        return self._page('<div style="page-break-before:always"></div>'.join(shown))

    def measure(self, marks: Sequence[Sequence[Mark]]) -> None:
        """`marks` of each page of the pieces' print. Raises ProblemError where the pieces leave no room for text."""
        ends = [[mark.below for mark in page if mark.kind == ROW] for page in marks]
        self.heights = [end[-1] for end in ends if end]
        wanted = _HEADINGS + len(self.headings)
        if len(self.heights) != wanted or len(marks) != wanted:  # One that is higher than a page ends on a page that is not its own.
            raise pdf_error(_("header, footer and headings of tables do not fit on one page"), _("make them lower in the template"))
        frame = self.frame
        if frame.top + frame.bottom + _LEAST_TEXT > self.page.height:
            raise pdf_error(_("header, footer and headings of tables do not fit on one page"), _("make them lower in the template"))

    @property
    def frame(self) -> Frame:
        page, heights = self.page, self.heights
        heading = max(heights[_HEADINGS:], default=0.0)
        return Frame(
            top=max(page.top, page.header + heights[_HEADER]) + heading,
            bottom=max(page.bottom, page.footer + max(heights[_FIRST_FOOTER], heights[_FOOTER])),
            heading=heading,
            first_top=max(page.top, page.header + heights[_FIRST_HEADER]),
        )

    @property
    def text_page(self) -> PageGeometry:
        """The page of the text's print: its margins are what the pieces leave."""
        frame = self.frame
        return replace(self.page, header=frame.top, footer=frame.bottom)

    def text_html(self) -> str:
        self.rows, tables = [], -1

        def marked(found: re.Match[str]) -> str:
            nonlocal tables
            if found[0] == ROW_TOP:
                return mark_html(len(self.rows), TOP)
            if found[0] in (HEADING_MARK, ROW_MARK):
                self.rows.append(_Row(tables, found[0] == HEADING_MARK))
                return on_line(mark_html(len(self.rows) - 1))
            tables += 1
            return found[0] + (' data-moved=""' if tables in self.moved else "")

        body = _PLACES.sub(marked, self.sheet.body).replace(' data-moved="" style="', _NEW_PAGE)
        frame = self.frame
        return self._page(f'<div style="height:{max(frame.first_top - frame.top, 0):.2f}pt"></div>{body}', LOOSE)

    def _page(self, body: str, kind: str = "") -> str:
        return f'{self.head}<body class="{kind}">{body}</body></html>'

    def move_on(self, marks: Sequence[Sequence[Mark]]) -> bool:
        """Whether a heading stands alone at the end of a page of the text's print: then `text_html` has its table begin on the next one."""
        pages = self._pages_of_rows(marks)
        alone = {
            row.table
            for index, (row, following) in enumerate(itertools.pairwise(self.rows))
            if row.heading and not following.heading and pages.get(index, 0) < pages.get(index + 1, 0)
        }
        found = alone - self.moved
        self.moved |= found
        return bool(found)

    def stamped(self, marks: Sequence[Sequence[Mark]]) -> list[Stamped]:
        """What each page of the text's print is to bear, and how far its text moves up."""
        crossings = dict(self._crossings(self._pages_of_rows(marks)))
        return [
            self._stamped(number, crossings.get(number), self._end(marks[number], crossings.get(number + 1)))
            for number in range(len(marks))
        ]

    @staticmethod
    def _end(marks: Sequence[Mark], following: int | None) -> float | None:
        """Where a row begins on this page whose text stands on the next one: an empty strip of it would be seen."""
        tops = [mark.below for mark in marks if mark.kind == TOP and following is not None and mark.code == following % ROUND]
        return tops[-1] + _BORDER if tops else None

    def _stamped(self, number: int, going_on: int | None, until: float | None) -> Stamped:
        """`going_on` is the row with which the page begins, where its table began before."""
        page, frame, heights = self.page, self.frame, self.heights
        header, footer = (_FIRST_HEADER, _FIRST_FOOTER) if number == 0 else (_HEADER, _FOOTER)
        overlays = [
            Overlay(header, page.header, heights[header]),
            Overlay(footer, page.height - page.footer - heights[footer], heights[footer]),
        ]
        if number == 0:
            return Stamped(max(frame.top - frame.first_top, 0), overlays, until)
        if going_on is None:
            return Stamped(frame.heading, overlays, until)
        heading = _HEADINGS + self.headings.index(self.table_headings[self.rows[going_on].table])
        overlays.append(Overlay(heading, frame.top - frame.heading, heights[heading]))
        return Stamped(frame.heading - heights[heading], overlays, until)

    def _pages_of_rows(self, marks: Sequence[Sequence[Mark]]) -> dict[int, int]:
        """A mark on the border of two pages is drawn on both: its row is on the later one."""
        pages: dict[int, int] = {}
        following = 0
        for number, page in enumerate(marks):
            for mark in (each for each in page if each.kind == ROW):
                if mark.code == following % ROUND:
                    following += 1
                elif mark.code != (following - 1) % ROUND:
                    continue
                pages[following - 1] = number
        return pages

    def _crossings(self, pages: Mapping[int, int]) -> Iterator[tuple[int, int]]:
        """Pages that begin in the middle of a table, and the rows with which they do."""
        for index, (before, row) in enumerate(itertools.pairwise(self.rows), start=1):
            if before.table == row.table and not row.heading and pages.get(index - 1, 0) < pages.get(index, 0):
                yield pages[index], index
