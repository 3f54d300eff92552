"""The days on which a customer takes invoices for review, or pays: which of them comes next, and how they are said."""

from __future__ import annotations

import calendar as months
import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from cobranza_rules.calendar import FARTHEST, BusinessCalendar, days_after
from cobranza_rules.domain.terms import LAST_DAY, FixedDays
from cobranza_rules.language import N_, Sentence, _, joined, word

WEEKDAYS = (N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"))


def weekday_of(day: dt.date) -> Sentence:
    return word(WEEKDAYS[day.weekday()])


def first_of(fixed: FixedDays, day: dt.date, calendar: BusinessCalendar, *, back: bool = False) -> dt.date:
    """The first of the days on or after `day`. All are business days: a weekday that is none is left out, as a week later there is another.

    A day of the month that is none goes to the business day after it, or, if `back`, before it. A customer who works on a Saturday that is
    no business day of the company does so: only holidays close a weekday that is named. The last day of the calendar where none is left.
    """
    found = [_first_weekday(fixed.weekdays, day, calendar)] if fixed.weekdays else []
    if fixed.month_days:
        found.append(next((each for each in _days_of_months(fixed.month_days, day, calendar, back=back) if each >= day), dt.date.max))
    return min(found)


def _first_weekday(weekdays: tuple[int, ...], day: dt.date, calendar: BusinessCalendar) -> dt.date:
    theirs = replace(calendar, workdays=calendar.workdays.union(weekdays))
    for ahead in range(FARTHEST):
        candidate = days_after(day, ahead)
        if (candidate.weekday() in weekdays and theirs.is_workday(candidate)) or candidate == dt.date.max:
            return candidate
    raise ValueError("the calendar leaves none of these weekdays open")


def _days_of_months(month_days: tuple[int, ...], day: dt.date, calendar: BusinessCalendar, *, back: bool) -> Iterator[dt.date]:
    """In order, from those of the month before: the last one of it may have moved into this one."""
    number = max(day.year * 12 + day.month - 2, 12)
    while number // 12 <= dt.MAXYEAR:
        year, month = number // 12, number % 12 + 1
        length = months.monthrange(year, month)[1]
        named = {dt.date(year, month, min(each, length)) for each in month_days}
        yield from sorted(calendar.on_or_before(each) if back else calendar.on_or_after(each) for each in named)
        number += 1


def said(fixed: FixedDays) -> Sentence:
    """`Tuesday, Friday, day 15, last day of the month`."""
    weekdays = [word(WEEKDAYS[each]) for each in sorted(set(fixed.weekdays))]
    of_month = [
        _("last day of the month") if each == LAST_DAY else _("day {day} of the month", day=each) for each in sorted(set(fixed.month_days))
    ]
    return joined([*weekdays, *of_month])
