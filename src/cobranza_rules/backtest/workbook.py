"""A backtest as a spreadsheet: the totals a rung, and each message, those of the tried rules and those that were really sent."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from cobranza_rules.backtest.deeds import Deed, Totals
from cobranza_rules.backtest.report import BacktestReport
from cobranza_rules.backtest.wording import NOTES, crowded_day, period_of_report, rule_name
from cobranza_rules.language import N_, Sentence, Translate, word
from cobranza_rules.money import MINOR_UNITS, Money

LARGEST_EXACT = 2**53  # Excel keeps numbers as doubles: minor units beyond this would lose digits, and stand as text.
ACCENT, LIGHT, RULE = "#1F3A5F", "#EEF2F7", "#C5CED9"
# Heading, width in characters, and whether it stands to the right
Column = tuple[str, int, bool]
TOTALS: tuple[Column, ...] = (
    (N_("Activity"), 10, True),
    (N_("Rule or rung"), 46, False),
    (N_("Currency"), 10, False),
    (N_("Messages"), 11, True),
    (N_("In the house"), 13, True),
    (N_("Invoices"), 11, True),
    (N_("Customers"), 11, True),
    (N_("Amount"), 18, True),
    (N_("Messages sent"), 17, True),
    (N_("In the house, done"), 20, True),
    (N_("Invoices sent"), 17, True),
    (N_("Customers sent"), 17, True),
    (N_("Amount sent"), 18, True),
)
MESSAGES: tuple[Column, ...] = (
    (N_("Day"), 12, False),
    (N_("Activity"), 10, True),
    (N_("Rule or rung"), 46, False),
    (N_("Customer"), 16, False),
    (N_("Goes to"), 14, False),
    (N_("Currency"), 10, False),
    (N_("Amount"), 18, True),
    (N_("Count"), 9, True),
    (N_("Invoices"), 60, False),
)
HOLDS: tuple[Column, ...] = ((N_("Hold"), 34, False), (N_("Invoice-days"), 14, True), (N_("Invoices"), 11, True))


def backtest_workbook(report: BacktestReport, translate: Translate) -> bytes:
    """An .xlsx; the same report gives the same bytes. No cell is a formula: texts from outside stay texts."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    workbook = xlsxwriter.Workbook(file, options)
    created = dt.datetime.combine(report.period.last, dt.time(), dt.UTC).replace(tzinfo=None)  # The library takes UTC without a zone.
    title = translate(N_("Backtest"))
    workbook.set_properties({"title": title, "created": created})
    formats = _formats(workbook)
    _Sheet(workbook.add_worksheet(translate(N_("Totals"))), formats, translate, TOTALS).totals(report)
    for name, deeds in ((N_("Simulated"), report.simulated_deeds), (N_("Really sent"), report.sent_deeds)):
        _Sheet(workbook.add_worksheet(translate(name)), formats, translate, MESSAGES).deeds(deeds)
    _Sheet(workbook.add_worksheet(translate(N_("Holds"))), formats, translate, HOLDS).holds(report)
    workbook.close()
    return file.getvalue()


def _formats(workbook: Any) -> dict[str, Any]:
    base = {"font_name": "Arial", "font_size": 9, "valign": "vcenter"}
    cell = base | {"bottom": 1, "bottom_color": RULE}
    sum_ = base | {"bold": True, "bg_color": LIGHT, "top": 1, "top_color": ACCENT}
    head = base | {"bold": True, "font_color": "#FFFFFF", "bg_color": ACCENT}
    looks = {
        "title": base | {"bold": True, "font_size": 12, "font_color": ACCENT},
        "note": base | {"font_color": "#5F6B7A"},
        "head": head,
        "head_right": head | {"align": "right"},
        "text": cell,
        "day": cell | {"num_format": "yyyy-mm-dd", "align": "left"},
        "count": cell | {"num_format": "#,##0"},
        "sum": sum_,
        "sum_count": sum_ | {"num_format": "#,##0"},
    }
    for digits in set(MINOR_UNITS.values()):
        figure = "#,##0" + ("." + "0" * digits if digits else "")
        looks[f"amount{digits}"] = cell | {"num_format": figure}
        looks[f"sum_amount{digits}"] = sum_ | {"num_format": figure}
    return {name: workbook.add_format(look) for name, look in looks.items()}


class _Sheet:
    def __init__(self, sheet: Worksheet, formats: dict[str, Any], translate: Translate, columns: Sequence[Column]) -> None:
        self.sheet, self.formats, self.translate, self.columns = sheet, formats, translate, columns
        self.row = 0
        for column, (_heading, width, _right) in enumerate(columns):
            sheet.set_column(column, column, width)

    def totals(self, report: BacktestReport) -> None:
        self.note(period_of_report(report), "title")
        for note in NOTES:
            self.note(note, "note")
        self.row += 1
        self.headings()
        for line in report.rungs:
            self.line(line.step, rule_name(line.rule_id), line.simulated, line.sent)
        self.line(0, Sentence(N_("Total to customers")), report.simulated, report.sent, "sum")
        self.row += 1
        for day, messages in report.crowded:
            self.note(crowded_day(day, messages), "note")

    def line(self, step: int, name: Sentence, simulated: Totals, sent: Totals, look: str = "") -> None:
        """A row for each currency; counts stand in the first, for a message or a customer belongs to no currency alone."""
        currencies = sorted({amount.currency for totals in (simulated, sent) for amount in totals.amounts}) or [""]
        for number, currency in enumerate(currencies):
            self.count(0, None if number else step or None, look)
            self.text(1, name.text(self.translate), look)
            self.text(2, currency, look)
            for first, totals in ((3, simulated), (8, sent)):
                for column, value in enumerate((totals.messages, totals.in_house, totals.invoices, totals.customers)):
                    self.count(first + column, None if number else value, look)
                self.amount(first + 4, next((each for each in totals.amounts if each.currency == currency), None), look)
            self.row += 1

    def deeds(self, deeds: Iterable[Deed]) -> None:
        self.headings()
        for deed in deeds:
            self.sheet.write_datetime(self.row, 0, dt.datetime.combine(deed.on, dt.time()), self.formats["day"])
            self.count(1, deed.step or None)
            self.text(2, rule_name(deed.rule_id).text(self.translate))
            self.text(3, deed.customer)
            self.text(4, self.translate(N_("the customer") if deed.to_customer else N_("the house")))
            self.text(5, deed.currency)
            self.amount(6, deed.total if deed.currency else None)
            self.count(7, len(deed.items))
            self.text(8, ", ".join(item.number for item in deed.items))
            self.row += 1
        self.sheet.autofilter(0, 0, max(self.row - 1, 1), len(self.columns) - 1)

    def holds(self, report: BacktestReport) -> None:
        self.headings()
        for line in report.held:
            self.text(0, word(line.hold_id).text(self.translate))
            self.count(1, line.invoice_days)
            self.count(2, line.invoices)
            self.row += 1

    def headings(self) -> None:
        """They stay in sight, and stand on each printed page."""
        for column, (heading, _width, right) in enumerate(self.columns):
            self.sheet.write_string(self.row, column, self.translate(heading), self.formats["head_right" if right else "head"])
        self.sheet.freeze_panes(self.row + 1, 0)
        self.sheet.repeat_rows(self.row)
        self.sheet.set_landscape()
        self.sheet.set_paper(1)  # US Letter
        self.sheet.fit_to_pages(1, 0)
        self.sheet.hide_gridlines(2)
        self.row += 1

    def note(self, sentence: Sentence, look: str) -> None:
        self.sheet.write_string(self.row, 0, sentence.text(self.translate), self.formats[look])
        self.row += 1

    def text(self, column: int, value: str, look: str = "") -> None:
        self.sheet.write_string(self.row, column, value, self.formats[look or "text"])

    def count(self, column: int, value: int | None, look: str = "") -> None:
        if value is None:
            self.text(column, "", look)
        else:
            self.sheet.write_number(self.row, column, value, self.formats[f"{look}_count" if look else "count"])

    def amount(self, column: int, amount: Money | None, look: str = "") -> None:
        if amount is None or abs(amount.minor) >= LARGEST_EXACT:
            self.text(column, amount.plain() if amount else "", look)
        else:
            digits = MINOR_UNITS.get(amount.currency, 2)
            name = f"{look}_amount{digits}" if look else f"amount{digits}"
            self.sheet.write_number(self.row, column, float(amount.amount), self.formats[name])
