"""Workbooks of the old kind (.xls) are read as the new ones are."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
import xlwt
from tests.intake.ledger_files import HEADINGS, documents, numbers_and_said, row

from cobranza_rules.intake.recognise import Kind, recognise
from cobranza_rules.intake.spreadsheet import read_tables

DAY = xlwt.easyxf(num_format_str="dd/mm/yyyy")


def old_workbook(
    rows: Sequence[Sequence[Any]], *, merge: Sequence[tuple[int, int, int, int]] = (), hidden: str = "", from_1904: bool = False
) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    book.dates_1904 = from_1904
    sheet = book.add_sheet("Documentos")
    merged = {(top, left): bottom for top, bottom, left, _right in merge}
    for top, bottom, left, right in merge:
        sheet.write_merge(top, bottom, left, right, rows[top][left])
    for at, cells in enumerate(rows):
        for column, value in enumerate(cells):
            if value is not None and (at, column) not in merged:
                sheet.write(at, column, value, DAY) if isinstance(value, dt.date) else sheet.write(at, column, value)
    if hidden:
        other = book.add_sheet(hidden)
        other.visibility = 1
        other.write(0, 0, "vieja")
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_cells_keep_their_kinds_and_places() -> None:
    content = old_workbook([[], [None, "ñ ", 7.0, 0.1, dt.date(2026, 2, 2), True, "00123"]])
    (table,) = read_tables(content, "c.xls")
    assert list(table.rows[1]) == [None, "ñ", 7, Decimal("0.1"), dt.date(2026, 2, 2), "TRUE", "00123"]
    assert table.place(1, 1) == "Documentos!B2"


@pytest.mark.parametrize("from_1904", [False, True])
def test_a_document_report(from_1904: bool) -> None:
    content = old_workbook([["Reporte"], HEADINGS, row()], from_1904=from_1904)
    assert recognise(content, "r.xls") is Kind.LEDGER_REPORT
    (document,) = documents(content, "r.xls")
    assert (document.number, document.issued_on, document.due_on, document.place) == (
        "FA-1001",
        dt.date(2026, 2, 2),
        dt.date(2026, 3, 4),
        "Documentos!E3",
    )


def test_merged_cells_and_hidden_sheets() -> None:
    rows = [HEADINGS, row(), row(Folio=2, Cliente=None)]
    numbers, said = numbers_and_said(old_workbook(rows, merge=[(1, 2, 6, 6)], hidden="Viejo"), "r.xls")
    assert numbers == ["FA-1001", "FA-2"]
    assert said == [
        "warning: r.xls (Viejo): the sheet is hidden and was not read; show the sheet in your spreadsheet program if it belongs to the data"
    ]


def test_other_files_of_that_kind_are_none() -> None:
    assert recognise(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 5000, "carta.doc") is Kind.UNKNOWN


@pytest.mark.parametrize("cut", [600, 2000, 4000])
def test_a_workbook_that_breaks_off_is_told(cut: int, said: Any) -> None:
    sentence = "c.xls: the workbook is damaged or no workbook; open it in your spreadsheet program and save it again as .xlsx"
    assert said(read_tables, old_workbook([HEADINGS, row()])[:cut], "c.xls") == [sentence]
