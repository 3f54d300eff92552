"""The rows of a table as its reader hands them out, one after the other: no list of all of them is ever made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any, overload

import python_calamine

from cobranza_rules.intake.table import Value

_HEAD = 64  # Rows that stay at hand: title rows and headings are looked at again and again.
_EXACT = 2**53
_MIDNIGHT = dt.time()


class Rows(Sequence[Sequence[Value]]):
    """Whoever goes from the top to the bottom goes through the table once; a step back begins anew.

    `read` gives them all from the top; beyond its end, up to `length`, rows are empty.
    """

    def __init__(self, read: Callable[[], Iterator[list[Value]]], length: int) -> None:
        self._read = read
        self._length = length
        self._rows: Iterator[list[Value]] = iter(())
        self._next = length + 1  # No row is the last one that was given.
        self._last: list[Value] = []
        self._head: list[list[Value]] = list(islice(read(), _HEAD))

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[list[Value]]:
        return self._read()

    @overload
    def __getitem__(self, row: int) -> list[Value]: ...

    @overload
    def __getitem__(self, row: slice) -> list[list[Value]]: ...

    def __getitem__(self, row: int | slice) -> list[Value] | list[list[Value]]:
        if isinstance(row, slice):
            return [self[number] for number in range(*row.indices(self._length))]
        if not 0 <= row < self._length:
            raise IndexError(row)
        if row < len(self._head):
            return self._head[row]
        if row == self._next - 1:
            return self._last
        if row < self._next:
            self._rows, self._next = self._read(), 0
        while self._next <= row:
            self._last = next(self._rows, [])
            self._next += 1
        return self._last


def rows_of(sheet: python_calamine.CalamineSheet) -> Rows:
    top = (sheet.start or (0, 0))[0]
    return Rows(lambda: _cells(sheet), top + sheet.height if sheet.height else 0)


def _cells(sheet: python_calamine.CalamineSheet) -> Iterator[list[Value]]:
    """The reader hands out empty rows above the first cell, but no empty columns before it."""
    left: list[Value] = [None] * (sheet.start or (0, 0))[1]
    for row in sheet.iter_rows():
        yield left + plain_cells(row)


def plain_cells(row: Sequence[Any]) -> list[Value]:
    return [cell.strip() or None if cell.__class__ is str else plain_value(cell) for cell in row]


def plain_value(cell: object) -> Value:
    """Excel keeps every number as a float: whole ones become int, others the shortest Decimal that reads the same."""
    if cell.__class__ is float:
        number: float = cell
        return int(number) if number.is_integer() and abs(number) < _EXACT else Decimal(repr(number))
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, dt.datetime):
        return cell.date() if cell.time() == _MIDNIGHT else cell
    if isinstance(cell, int | dt.date):
        return cell
    return str(cell)
