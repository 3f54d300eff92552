"""The table of a statement as its bank's profile sees it: the row of headings, what stands above it, and the cells of each movement."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from cobranza_rules.intake.archive import is_zip
from cobranza_rules.intake.bank.profile import BankProfile
from cobranza_rules.intake.cells import text_of
from cobranza_rules.intake.delimited import decoded, delimiter_of, read_delimited
from cobranza_rules.intake.heading_row import folded, plain
from cobranza_rules.intake.old_workbook import is_compound
from cobranza_rules.intake.spreadsheet import read_tables
from cobranza_rules.intake.table import Table, Value
from cobranza_rules.problems import ProblemError

DEEPEST_HEADING = 60  # Rows of preamble: name and address of the holder, totals, notes
_HEAD_BYTES = 2**16
_MOJIBAKE = ("Ã", "Â")


@dataclass(frozen=True, slots=True)
class Layout:
    """`row` of the headings counts from 0; `columns` maps what is held to the numbers of its columns; `missing` are headings not found."""

    row: int
    columns: dict[str, tuple[int, ...]]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BankSheet:
    table: Table
    layout: Layout

    def cell(self, row: int, holds: str) -> Value:
        """The first of its columns that is filled; None where there is no such column, or nothing in it."""
        return next((value for value in self.cells(row, holds) if value is not None), None)

    def cells(self, row: int, holds: str) -> list[Value]:
        return [cleaned(self.table.value(row, number)) for number in self.layout.columns.get(holds, ())]

    def place(self, row: int, holds: str) -> str:
        return self.table.place(row, self.layout.columns.get(holds, (0,))[0])

    def beyond(self, row: int) -> int | None:
        """The first filled cell that stands to the right of all headings, as in a row whose cells were shifted."""
        width = len(self.table.rows[self.layout.row])
        cells = self.table.rows[row]
        return next((number for number in range(width, len(cells)) if cleaned(cells[number]) is not None), None)


def cleaned(value: Value) -> Value:
    """Without the apostrophes that keep a spreadsheet program from reading a number, and with letters mended that were encoded twice."""
    if not isinstance(value, str):
        return value
    text = mended(value)
    if text.startswith("'"):
        text = text[1:].removesuffix("'")
    return text.strip() or None


def mended(text: str) -> str:
    """`DÃ­a`, which is UTF-8 that somebody took for Windows-1252, is `Día`."""
    if any(sign in text for sign in _MOJIBAKE):
        try:
            return text.encode("cp1252").decode("utf-8")
        except UnicodeError:
            return text
    return text


def line_of(cells: Sequence[Value]) -> str:
    """A row as one text."""
    return " ".join(text for cell in cells if (text := text_of(cleaned(cell))))


def layout_of(rows: Sequence[Sequence[Value]], profile: BankProfile) -> Layout | None:
    """The row that has the most of the profile's headings, with those that it lacks; None where no row has any."""
    best: Layout | None = None
    begun = not profile.table_after
    for number, cells in enumerate(rows[:DEEPEST_HEADING]):
        if not begun:
            begun = folded(profile.table_after) in folded(line_of(cells))
            continue
        found = _layout(number, cells, profile)
        if found.columns and (best is None or len(found.missing) < len(best.missing)):
            best = found
    return best


def _layout(number: int, cells: Sequence[Value], profile: BankProfile) -> Layout:
    said = [plain(cleaned(cell)) if isinstance(cell, str) else "" for cell in cells]
    columns: dict[str, tuple[int, ...]] = {}
    missing = []
    for wanted in profile.columns:
        at = next((said.index(heading) for heading in wanted.headings if heading in said), None)
        if at is not None:
            columns[wanted.holds] = (*columns.get(wanted.holds, ()), at)
        elif wanted.holds not in profile.optional:
            missing.append(wanted.headings[0])
    return Layout(number, columns, tuple(missing))


class Heads:
    """The rows of a file in which headings may stand, for one profile after the other. Never raises."""

    def __init__(self, content: bytes, file: str) -> None:
        self._content, self._file = content, file

    def fit(self, profile: BankProfile) -> bool:
        """Whether all headings of the profile stand in one row."""
        found = [layout_of(rows, profile) for rows in (self._sheets if self._is_workbook else [self._lines(profile)])]
        return any(layout is not None and not layout.missing for layout in found)

    @property
    def _is_workbook(self) -> bool:
        return is_zip(self._content) or is_compound(self._content)

    @cached_property
    def _sheets(self) -> list[list[Sequence[Value]]]:
        try:
            return [table.rows[:DEEPEST_HEADING] for table in read_tables(self._content, self._file)]  # type: ignore[misc]
        except ProblemError:
            return []

    @cached_property
    def _text(self) -> str:
        """As far as headings may stand, up to the end of a line; empty where the bytes are no text."""
        head = self._content if len(self._content) <= _HEAD_BYTES else self._content[:_HEAD_BYTES].rpartition(b"\n")[0]
        text = decoded(head) or ""
        return "" if text.lstrip().startswith("<") else text

    def _lines(self, profile: BankProfile) -> list[Sequence[Value]]:
        delimiter = profile.delimiter.sign if profile.delimiter else delimiter_of(self._text)
        lines = self._text.splitlines()[:DEEPEST_HEADING]
        return [[cell.strip() or None for cell in next(csv.reader([line], delimiter=delimiter), [])] for line in lines]


def open_sheet(content: bytes, file: str, profile: BankProfile) -> tuple[Table, Layout | None]:
    """The table whose headings fit best, and how. Raises ProblemError where the file cannot be read at all."""
    if is_zip(content) or is_compound(content):
        tables = read_tables(content, file)
    else:
        tables = [read_delimited(content, file, profile.delimiter.sign if profile.delimiter else "")]
    found = [(table, layout_of(table.rows[:DEEPEST_HEADING], profile)) for table in tables]
    known = [(table, layout) for table, layout in found if layout is not None]
    return min(known, key=lambda each: len(each[1].missing)) if known else (tables[0], None)
