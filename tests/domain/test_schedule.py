"""The reckoning of due dates: laws over random terms, and the examples of the documentation."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.test_terms import fixed_days, terms

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.domain.fixed_days import first_of, said
from cobranza_rules.domain.schedule import DuePart, InvoiceDates, Schedule, oldest_uncovered, reckon, uncovered
from cobranza_rules.domain.terms import Adjustment, CountedFrom, FixedDays, Instalment, Terms
from cobranza_rules.money import Money

OFFICE = BusinessCalendar()
days = st.dates(dt.date(1985, 1, 1), dt.date(2040, 12, 31))
TUESDAY, FRIDAY = 1, 4
THIRD = dt.date(2026, 3, 3)


@st.composite
def histories(draw: st.DrawFn) -> InvoiceDates:
    """Any dates, in any order: what people enter is not always sound."""
    issued = draw(days)
    near = st.none() | st.integers(-20, 90).map(lambda ahead: issued + dt.timedelta(days=ahead))
    return InvoiceDates(issued, draw(near), draw(near), draw(near), None)


amounts = st.integers(0, 10**9).map(lambda minor: Money(minor, "MXN"))


@given(terms, histories(), amounts)
def test_due_dates_are_in_order_and_never_before_the_issue(agreed: Terms, dates: InvoiceDates, total: Money) -> None:
    schedule = reckon(agreed, dates, total, OFFICE)
    assert all(dates.issued_on <= part.due_on for part in schedule.parts)
    assert all(earlier.due_on <= later.due_on for earlier, later in pairwise(schedule.parts))


@given(terms, histories(), amounts)
def test_instalments_add_up_to_the_total(agreed: Terms, dates: InvoiceDates, total: Money) -> None:
    parts = reckon(agreed, dates, total, OFFICE).parts
    assert sum(part.minor for part in parts) == (total.minor if parts else 0)
    assert all(part.minor > 0 for part in parts) or total.minor == 0


@given(terms, histories(), amounts)
def test_there_is_a_due_date_unless_what_it_waits_for_has_not_come(agreed: Terms, dates: InvoiceDates, total: Money) -> None:
    accepted = (dates.accepted_on, dates.review_on)
    awaited = {CountedFrom.ISSUE: (THIRD,), CountedFrom.DELIVERY: (dates.delivered_on,), CountedFrom.ACCEPTANCE: accepted}
    came = any(awaited[agreed.counted_from])
    assert bool(reckon(agreed, dates, total, OFFICE).parts) == (came or agreed.assumed_after is not None)


@given(terms, histories(), amounts)
def test_a_due_date_is_a_payment_day_and_the_last_line_says_it(agreed: Terms, dates: InvoiceDates, total: Money) -> None:
    schedule = reckon(agreed, dates, total, OFFICE)
    if agreed.payment and schedule.parts:
        back = agreed.adjustment is Adjustment.PREVIOUS
        assert all(first_of(agreed.payment, part.due_on, OFFICE, back=back) == part.due_on for part in schedule.parts)
    assert schedule.lines[-1].on == (schedule.parts[-1].due_on if schedule.parts else None)


@given(terms, histories(), amounts, st.integers(1, 60))
def test_more_credit_is_never_due_earlier(agreed: Terms, dates: InvoiceDates, total: Money, more: int) -> None:
    longer = replace(
        agreed, days=agreed.days + more, instalments=tuple(replace(each, days=each.days + more) for each in agreed.instalments)
    )
    sooner, later = (reckon(each, dates, total, OFFICE).parts for each in (agreed, longer))
    assert all(one.due_on <= other.due_on for one, other in zip(sooner, later, strict=True))


@given(fixed_days.filter(bool), days, st.booleans())
def test_a_fixed_day_is_such_a_day_and_open(fixed: FixedDays, day: dt.date, back: bool) -> None:
    found = first_of(fixed, day, OFFICE, back=back)
    theirs = replace(OFFICE, workdays=OFFICE.workdays.union(fixed.weekdays))
    assert found >= day
    assert theirs.is_workday(found)
    assert found.weekday() in fixed.weekdays or any(_moved(each, found, back=back) for each in fixed.month_days)


def _moved(named: int, found: dt.date, *, back: bool) -> bool:
    """Between the day of the month and the business day that was found instead there is no business day."""
    step = dt.timedelta(days=1 if back else -1)
    day = found
    while True:
        last = (day + dt.timedelta(days=1)).day == 1
        if day.day == named or (last and day.day < named):
            return True
        day += step
        if OFFICE.is_workday(day):
            return False


@given(fixed_days.filter(bool), days)
def test_no_fixed_day_is_passed_over(fixed: FixedDays, day: dt.date) -> None:
    found = first_of(fixed, day, OFFICE)
    assert first_of(fixed, found, OFFICE) == found
    between = (day + dt.timedelta(days=ahead) for ahead in range((found - day).days))
    assert not any(each.weekday() in fixed.weekdays and OFFICE.is_workday(each) for each in between)


@given(terms, histories(), amounts, st.integers(0, 400))
def test_the_payment_date_of_a_contrarrecibo_wins(agreed: Terms | None, dates: InvoiceDates, total: Money, ahead: int) -> None:
    payment_on = dates.issued_on + dt.timedelta(days=ahead)
    parts = reckon(agreed, replace(dates, payment_on=payment_on), total, OFFICE).parts
    assert parts == reckon(None, replace(dates, payment_on=payment_on), total, OFFICE).parts == (DuePart(payment_on, total.minor),)


@given(st.lists(st.tuples(days, st.integers(1, 1000)), min_size=1, max_size=5), st.integers(0, 6000))
def test_payments_cover_the_oldest_part_first(told: list[tuple[dt.date, int]], paid: int) -> None:
    parts = tuple(DuePart(day, minor) for day, minor in sorted(told))
    left = uncovered(parts, paid)
    assert sum(part.minor for part in left) == max(sum(part.minor for part in parts) - paid, 0)
    assert left == () or left[1:] == parts[len(parts) - len(left) + 1 :]
    assert oldest_uncovered(parts, paid) == (left[0] if left else parts[-1]).due_on


def shown(schedule: Schedule) -> list[str]:
    return [f"{line.on}: {line.said}" for line in schedule.lines]


def test_review_days_and_payment_days() -> None:
    agreed = Terms(30, review=FixedDays((TUESDAY,)), payment=FixedDays((FRIDAY,)))
    assert shown(reckon(agreed, InvoiceDates(THIRD + dt.timedelta(days=1)), Money(100, "MXN"), OFFICE)) == [
        "2026-03-04: issued",
        "2026-03-10: review day (Tuesday)",
        "2026-04-09: credit days: 30",
        "2026-04-10: payment day (Friday)",
    ]


def test_a_holiday_is_no_payment_day() -> None:
    """Friday 1 May is a holiday: whoever pays on Fridays pays a week later."""
    assert first_of(FixedDays((FRIDAY,)), dt.date(2026, 4, 27), OFFICE) == dt.date(2026, 5, 8)


def test_a_customer_who_works_on_saturdays_pays_on_saturdays() -> None:
    assert first_of(FixedDays((5,)), THIRD, OFFICE) == dt.date(2026, 3, 7)


@pytest.mark.parametrize(
    ("day", "named", "back", "found"),
    [
        ((2026, 2, 20), (31,), False, (2026, 3, 2)),  # 28 February is a Saturday
        ((2026, 2, 20), (31,), True, (2026, 2, 27)),
        ((2026, 2, 28), (31,), True, (2026, 3, 31)),
        ((2026, 3, 1), (31,), False, (2026, 3, 2)),
        ((2026, 3, 14), (15,), False, (2026, 3, 17)),  # Monday 16 March is a holiday
        ((2026, 3, 1), (15, 31), False, (2026, 3, 2)),
        ((2026, 3, 3), (15, 31), False, (2026, 3, 17)),
        ((2026, 12, 31), (15,), False, (2027, 1, 15)),
        ((9999, 12, 31), (15,), False, (9999, 12, 31)),
        ((1, 1, 1), (1,), True, (1, 1, 1)),
    ],
)
def test_days_of_the_month_move_to_a_business_day(
    day: tuple[int, int, int],
    named: tuple[int, ...],
    back: bool,
    found: tuple[int, int, int],
) -> None:
    assert first_of(FixedDays((), named), dt.date(*day), OFFICE, back=back) == dt.date(*found)


def test_days_from_delivery_while_it_has_not_come_and_then() -> None:
    agreed = Terms(30, CountedFrom.DELIVERY, assumed_after=5)
    total = Money(100, "MXN")
    assert shown(reckon(agreed, InvoiceDates(THIRD), total, OFFICE)) == [
        "2026-03-03: issued",
        "2026-03-08: not delivered yet: the days count as if it had come 5 days after issue",
        "2026-04-07: credit days: 30",
    ]
    assert shown(reckon(agreed, InvoiceDates(THIRD, dt.date(2026, 3, 4)), total, OFFICE)) == [
        "2026-03-03: issued",
        "2026-03-04: delivered, from which the days count",
        "2026-04-03: credit days: 30",
    ]


def test_days_from_acceptance() -> None:
    agreed = Terms(15, CountedFrom.ACCEPTANCE, assumed_after=None)
    total = Money(100, "MXN")
    assert shown(reckon(agreed, InvoiceDates(THIRD, THIRD), total, OFFICE)) == [
        "2026-03-03: issued",
        "None: not acknowledged yet: no due date before that",
    ]
    accepted = InvoiceDates(THIRD, THIRD, dt.date(2026, 3, 5))
    assert shown(reckon(agreed, accepted, total, OFFICE))[1:] == [
        "2026-03-05: acknowledged, from which the days count",
        "2026-03-20: credit days: 15",
    ]
    assert shown(reckon(agreed, replace(accepted, review_on=dt.date(2026, 3, 10)), total, OFFICE))[1:] == [
        "2026-03-10: taken for review, as the contrarrecibo says",
        "2026-03-25: credit days: 15",
    ]
    assert shown(reckon(replace(agreed, assumed_after=0), InvoiceDates(THIRD), total, OFFICE))[1:] == [
        "2026-03-03: not acknowledged yet: the days count from issue",
        "2026-03-18: credit days: 15",
    ]
    late = reckon(replace(agreed, assumed_after=2), InvoiceDates(THIRD, dt.date(2026, 3, 20)), total, OFFICE)
    assert shown(late)[1:] == [
        "2026-03-20: not acknowledged yet: the days count from the delivery",
        "2026-04-04: credit days: 15",
    ]


def test_a_contrarrecibo_says_the_review_day_in_place_of_the_reckoned_one() -> None:
    agreed = Terms(30, review=FixedDays((TUESDAY,)))
    dates = InvoiceDates(THIRD, review_on=dt.date(2026, 3, 12), payment_on=dt.date(2026, 4, 17))
    assert shown(reckon(agreed, dates, Money(100, "MXN"), OFFICE)) == [
        "2026-03-03: issued",
        "2026-03-12: taken for review, as the contrarrecibo says",
        "2026-04-11: credit days: 30",
        "2026-04-17: payment date of the contrarrecibo, which counts",
    ]


def test_a_payment_date_before_the_issue_is_none() -> None:
    dates = InvoiceDates(THIRD, payment_on=dt.date(2025, 4, 17))
    assert reckon(Terms(30), dates, Money(1, "MXN"), OFFICE) == reckon(Terms(30), InvoiceDates(THIRD), Money(1, "MXN"), OFFICE)


def test_end_of_month_business_days_and_adjustments() -> None:
    def due(agreed: Terms) -> dt.date:
        (part,) = reckon(agreed, InvoiceDates(THIRD), Money(100, "MXN"), OFFICE).parts
        return part.due_on

    assert due(Terms(30, end_of_month=True)) == dt.date(2026, 4, 30)
    assert due(Terms(10, business_days=True)) == dt.date(2026, 3, 18)  # Monday 16 March is a holiday
    assert due(Terms(12)) == dt.date(2026, 3, 15)
    assert due(Terms(12, adjustment=Adjustment.NEXT)) == dt.date(2026, 3, 17)
    assert due(Terms(12, adjustment=Adjustment.PREVIOUS)) == dt.date(2026, 3, 13)


def test_an_adjustment_never_goes_before_the_day_of_issue() -> None:
    sunday = dt.date(2026, 3, 8)
    schedule = reckon(Terms(0, adjustment=Adjustment.PREVIOUS), InvoiceDates(sunday), Money(100, "MXN"), OFFICE)
    assert shown(schedule)[-1] == "2026-03-09: no business day: the next one"


def test_instalments_line_by_line() -> None:
    thirds = tuple(Instalment(30 * number, Decimal(share)) for number, share in enumerate(("33.33", "33.33", "33.34"), 1))
    schedule = reckon(Terms(90, instalments=thirds), InvoiceDates(THIRD), Money(100_001, "MXN"), OFFICE)
    assert [(str(part.due_on), part.minor) for part in schedule.parts] == [
        ("2026-04-02", 33_330),
        ("2026-05-02", 33_331),
        ("2026-06-01", 33_340),
    ]
    assert shown(schedule)[:3] == ["2026-03-03: issued", "None: instalment 1 of 3, 33.33 %: 333.30 MXN", "2026-04-02: credit days: 30"]


def test_instalments_in_amounts_take_what_there_is() -> None:
    agreed = Terms(60, instalments=(Instalment(0, None, Money(60_000, "MXN")), Instalment(30, None, Money(1, "MXN"))))

    def parts(total: Money) -> list[int]:
        return [part.minor for part in reckon(agreed, InvoiceDates(THIRD), total, OFFICE).parts]

    assert parts(Money(100_000, "MXN")) == [60_000, 40_000]
    assert parts(Money(50_000, "MXN")) == [50_000]
    assert shown(reckon(agreed, InvoiceDates(THIRD), Money(5, "USD"), OFFICE))[1:] == [
        "None: the instalments are agreed in MXN: the whole is due by the credit days",
        "2026-05-02: credit days: 60",
    ]


def test_fixed_days_are_said_in_order() -> None:
    assert str(said(FixedDays((4, 1), (31, 15)))) == "Tuesday, Friday, day 15 of the month, last day of the month"


def test_the_ends_of_the_calendar_are_no_trouble() -> None:
    last = dt.date.max
    agreed = Terms(720, review=FixedDays((TUESDAY,)), payment=FixedDays((), (15,)), end_of_month=True, business_days=True)
    assert reckon(agreed, InvoiceDates(last), Money(1, "MXN"), OFFICE).parts == (DuePart(last, 1),)
    assert reckon(agreed, InvoiceDates(dt.date.min), Money(1, "MXN"), OFFICE).parts[0].due_on > dt.date.min
