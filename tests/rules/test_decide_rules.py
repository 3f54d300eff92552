"""What rules decide: once or in turns, for whom together, what holds them, and what is done with replies."""

from __future__ import annotations

import datetime as dt

import pytest

from cobranza_rules.rules.planned import Outcome
from cobranza_rules.rules.subjects import Claims
from tests.rules.decide_books import MONDAY, book, customer, done, invoice, outcomes, plan_for, reasons, reply, rules_of, until, workdays

RULES = rules_of("""
version: 1
calendar: {holidays: none}
holds:
  - {id: no-contact, for: invoice, when: dispute_open, blocks: contact}
  - {id: no-delivery, for: invoice, when: cancellation_pending, blocks: delivery}
  - {id: no-escalation, for: invoice, when: promise_open, blocks: escalation}
rules:
  - id: transmittal
    step: 2
    for: invoice
    when: delivery == "pending"
    group_by: [customer, currency]
    do:
      - {letter: transmittal, sign: boss}
      - {deliver: transmittal, to: invoice_contact, attach: [letter, cfdi]}
    sets: {delivery: sent}
  - id: reminder
    for: invoice
    when: delivery == "sent" and not acknowledged
    every: 3 workdays
    times: 2
    group_by: [customer]
    do: [{email: request, to: invoice_contact}]
    after_last: [{task: call, assign: analyst, due: 2 workdays}]
  - id: hand-over
    for: invoice
    when: acknowledged and days_overdue > 90
    do: [{task: decide, assign: boss}]
    sets: {case_status: legal}
  - id: promise-received
    step: 9
    for: reply
    when: kind == "promise" and not doubtful
    do: [{record: promise}]
""")
PENDING = {"delivery": "pending"}
ASKED = {"acknowledged": False}


def test_a_delivery_goes_to_whom_the_rule_says_and_carries_what_it_sets() -> None:
    action = plan_for(RULES, book(invoice(1, facts=PENDING), invoice(2, facts=PENDING))).actions[0]
    assert (action.rule_id, action.invoices, action.recipients) == ("transmittal", ("F-1", "F-2"), ("invoice_contact@customer-1.example",))
    assert (action.sets, action.procedure_step, action.ladder, action.next_contact) == ({"delivery": "sent"}, 2, "", None)
    assert [dict(item.sets) for item in action.items] == [{"delivery": "sent"}, {"delivery": "sent"}]


def test_a_delivery_by_hand_needs_no_address() -> None:
    by_hand = customer(addresses={}, delivery_mode="in_person")
    action = plan_for(RULES, book(invoice(facts=PENDING), customers=[by_hand])).actions[0]
    assert (action.rule_id, action.recipients) == ("transmittal", ())


def test_a_rule_without_every_acts_once() -> None:
    plan = plan_for(RULES, book(invoice(facts=PENDING, claims={"transmittal": Claims(1, 0, workdays(-30))})))
    assert (done(plan), reasons(plan, "transmittal")) == ([], ["done on 2026-01-19, once is enough"])


def test_what_came_back_is_done_again_with_the_next_number() -> None:
    plan = plan_for(RULES, book(invoice(facts=PENDING, claims={"transmittal": Claims(2, 2)})))
    assert [(item.rule_id, item.occurrence) for item in plan.actions[0].items] == [("transmittal", 3)]


@pytest.mark.parametrize(("ago", "acts"), [(2, False), (3, True), (30, True)])
def test_a_repetition_waits_for_its_business_days(ago: int, acts: bool) -> None:
    plan = plan_for(RULES, book(invoice(facts=ASKED, claims={"reminder": Claims(1, 0, workdays(-ago))})))
    assert done(plan) == ([("reminder", ("F-1",))] if acts else [])
    if acts:
        assert plan.actions[0].items[0].occurrence == 2
    else:
        assert (outcomes(plan)["reminder"], until(plan, "reminder")) == (Outcome.WAITING, workdays(1))


def test_a_repetition_that_came_back_goes_again_at_once_for_the_wait_counts_from_the_last_that_arrived() -> None:
    claims = Claims().and_one(workdays(-3)).and_one(MONDAY, undone=True)
    assert claims == Claims(2, 1, workdays(-3))
    plan = plan_for(RULES, book(invoice(facts=ASKED, claims={"reminder": claims})))
    assert [(item.rule_id, item.occurrence) for item in plan.actions[0].items] == [("reminder", 3)]


def test_after_the_last_time_and_the_wait_comes_what_the_rule_does_last_and_only_once() -> None:
    twice = Claims(2, 0, workdays(-3))
    plan = plan_for(RULES, book(invoice(facts=ASKED, claims={"reminder": twice})))
    action = plan.actions[0]
    assert (action.closing, action.items[0].rule_id, action.items[0].occurrence) == (True, "reminder:after-last", 1)
    assert [step.name for step in action.steps] == ["call"]
    early = plan_for(RULES, book(invoice(facts=ASKED, claims={"reminder": Claims(2, 0, workdays(-2))})))
    assert (done(early), outcomes(early)["reminder"]) == ([], Outcome.WAITING)
    over = plan_for(RULES, book(invoice(facts=ASKED, claims={"reminder": twice, "reminder:after-last": Claims(1, 0, workdays(-1))})))
    assert (done(over), reasons(over, "reminder")) == ([], ["done 2 times, the last on 2026-02-25"])


def test_those_for_whom_it_is_the_last_time_do_not_travel_with_the_others() -> None:
    last = invoice(1, facts=ASKED, claims={"reminder": Claims(2, 0, workdays(-9))})
    plan = plan_for(RULES, book(last, invoice(2, facts=ASKED)))
    assert [(action.closing, action.invoices) for action in plan.actions] == [(True, ("F-1",)), (False, ("F-2",))]


def test_currencies_never_mix_even_where_a_rule_groups_by_customer_alone() -> None:
    plan = plan_for(RULES, book(invoice(1, facts=ASKED), invoice(2, facts=ASKED, currency="USD"), invoice(3, facts=ASKED, of=2)))
    assert sorted(done(plan)) == [("reminder", ("F-1",)), ("reminder", ("F-2",)), ("reminder", ("F-3",))]


def test_a_rule_that_groups_by_nothing_makes_an_action_for_each_invoice() -> None:
    old = {"acknowledged": True}
    plan = plan_for(RULES, book(invoice(1, overdue=91, facts=old), invoice(2, overdue=99, facts=old)))
    assert done(plan) == [("hand-over", ("F-1",)), ("hand-over", ("F-2",))]


@pytest.mark.parametrize(
    ("facts", "hold"),
    [
        ({**ASKED, "dispute_open": True}, "no-contact"),
        ({**PENDING, "cancellation_pending": True}, "no-delivery"),
        ({"acknowledged": True, "promise_open": True}, "no-escalation"),
    ],
)
def test_a_hold_blocks_the_kind_of_deed_that_it_names(facts: dict[str, bool | str], hold: str) -> None:
    plan = plan_for(RULES, book(invoice(overdue=91, facts=facts)))
    assert (done(plan), [held.hold_id for held in plan.held]) == ([], [hold])


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({**ASKED, "cancellation_pending": True, "promise_open": True}, "reminder"),
        ({**PENDING, "dispute_open": True, "promise_open": True}, "transmittal"),
        ({"acknowledged": True, "dispute_open": True, "cancellation_pending": True}, "hand-over"),
    ],
)
def test_and_no_other_kind(facts: dict[str, bool | str], rule: str) -> None:
    assert done(plan_for(RULES, book(invoice(overdue=91, facts=facts)))) == [(rule, ("F-1",))]


def test_a_task_for_a_person_is_opened_though_the_invoice_may_not_be_written_about() -> None:
    plan = plan_for(RULES, book(invoice(facts={**ASKED, "dispute_open": True}, claims={"reminder": Claims(2, 0, workdays(-9))})))
    assert [action.closing for action in plan.actions] == [True]


def test_an_invoice_that_joins_a_waiting_delivery_makes_one_of_its_own() -> None:
    waiting = invoice(1, facts=PENDING, claims={"transmittal": Claims(waiting=True)})
    assert done(plan_for(RULES, book(waiting, invoice(2, facts=PENDING)))) == [("transmittal", ("F-2",))]


def test_an_invoice_that_joins_a_waiting_reminder_waits_for_it() -> None:
    waiting = invoice(1, facts=ASKED, claims={"reminder": Claims(waiting=True)})
    plan = plan_for(RULES, book(waiting, invoice(2, facts=ASKED), invoice(3, facts=ASKED, currency="USD")))
    assert (done(plan), outcomes(plan, 2)["reminder"]) == ([("reminder", ("F-3",))], Outcome.UNDER_WAY)


@pytest.mark.parametrize(("facts", "rule"), [(PENDING, "transmittal"), (ASKED, "reminder")])
def test_an_uncertain_message_keeps_its_whole_group_waiting(facts: dict[str, str | bool], rule: str) -> None:
    uncertain = invoice(1, facts=facts, claims={rule: Claims(waiting=True, uncertain=True)})
    plan = plan_for(RULES, book(uncertain, invoice(2, facts=facts), invoice(3, of=2, facts=facts)))
    assert (done(plan), outcomes(plan, 2)[rule]) == ([(rule, ("F-3",))], Outcome.UNCERTAIN)


def test_on_a_sunday_only_what_stays_in_the_house_is_done() -> None:
    sunday = dt.date(2026, 3, 8)
    old = invoice(1, overdue=91, today=sunday, facts={"acknowledged": True})
    plan = plan_for(RULES, book(old, invoice(2, today=sunday, facts=PENDING)), sunday)
    assert done(plan) == [("hand-over", ("F-1",))]
    assert (outcomes(plan, 2)["transmittal"], until(plan, "transmittal", 2)) == (Outcome.NOT_A_WORKDAY, dt.date(2026, 3, 9))


def test_a_customer_without_an_address_is_named_as_such() -> None:
    plan = plan_for(RULES, book(invoice(facts=PENDING), customers=[customer(addresses={})]))
    assert (done(plan), outcomes(plan)["transmittal"]) == ([], Outcome.NO_ADDRESS)


def test_a_reply_is_recorded_once_and_a_doubtful_one_is_left_to_people() -> None:
    promise = reply(7, kind="promise")
    plan = plan_for(RULES, book(replies=[promise, reply(8, kind="promise", doubtful=True), reply(9, kind="question")]))
    assert [(action.subject, action.items[0].subject_id, [step.name for step in action.steps]) for action in plan.actions] == [
        ("reply", 7, ["promise"])
    ]
    again = plan_for(RULES, book(replies=[reply(7, kind="promise", claims={"promise-received": Claims(1, 0, MONDAY)})]))
    assert done(again) == []
