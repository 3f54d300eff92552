"""Spreadsheets as tables of plain values with the place of each cell: XLSX through python-calamine, XLS, and delimited text.

Formulas count by the value that the program which wrote the file has stored beside them.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import IO

import python_calamine

from cobranza_rules.intake.archive import MB, ZipLimits, is_zip, open_zip
from cobranza_rules.intake.delimited import read_delimited
from cobranza_rules.intake.error_cells import as_texts
from cobranza_rules.intake.formula_cells import BOOK_PARTS, Cells, parts_by_sheet, unsaved_in
from cobranza_rules.intake.large_workbook import LargeWorkbook, Workbook
from cobranza_rules.intake.old_workbook import is_compound, read_old_workbook
from cobranza_rules.intake.sheet_pieces import NotPlainError
from cobranza_rules.intake.sheet_rows import Rows, rows_of
from cobranza_rules.intake.table import Table, told_hidden
from cobranza_rules.intake.workbook_bounds import DAMAGED, RESAVE, WorkbookBounds
from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem, ProblemError

LARGEST_FILE = 50 * MB
MOST_SHEETS = 50
MOST_MERGED = 20_000
_LIMITS = ZipLimits(entries=2000, total=400 * MB, entry=200 * MB, ratio=300)


def read_tables(content: bytes, file: str) -> list[Table]:
    """The visible sheets in their order, or the one table of a text file. Raises ProblemError."""
    if len(content) > LARGEST_FILE:
        raise _refused(
            file, _("the spreadsheet is larger than {limit} MB", limit=LARGEST_FILE // MB), _("split it, or remove what is not needed")
        )
    if is_compound(content):
        return read_old_workbook(content, file)
    return _workbook(content, file) if is_zip(content) else [read_delimited(content, file)]


def _workbook(content: bytes, file: str) -> list[Table]:
    archive = open_zip(io.BytesIO(content), file, _LIMITS)
    book = Workbook(archive, file, _LIMITS)
    if not any(name.lower() == "xl/workbook.xml" for name in book.names()):
        raise _refused(file, DAMAGED, RESAVE)
    if book.has_large_sheets():
        with suppress(NotPlainError):
            return _in_pieces(LargeWorkbook(book), file)
    with tempfile.NamedTemporaryFile(prefix="cobranza-", suffix=".xlsx") as packed:
        unsaved = _repack(book, packed)
        packed.flush()
        return _sheets(packed.name, unsaved, file, rows_of)


def _in_pieces(large: LargeWorkbook, file: str) -> list[Table]:
    """What all sheets are, and what is merged in them, is read of the workbook without its rows."""
    with tempfile.NamedTemporaryFile(prefix="cobranza-", suffix=".xlsx") as packed:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as clean:
            for name, part in large.parts.items():
                clean.writestr(name, part)
        packed.flush()
        return _sheets(packed.name, large.unsaved(), file, lambda sheet: large.rows(sheet.name))


def _sheets(path: str, unsaved: Mapping[str, Cells], file: str, rows: Callable[[python_calamine.CalamineSheet], Rows]) -> list[Table]:
    """Each sheet is in memory as its reader keeps it, far smaller than as a list of rows."""
    try:
        with python_calamine.CalamineWorkbook.from_path(path) as workbook:
            sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet]
            shown = [sheet.name for sheet in sheets if sheet.visible == python_calamine.SheetVisibleEnum.Visible]
            hidden = told_hidden([sheet.name for sheet in sheets if sheet.visible != python_calamine.SheetVisibleEnum.Visible], file)
            laid_out = map(workbook.get_sheet_by_name, shown[:MOST_SHEETS])
            return [_table(sheet, rows(sheet), unsaved.get(sheet.name, frozenset()), hidden) for sheet in laid_out]
    except python_calamine.CalamineError:
        raise _refused(file, DAMAGED, RESAVE) from None


def _table(sheet: python_calamine.CalamineSheet, rows: Rows, unsaved: Cells, problems: tuple[Problem, ...]) -> Table:
    ranges = (sheet.merged_cell_ranges or [])[:MOST_MERGED]
    merged = tuple((first[0], first[1], last[1]) for first, last in ranges if last[1] > first[1])
    tall = {first: last[0] for first, last in ranges if last[0] > first[0]}
    return Table(sheet.name, rows, merged, tall, unsaved, problems)


def _repack(book: Workbook, packed: IO[bytes]) -> dict[str, Cells]:
    """The XML parts of the workbook, each unpacked within bounds and looked at, into a new archive; gives its formulas without a value.

    What the sheet reader then opens is exactly what was looked at: sizes that an archive states falsely cannot reach it. It lies on the
    disk, so that of a workbook one part at a time is in memory.
    """
    bounds = WorkbookBounds(book.file)
    parts: dict[str, bytes] = {}
    formulas: dict[str, Cells] = {}
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as clean:
        for name in book.names():
            part = as_texts(book.read(name))
            bounds.check(part)
            clean.writestr(name, part)
            if name in BOOK_PARTS:
                parts[name] = part
            elif cells := unsaved_in(part):
                formulas[name] = cells
    bounds.check_strings()
    return {sheet: formulas[part] for sheet, part in parts_by_sheet(parts).items() if part in formulas} if formulas else {}


def _refused(file: str, what: Sentence, hint: Sentence) -> ProblemError:
    return ProblemError([Problem(what, hint, file)])
