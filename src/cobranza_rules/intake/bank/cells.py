"""One row of a bank's table: its cells as days, amounts and texts, each mistake with its place."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from cobranza_rules.intake.bank.date_forms import read_day, swapped
from cobranza_rules.intake.bank.finding import is_clabe
from cobranza_rules.intake.bank.profile import BankProfile
from cobranza_rules.intake.bank.sheet import BankSheet
from cobranza_rules.intake.cells import amount_of, text_of
from cobranza_rules.intake.cfdi_reading import shown
from cobranza_rules.intake.error_cells import CORRECT, is_error, told
from cobranza_rules.intake.table import Value
from cobranza_rules.language import Sentence, _
from cobranza_rules.money import Money, MoneyError
from cobranza_rules.problems import Problem

LONGEST_TEXT = 1000
LONGEST_KEY = 80
_DIGITS_OF_A_NUMBER = 15  # That a spreadsheet program keeps of a number (IEEE 754)
_SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]{1,17})?E\+?[0-9]{1,3}", re.IGNORECASE)
_LOST = _("have the bank's file open as text, or download it again: what is lost cannot be told from the number")


class Cells:
    """`problems` cost the statement, `warnings` nothing."""

    def __init__(self, sheet: BankSheet, row: int, profile: BankProfile, file: str) -> None:
        self.sheet, self.row, self.profile, self.file = sheet, row, profile, file
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []

    def blame(self, holds: str, what: Sentence, hint: Sentence) -> None:
        self.problems.append(Problem(what, hint, self.file, place=self.sheet.place(self.row, holds)))

    def value(self, holds: str) -> Value:
        value = self.sheet.cell(self.row, holds)
        if is_error(value):
            self.blame(holds, told(value), CORRECT)
            return None
        return value

    def is_empty(self, holds: str) -> bool:
        value = self.sheet.cell(self.row, holds)
        return value is None or text_of(value) in self.profile.empty

    def day(self, holds: str) -> dt.date | None:
        """None where the cell is empty, or is no day, which is told."""
        value = self.value(holds)
        if isinstance(value, dt.datetime):
            return value.date()
        if value is None or isinstance(value, dt.date):
            return value
        text = text_of(value)
        if (found := read_day(text, self.profile.dates)) is None:
            self.blame(holds, *self._no_day(text))
        return found

    def _no_day(self, text: str) -> tuple[Sentence, Sentence]:
        forms = ", ".join(self.profile.dates)
        what = _("'{text}' is not a date of the form {forms}", text=shown(text), forms=forms)
        if read_day(text, [swapped(form) for form in self.profile.dates]) is not None:
            return what, _("day and month may have changed places in a spreadsheet program: download the statement again")
        return what, _("correct 'dates' in rules/banks/{profile}.yaml if the bank writes it so", profile=self.profile.name)

    def amount(self, holds: str, currency: str) -> Money | None:
        """With its sign; None where the cell is empty, or is no amount, which is told."""
        if self.is_empty(holds):
            return None
        value = self.value(holds)
        if value is None:
            return None
        number = None if isinstance(value, dt.date) else amount_of(value)
        try:
            money = None if number is None else Money.of(number, currency)
        except MoneyError:
            money = None
        if money is None or number is None:
            self.blame(holds, _("'{text}' is no amount", text=shown(text_of(value))), _("download the statement again, and do not edit it"))
            return None
        if abs(number - money.amount) > (Decimal(0) if isinstance(value, str) else Decimal("0.000001")):
            what = _("'{text}' has more decimals than {currency}", text=shown(text_of(value)), currency=currency)
            self.blame(holds, what, _("download the statement again, and do not edit it"))
            return None
        return money

    def text(self, holds: str, limit: int = LONGEST_TEXT) -> str:
        """All columns of it as one text."""
        texts = [self._text_of(holds, value) for value in self.sheet.cells(self.row, holds) if value is not None]
        text = " ".join(part for part in texts if part not in self.profile.empty)
        if len(text) > limit:
            self.blame(holds, _("the text is longer than {limit} characters", limit=limit), _("shorten it"))
            return ""
        return text

    def _text_of(self, holds: str, value: Value) -> str:
        if is_error(value):
            self.blame(holds, told(value), CORRECT)
            return ""
        text = text_of(value)
        if holds != "description" and self._has_lost_digits(value, text):
            what = _("'{text}' is a number, of which a spreadsheet program keeps 15 digits: the others are lost", text=shown(str(value)))
            self.blame(holds, what, _LOST)
            return ""
        return text

    def _has_lost_digits(self, value: Value, text: str) -> bool:
        if isinstance(value, str):
            return _SCIENTIFIC.fullmatch(text) is not None
        return isinstance(value, int | Decimal) and len(text.lstrip("0-").partition(".")[0]) > _DIGITS_OF_A_NUMBER

    def clabe(self) -> str:
        """A number of 18 digits whose check digit is wrong is left out, and told."""
        text = self.text("clabe", LONGEST_KEY)
        digits = "".join(text.split())
        if len(digits) == 18 and digits.isdigit() and not is_clabe(digits):
            what = _("'{clabe}' is no CLABE: its check digit is wrong", clabe=shown(digits))
            place = self.sheet.place(self.row, "clabe")
            self.warnings.append(Problem(what, _("the account of who paid is left out"), self.file, place=place, warning=True))
            return ""
        return digits if len(digits) <= 40 else ""
