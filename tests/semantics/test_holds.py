"""Holds: looked at when planning and again before the wire, so that nothing leaves that was held meanwhile."""

from __future__ import annotations

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.facts.invoices import OF_A_DATE, Day
from cobranza_rules.rules.testing_model import RuleTest
from tests.rules.decide_books import MONDAY, workdays
from tests.semantics.stories import watched, weeks, writes

HOLDING = ("dispute", "dispute", "dispute_closed", "promise", "payment_claimed", "payment", "signed", "signed", "reversal")


@settings(max_examples=60, deadline=None)
@given(weeks(kinds=HOLDING))
def test_whatever_came_between_the_plan_and_the_wire_nothing_on_hold_is_claimed(test: RuleTest) -> None:
    """A promise and a notice of payment hold for so many business days, counted by hand, only the first one of each, and until it is kept."""
    for leaving in watched(test).left:
        if not (leaving.action.ladder and writes(leaving.action)):
            continue
        for item in leaving.action.items:
            state = leaving.before[item.subject_id]
            assert state.balance > 0
            assert item.balance == state.balance
            assert not state.dispute_open
            kept = 0 < state.promised_minor <= state.promise_paid
            if state.promised_on is not None and state.promise_count == 1 and not kept:
                assert leaving.on >= workdays(3, state.promised_on)
            if state.claimed_on is not None and state.claim_count == 1:
                assert leaving.on >= workdays(6, state.claimed_on)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 30), st.integers(0, 30))
def test_a_promise_is_not_late_before_its_day_has_passed(promised: int, asked: int) -> None:
    on, today = MONDAY + dt.timedelta(days=promised), MONDAY + dt.timedelta(days=asked)
    _column, known, _without = OF_A_DATE["promise_workdays_late"]
    late = known(Day(today, BusinessCalendar(holidays="none"), ()))[on]
    by_hand = sum((on + dt.timedelta(days=ahead)).weekday() < 5 for ahead in range(1, (today - on).days + 1))
    assert late == by_hand
    if today <= on:
        assert late == 0
