"""A row of a spreadsheet whose headings are known: its cells as texts, days, amounts and choices, each mistake with its cell."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from cobranza_rules.intake.cells import day_of, text_of
from cobranza_rules.intake.cfdi_reading import shown
from cobranza_rules.intake.error_cells import CORRECT, is_error, is_remark, told
from cobranza_rules.intake.heading_row import Column, Headings, plain
from cobranza_rules.intake.table import Value
from cobranza_rules.language import Sentence, _
from cobranza_rules.money import Money, MoneyError
from cobranza_rules.problems import Problem

_YES = frozenset({"si", "s", "yes", "y", "x", "true", "verdadero", "1"})
_NO = frozenset({"no", "n", "false", "falso", "0", ""})
# Light on purpose: a server says the rest. Written so that it needs no going back, however long the text.
EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
LONGEST_EMAIL = 254  # RFC 5321, 4.5.3.1.3 less the angle brackets
# Commas part thousands only; a currency beside the figure is not read, for a column of its own says it.
_AMOUNT = re.compile(r"\$? ?([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,13})(\.[0-9]{1,15})?")

_Chosen = TypeVar("_Chosen", bound=str)


def is_email(text: str) -> bool:
    return len(text) <= LONGEST_EMAIL and EMAIL.fullmatch(text) is not None and ".." not in text


def filled_rows(headings: Headings) -> list[int]:
    """Those below the headings that hold something and are no remark."""
    found = []
    for row in range(headings.row + 1, len(headings.table.rows)):
        cells = [cell for cell in headings.table.rows[row] if cell is not None]
        if cells and not is_remark(cells[0]):
            found.append(row)
    return found


class SheetRow:
    """`errors` cost the row, `warnings` nothing. `empty` is said where something is needed, with what to do."""

    empty = (_("the cell is empty"), _("fill it in, or delete the whole row"))

    def __init__(self, headings: Headings, row: int, file: str) -> None:
        self.headings, self.row, self.file = headings, row, file
        self.errors: list[Problem] = []
        self.warnings: list[Problem] = []
        self._lost: set[Column] = set()
        for column in headings.columns.values():
            if is_error(error := self.value(column)):
                self.blame(column, told(error), CORRECT)
                self._lost.add(column)

    def blame(self, column: Column, what: Sentence, hint: Sentence) -> None:
        """Of a cell that holds an error nothing else is told."""
        if column not in self._lost:
            self.errors.append(Problem(what, hint, self.file, place=self.place(column)))

    def warn(self, column: Column, what: Sentence, hint: Sentence) -> None:
        self.warnings.append(Problem(what, hint, self.file, place=self.place(column), warning=True))

    def place(self, column: Column) -> str:
        return self.headings.place(self.row, column)

    def value(self, column: Column) -> Value:
        number = self.headings.column(column)
        return None if number is None or column in self._lost else self.headings.table.value(self.row, number)

    def text(self, column: Column, limit: int) -> str:
        value = self.value(column)
        if value is None:
            return ""
        if isinstance(value, dt.date):
            self.blame(column, _("a date stands where a text was expected"), _("format the cell as text and type it again"))
            return ""
        text = text_of(value)
        if len(text) > limit:
            self.blame(column, _("the text is longer than {limit} characters", limit=limit), _("shorten it"))
            return ""
        return text

    def required(self, column: Column, limit: int) -> str:
        before = len(self.errors)
        text = self.text(column, limit)
        if not text and len(self.errors) == before:
            self.blame(column, *self.empty)
        return text

    def choice(self, column: Column, known: dict[_Chosen, str], default: _Chosen) -> _Chosen:
        text = self.text(column, 100)
        if not text:
            return default
        for value, words in known.items():
            if plain(text) in words.split("|"):
                return value
        allowed = ", ".join(words.split("|")[0] for words in known.values())
        self.blame(column, _("'{text}' is not known here", text=shown(text)), _("write one of: {allowed}", allowed=allowed))
        return default

    def truth(self, column: Column) -> bool:
        text = plain(self.text(column, 100))
        if text not in _YES | _NO:
            self.blame(column, _("'{text}' is not known here", text=shown(text)), _("write one of: {allowed}", allowed="sí, no"))
        return text in _YES

    def day(self, column: Column) -> dt.date | None:
        """None where the cell is empty, or is no day, which is told."""
        value = self.value(column)
        if value is None or (found := day_of(value)) is not None:
            return None if value is None else found
        self.blame(column, _("'{text}' is not a date", text=shown(text_of(value))), _("write it like 2026-02-16 or 16/02/2026"))
        return None

    def amount(self, column: Column, currency: str) -> Money | None:
        """None where the cell is empty, or is no amount above zero, which is told. Rounded half up: cells of formulas have float's tails."""
        value = self.value(column)
        if value is None:
            return None
        text = text_of(value)
        found = _AMOUNT.fullmatch(text)
        try:
            money = Money.of(found.group(1).replace(",", "") + (found.group(2) or ""), currency) if found else None
        except MoneyError:
            money = None
        if money is None or money.minor <= 0:
            self.blame(column, _("'{text}' is no amount above zero", text=shown(text)), _("write it as 1200.00"))
            return None
        return money

    def percent(self, column: Column) -> Decimal | None:
        """Above 0 and up to 100, with two decimals at most; a cell that shows `2%` holds 0.02 and is told, for nobody knows which is meant."""
        text = self.text(column, 40).removesuffix("%").strip()
        if not text:
            return None
        try:
            value = Decimal(text)
        except InvalidOperation:
            value = Decimal(0)
        if not value.is_finite() or not Decimal("0.1") <= value <= 100 or value != round(value, 2):
            hint = _("write 2 or 2% for two percent, as text; a cell in percent format holds another number than it shows")
            self.blame(column, _("'{text}' is no percentage from 0.1 to 100", text=shown(text)), hint)
            return None
        return round(value, 2).normalize() + 0

    def whole(self, column: Column, least: int, most: int) -> int | None:
        text = self.text(column, 40)
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and least <= int(text[:9]) <= most):
            what = _("'{text}' is not a whole number from {least} to {most}", text=shown(text), least=least, most=most)
            self.blame(column, what, _("write the number without words"))
            return None
        return int(text)

    def currency(self, column: Column, known: frozenset[str]) -> str:
        text = self.required(column, 20).upper()
        code = {"PESOS": "MXN", "PESO": "MXN", "M.N.": "MXN", "MN": "MXN", "DOLARES": "USD", "DÓLARES": "USD", "DLLS": "USD"}.get(
            text, text
        )
        if text and code not in known:
            self.blame(column, _("the currency '{currency}' is not known", currency=shown(text)), _("write MXN, USD or EUR"))
            return ""
        return code

    def email(self, column: Column) -> str:
        text = self.text(column, LONGEST_EMAIL).removeprefix("mailto:")
        if text and not is_email(text):
            self.blame(column, _("'{email}' is not an e-mail address", email=shown(text)), _("correct it"))
            return ""
        return text
