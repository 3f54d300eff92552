"""Figures that grow or shrink with a date, turned around: which dates have a figure of at least so much. A span is asked of a database."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.domain.tax_days import end_of_month


@dataclass(frozen=True, slots=True)
class Span:
    """Dates from `first` to `last`, both among them; None is without end. Only one of the two is ever given."""

    first: dt.date | None = None
    last: dt.date | None = None

    @property
    def rest(self) -> Span | None:
        """All other dates; None where there are none."""
        if self.last is not None and self.last < dt.date.max:
            return Span(first=self.last + dt.timedelta(days=1))
        if self.first is not None and self.first > dt.date.min:
            return Span(last=self.first - dt.timedelta(days=1))
        return None

    @property
    def last_on_one_side(self) -> dt.date | None:
        """The last date of the earlier of the two sides into which it parts all dates; None where it has them all."""
        earlier = self if self.last is not None else self.rest
        return None if earlier is None or self.rest is None else earlier.last


def last_with_workdays(calendar: BusinessCalendar, today: dt.date, count: int) -> dt.date | None:
    """The last date since which at least `count` business days (from 1) have passed; None where there is no such date."""
    if count >= today.toordinal():
        return None
    last = calendar.minus(today, count)
    return last if calendar.between(last, today) >= count else None


def at_least_workdays(calendar: BusinessCalendar, today: dt.date, count: int) -> Span | None:
    """Dates since which at least `count` business days have passed: every date has at least none. None where nobody can say."""
    if count <= 0:
        return Span()
    last = last_with_workdays(calendar, today, count)
    return Span(last=last) if last is not None else None


def at_least_workdays_late(calendar: BusinessCalendar, today: dt.date, count: int) -> Span | None:
    """As `at_least_workdays`, for dates that stand for the next business day where they are days off."""
    if count <= 0:
        return Span()
    last = last_with_workdays(calendar, today, count)
    return Span(last=calendar.on_or_before(last)) if last is not None else None


def at_least_days(today: dt.date, count: int) -> Span | None:
    """Dates that lie at least `count` days back; None where no date is so far away."""
    try:
        return Span(last=today - dt.timedelta(days=count))
    except OverflowError:
        return None


def at_least_days_past_month(today: dt.date, count: int) -> Span | None:
    """Dates whose month ended at least `count` days ago; None where no date is so far away."""
    try:
        bound = today - dt.timedelta(days=count)
        return Span(last=bound if bound == end_of_month(bound) else bound.replace(day=1) - dt.timedelta(days=1))
    except OverflowError:
        return None


def from_ordinal(ordinal: int) -> Span | None:
    """Dates from that of an ordinal on; None where there is no such date."""
    try:
        return Span(first=dt.date.fromordinal(ordinal))
    except (OverflowError, ValueError):
        return None
