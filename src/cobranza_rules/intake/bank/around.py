"""What a statement says beside its movements: the account, its currency, the days, first and last balance, totals."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence

from cobranza_rules.intake.bank.date_forms import days_in
from cobranza_rules.intake.bank.profile import BankProfile
from cobranza_rules.intake.bank.rows import is_labelled
from cobranza_rules.intake.bank.sheet import BankSheet, cleaned
from cobranza_rules.intake.cells import amount_of, text_of
from cobranza_rules.intake.cfdi_reading import shown
from cobranza_rules.intake.heading_row import folded
from cobranza_rules.intake.table import Table, Value
from cobranza_rules.language import _
from cobranza_rules.money import MINOR_UNITS, Money, MoneyError
from cobranza_rules.problems import Problem

_ACCOUNT = re.compile(r"[0-9*][0-9* .-]{4,40}")  # As banks part it, and with what they hide of it
_CURRENCIES = {
    "PESOS": "MXN",
    "PESO": "MXN",
    "M.N.": "MXN",
    "MN": "MXN",
    "MXP": "MXN",
    "DOLARES": "USD",
    "DLLS": "USD",
    "DLS": "USD",
    "EUROS": "EUR",
}
_WORD = re.compile(r"[A-Z.]{2,10}")


def told_account(table: Table, headings: int, profile: BankProfile) -> str:
    found = _ACCOUNT.search(_after(table, headings, profile.head.get("account", "")))
    return found[0].strip() if found else ""


def told_currency(table: Table, headings: int, profile: BankProfile) -> str:
    """The code, or what stands there where it is none that is known; "" where nothing is told."""
    said = _after(table, headings, profile.head.get("currency", "")).upper().replace("Ó", "O")
    words = [_CURRENCIES.get(word, word) for word in _WORD.findall(said)]
    return next((word for word in words if word in MINOR_UNITS), words[0] if words else "")


def told_period(table: Table, headings: int, profile: BankProfile) -> tuple[dt.date, dt.date] | None:
    days = days_in(_after(table, headings, profile.head.get("period", ""), to_the_end=True), profile.dates)
    return (days[0], days[1]) if len(days) >= 2 else None


def _after(table: Table, headings: int, label: str, *, to_the_end: bool = False) -> str:
    """What follows the first of these labels above the headings: the rest of its cell, or the next one; all of the row where it may be parted."""
    wanted = folded(label)
    for row in range(headings if wanted else 0):
        cells = [folded(cleaned(cell)) for cell in table.rows[row] if cleaned(cell) is not None]
        for number, said in enumerate(cells):
            if (at := said.find(wanted)) >= 0:
                told = [part for part in (said[at + len(wanted) :].strip(" :."), *cells[number + 1 :]) if part]
                return " ".join(told if to_the_end else told[:1])
    return ""


def told_totals(sheet: BankSheet, profile: BankProfile, currency: str, file: str) -> tuple[dict[str, Money], list[Problem]]:
    """Of each total that the profile names the amount after its label, in the same cell or in the next one that is filled."""
    totals: dict[str, Money] = {}
    problems = []
    for row, cells in _labelled(sheet, profile):
        for name, label in profile.totals.items():
            if (text := _beside(cells, folded(label))) is None:
                continue
            number = amount_of(text.removeprefix(":").strip()) if isinstance(text, str) else amount_of(text)
            try:
                totals[name] = Money.of(number if number is not None else "", currency)
            except MoneyError:
                what = _("'{text}' is no amount", text=shown(text_of(text)))
                problems.append(Problem(what, _("download the statement again, and do not edit it"), file, place=sheet.table.place(row, 0)))
    return totals, problems


def _labelled(sheet: BankSheet, profile: BankProfile) -> Iterator[tuple[int, Sequence[Value]]]:
    for row in range(len(sheet.table.rows) if profile.totals else 0):
        if row != sheet.layout.row and is_labelled(cells := sheet.table.rows[row], profile):
            yield row, cells


def _beside(cells: Sequence[Value], label: str) -> Value:
    """None where the label begins no cell, or nothing follows it."""
    for number, cell in enumerate(cells):
        if not isinstance(cell, str) or not folded(cleaned(cell)).startswith(label):
            continue
        rest = text_of(cleaned(cell))[len(label) :].strip(" :")
        if rest:
            return rest
        return next((found for later in reversed(cells[number + 1 :]) if (found := cleaned(later)) is not None), None)
    return None
