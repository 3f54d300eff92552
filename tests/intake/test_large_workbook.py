"""A large workbook read in pieces says what it says as a whole, and whatever is unusual is read as a whole."""

from __future__ import annotations

import datetime as dt
import io
import tracemalloc
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.intake.ledger_files import HEADINGS, numbers_and_said, row
from tests.intake.test_spreadsheet import SHEET, changed

from cobranza_rules.intake import large_workbook, shared_strings, sheet_pieces
from cobranza_rules.intake.large_workbook import LargeWorkbook
from cobranza_rules.intake.spreadsheet import read_tables
from cobranza_rules.intake.table import Table

CELLS = st.one_of(
    st.none(),
    st.integers(-(10**6), 10**6),
    st.floats(-1e6, 1e6, allow_nan=False),
    st.text(st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp")), max_size=8),
    st.booleans(),
    st.dates(dt.date(1990, 1, 1), dt.date(2099, 12, 31)),
)


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every sheet counts as large, and is cut after some rows; gives the names of the sheets that were read so."""
    read: list[str] = []
    rows = LargeWorkbook.rows

    def noted(self: LargeWorkbook, name: str) -> Any:
        read.append(name)
        return rows(self, name)

    monkeypatch.setattr(large_workbook, "LARGE", 0)
    for module in (large_workbook, sheet_pieces):
        monkeypatch.setattr(module, "PIECE", 300)
    monkeypatch.setattr(LargeWorkbook, "rows", noted)
    return read


def written(rows: list[list[Any]]) -> bytes:
    """By a program that keeps its texts apart, as most do."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "default_date_format": "dd/mm/yyyy"})
    sheet = book.add_worksheet("Clientes")
    for number, cells in enumerate(rows):
        sheet.write_row(number, 0, cells)
    book.close()
    return target.getvalue()


def as_whole(content: bytes, monkeypatch: pytest.MonkeyPatch) -> list[Table]:
    with monkeypatch.context() as context:
        context.setattr(large_workbook, "LARGE", 2**40)
        return read_tables(content, "c.xlsx")


def told(tables: list[Table]) -> list[Any]:
    """All that tables say; empty cells at the end of a row, and empty rows at the end of a table, say nothing."""
    found = []
    for table in tables:
        rows = [list(cells) for cells in table.rows]
        assert [list(table.rows[number]) for number in range(len(rows))] == rows
        for cells in rows:
            while cells and cells[-1] is None:
                cells.pop()
        while rows and not rows[-1]:
            rows.pop()
        found.append((table.name, rows, table.merged, table.tall, table.unsaved, [str(problem) for problem in table.problems]))
    return found


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELLS, max_size=5), max_size=30), left=st.integers(1, 4), top=st.integers(1, 90))
def test_in_pieces_it_says_the_same(
    rows: list[list[Any]], left: int, top: int, workbooks: Any, small_pieces: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for number, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            sheet.cell(top + number, left + column, cell)
    content = workbooks.saved(workbook)
    small_pieces.clear()
    assert told(read_tables(content, "c.xlsx")) == told(as_whole(content, monkeypatch))
    assert small_pieces == [sheet.title]


def test_sheets_merges_formulas_and_hidden_ones(workbooks: Any, small_pieces: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    workbook = openpyxl.Workbook()
    first = workbook.active
    assert first is not None
    for number in range(1, 40):
        first.append([f"fila {number}", number, f"=B{number}+1", dt.date(2026, 3, 2), "igual", "=' &amp; <x>"])
    first.merge_cells("A3:B3")
    first.merge_cells("D5:D9")
    workbook.create_sheet("vacía")
    workbook.create_sheet("Notas").append(["igual", "otra"])
    workbook.create_sheet("vieja").sheet_state = "hidden"
    content = workbooks.saved(workbook)
    found = told(read_tables(content, "c.xlsx"))
    assert found == told(as_whole(content, monkeypatch))
    assert found[0][2:4] == (((2, 0, 1),), {(4, 3): 8})
    assert len(found[0][4]) == 2 * 39
    assert small_pieces == ["Sheet", "vacía", "Notas"]


def test_another_writer_says_the_same(small_pieces: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "date_1904": True})
    sheet, day = book.add_worksheet("Documentos"), book.add_format({"num_format": "dd/mm/yyyy"})
    bold = book.add_format({"bold": True, "font_color": "red"})
    for number in range(50):
        sheet.write_row(number * 2, 1, [f"texto {number % 7}", number / 8, " con espacios "])
        sheet.write_datetime(number * 2, 4, dt.datetime(2026, 3, 2), day)  # noqa: DTZ001 (a cell has no zone)
        sheet.write_rich_string(number * 2, 5, "una ", bold, "dos")
        sheet.write_formula(number * 2, 6, "='Documentos'!B1", value="fija")
    book.close()
    found = told(read_tables(target.getvalue(), "c.xlsx"))
    assert found == told(as_whole(target.getvalue(), monkeypatch))
    assert found[0][1][2] == [None, "texto 1", 0.125, "con espacios", dt.date(2026, 3, 2), "una dos", "fija"]
    assert small_pieces == ["Documentos"]


@pytest.mark.parametrize(
    "change",
    [
        lambda part: part.replace(b"<sheetData>", b"<sheetData><!-- </row> -->"),
        lambda part: part.replace(b' r="7"', b"", 1),  # Follows the one before
        lambda part: part.replace(b'"30"', b'"3000"').replace(b'A30"', b'A3000"').replace(b'B30"', b'B3000"'),  # Out of order
        lambda part: part.replace(b' t="s"><v>', b' t="s" cm="1"><v>', 1),
        lambda part: part.replace(b"<sheetData>", b"<sheetData >"),
    ],
)
def test_what_is_written_in_an_unusual_way_is_read_as_a_whole(
    change: Callable[[bytes], bytes], small_pieces: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def noticed(part: bytes) -> bytes:
        assert change(part) != part
        return change(part)

    content = changed(written([[f"fila {number}", number] for number in range(60)]), noticed)
    assert told(read_tables(content, "c.xlsx")) == told(as_whole(content, monkeypatch))
    assert small_pieces == []


def test_a_text_that_would_bring_cells_is_read_as_a_whole(small_pieces: list[str]) -> None:
    content = changed(written([["a"]] * 40), lambda part: part.replace(b"<t>a</t>", b'<t>a</t><c r="Z9"/>'), "xl/sharedStrings.xml")
    read_tables(content, "c.xlsx")
    assert small_pieces == []


def test_texts_shown_too_often_end_the_reading_and_what_stands_above_is_taken(
    small_pieces: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [row(Folio=number) for number in range(1, 101)]
    content = written([HEADINGS, *rows, row(Folio=101, Cliente="x" * 9000), row(Folio=102)])
    monkeypatch.setattr(shared_strings, "LARGEST_PIECE", 7000)
    numbers, said = numbers_and_said(content)
    assert 64 < len(numbers) < 101
    assert said[0] == "r.xlsx: the cells of a sheet show more text than any table holds; shorten the text, or split the file"


def test_a_bomb_is_refused_before_anything_is_unpacked(workbooks: Any, said: Any, small_pieces: list[str]) -> None:
    content = changed(workbooks.of([["a"]]), lambda part: part + b" " * (5 * 2**20))
    assert said(read_tables, content, "c.xlsx") == [
        "c.xlsx: the file expands more than 300 times, as only a harmful archive does; do not open it; ask its sender"
    ]


@pytest.mark.parametrize("n", [63, 64, 65, 66, 200])
def test_the_last_row_may_be_asked_for_first(n: int) -> None:
    (table,) = read_tables(written([[number] for number in range(n)]), "c.xlsx")
    assert [list(table.rows[row]) for row in (n - 1, n - 2, 0, n - 1)] == [[n - 1], [n - 2], [0], [n - 1]]


def test_memory_does_not_grow_with_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_workbook, "LARGE", 100_000)

    def peak(n: int) -> int:
        content = written([[f"texto {number}", number, "igual", number / 8] for number in range(n)])
        tracemalloc.start()
        (table,) = read_tables(content, "c.xlsx")
        assert sum(1 for _row in table.rows) == n
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    small, large = peak(4_000), peak(40_000)
    assert large < 1.5 * small, (small, large)


def test_the_parts_that_are_read_stay_within_the_bounds_of_the_whole(workbooks: Any, said: Any, small_pieces: list[str]) -> None:
    content = workbooks.of([["a"]] * 40)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert SHEET in archive.namelist()
    far = changed(content, lambda part: part.replace(b'<row r="40"', b'<row r="900000"').replace(b'"A40"', b'"A900000"'))
    assert said(read_tables, far, "c.xlsx") == [
        (
            "c.xlsx: a sheet of the workbook reaches too far: 900000 rows and 1 columns; "
            "delete the empty rows and columns after the data, or split the file"
        )
    ]
