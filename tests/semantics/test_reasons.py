"""Every decision has a reason: what is done, what is held, and what is left alone."""

from __future__ import annotations

import datetime as dt

from hypothesis import given, settings

from cobranza_rules.rules.subjects import Book
from tests.rules.decide_books import plan_for
from tests.rules.random_books import RULES, books

NAMES = ("transmittal", "request", "collection")


@settings(max_examples=60, deadline=None)
@given(books())
def test_every_action_every_hold_and_every_invoice_that_is_left_alone_has_its_reason(case: tuple[Book, dt.date]) -> None:
    """With the rule, the file and the line where it stands, and of each invoice a verdict of each rule and of the ladder or one of its rungs."""
    given_book, today = case
    plan = plan_for(RULES, given_book, today)
    for action in plan.actions:
        named = action.rule_id.partition(":")[0]
        assert named in str(action.reason)
        assert ".yaml:" in str(action.reason)
    for held in plan.held:
        assert held.hold_id in str(held.reason)
        assert ".yaml:" in str(held.reason)
    rungs = {rung.id for ladder in RULES.ladders for rung in ladder.rungs}
    for one in given_book.invoices:
        about = [verdict for verdict in plan.verdicts if (verdict.subject, verdict.subject_id) == ("invoice", one.id)]
        said = {"collection" if verdict.rule_id in rungs else verdict.rule_id for verdict in about}
        assert said == {*NAMES}
        assert all(str(verdict.reason) for verdict in about)
