"""The statement of account as a spreadsheet: invoices with their age, totals by bucket, items on hold, what is not applied yet."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from cobranza_rules.domain.letter import Letter, LetterLine
from cobranza_rules.letters.formats import bucket_label, long_date
from cobranza_rules.money import MINOR_UNITS, Money, total

COLUMNS = (16, 38, 13, 13, 12, 20, 18, 18)  # Widths in characters
LARGEST_EXACT = 2**53  # Excel keeps numbers as doubles: minor units beyond this would lose digits, and stand as text.
ACCENT, LIGHT, RULE, GREY = "#1F3A5F", "#EEF2F7", "#C5CED9", "#5F6B7A"

TEXTS = {
    "es": {
        "sheet": "Estado de cuenta",
        "title": "Estado de cuenta al {date}",
        "customer": "Cliente",
        "rfc": "RFC",
        "currency": "Moneda",
        "reference": "Referencia de pago",
        "columns": ("Factura", "Folio fiscal (UUID)", "Emisión", "Vencimiento", "Días vencidos", "Antigüedad", "Importe", "Saldo"),
        "total": "Total",
        "aging": "Antigüedad de saldos",
        "held": "Partidas en aclaración, no incluidas en el total",
        "reason": "Motivo",
        "unapplied": "Pagos y notas de crédito por aplicar",
        "account": "Datos para el pago",
        "page": "Página &P de &N",
        "date": "dd/mm/yyyy",
    },
    "en": {
        "sheet": "Statement of account",
        "title": "Statement of account as of {date}",
        "customer": "Customer",
        "rfc": "Tax ID",
        "currency": "Currency",
        "reference": "Payment reference",
        "columns": ("Invoice", "Fiscal folio (UUID)", "Issued", "Due", "Days overdue", "Age", "Amount", "Balance"),
        "total": "Total",
        "aging": "Aging of balances",
        "held": "Items under review, not included in the total",
        "reason": "Reason",
        "unapplied": "Payments and credit notes not yet applied",
        "account": "Payment details",
        "page": "Page &P of &N",
        "date": "mmm d, yyyy",
    },
}


def statement_workbook(letter: Letter) -> bytes:
    """An .xlsx; the same letter gives the same bytes. No cell is a formula: texts from outside stay texts."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    workbook = xlsxwriter.Workbook(file, options)
    created = dt.datetime.combine(letter.dated, dt.time(), dt.UTC).replace(tzinfo=None)  # The library takes UTC without a zone.
    workbook.set_properties({"title": TEXTS[letter.language]["sheet"], "author": letter.company.name, "created": created})
    sheet = workbook.add_worksheet(str(TEXTS[letter.language]["sheet"]))
    _Statement(letter, sheet, _formats(workbook, letter)).write()
    workbook.close()
    return file.getvalue()


def _formats(workbook: Any, letter: Letter) -> dict[str, Any]:
    digits = MINOR_UNITS.get(letter.currency, 2)
    amount = "#,##0" + ("." + "0" * digits if digits else "") + ";[Red]-#,##0" + ("." + "0" * digits if digits else "")
    day = TEXTS[letter.language]["date"]
    base = {"font_name": "Arial", "font_size": 9, "valign": "vcenter"}
    cell = base | {"bottom": 1, "bottom_color": RULE}
    sum_ = base | {"bold": True, "bg_color": LIGHT, "top": 1, "top_color": ACCENT}
    head = base | {"bold": True, "font_color": "#FFFFFF", "bg_color": ACCENT}
    looks = {
        "company": base | {"bold": True, "font_size": 14, "font_color": ACCENT},
        "grey": base | {"font_color": GREY},
        "title": base | {"bold": True, "font_size": 12},
        "label": base | {"font_color": GREY},
        "value": base | {"bold": True},
        "section": base | {"bold": True, "font_size": 10, "font_color": ACCENT},
        "head": head,
        "head_right": head | {"align": "right"},
        "text": cell,
        "date": cell | {"num_format": day, "align": "left"},
        "count": cell | {"num_format": "0"},
        "amount": cell | {"num_format": amount},
        "sum": sum_,
        "sum_amount": sum_ | {"num_format": amount},
    }
    return {name: workbook.add_format(look) for name, look in looks.items()}


@dataclass
class _Statement:
    letter: Letter
    sheet: Worksheet
    formats: dict[str, Any]
    row: int = 0

    def write(self) -> None:
        self.words: dict[str, Any] = TEXTS[self.letter.language]
        self.heading()
        first = self.row
        self.lines(self.letter.lines)
        self.total_row(self.letter.total, 7)
        self.aging()
        self.held()
        self.unapplied()
        self.account()
        self.page(first)

    def heading(self) -> None:
        letter, company = self.letter, self.letter.company
        self.text(0, company.name, "company")
        self.text(0, f"RFC {company.rfc} · {company.address}", "grey")
        self.row += 1
        self.text(0, self.words["title"].format(date=long_date(letter.dated, letter.language)), "title")
        for label, value in (
            (self.words["customer"], letter.addressee.company),
            (self.words["rfc"], letter.addressee.rfc),
            (self.words["currency"], letter.currency),
            (self.words["reference"], letter.reference),
        ):
            self.string(0, label, "label")
            self.text(1, value, "value")
        self.row += 1

    def lines(self, lines: tuple[LetterLine, ...]) -> None:
        for column, word in enumerate(self.words["columns"]):
            self.string(column, word, "head_right" if column in (4, 6, 7) else "head")
        self.row += 1
        for line in lines:
            self.string(0, line.number, "text")
            self.string(1, line.uuid, "text")
            self.day(2, line.issued_on)
            self.day(3, line.due_on)
            self.sheet.write_number(self.row, 4, max(line.days_overdue, 0), self.formats["count"])
            self.string(5, bucket_label(line.bucket, self.letter.language), "text")
            self.money(6, line.total)
            self.money(7, line.balance)
            self.row += 1

    def total_row(self, amount: Money, last: int) -> None:
        for column in range(last):
            self.string(column, self.words["total"] if column == 0 else "", "sum")
        self.money(last, amount, "sum_amount")
        self.row += 2

    def aging(self) -> None:
        self.text(0, self.words["aging"], "section")
        for bucket in self.letter.buckets:
            self.string(0, bucket_label(bucket.name, self.letter.language), "text")
            self.money(1, bucket.amount)
            self.row += 1
        self.total_row(total([bucket.amount for bucket in self.letter.buckets], self.letter.currency), 1)

    def held(self) -> None:
        if not self.letter.held:
            return
        self.text(0, self.words["held"], "section")
        self.lines(self.letter.held)
        for line in self.letter.held:
            self.string(0, line.number, "label")
            self.text(1, f"{self.words['reason']}: {line.note}", "grey")
        self.row += 1

    def unapplied(self) -> None:
        if not self.letter.unapplied:
            return
        self.text(0, self.words["unapplied"], "section")
        for description, amount in self.letter.unapplied:
            self.string(0, "", "text")
            self.string(1, description, "text")
            self.money(7, amount)
            self.row += 1
        self.row += 1

    def account(self) -> None:
        account = self.letter.company.account_for(self.letter.currency)
        if account is None:
            return
        self.text(0, self.words["account"], "section")
        code = f"SWIFT {account.swift}" if account.swift else f"CLABE {account.clabe}"
        for value in (account.beneficiary, f"{account.bank} · {account.account}", code, account.bank_address):
            if value:
                self.text(0, value, "grey")

    def page(self, first: int) -> None:
        for column, width in enumerate(COLUMNS):
            self.sheet.set_column(column, column, width)
        self.sheet.freeze_panes(first + 1, 1)
        self.sheet.repeat_rows(first)
        self.sheet.set_landscape()
        self.sheet.set_paper(1)  # US Letter
        self.sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.hide_gridlines(2)
        self.sheet.set_footer(f"&L&8{self.letter.currency}&R&8{self.words['page']}")

    def text(self, column: int, value: str, look: str) -> None:
        """Writes and goes on to the next row."""
        self.string(column, value, look)
        self.row += 1

    def string(self, column: int, value: str, look: str) -> None:
        self.sheet.write_string(self.row, column, value, self.formats[look])

    def day(self, column: int, day: dt.date | None) -> None:
        if day is None:
            self.string(column, "", "text")
        else:
            self.sheet.write_datetime(self.row, column, dt.datetime.combine(day, dt.time()), self.formats["date"])

    def money(self, column: int, amount: Money, look: str = "amount") -> None:
        if abs(amount.minor) < LARGEST_EXACT:
            self.sheet.write_number(self.row, column, float(amount.amount), self.formats[look])
        else:
            self.string(column, amount.plain(), look)
