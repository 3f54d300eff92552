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


def text_of(value: Value) -> str:
    """Composed (NFC), with white space collapsed, so that a line break in a cell never becomes one in a header of a mail."""
    if value is None:
        return ""
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
    else:
        return None
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None
