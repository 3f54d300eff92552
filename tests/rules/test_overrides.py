"""What people decide beside the rules: another ladder, a hold, or that an invoice is left alone."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.domain.invoice import InvoiceState
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.problems import ProblemError
from cobranza_rules.rules.model import Blocks
from cobranza_rules.rules.overrides import Override, OverrideKind, Overrides, overrides_of
from cobranza_rules.rules.place import Place
from cobranza_rules.rules.planned import Outcome
from cobranza_rules.rules.subjects import Claims, InvoiceSubject
from cobranza_rules.rules.testing_book import Stage
from cobranza_rules.rules.testing_model import Event, GivenCustomer, GivenInvoice, RuleTest
from cobranza_rules.rules.testing_simulation import Simulation
from tests.rules.decide_books import LADDER, MONDAY, book, done, engine_of, invoice, outcomes, plan_for, reasons, rules_of, workdays

RULES = rules_of(
    LADDER.replace("limit: {per_customer: 1 in 3 workdays, per_run: 4}\n", "")
    + """
  - id: gentle
    when: balance > 0
    rungs:
      - {id: soft, when: days_overdue >= 1, do: [{email: first, to: collections_contact}]}
      - {id: softer, wait: 3 workdays, do: [{email: first, to: collections_contact}]}
"""
)
TO_GENTLE = Override(3, OverrideKind.LADDER, Scope.INVOICE, "ana@kemper.example", "old friends", ladder="gentle")
TO_COLLECTION = Override(4, OverrideKind.LADDER, Scope.INVOICE, "ana@kemper.example", "no more", ladder="collection")
HOLD = Override(
    5, OverrideKind.HOLD, Scope.CUSTOMER, "ana@kemper.example", "talks", workdays(4), blocks=frozenset({Blocks.CONTACT, Blocks.ESCALATION})
)
EXCLUDED = Override(6, OverrideKind.EXCLUDE, Scope.INVOICE, "ana@kemper.example", "court", blocks=frozenset(Blocks))
LONG_AGO = workdays(-20)


def moved(decided: Override | None, rung: str = "", **rest: Any) -> InvoiceSubject:
    return invoice(rung=rung, rung_on=LONG_AGO if rung else None, overrides=Overrides(ladder=decided), **rest)


def test_a_new_invoice_begins_on_the_ladder_that_a_person_chose() -> None:
    assert done(plan_for(RULES, book(moved(None)))) == [("first", ("F-1",))]
    plan = plan_for(RULES, book(moved(TO_GENTLE)))
    assert done(plan) == [("soft", ("F-1",))]
    assert reasons(plan, "collection") == ["climbs ladder 'gentle' by override 3 of ana@kemper.example: old friends"]


def test_an_invoice_is_taken_away_from_its_ladder_and_begins_at_the_first_rung() -> None:
    assert done(plan_for(RULES, book(moved(TO_GENTLE, "second", climbed=("first", "second"))))) == [("soft", ("F-1",))]


def test_it_goes_on_above_the_highest_rung_that_it_ever_had_there() -> None:
    back = moved(TO_COLLECTION, "soft", climbed=("first", "second", "soft"))._replace(ladder="gentle")
    assert done(plan_for(RULES, book(back))) == [("third", ("F-1",))]


def test_a_rung_that_both_ladders_know_is_where_it_goes_on() -> None:
    assert done(plan_for(RULES, book(moved(TO_GENTLE, "soft", climbed=("soft",))))) == [("softer", ("F-1",))]


def test_the_condition_of_the_chosen_ladder_still_has_to_hold() -> None:
    plan = plan_for(RULES, book(moved(TO_COLLECTION, facts={"case_status": "legal"})))
    assert (done(plan), outcomes(plan)["first"]) == ([], Outcome.NOT_MATCHING)


def test_a_promised_next_contact_is_kept_whatever_the_first_rung_waits() -> None:
    plan = plan_for(RULES, book(moved(TO_GENTLE, "first", climbed=("first",), next_contact=workdays(2))))
    assert (done(plan), outcomes(plan)["soft"]) == ([], Outcome.WAITING)


def test_what_the_other_ladder_has_under_way_is_waited_for() -> None:
    uncertain = {"second": Claims(waiting=True, uncertain=True)}
    plan = plan_for(RULES, book(moved(TO_GENTLE, "first", climbed=("first",), claims=uncertain)))
    assert (done(plan), outcomes(plan)["soft"]) == ([], Outcome.UNCERTAIN)


def test_a_ladder_that_the_rules_lost_changes_nothing_and_says_so() -> None:
    lost = Override(7, OverrideKind.LADDER, Scope.INVOICE, "ana@kemper.example", "x", ladder="gone")
    plan = plan_for(RULES, book(moved(lost)))
    assert done(plan) == [("first", ("F-1",))]
    assert reasons(plan, "override") == ["the rules have no ladder 'gone' any more: override 7 changes nothing"]


def test_standing_on_a_lost_rung_of_the_chosen_ladder_itself_does_not_start_over() -> None:
    lost = moved(TO_COLLECTION, "lost", climbed=("first", "lost"))
    assert outcomes(plan_for(RULES, book(lost)))["collection"] is Outcome.UNKNOWN_RUNG


def test_a_hold_of_the_customer_keeps_reminders_back_and_says_who_why_and_until_when() -> None:
    plan = plan_for(RULES, book(invoice(overrides=Overrides(hold=HOLD))))
    assert done(plan) == []
    (held,) = plan.held
    assert (held.hold_id, held.of_customer) == ("override", True)
    assert str(held.reason) == f"on hold by override 5 of ana@kemper.example, until {workdays(4)}: talks"
    assert [one.until for one in plan.verdicts if one.outcome is Outcome.HELD] == [workdays(4) + dt.timedelta(days=1)]


def test_an_excluded_invoice_is_in_no_message_not_even_apart() -> None:
    plan = plan_for(RULES, book(invoice(1), invoice(2, overrides=Overrides(exclude=EXCLUDED))))
    assert done(plan) == [("first", ("F-1",))]
    assert plan.actions[0].held == ()
    assert [(held.hold_id, held.number) for held in plan.held] == [("exclude", "F-2")]
    assert outcomes(plan, 2) == {"exclude": Outcome.EXCLUDED}
    assert str(plan.held[0].reason) == "left alone by override 6 of ana@kemper.example: court"


def test_the_invoices_own_wins_over_its_customers() -> None:
    own = Override(9, OverrideKind.HOLD, Scope.INVOICE, "x", "y", blocks=frozenset({Blocks.DELIVERY}))
    assert overrides_of([HOLD, TO_GENTLE], [own]) == Overrides(ladder=TO_GENTLE, hold=own)


@pytest.mark.parametrize("name", ["override", "exclude"])
def test_the_names_of_overrides_are_no_ids_of_rules(name: str) -> None:
    with pytest.raises(ProblemError) as raised:
        rules_of(LADDER.replace("id: frozen", f"id: {name}"))
    assert f"the id '{name}' is the program's own: it names what people decide with 'cobranza override'" in str(raised.value.problems[0])


PLACE = Place("overrides.yaml", 1, 1)
decisions = st.sampled_from(["gentle", "collection", "end", "hold", "unhold", "exclude", "include"])


def event(day: int, what: str) -> Event:
    kinds = {"hold": "hold", "unhold": "hold", "exclude": "exclude", "include": "exclude"}
    data = {"override": OverrideKind(kinds.get(what, "ladder")), "ladder": what, "blocks": ("contact",), "until": None}
    kind = "override_ended" if what in ("end", "unhold", "include") else "override"
    return Event(MONDAY + dt.timedelta(days=day), kind, PLACE, ("F-1",), data=data)


@given(moves=st.lists(st.tuples(st.integers(0, 60), decisions), max_size=12))
def test_nobody_gets_the_same_rung_twice_however_often_an_invoice_is_moved(moves: list[tuple[int, str]]) -> None:
    customer = GivenCustomer("ACME", "domestic", "es", "email", ("collections_contact", "invoice_contact"))
    due = MONDAY - dt.timedelta(days=10)
    state = InvoiceState(total=100_000, due_on=due, delivery="sent", case_status="collections", acknowledged=True)
    given_invoice = GivenInvoice("F-1", "ACME", "MXN", due - dt.timedelta(days=30), "PPD", state)
    events = tuple(event(day, what) for day, what in sorted(moves, key=lambda move: move[0]))
    end = Event(MONDAY + dt.timedelta(days=100), "dispute", PLACE, ("F-1",))
    simulation = Simulation(RuleTest("moves", PLACE, MONDAY, (customer,), (given_invoice,), events=(*events, end)), RULES, engine_of(RULES))
    simulation.run()
    sent = [tested for tested in simulation.book.actions if tested.stage is Stage.SENT]
    rungs = [tested.action.rule_id for tested in sent]
    assert rungs or {what for _day, what in moves} & {"hold", "exclude"}
    assert len(rungs) == len(set(rungs))
