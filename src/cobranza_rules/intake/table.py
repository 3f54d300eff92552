"""A table as a spreadsheet shows it: rows of plain values, and the name of each cell."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from cobranza_rules.language import _
from cobranza_rules.problems import Problem

MOST_ROWS = 250_000
MOST_COLUMNS = 500
MOST_TOLD = 10  # Hidden sheets
CELL = r"(?:(?P<sheet>.*)!)?(?P<column>[A-Z]{1,3})(?P<row>\d+)"  # As `Table.place` names one

Value = str | int | Decimal | dt.date | None  # dt.datetime is a dt.date; None is an empty cell.


@dataclass(frozen=True, slots=True)
class Table:
    """`name` is the sheet's, empty for a text file. Rows and columns count from 0 here and may be of unequal length.

    `merged` lists cells merged across columns: (row, first column, last column); only the first one holds the value. `tall` are those merged
    across rows: the last row by the first row and the column. `unsaved` are (row, column) of formulas whose values were not saved.
    `problems` are warnings about the table as a whole.
    """

    name: str
    rows: Sequence[Sequence[Value]]
    merged: tuple[tuple[int, int, int], ...] = ()
    tall: Mapping[tuple[int, int], int] = field(default_factory=dict)
    unsaved: frozenset[tuple[int, int]] = frozenset()
    problems: tuple[Problem, ...] = ()

    def value(self, row: int, column: int) -> Value:
        """None also for what lies beyond the table's end."""
        cells = self.rows[row] if 0 <= row < len(self.rows) else ()
        return cells[column] if column < len(cells) else None

    def place(self, row: int, column: int) -> str:
        """`Clientes!B7`, or `B7` for a text file: the name that a spreadsheet program gives the cell."""
        cell = f"{column_letters(column)}{row + 1}"
        return f"{self.name}!{cell}" if self.name else cell


def column_letters(column: int) -> str:
    letters, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def told_hidden(names: Sequence[str], file: str) -> tuple[Problem, ...]:
    """What is hidden may be an old state, or a helper's notes: it is not read, and that is told."""
    hint = _("show the sheet in your spreadsheet program if it belongs to the data")
    return tuple(Problem(_("the sheet is hidden and was not read"), hint, file, place=name, warning=True) for name in names[:MOST_TOLD])


def by_cell(problems: Iterable[Problem]) -> list[Problem]:
    """The problems of one file in the order of its rows and columns, however they were found; those of no cell first, sheets as they come."""
    listed = list(problems)
    cells = [re.fullmatch(CELL, problem.place) for problem in listed]
    sheets = list(dict.fromkeys(cell["sheet"] for cell in cells if cell))

    def place(number: int) -> tuple[int, int, int, str]:
        cell = cells[number]
        return (sheets.index(cell["sheet"]), int(cell["row"]), len(cell["column"]), cell["column"]) if cell else (-1, 0, 0, "")

    return [listed[number] for number in sorted(range(len(listed)), key=place)]
