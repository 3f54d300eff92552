"""Dates as facts see them: days between, found once for each date, since a whole book has few."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.domain.aging import bucket_of
from cobranza_rules.domain.tax_days import days_past_month
from cobranza_rules.facts.spans import (
    Span,
    at_least_days,
    at_least_days_past_month,
    at_least_workdays,
    at_least_workdays_late,
    from_ordinal,
)

Column = Sequence[Any]  # Its values in some rows


KeptDate = dt.date | str  # As a database gives it: SQLite keeps a date as text (ISO 8601)


def as_date(kept: KeptDate) -> dt.date:
    return kept if isinstance(kept, dt.date) else dt.date.fromisoformat(kept)


class OfDate(dict[KeptDate, Any]):
    """What is known of a date, found once: a whole book has few dates.

    A figure that only grows or only shrinks from date to date also tells the dates that have `at_least` so much of it (None: it cannot say).
    """

    def __init__(self, find: Callable[[dt.date], Any], at_least: Callable[[int], Span | None] = lambda _figure: None) -> None:
        self._find, self.at_least = find, at_least

    def __missing__(self, day: KeptDate) -> Any:
        self[day] = found = self._find(as_date(day))
        return found


class Day:
    """What facts of dates are counted with, each by date."""

    def __init__(self, today: dt.date, calendar: BusinessCalendar, buckets: Sequence[int]) -> None:
        self.today = today
        self.no_bucket = bucket_of(None, buckets)
        self.workdays_since = OfDate(lambda day: calendar.between(day, today), lambda count: at_least_workdays(calendar, today, count))
        self.workdays_late = OfDate(
            lambda day: calendar.between(calendar.on_or_after(day), today), lambda count: at_least_workdays_late(calendar, today, count)
        )
        self.days_since = OfDate(lambda day: (today - day).days, lambda count: at_least_days(today, count))
        self.days_since_month = OfDate(lambda day: days_past_month(day, today), lambda count: at_least_days_past_month(today, count))
        self.bucket = OfDate(lambda day: bucket_of((today - day).days, buckets))
        self.ordinal = OfDate(dt.date.toordinal, from_ordinal)
        self.is_known = OfDate(lambda _day: True)
        self.is_past = OfDate(lambda day: day < today)
        self.pue_is_late = OfDate(
            lambda day: calendar.tax_days.pue_is_late(day, today),
            lambda late: at_least_days_past_month(today, calendar.tax_days.pue_days + 1) if late else Span(),
        )
