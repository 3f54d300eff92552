"""The fast look at a sheet's XML sees no less than the slow one, or leaves the sheet to it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.intake.plain_extent import Extent, plain_extent
from cobranza_rules.intake.workbook_bounds import WorkbookBounds

HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cols><col min="1"/></cols><sheetData>'
TAIL = b'</sheetData><mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells></worksheet>'


def sheet(inside: bytes) -> bytes:
    return HEAD + inside + TAIL


def test_places_counts_and_shared_strings_are_seen() -> None:
    part = sheet(b'<row r="3" spans="1:2"><c r="A3" t="s"><v>0</v></c><c r="AB3"><v>1</v></c></row><row r="12"/>')
    assert plain_extent(part) == Extent(first=3, rows=12, columns=28, count=1, showing=1)


@pytest.mark.parametrize(
    "inside",
    [
        b'<row r="1"><c><v>1</v></c></row>',  # Follows the one before
        b'<row><c r="A1"/></row>',
        b'<row r="1"><c s="1" r="ZZ1"/></row>',
        b'<row r="1"><c\nr="ZZ1"/></row>',
        b'<row r="1"><c r="A1"\nr="ZZ1"/></row>',
        b'<row r="1"><c r="A1" r = "ZZ1"/></row>',
        b'<row r="1"><c r="A1" r="ZZ1"/></row>',
        b"<row r=\"1\"><c r='ZZ1'/></row>",
        b'<row r="1"><c r="A900"/></row>',  # A row after the last one that any row tells
        b'<row r="1"><c r="A1" t = "s"/></row>',
        b'<row r="1"><c r="A1"\tt\t="s"/></row>',
        b'<x:row r="1"><x:c r="ZZ1"/></x:row>',
        b'<row r="1"><c r="A1"/><x:c><v>1</v></x:c></row>',
        b'<row r="1"><c r="a1"/></row>',
        b"<!-- --><row/>",
    ],
)
def test_whatever_is_unusual_is_left_to_the_slow_way(inside: bytes) -> None:
    assert plain_extent(sheet(inside)) is None


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(1, 300), st.booleans()), max_size=12))
def test_both_ways_see_the_same(cells: list[tuple[int, int, bool]]) -> None:
    told = b"".join(
        b'<row r="%d"><c r="%s%d"%s/></row>' % (row, letters(column), row, b' t="s"' if shared else b"") for column, row, shared in cells
    )
    found, slow = plain_extent(sheet(told)), WorkbookBounds("x")
    slow.check(sheet(told) + b"<!-- the comment sends it the slow way -->")
    assert found is not None
    assert (found.rows, found.columns, found.showing) == (slow.last_row, slow.last_column, slow.showing)


def letters(column: int) -> bytes:
    return bytes([64 + column]) if column <= 26 else b"A" + bytes([64 + column - 26])


def test_a_sheet_that_reaches_too_far_is_told_by_the_slow_way(said: Any) -> None:
    part = sheet(b'<row r="250001"><c r="A250001"/></row>')
    assert said(WorkbookBounds("c.xlsx").check, part) == [
        "c.xlsx: a sheet of the workbook reaches too far: 250001 rows and 0 columns; delete the empty rows and columns after the data, or split the file"
    ]
