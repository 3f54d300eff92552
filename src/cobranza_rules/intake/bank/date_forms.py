"""Days in the forms that a profile names: YYYY, YY, MMMM (enero), MMM (ene), MM, M, DD and D, with what stands between them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from functools import lru_cache

from cobranza_rules.intake.heading_row import folded

LONGEST_FORM = 40
_MONTHS = ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre")
_TOKEN = re.compile("YYYY|YY|MMMM|MMM|MM|M|DD|D")
_DIGITS = {"YYYY": r"(?P<year>[0-9]{4})", "YY": r"(?P<year>[0-9]{2})", "MM": r"(?P<month>[0-9]{2})", "M": r"(?P<month>[0-9]{1,2})"}
_DIGITS |= {"DD": r"(?P<day>[0-9]{2})", "D": r"(?P<day>[0-9]{1,2})", "MMM": r"(?P<month>[a-z]{3})\.?", "MMMM": r"(?P<month>[a-z]{4,10})"}


def is_form(text: str) -> bool:
    """Whether it names a day, a month and a year, each once."""
    parts = sorted(token[0] for token in _TOKEN.findall(text))
    return parts == ["D", "M", "Y"] and len(text) <= LONGEST_FORM


def read_otherwise(form: str, other: str) -> bool:
    """Whether some text would be one day by the first form and another one by the second."""
    return form != other and _shape(form) == _shape(other)


def _shape(form: str) -> str:
    return _TOKEN.sub(lambda token: "N" if token[0] in ("D", "DD", "M", "MM") else token[0], form)


def swapped(form: str) -> str:
    """The form with day and month changed about, where both are digits; else the form itself."""
    if "MMM" in form:
        return form
    return form.translate(str.maketrans("DM", "MD"))


def read_day(text: str, forms: Sequence[str]) -> dt.date | None:
    for form in forms:
        found = _pattern(form).fullmatch(folded(text))
        if found and (day := _day(found["year"], found["month"], found["day"])) is not None:
            return day
    return None


def days_in(text: str, forms: Sequence[str]) -> list[dt.date]:
    """All days that stand in a text, in their order."""
    said = folded(text)
    read = [(match.start(), _day(match["year"], match["month"], match["day"])) for form in forms for match in _pattern(form).finditer(said)]
    return [day for _start, day in sorted(read, key=lambda each: each[0]) if day is not None]


@lru_cache(maxsize=64)
def _pattern(form: str) -> re.Pattern[str]:
    pattern, end = "", 0
    for token in _TOKEN.finditer(form):
        pattern += re.escape(form[end : token.start()].lower()) + _DIGITS[token[0]]
        end = token.end()
    return re.compile(rf"(?<![0-9]){pattern}{re.escape(form[end:].lower())}(?![0-9])")


def _day(year: str, month: str, day: str) -> dt.date | None:
    number = int(month) if month.isdigit() else next((at for at, name in enumerate(_MONTHS, 1) if month in (name, name[:3])), 0)
    if month == "sept":
        number = 9
    try:
        return dt.date(int(year) + (2000 if len(year) == 2 else 0), number, int(day))
    except ValueError:
        return None
