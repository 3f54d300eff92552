"""What a cell of a spreadsheet says, as text or as a day."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from cobranza_rules.intake.table import Value
from cobranza_rules.rules.texts import composed

# As Mexican desks write them, the day first; years in full, for of two digits nobody knows which are the year's.
_DAY_FIRST = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ][0-9:.]{1,15})?")
_MONTH_NAMED = re.compile(r"([0-9]{1,2})[/ .-]([A-Za-z]{3})[a-z]{0,7}\.?[/ .-]([0-9]{4})")  # 02/Mar/2026, as AdminPAQ prints it
_MONTHS = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic")
# As Mexican desks write them: thousands by commas, a point before the decimals. 1.234,50 is refused: 1.234 could be either.
_AMOUNT = re.compile(r"(-)?\$?(-)?([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,15})?(\.[0-9]{0,10})?")


def text_of(value: Value) -> str:
    """Composed (NFC), with white space collapsed, so that a line break in a cell never becomes one in a header of a mail."""
    if value is None:
        return ""
    if value.__class__ is str:
        text = composed(value)
        if text.isprintable() and "  " not in text and text == text.strip():  # As nearly every cell is
            return text
    if value.__class__ is int:
        return str(value)
    told = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return " ".join("".join(letter if letter.isprintable() or letter.isspace() else " " for letter in composed(told)).split())


def day_of(value: Value) -> dt.date | None:
    """A date of the spreadsheet, `2026-02-16` or `16/02/2026`; None where the cell holds something else."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    text = text_of(value)
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = found.groups()
    elif found := _DAY_FIRST.fullmatch(text):
        day, month, year = found.groups()
    elif (found := _MONTH_NAMED.fullmatch(text)) and found.group(2).lower() in _MONTHS:
        day, year = found.group(1), found.group(3)
        month = str(_MONTHS.index(found.group(2).lower()) + 1)
    else:
        return None
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def amount_of(value: Value) -> Decimal | None:
    """A number, or a text such as `$ 1,234.50`, `-5` or `(1,234.50)`, which is negative; None where the cell holds something else."""
    if isinstance(value, Decimal | int):
        return Decimal(value)
    if not isinstance(value, str):
        return None
    text = "".join(value.split())
    if bracketed := text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    found = _AMOUNT.fullmatch(text)
    if found is None or not (found.group(3) or (found.group(4) or "").strip(".")):
        return None
    number = Decimal((found.group(3) or "0").replace(",", "") + (found.group(4) or ""))
    return -number if bracketed or found.group(1) or found.group(2) else number
