"""Uncertain: while nobody knows whether a message left, nothing of its kind goes to that customer, whatever becomes of its invoices."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from cobranza_rules.facts.vocabulary import Value
from cobranza_rules.rules.planned import Outcome
from cobranza_rules.rules.testing_book import Stage
from cobranza_rules.rules.testing_model import Event, RuleTest
from tests.rules.decide_books import DESK, MONDAY, book, customer, done, invoice, outcomes, plan_for, rules_of, workdays
from tests.semantics.stories import PLACE, watched, weeks, writes

RULES = rules_of(DESK)
READ: dict[str, Value] = {"delivery": "sent", "acknowledged": True}


def unknown_and_paid(test: RuleTest, rule: str, invoice: int, paid_after: int) -> RuleTest:
    """What the rule or rung sends in the first days is uncertain, and one invoice is paid soon after."""
    uncertain = [Event(MONDAY + dt.timedelta(days=day), "uncertain", PLACE, rule_id=rule) for day in range(8)]
    name = test.invoices[invoice % len(test.invoices)].id
    paid = Event(MONDAY + dt.timedelta(days=paid_after), "payment", PLACE, (name,), data={"amount": None})
    return replace(test, events=tuple(sorted([*test.events, *uncertain, paid], key=lambda event: event.on)))


@settings(max_examples=80, deadline=None)
@given(weeks(most=8), st.sampled_from(["first", "first", "transmittal", "request"]), st.integers(0, 4), st.integers(0, 10))
def test_nothing_of_its_ladder_or_rule_leaves_while_a_message_is_uncertain(test: RuleTest, rule: str, paid: int, after: int) -> None:
    simulation = watched(unknown_and_paid(test, rule, paid, after))
    mornings = {morning.on: morning for morning in simulation.mornings}
    for leaving in simulation.left:
        if not writes(leaving.action):
            continue
        for number, stage in mornings[leaving.on].stages.items():
            other = simulation.action(number)
            if stage is Stage.UNCERTAIN and (other.customer, other.currency) == (leaving.action.customer, leaving.action.currency):
                same = other.ladder == leaving.action.ladder if leaving.action.ladder else other.rule_id == leaving.action.rule_id
                assert not same


def test_a_new_invoice_waits_for_the_message_about_one_that_is_paid() -> None:
    known = invoice(2, facts=READ)
    waiting = customer()._replace(uncertain=frozenset({("first", "MXN"), ("collection", "MXN")}))
    assert outcomes(plan_for(RULES, book(known, customers=[waiting])), 2)["first"] is Outcome.UNCERTAIN
    assert done(plan_for(RULES, book(known._replace(currency="USD"), customers=[waiting]))) == [("first", ("F-2",))]
    assert done(plan_for(RULES, book(known))) == [("first", ("F-2",))]


def test_of_a_rule_it_is_the_rule_and_what_stays_in_the_house_goes_on() -> None:
    """The handover of a case writes to nobody."""
    waiting = customer()._replace(uncertain=frozenset({("transmittal", "MXN"), ("collection", "MXN"), ("first", "MXN")}))
    to_deliver = invoice(1, overdue=-5, facts={"delivery": "pending"})
    on_top = invoice(2, rung="third", rung_on=workdays(-20), facts=READ)
    plan = plan_for(RULES, book(to_deliver, on_top, customers=[waiting]), MONDAY)
    assert done(plan) == [("handover", ("F-2",))]
    assert outcomes(plan, 1)["transmittal"] is Outcome.UNCERTAIN


def test_the_day_of_a_promise_does_not_go_before_it() -> None:
    waiting = customer()._replace(uncertain=frozenset({("collection", "MXN")}))
    promised = invoice(1, rung="first", rung_on=workdays(-5), next_contact=MONDAY - dt.timedelta(days=1), facts=READ)
    assert done(plan_for(RULES, book(promised, customers=[waiting]))) == []
