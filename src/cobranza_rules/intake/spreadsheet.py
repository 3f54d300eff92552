"""Spreadsheets as tables of plain values with the place of each cell: XLSX through python-calamine, and delimited text.

Formulas count by the value that the program which wrote the file has stored beside them.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from decimal import Decimal

import python_calamine

from cobranza_rules.intake.archive import MB, ZipLimits, is_zip, open_zip, read_entry
from cobranza_rules.intake.delimited import read_delimited
from cobranza_rules.intake.table import Table, Value
from cobranza_rules.intake.workbook_bounds import DAMAGED, RESAVE, WorkbookBounds
from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem, ProblemError

LARGEST_FILE = 50 * MB
MOST_SHEETS = 50
MOST_MERGED = 2000  # They matter above a heading row only.
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # [MS-CFB]: .xls, and also .xlsx with a password
_LIMITS = ZipLimits(entries=2000, total=200 * MB, entry=100 * MB, ratio=300)
_EXACT = 2**53


def read_tables(content: bytes, file: str) -> list[Table]:
    """The visible sheets in their order, or the one table of a text file. Raises ProblemError."""
    if len(content) > LARGEST_FILE:
        raise _refused(
            file, _("the spreadsheet is larger than {limit} MB", limit=LARGEST_FILE // MB), _("split it, or remove what is not needed")
        )
    if content.startswith(_OLD_WORKBOOK):
        raise _refused(file, _("the workbook is of the old .xls kind or has a password"), _("save it as .xlsx without a password"))
    if not is_zip(content):
        return [read_delimited(content, file)]
    return _workbook(_repacked(content, file), file)


def _workbook(content: bytes, file: str) -> list[Table]:
    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            shown = [
                sheet.name
                for sheet in workbook.sheets_metadata
                if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet and sheet.visible == python_calamine.SheetVisibleEnum.Visible
            ]
            return [_table(workbook.get_sheet_by_name(name)) for name in shown[:MOST_SHEETS]]
    except python_calamine.CalamineError:
        raise _refused(file, DAMAGED, RESAVE) from None


def _table(sheet: python_calamine.CalamineSheet) -> Table:
    merged = tuple((first[0], first[1], last[1]) for first, last in sheet.merged_cell_ranges or () if last[1] > first[1])
    rows = [[_value(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    return Table(sheet.name, rows, merged[:MOST_MERGED])


def _value(cell: object) -> Value:
    """Excel keeps every number as a float: whole ones become int, others the shortest Decimal that reads the same."""
    if isinstance(cell, str):
        return cell.strip() or None
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and abs(cell) < _EXACT else Decimal(repr(cell))
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, dt.datetime):
        return cell.date() if cell.time() == dt.time() else cell
    if isinstance(cell, int | dt.date):
        return cell
    return str(cell)


def _repacked(content: bytes, file: str) -> bytes:
    """The XML parts of the workbook, each unpacked within bounds and looked at, in a new archive.

    What the sheet reader then opens is exactly what was looked at: sizes that an archive states falsely cannot reach it.
    """
    archive = open_zip(io.BytesIO(content), file, _LIMITS)
    parts = {info.filename: info for info in archive.infolist() if info.filename.lower().endswith((".xml", ".rels"))}
    if not any(name.lower() == "xl/workbook.xml" for name in parts):
        raise _refused(file, DAMAGED, RESAVE)
    bounds, packed = WorkbookBounds(file), io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as clean:
        for name, info in parts.items():
            part = read_entry(archive, info, file, _LIMITS)
            bounds.check(part)
            clean.writestr(name, part)
    bounds.check_strings()
    return packed.getvalue()


def _refused(file: str, what: Sentence, hint: Sentence) -> ProblemError:
    return ProblemError([Problem(what, hint, file)])
