"""What a confirmed action, one that came back, and a recorded reply do to the book."""

from __future__ import annotations

import datetime as dt

import pytest

from cobranza_rules.domain.entry import Entry, EntryKind
from cobranza_rules.money import Money
from cobranza_rules.rules.effects import can_be_recorded, entries_when_confirmed, entries_when_undone, entry_recorded
from cobranza_rules.rules.subjects import Claims
from tests.rules.decide_books import LADDER, MONDAY, book, invoice, plan_for, rules_of, workdays

MOVING = rules_of(
    LADDER.replace(
        "[{email: second, to: collections_contact, cc: [supervisor, sales_manager]}]",
        "[{email: second, to: collections_contact}], sets: {case_status: legal}",
    )
    + """
rules:
  - id: transmittal
    for: invoice
    when: delivery == "pending"
    every: 2 workdays
    times: 1
    do: [{deliver: transmittal, to: invoice_contact}]
    after_last: [{task: call, assign: analyst}]
    sets: {delivery: sent}
"""
)
BALANCE = Money(100_000, "MXN")


def test_an_invoice_that_rode_along_records_its_own_rung_and_only_what_that_sets() -> None:
    action = plan_for(MOVING, book(invoice(1, rung="first", rung_on=workdays(-5)), invoice(2))).actions[0]
    sent = {"ladder": "collection", "action": 7, "next_contact": workdays(10).isoformat()}
    assert list(entries_when_confirmed(action, 7, MONDAY)) == [
        (1, Entry(EntryKind.RUNG_SENT, MONDAY, {**sent, "rung": "second"})),
        (1, Entry(EntryKind.CASE_MOVED, MONDAY, {"action": 7, "case_status": "legal"})),
        (2, Entry(EntryKind.RUNG_SENT, MONDAY, {**sent, "rung": "first"})),
    ]
    assert list(entries_when_undone(action, 7, MONDAY)) == [
        (1, Entry(EntryKind.RUNG_UNDONE, MONDAY, {"action": 7})),
        (2, Entry(EntryKind.RUNG_UNDONE, MONDAY, {"action": 7})),
    ]


def test_a_delivery_is_set_by_what_was_delivered_and_not_by_what_is_done_after_the_last_time() -> None:
    action = plan_for(MOVING, book(invoice(overdue=0, facts={"delivery": "pending"}))).actions[0]
    assert list(entries_when_confirmed(action, 7, MONDAY)) == [(1, Entry(EntryKind.DELIVERED, MONDAY, {"action": 7}))]
    assert list(entries_when_undone(action, 7, MONDAY)) == [(1, Entry(EntryKind.DELIVERY_UNDONE, MONDAY, {"action": 7}))]
    once = {"transmittal": Claims(1, 0, workdays(-2))}
    last = plan_for(MOVING, book(invoice(overdue=0, facts={"delivery": "pending"}, claims=once))).actions[0]
    assert (last.closing, last.sets, list(entries_when_confirmed(last, 7, MONDAY))) == (True, {}, [])


PAY_ON = dt.date(2026, 3, 6)


@pytest.mark.parametrize(
    ("amount", "minor"),
    [(None, 0), (Money(100_000, "MXN"), 0), (Money(150_000, "MXN"), 0), (Money(99_999, "MXN"), 99_999), (Money(5_000, "USD"), 0)],
)
def test_a_promise_is_of_the_whole_unless_it_names_a_smaller_amount_of_the_same_currency(amount: Money | None, minor: int) -> None:
    read = {"pay_on": PAY_ON, "amount": amount} if amount else {"pay_on": PAY_ON}
    entry = entry_recorded("promise", read, BALANCE, delivered=False, on=MONDAY)
    assert entry == Entry(EntryKind.PROMISED, MONDAY, {"pay_on": "2026-03-06", "minor": minor})


def test_a_promise_without_a_day_is_not_recorded() -> None:
    assert not can_be_recorded("promise", {"amount": BALANCE})
    assert entry_recorded("promise", {"amount": BALANCE}, BALANCE, delivered=False, on=MONDAY) is None


def test_an_acknowledgement_counts_only_for_what_delivered_invoices() -> None:
    read = {"person": "Laura Muestra", "title": "Cuentas por pagar"}
    assert entry_recorded("acknowledgement", read, BALANCE, delivered=False, on=MONDAY) is None
    entry = entry_recorded("acknowledgement", read, BALANCE, delivered=True, on=MONDAY)
    assert entry == Entry(EntryKind.ACKNOWLEDGED, MONDAY, {"kind": "reply", **read, "phone": ""})


def test_claims_of_payment_and_disputes_are_recorded_on_their_day() -> None:
    assert entry_recorded("payment_claim", {}, BALANCE, delivered=False, on=MONDAY) == Entry(EntryKind.PAYMENT_CLAIMED, MONDAY, {})
    entry = entry_recorded("dispute", {"reason": "precio"}, BALANCE, delivered=False, on=MONDAY)
    assert entry == Entry(EntryKind.DISPUTE_OPENED, MONDAY, {"reason": "precio"})
