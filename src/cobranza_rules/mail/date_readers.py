"""What each form of a date means on the day on which it is read."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.mail.date_words import MONTHS, NUMBERS, WEEKDAYS, day_of, last_of_month, month_after, nearest, next_day, year_of

FARTHEST_DAYS = 400  # "in 999 days" is no date that anybody means.


@dataclass(frozen=True, slots=True)
class Context:
    on: dt.date
    calendar: BusinessCalendar
    english: bool


Reading = tuple[dt.date | None, bool]  # the date, and whether it is vague
Reader = Callable[[re.Match[str], Context], Reading]


def groups(match: re.Match[str]) -> dict[str, str]:
    return {name: value for name, value in match.groupdict().items() if value is not None}


def month_and_day(match: re.Match[str], context: Context) -> Reading:
    """`15 de marzo`, `viernes 13 de marzo de 2026`, `March 15th`: the weekday, if given, must agree."""
    got = groups(match)
    day = 1 if got["day"] in ("primero", "1ro", "1o", "1ero", "first") else int(re.sub(r"\D", "", got["day"]))
    month = MONTHS[got["month"]]
    date = day_of(year_of(got["year"]), month, day) if "year" in got else nearest(context.on, month, day)
    return date, date is not None and "weekday" in got and WEEKDAYS[got["weekday"]] != date.weekday()


def iso(match: re.Match[str], _context: Context) -> Reading:
    return day_of(int(match["year"]), int(match["month"]), int(match["day"])), False


def slashed(match: re.Match[str], context: Context) -> Reading:
    """dd/mm in Mexico; where only mm/dd makes a date it is that; English text with both possible is vague."""
    first, second = int(match["day"]), int(match["month"])
    american = second > 12 >= first or (context.english and first <= 12)
    day, month = (second, first) if american else (first, second)
    year = match.groupdict().get("year")
    date = day_of(year_of(year), month, day) if year else nearest(context.on, month, day) if 1 <= month <= 12 else None
    return date, context.english and first <= 12 and second <= 12 and first != second


def weekday_and_slashed(match: re.Match[str], context: Context) -> Reading:
    """`viernes 13/03`, `Friday 3/13`: the weekday tells which of the two numbers is the month."""
    first, second = int(match["day"]), int(match["month"])
    got = groups(match)
    weekday = WEEKDAYS[got["weekday"]]
    for day, month in ((first, second), (second, first)):
        date = day_of(year_of(got["year"]), month, day) if "year" in got else nearest(context.on, month, day) if 1 <= month <= 12 else None
        if date is not None and date.weekday() == weekday:
            return date, False
    return slashed(match, context)[0], True


def stretch(reader: Reader) -> Reader:
    """`entre el 10 y el 12 de marzo`, `el 10 o el 11`: the last day is proposed."""
    return lambda match, context: (reader(match, context)[0], True)


def weekday_and_day(match: re.Match[str], context: Context) -> Reading:
    """`viernes 13`: the nearest such date; a weekday that does not agree makes it vague."""
    date = next_day(context.on - dt.timedelta(days=7), int(match["day"]))
    weekday = WEEKDAYS[match["weekday"]]
    if date and date < context.on and date.weekday() != weekday:
        date = next_day(context.on, int(match["day"]))
    return date, date is not None and date.weekday() != weekday


def weekday_of_week(match: re.Match[str], context: Context) -> Reading:
    monday = context.on - dt.timedelta(days=context.on.weekday())
    return monday + dt.timedelta(days=WEEKDAYS[match["weekday"]] + (7 if "next" in groups(match) else 0)), False


def weekday(match: re.Match[str], context: Context) -> Reading:
    """The coming one. On that very weekday it is vague unless `este` or `this` says today."""
    ahead = (WEEKDAYS[match["weekday"]] - context.on.weekday()) % 7
    if ahead == 0 and "this" in groups(match):
        return context.on, False
    return context.on + dt.timedelta(days=ahead or 7), ahead == 0


def last_weekday(match: re.Match[str], context: Context) -> Reading:
    return context.on - dt.timedelta(days=(context.on.weekday() - WEEKDAYS[match["weekday"]]) % 7 or 7), False


def days_from_now(days: int) -> Reader:
    return lambda _match, context: (context.on + dt.timedelta(days=days), False)


def counted(match: re.Match[str], context: Context) -> Reading:
    got = groups(match)
    count = int(got["count"]) if got["count"].isdigit() else NUMBERS[got["count"]]
    if got.get("unit", "").startswith(("sem", "week")):
        return context.on + dt.timedelta(days=7 * count) if count * 7 <= FARTHEST_DAYS else None, False
    if count > FARTHEST_DAYS:
        return None, False
    if "ago" in got:
        return context.on - dt.timedelta(days=count), False
    return (context.calendar.plus(context.on, count) if "business" in got else context.on + dt.timedelta(days=count)), False


def end_of_month(match: re.Match[str], context: Context) -> Reading:
    got = groups(match)
    if "month" in got:
        month = MONTHS[got["month"]]
        end = last_of_month(int(got["year"]) if "year" in got else context.on.year, month)
        if "year" not in got and end < context.on:
            end = last_of_month(context.on.year + 1, month)
    else:
        end = last_of_month(*month_after(context.on, 1 if "next" in got else 0))
    if "business" in got:
        while not context.calendar.is_workday(end):
            end -= dt.timedelta(days=1)
    return end, match[0].lstrip("a ").startswith("finales")


def fortnight(match: re.Match[str], context: Context) -> Reading:
    """Quincena: the 15th and the end of the month, the paydays of Mexico; the next one after `on`."""
    got = groups(match)
    if "which" in got:
        year, month = context.on.year, MONTHS[got["month"]] if "month" in got else context.on.month
        date = dt.date(year, month, 15) if got["which"] in ("primera", "1a", "1ra") else last_of_month(year, month)
        return date if date >= context.on - dt.timedelta(days=180) else date.replace(year=year + 1), True
    end = last_of_month(context.on.year, context.on.month)
    if context.on.day < 15:
        return context.on.replace(day=15), False
    return (end, False) if context.on < end else (dt.date(*month_after(context.on), 15), False)


def week_of_month(match: re.Match[str], context: Context) -> Reading:
    """A week is a stretch; its seventh day is proposed."""
    month = MONTHS[match["month"]]
    last = match["week"] in ("ultima", "last", "cuarta", "fourth")
    week = {"primera": 7, "1a": 7, "first": 7, "segunda": 14, "2a": 14, "second": 14}.get(match["week"], 21)
    day = last_of_month(context.on.year, month).day if last else week
    return nearest(context.on, month, day), True


def part_of_month(match: re.Match[str], context: Context) -> Reading:
    """`principios de abril`, `mid March`: a stretch; the fifth, the fifteenth or the twenty-fifth is proposed."""
    got = groups(match)
    day = 15 if got["part"] in ("mediados", "mid", "middle") else 25 if got["part"] == "late" else 5
    if "month" in got:
        return nearest(context.on, MONTHS[got["month"]], day), True
    return next_day(context.on, day), True


def next_month(_match: re.Match[str], context: Context) -> Reading:
    return last_of_month(*month_after(context.on)), True


def day_of_month(match: re.Match[str], context: Context) -> Reading:
    got = groups(match)
    if "next" in got:
        return day_of(*month_after(context.on), int(got["day"])), False
    if "current" in got:
        return day_of(context.on.year, context.on.month, int(got["day"])), False
    return next_day(context.on, int(got["day"])), False


def end_of_week(match: re.Match[str], context: Context) -> Reading:
    """A week as a whole is a stretch; its Friday is proposed."""
    friday = context.on + dt.timedelta(days=4 - context.on.weekday() + (7 if "next" in groups(match) else 0))
    return friday, True


def nothing(_match: re.Match[str], _context: Context) -> Reading:
    """For words that only look like a date: they are taken, so that no shorter form reads them."""
    return None, False
