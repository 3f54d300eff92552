"""Workbooks of the old kind (.xls, BIFF) through xlrd, which keeps each text once and lays out no more than the cells that are there."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import xlrd

from cobranza_rules.intake.table import MOST_COLUMNS, Table, Value, told_hidden
from cobranza_rules.intake.workbook_bounds import DAMAGED, RESAVE
from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem, ProblemError

_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # [MS-CFB]: old Office files of all kinds, and new ones with a password
_STREAMS = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book"))
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def is_compound(content: bytes) -> bool:
    return content.startswith(_MARK)


def is_old_workbook(content: bytes) -> bool:
    """Old texts and mails are kept in the same kind of file; the names of its streams tell them apart."""
    return is_compound(content) and any(name in content for name in (*_STREAMS, _ENCRYPTED))


def read_old_workbook(content: bytes, file: str) -> list[Table]:
    """The visible sheets in their order. Raises ProblemError."""
    if _ENCRYPTED in content:
        raise _refused(file, _("the workbook has a password"), _("save it without a password"))
    try:
        with xlrd.open_workbook(
            file_contents=content, logfile=io.StringIO(), on_demand=True, ragged_rows=True, formatting_info=True
        ) as book:
            sheets = [book.sheet_by_index(number) for number in range(book.nsheets)]
            hidden = told_hidden([sheet.name for sheet in sheets if sheet.visibility], file)
            return [_table(sheet, book.datemode, hidden, file) for sheet in sheets if not sheet.visibility]
    except ProblemError:
        raise
    except Exception as error:  # noqa: BLE001 (of bytes that are no workbook xlrd raises whatever they lead it to)
        if "encrypted" in str(error):
            raise _refused(file, _("the workbook has a password"), _("save it without a password")) from None
        raise _refused(file, DAMAGED, RESAVE) from None


def _table(sheet: Any, datemode: int, problems: tuple[Problem, ...], file: str) -> Table:
    """`datemode` is 0 where days are counted from 1900, 1 from 1904."""
    if sheet.ncols > MOST_COLUMNS:
        what = _("a sheet of the workbook reaches too far: {rows} rows and {columns} columns", rows=sheet.nrows, columns=sheet.ncols)
        raise _refused(file, what, _("delete the empty rows and columns after the data, or split the file"))
    rows = [[_value(cell, datemode) for cell in sheet.row(row)] for row in range(sheet.nrows)]
    merged = tuple((top, left, right - 1) for top, _bottom, left, right in sheet.merged_cells if right - left > 1)
    tall = {(top, left): bottom - 1 for top, bottom, left, _right in sheet.merged_cells if bottom - top > 1}
    return Table(sheet.name, rows, merged, tall, problems=problems)


def _value(cell: Any, datemode: int) -> Value:
    if cell.ctype == xlrd.XL_CELL_TEXT:
        return str(cell.value).strip() or None
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        return int(cell.value) if cell.value.is_integer() else Decimal(repr(cell.value))
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            moment: dt.datetime = xlrd.xldate_as_datetime(cell.value, datemode)
        except (ValueError, OverflowError):
            return Decimal(repr(cell.value))
        return moment.date() if moment.time() == dt.time() else moment
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if cell.value else "FALSE"
    return str(xlrd.error_text_from_code.get(cell.value, "#")) if cell.ctype == xlrd.XL_CELL_ERROR else None


def _refused(file: str, what: Sentence, hint: Sentence) -> ProblemError:
    return ProblemError([Problem(what, hint, file)])
