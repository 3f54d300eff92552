"""Figures of dates turned around: a span has exactly the dates that have so much of a figure."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.facts.days import Day, OfDate
from cobranza_rules.facts.spans import Span

days = st.dates(dt.date(2024, 1, 1), dt.date(2027, 12, 31))
calendars = st.sampled_from(
    [BusinessCalendar(), BusinessCalendar(holidays="none", workdays=frozenset({2})), BusinessCalendar(holidays="MX-BMV")]
)


def contains(span: Span | None, day: dt.date) -> bool:
    return span is not None and (span.first is None or span.first <= day) and (span.last is None or day <= span.last)


@given(days, calendars, days, st.integers(-5, 400))
def test_a_span_has_the_dates_with_so_much_and_no_other(today: dt.date, calendar: BusinessCalendar, day: dt.date, least: int) -> None:
    known = Day(today, calendar, (30,))
    figures: list[tuple[OfDate, int]] = [
        (known.workdays_since, least),
        (known.days_since, least),
        (known.days_since_month, least),
        (known.ordinal, today.toordinal() + least),
    ]
    for figure, bound in figures:
        span = figure.at_least(bound)
        assert span is not None
        assert contains(span, day) is (figure[day] >= bound)
        assert contains(span.rest, day) is (figure[day] < bound)


def test_what_lies_too_far_away_is_not_said() -> None:
    known = Day(dt.date(2026, 3, 10), BusinessCalendar(holidays="none"), (30,))
    assert known.workdays_since.at_least(500_000) is not None
    assert [known.workdays_since.at_least(count) for count in (600_000, 10**6, 10**30)] == [None, None, None]
    assert [known.days_since.at_least(count) for count in (10**6, -(10**7), 10**30)] == [None, None, None]
    assert [known.ordinal.at_least(ordinal) for ordinal in (0, 10**7, 10**30)] == [None, None, None]
    assert known.bucket.at_least(1) is None


def test_there_is_nothing_beyond_all_dates() -> None:
    assert [Span().rest, Span(first=dt.date.min).rest, Span(last=dt.date.max).rest] == [None, None, None]


@given(days, calendars, days, st.integers(-5, 400))
def test_a_span_parts_all_dates_in_two_by_the_last_of_the_earlier(
    today: dt.date, calendar: BusinessCalendar, day: dt.date, least: int
) -> None:
    known = Day(today, calendar, (30,))
    for span in (known.workdays_since.at_least(least), known.ordinal.at_least(today.toordinal() + least)):
        assert span is not None
        last = span.last_on_one_side
        if last is None:
            assert span.rest is None
        else:
            assert contains(span, day) is ((day <= last) is (span.last is not None))
