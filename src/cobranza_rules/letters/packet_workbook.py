"""The relation of collections and discounts as a spreadsheet: real numbers and dates, and its control totals."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from typing import Any

from cobranza_rules.booking.packet_lines import PAYMENT, totals_of
from cobranza_rules.language import N_, Sentence, Translate, word
from cobranza_rules.money import MINOR_UNITS, Money

ACCENT, LIGHT, RULE = "#1F3A5F", "#EEF2F7", "#C5CED9"
COLUMNS = (
    (N_("Day"), 12),
    (N_("Customer"), 14),
    (N_("Name"), 36),
    (N_("Operation"), 20),
    (N_("Invoice"), 16),
    (N_("UUID"), 40),
    (N_("Collected"), 16),
    (N_("Discount"), 16),
    (N_("Reason"), 30),
    (N_("Credit note"), 16),
)
TOTALS = (
    ("received", N_("Received")),
    ("applied", N_("Applied to invoices")),
    ("unapplied", N_("Not applied")),
    ("discounts", N_("Discounts")),
)


def packet_workbook(day: dt.date, currency: str, lines: Sequence[Mapping[str, Any]], translate: Translate) -> bytes:
    """An .xlsx; the same lines give the same bytes. No cell is a formula: texts from outside stay texts."""
    import xlsxwriter

    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    workbook = xlsxwriter.Workbook(file, options)
    title = translate(N_("Collections and discounts"))
    workbook.set_properties({"title": title, "created": dt.datetime.combine(day, dt.time())})
    looks = _looks(workbook, MINOR_UNITS.get(currency, 2))
    sheet = workbook.add_worksheet(title[:31])
    for column, (heading, width) in enumerate(COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(3, column, translate(heading), looks["head"])
    sheet.write_string(0, 0, f"{title}, {day.isoformat()}, {currency}", looks["title"])
    sheet.freeze_panes(4, 0)
    at = 4
    for line in lines:
        for cells in _rows(line, currency, translate):
            _write(sheet, at, cells, looks)
            at += 1
    _write_totals(sheet, at + 1, lines, currency, translate, looks)
    workbook.close()
    return file.getvalue()


def _looks(workbook: Any, digits: int) -> dict[str, Any]:
    base = {"font_name": "Arial", "font_size": 9, "valign": "vcenter"}
    cell, figure = base | {"bottom": 1, "bottom_color": RULE}, "#,##0" + ("." + "0" * digits if digits else "")
    looks = {
        "title": base | {"bold": True, "font_size": 12, "font_color": ACCENT},
        "head": base | {"bold": True, "font_color": "#FFFFFF", "bg_color": ACCENT},
        "text": cell,
        "day": cell | {"num_format": "yyyy-mm-dd", "align": "left"},
        "amount": cell | {"num_format": figure},
        "sum": base | {"bold": True, "bg_color": LIGHT},
        "sum_amount": base | {"bold": True, "bg_color": LIGHT, "num_format": figure},
    }
    return {name: workbook.add_format(look) for name, look in looks.items()}


def _rows(line: Mapping[str, Any], currency: str, translate: Translate) -> list[tuple[Any, ...]]:
    start = (dt.date.fromisoformat(line["day"]), line["customer"], line["customer_name"])
    if line["subject"] == PAYMENT:
        return [
            (*start, line["operation"], part["invoice"], part["uuid"], Money(part["minor"], currency), None, _exchange(part, translate), "")
            for part in line["parts"]
        ]
    reason = f"{word(line['kind']).text(translate)}: {line['reason']}"
    return [(*start, "", line["invoice"], line["uuid"], None, Money(line["minor"], currency), reason, line["credit_note"])]


def _exchange(part: Mapping[str, Any], translate: Translate) -> str:
    """Of an invoice in another currency: what was paid of it, at which rate, with what difference."""
    return Sentence.from_json(part["exchange"]).text(translate) if "exchange" in part else ""


def _write(sheet: Any, at: int, cells: Sequence[Any], looks: Mapping[str, Any]) -> None:
    for column, value in enumerate(cells):
        if isinstance(value, Money):
            sheet.write_number(at, column, float(value.amount), looks["amount"])
        elif isinstance(value, dt.date):
            sheet.write_datetime(at, column, dt.datetime.combine(value, dt.time()), looks["day"])
        elif value:
            sheet.write_string(at, column, value, looks["text"])
        else:
            sheet.write_blank(at, column, None, looks["text"])


def _write_totals(
    sheet: Any, at: int, lines: Sequence[Mapping[str, Any]], currency: str, translate: Translate, looks: Mapping[str, Any]
) -> None:
    totals = totals_of(lines)
    sheet.write_string(at, 0, translate(N_("Control totals")), looks["title"])
    sheet.write_string(at + 1, 0, translate(N_("Payments")), looks["sum"])
    sheet.write_number(at + 1, 6, totals.payments, looks["sum"])
    for step, (name, said) in enumerate(TOTALS, 2):
        sheet.write_string(at + step, 0, translate(said), looks["sum"])
        amount = Money(getattr(totals, name), currency)
        sheet.write_number(at + step, 7 if name == "discounts" else 6, float(amount.amount), looks["sum_amount"])
