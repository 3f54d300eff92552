"""Money, business days, aging buckets and sentences."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.calendar import BusinessCalendar
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
