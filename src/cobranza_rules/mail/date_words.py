"""The vocabulary of dates in Spanish and English replies, as pieces of patterns over folded text (lower case, no accents)."""

from __future__ import annotations

import calendar
import datetime as dt
import re

_MONTHS = (
    ("enero", "ene", "january", "jan"),
    ("febrero", "feb", "february"),
    ("marzo", "mar", "march"),
    ("abril", "abr", "april", "apr"),
    ("mayo", "may"),
    ("junio", "jun", "june"),
    ("julio", "jul", "july"),
    ("agosto", "ago", "august", "aug"),
    ("septiembre", "setiembre", "september", "sept", "sep", "set"),
    ("octubre", "oct", "october"),
    ("noviembre", "nov", "november"),
    ("diciembre", "dic", "december", "dec"),
)
_WEEKDAYS = (
    ("lunes", "lun", "monday", "mon"),
    ("martes", "tuesday", "tue"),
    ("miercoles", "miercolez", "mierocles", "mie", "wednesday", "wed"),
    ("jueves", "juebes", "juevez", "jue", "thursday", "thu"),
    ("viernes", "virnes", "viernez", "vienres", "vie", "friday", "fri"),
    ("sabado", "sabdo", "sab", "saturday", "sat"),
    ("domingo", "sunday"),
)
MONTHS = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
WEEKDAYS = {name: number for number, names in enumerate(_WEEKDAYS) for name in names}
NUMBERS = {
    name: number
    for number, names in {
        1: "un una uno one a",
        2: "dos two",
        3: "tres three",
        4: "cuatro four",
        5: "cinco five",
        6: "seis six",
        7: "siete seven",
        8: "ocho eight",
        9: "nueve nine",
        10: "diez ten",
        12: "doce twelve",
        15: "quince fifteen",
        20: "veinte twenty",
        30: "treinta thirty",
    }.items()
    for name in names.split()
}


def _any(names: dict[str, int]) -> str:
    return "|".join(sorted(names, key=len, reverse=True))


PIECES = {"MONTH": _any(MONTHS), "WEEKDAY": _any(WEEKDAYS), "COUNT": r"\d{1,3}|" + _any(NUMBERS)}


def pattern(source: str) -> re.Pattern[str]:
    """`{MONTH}`, `{WEEKDAY}` and `{COUNT}` stand for their words; a space stands for one to three of any kind."""
    for name, piece in PIECES.items():
        source = source.replace("{" + name + "}", f"(?:{piece})")
    return re.compile(r"(?<![\w])" + source.replace(" ", r" {1,3}") + r"(?![\w])")


def day_of(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def last_of_month(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def month_after(day: dt.date, count: int = 1) -> tuple[int, int]:
    months = day.year * 12 + day.month - 1 + count
    return months // 12, months % 12 + 1


def year_of(text: str) -> int:
    """`26` and `2026` mean the same year."""
    return int(text) if len(text) == 4 else 2000 + int(text)


def nearest(on: dt.date, month: int, day: int) -> dt.date | None:
    """A date without a year: the one nearest to `on`, so that a January reply may speak of December."""
    candidates = [found for year in (on.year - 1, on.year, on.year + 1) if (found := day_of(year, month, day))]
    return min(candidates, key=lambda found: abs(found - on), default=None)


def next_day(on: dt.date, day: int) -> dt.date | None:
    """The next date with that day of the month, `on` included; None where no month near has it."""
    for count in range(3):
        year, month = month_after(on, count)
        found = day_of(year, month, day)
        if found and found >= on:
            return found
    return None
