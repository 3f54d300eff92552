"""The journal of collections as files: for each currency a CSV, and a spreadsheet with a sheet of its own; debit and credit are equal."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Sequence
from typing import Any

import xlsxwriter

from cobranza_rules.domain.journal import JournalEntry
from cobranza_rules.language import N_, Translate
from cobranza_rules.money import MINOR_UNITS, Money

HEADINGS = (
    (N_("Entry"), 8),
    (N_("Day"), 12),
    (N_("Customer"), 14),
    (N_("Concept"), 34),
    (N_("Account"), 18),
    (N_("Debit"), 16),
    (N_("Credit"), 16),
    (N_("Invoice"), 16),
    (N_("UUID"), 40),
)
STEERING = ("=", "+", "-", "@", "\t", "\r")  # A spreadsheet would take what begins so for a formula.


def rows_of(entries: Sequence[JournalEntry], translate: Translate) -> Iterator[tuple[Any, ...]]:
    for number, entry in enumerate(entries, 1):
        for one in entry.postings:
            sides = (Money(one.debit, entry.currency), Money(one.credit, entry.currency))
            concept = entry.concept.text(translate)
            yield (number, entry.on, entry.customer, concept, one.account, *sides, one.invoice, one.uuid)


def journal_csv(entries: Sequence[JournalEntry], translate: Translate) -> bytes:
    """UTF-8 with a mark, so that Excel takes it for that; amounts plain, an empty side stays empty."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([translate(heading) for heading, _width in HEADINGS])
    for row in rows_of(entries, translate):
        writer.writerow([_plain(value) for value in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _plain(value: Any) -> str:
    if isinstance(value, Money):
        return value.plain() if value else ""
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(STEERING) else text


def journal_workbook(by_currency: dict[str, Sequence[JournalEntry]], until: dt.date, translate: Translate) -> bytes:
    """An .xlsx with real numbers and dates; the same entries give the same bytes. No cell is a formula: texts from outside stay texts."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    workbook = xlsxwriter.Workbook(file, options)
    created = dt.datetime.combine(until, dt.time())
    workbook.set_properties({"title": translate(N_("Journal of collections")), "created": created})
    head = workbook.add_format({"bold": True, "font_color": "#FFFFFF", "bg_color": "#1F3A5F"})
    bold, day = workbook.add_format({"bold": True}), workbook.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
    for currency, entries in by_currency.items():
        digits = MINOR_UNITS.get(currency, 2)
        amount = workbook.add_format({"num_format": "#,##0" + ("." + "0" * digits if digits else "")})
        sheet = workbook.add_worksheet(currency)
        sheet.freeze_panes(1, 0)
        for column, (heading, width) in enumerate(HEADINGS):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, translate(heading), head)
        at = 1
        for row in rows_of(entries, translate):
            _write(sheet, at, row, amount, day)
            at += 1
        sheet.write_string(at, 4, translate(N_("Total")), bold)
        sheet.write_number(at, 5, float(Money(sum(entry.debit for entry in entries), currency).amount), amount)
        sheet.write_number(at, 6, float(Money(sum(entry.credit for entry in entries), currency).amount), amount)
    workbook.close()
    return file.getvalue()


def _write(sheet: Any, at: int, row: Sequence[Any], amount: Any, day: Any) -> None:
    for column, value in enumerate(row):
        if isinstance(value, Money):
            if value:
                sheet.write_number(at, column, float(value.amount), amount)
        elif isinstance(value, dt.date):
            sheet.write_datetime(at, column, dt.datetime.combine(value, dt.time()), day)
        elif isinstance(value, int):
            sheet.write_number(at, column, value)
        else:
            sheet.write_string(at, column, value)
