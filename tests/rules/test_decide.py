"""What ladders decide: who is due for which rung, who travels with whom, and what keeps a message back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from cobranza_rules.rules.planned import Outcome
from cobranza_rules.rules.subjects import Claims
from tests.rules.decide_books import LADDER, MONDAY, book, customer, done, invoice, outcomes, plan_for, reasons, rules_of, until, workdays

RULES = rules_of()


def test_old_debt_starts_with_the_first_rung() -> None:
    plan = plan_for(RULES, book(invoice(overdue=400)))
    assert done(plan) == [("first", ("F-1",))]
    action = plan.actions[0]
    assert (action.ladder, action.procedure_step, action.customer, action.currency, action.total) == (
        "collection",
        8,
        "C-1",
        "MXN",
        100_000,
    )
    assert (action.recipients, action.copies) == (("collections_contact@customer-1.example",), ("supervisor@kemper.example",))
    assert action.next_contact == workdays(5)


def test_an_invoice_that_is_not_overdue_waits_and_the_reason_says_so() -> None:
    plan = plan_for(RULES, book(invoice(overdue=0)))
    assert done(plan) == []
    assert reasons(plan, "first") == ["does not apply: days_overdue >= 1 (days_overdue: 0)"]


def test_an_invoice_that_climbs_before_its_due_date_is_not_said_to_be_overdue() -> None:
    early = invoice(overdue=-10, rung="first", rung_on=workdays(-5))
    plan = plan_for(RULES, book(early, invoice(2, overdue=1)))
    assert reasons(plan, "second") == [f"due in 10 days, next contact since {MONDAY}"]


def test_an_invoice_without_a_due_date_is_never_overdue() -> None:
    plan = plan_for(RULES, book(invoice(overdue=None)))
    assert done(plan) == []
    assert reasons(plan, "first") == ["does not apply: days_overdue >= 1 (days_overdue: unknown)"]


@pytest.mark.parametrize(("ago", "acts"), [(4, False), (5, True), (6, True), (60, True)])
def test_the_second_rung_waits_for_the_sending_of_the_first_and_a_missed_day_is_caught_up(ago: int, acts: bool) -> None:
    plan = plan_for(RULES, book(invoice(rung="first", rung_on=workdays(-ago))))
    assert done(plan) == ([("second", ("F-1",))] if acts else [])
    if not acts:
        assert (outcomes(plan)["second"], until(plan, "second")) == (Outcome.WAITING, workdays(5 - ago))


def test_however_long_ago_the_first_was_only_the_second_follows() -> None:
    plan = plan_for(RULES, book(invoice(overdue=400, rung="first", rung_on=MONDAY - dt.timedelta(days=300))))
    assert done(plan) == [("second", ("F-1",))]


def test_after_the_last_rung_nothing_follows() -> None:
    plan = plan_for(RULES, book(invoice(rung="handover", rung_on=MONDAY - dt.timedelta(days=300))))
    assert (done(plan), outcomes(plan)["collection"]) == ([], Outcome.DONE)


def test_a_stored_next_contact_counts_more_than_the_wait() -> None:
    early = invoice(rung="first", rung_on=workdays(-2), next_contact=MONDAY)
    late = invoice(rung="first", rung_on=workdays(-20), next_contact=workdays(1))
    assert done(plan_for(RULES, book(early))) == [("second", ("F-1",))]
    plan = plan_for(RULES, book(late))
    assert (done(plan), until(plan, "second")) == ([], workdays(1))


def test_the_wait_counts_anew_from_a_reversal_or_the_end_of_a_dispute() -> None:
    plan = plan_for(RULES, book(invoice(rung="first", rung_on=workdays(-20), next_contact=workdays(-15), waits_from=workdays(-3))))
    assert (done(plan), until(plan, "second")) == ([], workdays(2))
    assert done(plan_for(RULES, book(invoice(rung="first", rung_on=workdays(-20), waits_from=workdays(-5))))) == [("second", ("F-1",))]


def test_lower_rungs_ride_along_and_each_records_its_own() -> None:
    high = invoice(1, rung="first", rung_on=workdays(-5))
    plan = plan_for(RULES, book(high, invoice(2, overdue=1), invoice(3, overdue=0)))
    assert done(plan) == [("second", ("F-1", "F-2"))]
    action = plan.actions[0]
    assert [(item.number, item.rule_id, item.occurrence) for item in action.items] == [("F-1", "second", 1), ("F-2", "first", 1)]
    assert action.copies == ("supervisor@kemper.example", "ventas@kemper.example")
    assert action.next_contact == workdays(10)


def test_held_invoices_stand_apart_and_outside_the_total() -> None:
    plan = plan_for(RULES, book(invoice(1), invoice(2, balance=70_000, facts={"dispute_open": True})))
    action = plan.actions[0]
    assert (action.invoices, action.total) == (("F-1",), 100_000)
    assert [(held.number, held.balance, held.hold_id) for held in action.held] == [("F-2", 70_000, "disputed")]
    assert [(held.number, held.hold_id, str(held.reason)) for held in plan.held] == [
        ("F-2", "disputed", "on hold by 'disputed' (rules.yaml:7)")
    ]


def test_an_invoice_that_would_not_be_due_is_not_shown_as_held() -> None:
    plan = plan_for(RULES, book(invoice(1), invoice(2, overdue=-3, facts={"dispute_open": True})))
    assert (plan.actions[0].held, plan.held) == ((), ())


def test_a_hold_on_the_customer_holds_all_its_invoices_and_nobody_elses() -> None:
    waiting = customer(1, inbox_open=1)
    plan = plan_for(RULES, book(invoice(1, of=1), invoice(2, of=1), invoice(3, of=2), customers=[waiting]))
    assert done(plan) == [("first", ("F-3",))]
    assert [(held.number, held.hold_id) for held in plan.held] == [("F-1", "inbox"), ("F-2", "inbox")]


def test_a_part_payment_keeps_the_rung_and_the_remainder_is_claimed() -> None:
    plan = plan_for(RULES, book(invoice(balance=60_000, rung="first", rung_on=workdays(-5))))
    assert (done(plan), plan.actions[0].total) == ([("second", ("F-1",))], 60_000)


@pytest.mark.parametrize(
    ("claims", "outcome"), [(Claims(waiting=True), Outcome.UNDER_WAY), (Claims(waiting=True, uncertain=True), Outcome.UNCERTAIN)]
)
def test_what_is_under_way_or_uncertain_keeps_the_whole_group_waiting(claims: Claims, outcome: Outcome) -> None:
    plan = plan_for(RULES, book(invoice(1, claims={"first": claims}), invoice(2), invoice(3, currency="USD"), invoice(4, of=2)))
    assert done(plan) == [("first", ("F-3",)), ("first", ("F-4",))]
    assert (outcomes(plan, 1)["first"], outcomes(plan, 2)["first"]) == (outcome, outcome)


def test_a_message_that_came_back_goes_again_as_the_next_occurrence() -> None:
    plan = plan_for(RULES, book(invoice(claims={"first": Claims(sent=1, undone=1)})))
    assert [(item.rule_id, item.occurrence) for item in plan.actions[0].items] == [("first", 2)]


def test_currencies_never_mix_and_neither_do_customers() -> None:
    plan = plan_for(RULES, book(invoice(1), invoice(2, currency="USD"), invoice(3, of=2), invoice(4)))
    assert sorted(done(plan)) == [("first", ("F-1", "F-4")), ("first", ("F-2",)), ("first", ("F-3",))]


def test_the_minimum_counts_all_that_is_overdue_and_not_on_hold() -> None:
    small = invoice(1, balance=30_000)
    assert outcomes(plan_for(RULES, book(small)))["first"] is Outcome.BELOW_MINIMUM
    assert done(plan_for(RULES, book(small, invoice(2, balance=20_000)))) == [("first", ("F-1", "F-2"))]
    assert done(plan_for(RULES, book(small, invoice(2, balance=20_000, facts={"dispute_open": True})))) == []
    assert done(plan_for(RULES, book(small, invoice(2, balance=20_000, overdue=0)))) == []
    already = invoice(2, balance=20_000, rung="first", rung_on=workdays(-1))
    assert done(plan_for(RULES, book(small, already))) == [("first", ("F-1",))]
    assert done(plan_for(RULES, book(invoice(1, balance=1, currency="USD")))) == [("first", ("F-1",))]


def test_the_limit_defers_a_new_contact_by_currency_until_it_is_free_again() -> None:
    written_to = customer(contacted={"MXN": (workdays(-10), workdays(-2))})
    plan = plan_for(RULES, book(invoice(1), invoice(2, currency="USD"), customers=[written_to]))
    assert done(plan) == [("first", ("F-2",))]
    assert (outcomes(plan, 1)["first"], until(plan, "first", 1)) == (Outcome.LIMITED, workdays(1))
    assert done(plan_for(RULES, book(invoice(), customers=[customer(contacted={"MXN": (workdays(-3),)})]))) == [("first", ("F-1",))]


def test_the_limit_never_defers_a_promised_day() -> None:
    written_to = customer(contacted={"MXN": (workdays(-1),)})
    promised = invoice(1, rung="first", rung_on=workdays(-5), next_contact=MONDAY)
    assert done(plan_for(RULES, book(promised, invoice(2), customers=[written_to]))) == [("second", ("F-1", "F-2"))]


@pytest.mark.parametrize("day", [dt.date(2026, 3, 7), dt.date(2026, 3, 8)])
def test_on_a_day_without_business_nothing_goes_to_customers(day: dt.date) -> None:
    plan = plan_for(RULES, book(invoice(today=day)), day)
    assert (done(plan), outcomes(plan)["first"], until(plan, "first")) == ([], Outcome.NOT_A_WORKDAY, dt.date(2026, 3, 9))


def test_a_run_beyond_its_limit_stops_and_says_why() -> None:
    plan = plan_for(RULES, book(*(invoice(key, of=key) for key in range(1, 6))))
    assert str(plan.stopped) == (
        "5 messages would leave, and the rules allow 4 a run; check the plan and raise `per_run`, or find out why there are so many"
    )
    assert len(plan.actions) == 5
    assert plan_for(RULES, book(*(invoice(key, of=key) for key in range(1, 5)))).stopped is None


def test_without_any_address_nothing_is_planned() -> None:
    plan = plan_for(RULES, book(invoice(), customers=[customer(addresses={"invoice_contact": ("a@customer-1.example",)})]))
    assert (done(plan), reasons(plan, "first")[-1]) == ([], "there is no valid address for 'collections_contact'")


def test_the_fallback_contact_stands_in_for_a_role_that_nobody_has() -> None:
    with_fallback = customer(addresses={"fallback_contact": ("f@customer-1.example",)})
    assert plan_for(RULES, book(invoice(), customers=[with_fallback])).actions[0].recipients == ("f@customer-1.example",)


def test_a_copy_to_whom_the_message_goes_anyway_is_left_out() -> None:
    same = customer(addresses={"collections_contact": ("supervisor@kemper.example",)})
    action = plan_for(RULES, book(invoice(), customers=[same])).actions[0]
    assert (action.recipients, action.copies) == (("supervisor@kemper.example",), ())


def test_a_rung_that_writes_to_nobody_neither_takes_messages_along_nor_delays_them() -> None:
    handed_over = invoice(1, rung="third", rung_on=workdays(-5))
    plan = plan_for(RULES, book(handed_over, invoice(2)))
    assert sorted(done(plan)) == [("first", ("F-2",)), ("handover", ("F-1",))]
    assert {action.rule_id: action.sets for action in plan.actions} == {"first": {}, "handover": {"case_status": "with_administration"}}
    waiting = invoice(1, rung="third", rung_on=workdays(-5), claims={"handover": Claims(waiting=True)})
    assert done(plan_for(RULES, book(waiting, invoice(2)))) == [("first", ("F-2",))]


def test_a_rung_that_writes_to_nobody_is_held_by_what_blocks_escalation_and_by_nothing_else() -> None:
    at_the_end: dict[str, Any] = {"rung": "third", "rung_on": workdays(-5)}
    assert done(plan_for(RULES, book(invoice(facts={"dispute_open": True}, **at_the_end)))) == [("handover", ("F-1",))]
    plan = plan_for(RULES, book(invoice(facts={"promise_open": True}, **at_the_end)))
    assert (done(plan), [held.hold_id for held in plan.held]) == ([], ["frozen"])
    assert done(plan_for(RULES, book(invoice(facts={"promise_open": True})))) == [("first", ("F-1",))]


def test_what_is_held_in_the_house_is_no_part_of_a_message() -> None:
    frozen = invoice(1, rung="third", rung_on=workdays(-5), facts={"promise_open": True})
    plan = plan_for(RULES, book(frozen, invoice(2)))
    assert (done(plan), plan.actions[0].held, [held.number for held in plan.held]) == ([("first", ("F-2",))], (), ["F-1"])


def test_a_message_that_moves_the_case_is_held_by_what_blocks_escalation_too() -> None:
    moving = rules_of(
        LADDER.replace("[{email: third, to: collections_contact}]", "[{email: third, to: collections_contact}], sets: {case_status: legal}")
    )
    at_third: dict[str, Any] = {"rung": "second", "rung_on": workdays(-10)}
    plan = plan_for(moving, book(invoice(facts={"promise_open": True}, **at_third)))
    assert (done(plan), [held.hold_id for held in plan.held]) == ([], ["frozen"])
    assert done(plan_for(RULES, book(invoice(facts={"promise_open": True}, **at_third)))) == [("third", ("F-1",))]


def test_a_limit_of_two_is_free_again_when_the_earlier_of_the_two_is_long_enough_ago() -> None:
    two = rules_of(LADDER.replace("1 in 3 workdays", "2 in 5 workdays"))
    once, twice = (customer(contacted={"MXN": days}) for days in ((workdays(-1),), (workdays(-3), workdays(-1))))
    assert done(plan_for(two, book(invoice(), customers=[once]))) == [("first", ("F-1",))]
    plan = plan_for(two, book(invoice(), customers=[twice]))
    assert (done(plan), until(plan, "first")) == ([], workdays(2))


def test_no_message_promises_a_contact_that_is_none() -> None:
    assert plan_for(RULES, book(invoice(rung="second", rung_on=workdays(-10)))).actions[0].next_contact is None


def test_an_invoice_whose_ladder_was_renamed_goes_on_by_the_id_of_its_rung() -> None:
    renamed = rules_of(LADDER.replace("id: collection", "id: dunning"))
    assert done(plan_for(renamed, book(invoice(rung="first", rung_on=workdays(-5))))) == [("second", ("F-1",))]
    assert done(plan_for(renamed, book(invoice(rung="first", rung_on=workdays(-4))))) == []


def test_the_first_ladder_that_matches_takes_the_invoice_and_keeps_it() -> None:
    two = rules_of(
        LADDER
        + """
  - id: gentle
    when: balance > 0
    rungs:
      - {id: note, do: [{email: note, to: collections_contact}]}
"""
    )
    assert done(plan_for(two, book(invoice(1), invoice(2, facts={"case_status": "legal"})))) == [("first", ("F-1",)), ("note", ("F-2",))]
    kept = invoice(rung="first", rung_on=workdays(-5), facts={"case_status": "legal"})
    plan = plan_for(two, book(kept))
    assert (done(plan), outcomes(plan)) == ([], {"second": Outcome.NOT_MATCHING})


def test_the_reason_names_rung_place_and_what_made_it_true() -> None:
    assert str(plan_for(RULES, book(invoice(overdue=10))).actions[0].reason).startswith("rung 'first' (rules.yaml:14), ")
    assert str(plan_for(RULES, book(invoice(overdue=10))).actions[0].reason).endswith("; days_overdue >= 1 (days_overdue: 10)")
