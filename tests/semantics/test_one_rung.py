"""One rung at a time: the day from which the next one may act, said anew from the sentence and compared on both sides of it."""

from __future__ import annotations

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.decide_books import book, done, invoice, plan_for, workdays
from tests.rules.random_books import RULES, RUNGS
from tests.semantics.stories import WAITS

FRIDAY = dt.date(2026, 2, 27)
ago = st.integers(0, 30).map(lambda days: FRIDAY - dt.timedelta(days=days))
soon = st.integers(0, 30).map(lambda days: FRIDAY + dt.timedelta(days=days))


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(RUNGS[:2]), ago, st.none() | ago, st.none() | soon, st.booleans())
def test_the_wait_counts_from_the_latest_and_a_stored_next_contact_overrides_the_sending(
    rung: str, rung_on: dt.date, waits_from: dt.date | None, promised: dt.date | None, overdue_long: bool
) -> None:
    following = RUNGS[RUNGS.index(rung) + 1]
    due = promised or workdays(WAITS[following], rung_on)
    if waits_from is not None and waits_from > rung_on:
        due = max(due, workdays(WAITS[following], waits_from))
    for ahead in range(-3, 4):
        day = due + dt.timedelta(days=ahead)
        one = invoice(
            today=day,
            overdue=900 if overdue_long else 60,
            rung=rung,
            rung_on=rung_on,
            waits_from=waits_from,
            next_contact=promised,
            facts={"delivery": "sent", "acknowledged": True},
        )
        acts = ahead >= 0 and day.weekday() < 5
        assert done(plan_for(RULES, book(one), day)) == ([(following, ("F-1",))] if acts else [])
