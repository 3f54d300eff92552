"""A table as a spreadsheet shows it: rows of plain values, and the name of each cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

MOST_ROWS = 200_000
MOST_COLUMNS = 500

Value = str | int | Decimal | dt.date | None  # dt.datetime is a dt.date; None is an empty cell.


@dataclass(frozen=True, slots=True)
class Table:
    """`name` is the sheet's, empty for a text file. Rows and columns count from 0 here and may be of unequal length.

    `merged` lists cells merged across columns: (row, first column, last column); only the first one holds the value.
    """

    name: str
    rows: Sequence[Sequence[Value]]
    merged: tuple[tuple[int, int, int], ...] = ()

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
