"""Money, business days, aging buckets and sentences."""

from __future__ import annotations

import datetime as dt
import json
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.calendar import BusinessCalendar, days_after
from cobranza_rules.domain.aging import bucket_names, bucket_of
from cobranza_rules.language import Sentence, _
from cobranza_rules.money import Money, MoneyError

OFFICE = BusinessCalendar()
days = st.dates(dt.date(1985, 1, 1), dt.date(2040, 12, 31))


@given(st.decimals(-(10**9), 10**9, places=2))
def test_an_amount_comes_back_as_it_was_written(amount: Decimal) -> None:
    assert Money.of(amount, "MXN").amount == amount
    assert Decimal(Money.of(amount, "MXN").plain()) == amount


@pytest.mark.parametrize(("written", "minor"), [("10.005", 1001), ("10.004999", 1000), ("-10.005", -1001), ("0.000001", 0)])
def test_six_decimals_are_rounded_half_up(written: str, minor: int) -> None:
    assert Money.of(written, "MXN").minor == minor


@pytest.mark.parametrize("written", ["abc", "NaN", "Infinity", "1e30", ""])
def test_what_is_no_amount_is_refused(written: str) -> None:
    with pytest.raises(MoneyError):
        Money.of(written, "MXN")


def test_currencies_never_meet() -> None:
    with pytest.raises(ValueError, match="MXN and USD cannot be reckoned together"):
        _unused = Money(1, "MXN") + Money(1, "USD")


@given(days, days)
def test_business_days_between_are_those_that_are_counted(start: dt.date, end: dt.date) -> None:
    if (end - start).days > 400:
        end = start + dt.timedelta(days=400)
    counted = sum(OFFICE.is_workday(start + dt.timedelta(days=ahead)) for ahead in range(1, (end - start).days + 1))
    assert OFFICE.between(start, end) == counted


@given(days, st.integers(0, 40))
def test_plus_and_between_agree(day: dt.date, count: int) -> None:
    later = OFFICE.plus(day, count)
    assert OFFICE.between(day, later) == count
    assert count == 0 or OFFICE.is_workday(later)


@given(days, st.integers(0, 60))
def test_counting_back_gives_the_latest_day(day: dt.date, count: int) -> None:
    before = OFFICE.minus(day, count)
    assert OFFICE.between(before, day) >= count
    assert count == 0 or OFFICE.between(before + dt.timedelta(days=1), day) < count


def test_a_day_is_counted_back_over_the_weekend() -> None:
    assert OFFICE.minus(dt.date(2026, 3, 2), 0) == dt.date(2026, 3, 2)
    assert OFFICE.minus(dt.date(2026, 3, 3), 3) == dt.date(2026, 2, 26)


FAR = BusinessCalendar(workdays=frozenset({0, 2, 6}), extra=frozenset({dt.date(1, 1, 3), dt.date(1899, 12, 31), dt.date(9999, 12, 29)}))


@pytest.mark.parametrize("near", [dt.date(1, 1, 1), dt.date(1899, 7, 1), dt.date(2199, 7, 1), dt.date(9999, 1, 1)])
def test_business_days_of_years_without_holidays_are_reckoned_as_they_are_counted(near: dt.date) -> None:
    for calendar in (OFFICE, FAR):
        for length in (1, 200, 400, 1500):
            start = near if near.year < 9999 else dt.date(9999, 12, 31) - dt.timedelta(days=length)
            counted = sum(calendar.is_workday(start + dt.timedelta(days=ahead)) for ahead in range(1, length + 1))
            assert calendar.between(start, start + dt.timedelta(days=length)) == counted


def test_no_reckoning_leaves_the_calendar_or_takes_long() -> None:
    started = time.monotonic()
    for calendar in (OFFICE, FAR):
        assert calendar.plus(dt.date.max, 3) == calendar.plus(dt.date(9999, 12, 28), 1000) == dt.date.max
        assert calendar.on_or_after(dt.date.max) == dt.date.max
        assert calendar.minus(dt.date.min, 3) == calendar.minus(dt.date(1, 1, 9), 1000) == dt.date.min
        assert calendar.minus(dt.date.max, 10**6) > dt.date.min
        assert calendar.between(dt.date.min, dt.date.max) > 10**6
    assert days_after(dt.date.max, 1) == dt.date.max
    assert days_after(dt.date.min, -(10**9)) == dt.date.min
    assert time.monotonic() - started < 20, "it was 9 seconds for each question about 8,000 years"


def test_mexican_holidays_are_no_business_days() -> None:
    assert not OFFICE.is_workday(dt.date(2026, 3, 16))
    assert not OFFICE.is_workday(dt.date(2024, 10, 1))
    assert OFFICE.is_workday(dt.date(2026, 4, 2))
    assert not BusinessCalendar(holidays="MX-BMV").is_workday(dt.date(2026, 4, 2))


@given(st.integers(-500, 500))
def test_every_invoice_with_a_due_date_has_one_bucket(overdue: int) -> None:
    assert bucket_of(overdue, (30, 60, 90)) in bucket_names((30, 60, 90))


@pytest.mark.parametrize(
    ("overdue", "bucket"), [(-1, "current"), (0, "current"), (1, "1-30"), (30, "1-30"), (31, "31-60"), (90, "61-90"), (91, "91+")]
)
def test_bucket_limits(overdue: int, bucket: str) -> None:
    assert bucket_of(overdue, (30, 60, 90)) == bucket


def test_a_sentence_survives_being_kept_and_is_said_in_another_language() -> None:
    sentence = _("held by {hold}: {reason}", hold="promise", reason=_("until {day}", day=dt.date(2026, 3, 6)))
    kept = Sentence.from_json(json.loads(json.dumps(sentence.as_json())))
    assert str(kept) == "held by promise: until 2026-03-06"
    spanish = {"held by {hold}: {reason}": "detenida por {hold}: {reason}", "until {day}": "hasta el {day}"}
    assert kept.text(lambda template: spanish[template]) == "detenida por promise: hasta el 2026-03-06"
