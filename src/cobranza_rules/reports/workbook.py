"""Tables of a report as a spreadsheet: amounts, counts and days are real ones; no cell is a formula, and texts from outside stay texts."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from cobranza_rules.language import Sentence, Translate
from cobranza_rules.money import MINOR_UNITS, Money
from cobranza_rules.reports.cells import Cell, Table

LARGEST_EXACT = 2**53  # Excel keeps numbers as doubles: minor units beyond this would lose digits, and stand as text.
ACCENT, LIGHT, RULE = "#1F3A5F", "#EEF2F7", "#C5CED9"


def report_workbook(title: str, tables: Sequence[Table], on: dt.date, translate: Translate) -> bytes:
    """An .xlsx with a sheet for each table; the same report gives the same bytes. `title` is a marked text."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    workbook = xlsxwriter.Workbook(file, options)
    workbook.set_properties({"title": translate(title), "created": dt.datetime.combine(on, dt.time())})
    formats = _formats(workbook)
    for table in tables:
        _Sheet(workbook.add_worksheet(translate(table.name)[:31]), formats, translate).write(table)
    workbook.close()
    return file.getvalue()


def _formats(workbook: Any) -> dict[str, Any]:
    base = {"font_name": "Arial", "font_size": 9, "valign": "vcenter"}
    cell = base | {"bottom": 1, "bottom_color": RULE}
    total = base | {"bold": True, "bg_color": LIGHT, "top": 1, "top_color": ACCENT}
    head = base | {"bold": True, "font_color": "#FFFFFF", "bg_color": ACCENT, "text_wrap": True}
    looks: dict[str, dict[str, Any]] = {"note": base | {"font_color": ACCENT}, "head": head, "head_right": head | {"align": "right"}}
    for name, look in (("", cell), ("total_", total)):
        looks |= {f"{name}text": look, f"{name}day": look | {"num_format": "yyyy-mm-dd", "align": "left"}}
        looks |= {f"{name}count": look | {"num_format": "#,##0"}, f"{name}figure": look | {"num_format": "#,##0.0"}}
        for digits in set(MINOR_UNITS.values()):
            looks[f"{name}amount{digits}"] = look | {"num_format": "#,##0" + ("." + "0" * digits if digits else "")}
    return {name: workbook.add_format(look) for name, look in looks.items()}


class _Sheet:
    def __init__(self, sheet: Worksheet, formats: dict[str, Any], translate: Translate) -> None:
        self.sheet, self.formats, self.translate = sheet, formats, translate
        self.row = 0

    def write(self, table: Table) -> None:
        for note in table.notes:
            self.sheet.write_string(self.row, 0, note.text(self.translate), self.formats["note"])
            self.row += 1
        for place, column in enumerate(table.columns):
            look = self.formats["head_right" if column.figures else "head"]
            self.sheet.set_column(place, place, column.width)
            self.sheet.write_string(self.row, place, self.translate(column.heading), look)
        first = self.row
        self.sheet.freeze_panes(first + 1, 0)
        self.sheet.repeat_rows(first)
        self.row += 1
        for look, rows in (("", table.rows), ("total_", table.totals)):
            for row in rows:
                for place, cell in enumerate(row):
                    self.cell(place, cell, look)
                self.row += 1
        if table.rows:
            self.sheet.autofilter(first, 0, first + len(table.rows), len(table.columns) - 1)
        self.sheet.set_landscape()
        self.sheet.set_paper(1)  # US Letter
        self.sheet.fit_to_pages(1, 0)
        self.sheet.hide_gridlines(2)

    def cell(self, place: int, cell: Cell, look: str) -> None:
        match cell:
            case Money() if abs(cell.minor) < LARGEST_EXACT:
                digits = MINOR_UNITS.get(cell.currency, 2)
                self.sheet.write_number(self.row, place, float(cell.amount), self.formats[f"{look}amount{digits}"])
            case int():
                self.sheet.write_number(self.row, place, cell, self.formats[f"{look}count"])
            case Decimal():
                self.sheet.write_number(self.row, place, float(cell), self.formats[f"{look}figure"])
            case dt.date():
                self.sheet.write_datetime(self.row, place, dt.datetime.combine(cell, dt.time()), self.formats[f"{look}day"])
            case _:
                self.sheet.write_string(self.row, place, self.text(cell), self.formats[f"{look}text"])

    def text(self, cell: Cell) -> str:
        if isinstance(cell, Money):
            return cell.plain()
        return cell.text(self.translate) if isinstance(cell, Sentence) else str(cell or "")
