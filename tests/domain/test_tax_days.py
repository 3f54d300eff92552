"""The days of the tax rules: natural ones, counted from the end of a month."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.domain.tax_days import TaxDays
from cobranza_rules.facts.spans import at_least_days_past_month

DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2100, 12, 31))


@pytest.mark.parametrize(
    ("today", "pue", "rep"),
    [("2026-03-31", False, False), ("2026-04-01", True, False), ("2026-04-05", True, False), ("2026-04-06", True, True)],
)
def test_the_law_as_it_is(today: str, *, pue: bool, rep: bool) -> None:
    on = dt.date.fromisoformat(today)
    assert TaxDays().pue_is_late(dt.date(2026, 3, 2), on) is pue
    assert TaxDays().rep_is_late(dt.date(2026, 3, 31), on) is rep


@pytest.mark.parametrize(("today", "late"), [("2026-04-17", False), ("2026-04-18", True)])
def test_the_law_of_2018_gave_pue_until_the_17th_of_the_next_month(today: str, *, late: bool) -> None:
    assert TaxDays(pue_days=17).pue_is_late(dt.date(2026, 3, 31), dt.date.fromisoformat(today)) is late


@given(DAYS, st.integers(1, 28), DAYS)
def test_a_receipt_is_late_after_just_that_day_of_the_next_month(paid_on: dt.date, day: int, today: dt.date) -> None:
    last = (paid_on.replace(day=1) + dt.timedelta(days=32)).replace(day=day)
    assert TaxDays(rep_day=day).rep_is_late(paid_on, today) is (today > last)


@given(DAYS, st.integers(0, 31), DAYS)
def test_the_span_of_late_days_is_that_of_the_days_that_are_late(day: dt.date, pue_days: int, today: dt.date) -> None:
    span = at_least_days_past_month(today, pue_days + 1)
    assert span is not None
    assert span.last is not None
    assert (day <= span.last) is TaxDays(pue_days).pue_is_late(day, today)
