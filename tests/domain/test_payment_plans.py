"""Payment plans: what was paid keeps instalments in the order of their days, and nothing but its sum counts."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.domain.payment_plans import Instalment, InstalmentState, PlanState, standing_of

CALENDAR = BusinessCalendar()
MONDAY = dt.date(2026, 3, 2)
DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
INSTALMENTS = st.lists(st.builds(Instalment, DAYS, st.integers(1, 10**9)), min_size=1, max_size=8, unique_by=lambda each: each.due_on)
PAYMENTS = st.lists(st.integers(1, 10**9), max_size=6)


def total(instalments: list[Instalment]) -> int:
    return sum(each.minor for each in instalments)


@given(INSTALMENTS, PAYMENTS, st.integers(0, 5))
def test_never_more_is_kept_than_was_paid_and_all_that_was_paid_counts(instalments: list[Instalment], paid: list[int], grace: int) -> None:
    standing = standing_of(instalments, total(instalments) - sum(paid), grace, CALENDAR)
    assert standing.kept == min(sum(paid), total(instalments))
    assert all(0 <= each.kept <= each.instalment.minor for each in standing.instalments)


@given(INSTALMENTS, PAYMENTS)
def test_a_later_instalment_is_kept_only_after_every_earlier_one(instalments: list[Instalment], paid: list[int]) -> None:
    kept = standing_of(instalments, total(instalments) - sum(paid), 0, CALENDAR).instalments
    assert [each.instalment.due_on for each in kept] == sorted(each.due_on for each in instalments)
    assert all(not later.kept or not earlier.left for earlier, later in pairwise(kept))


@given(INSTALMENTS, st.randoms(use_true_random=False), PAYMENTS)
def test_the_order_in_which_instalments_were_written_does_not_matter(
    instalments: list[Instalment], random: object, paid: list[int]
) -> None:
    shuffled = instalments.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    owed = total(instalments) - sum(paid)
    assert standing_of(shuffled, owed, 2, CALENDAR) == standing_of(instalments, owed, 2, CALENDAR)


@given(INSTALMENTS, st.integers(1, 10**9), st.integers(0, 10**10), DAYS)
def test_a_payment_that_is_taken_back_leaves_what_was_before_it(instalments: list[Instalment], minor: int, owed: int, day: dt.date) -> None:
    before, paid = standing_of(instalments, owed, 1, CALENDAR), standing_of(instalments, owed - minor, 1, CALENDAR)
    assert paid.kept >= before.kept
    assert standing_of(instalments, (owed - minor) + minor, 1, CALENDAR).state(day) is before.state(day)


@given(INSTALMENTS, st.integers(0, 10**10), st.integers(0, 5), DAYS)
def test_a_plan_is_broken_exactly_while_one_of_its_instalments_is(
    instalments: list[Instalment], owed: int, grace: int, day: dt.date
) -> None:
    standing = standing_of(instalments, owed, grace, CALENDAR)
    states = [each.state(day, CALENDAR) for each in standing.instalments]
    assert (standing.state(day) is PlanState.BROKEN) == (InstalmentState.BROKEN in states)
    assert (standing.state(day) is PlanState.KEPT) == (set(states) == {InstalmentState.KEPT})
    assert all((state is InstalmentState.KEPT) == (not each.left) for state, each in zip(states, standing.instalments, strict=True))


def test_an_instalment_is_late_after_its_day_and_broken_after_its_grace() -> None:
    friday = dt.date(2026, 3, 6)
    (each,) = standing_of([Instalment(friday, 1000)], 1000, 2, CALENDAR).instalments
    days = {6: "pending", 9: "late", 10: "late", 11: "broken"}
    assert {day: each.state(dt.date(2026, 3, day), CALENDAR).value for day in days} == days
    assert [each.workdays_late(dt.date(2026, 3, day), CALENDAR) for day in (6, 9, 11)] == [0, 1, 3]


def test_what_falls_on_a_day_off_is_not_late_on_the_next_business_day() -> None:
    saturday = dt.date(2026, 3, 7)
    (each,) = standing_of([Instalment(saturday, 1000)], 400, 1, CALENDAR).instalments
    states = {day: each.state(dt.date(2026, 3, day), CALENDAR).value for day in (7, 9, 10, 11)}
    assert states == {7: "kept_in_part", 9: "kept_in_part", 10: "late", 11: "broken"}
    assert (each.kept, each.left, each.until) == (600, 400, dt.date(2026, 3, 10))


def test_a_plan_is_kept_as_soon_as_everything_was_paid_and_a_reversal_opens_it_again() -> None:
    instalments = [Instalment(MONDAY, 1000), Instalment(dt.date(2026, 4, 1), 500)]
    shown = [standing_of(instalments, owed, 3, CALENDAR) for owed in (1500, 500, 0, 700)]
    assert [each.percent_kept for each in shown] == [0, 66, 100, 53]
    assert [each.state(dt.date(2026, 3, 3)) for each in shown] == [PlanState.OPEN, PlanState.OPEN, PlanState.KEPT, PlanState.OPEN]
    assert [each.next and each.next.left for each in shown] == [1000, 500, None, 200]
