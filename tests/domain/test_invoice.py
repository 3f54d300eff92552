"""The fold of an invoice's entries: laws that hold whatever comes in whatever order."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.domain.due_basis import basis_as_json, basis_of_json
from cobranza_rules.domain.entry import Entry, EntryKind
from cobranza_rules.domain.inheritance import inheritance
from cobranza_rules.domain.invoice import InvoiceState, InvoiceStatus, after, fold

DAY = dt.date(2026, 3, 2)
ISSUED = Entry(EntryKind.ISSUED, DAY, {"minor": 100_000, "due_on": "2026-04-01", "credit_days": 30})


def entry(kind: EntryKind, day: dt.date = DAY, /, **data: Any) -> Entry:
    return Entry(kind, day, data)


def paid(payment: int, minor: int) -> Entry:
    return entry(EntryKind.PAYMENT_APPLIED, payment=payment, minor=minor)


payments = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 40_000)), max_size=12)


@given(payments)
def test_evidence_never_changes_a_balance_twice(told: list[tuple[int, int]]) -> None:
    first: dict[int, int] = {}
    for payment, minor in told:
        first.setdefault(payment, minor)
    state = fold([ISSUED, *(paid(payment, minor) for payment, minor in told)])
    assert state.balance == 100_000 - sum(first.values())


@given(payments, st.sets(st.integers(1, 5)))
def test_balance_is_total_less_what_is_applied_and_not_taken_back(told: list[tuple[int, int]], reversed_ones: set[int]) -> None:
    entries = [ISSUED, *(paid(payment, minor) for payment, minor in told)]
    entries += [entry(EntryKind.PAYMENT_REVERSED, payment=payment) for payment in sorted(reversed_ones)]
    state = fold(entries)
    first: dict[int, int] = {}
    for payment, minor in told:
        first.setdefault(payment, minor)
    kept = sum(minor for payment, minor in first.items() if payment not in reversed_ones)
    assert state.balance == 100_000 - kept
    assert state.status == (InvoiceStatus.OPEN if state.balance > 0 else InvoiceStatus.PAID)


PARTS = [{"due_on": "2026-04-01", "minor": 40_000}, {"due_on": "2026-05-01", "minor": 60_000}]
anything = st.sampled_from(
    [
        entry(EntryKind.DUE_SET, due_on="2026-04-01", credit_days=60, terms={"days": 60, "counted_from": "delivery"}, parts=PARTS),
        entry(EntryKind.DUE_SET, due_on="2026-06-01"),
        entry(EntryKind.ACKNOWLEDGED, DAY + dt.timedelta(days=3)),
        entry(EntryKind.ACKNOWLEDGED, kind="contrarrecibo", review_on="2026-03-03", payment_on="2026-04-17"),
        paid(1, 30_000),
        paid(2, 70_000),
        entry(EntryKind.PAYMENT_REVERSED, payment=1),
        entry(EntryKind.CREDIT_APPLIED, credit_note=1, minor=5_000),
        entry(EntryKind.DELIVERED, action=7),
        entry(EntryKind.DELIVERY_UNDONE, action=7),
        entry(EntryKind.RUNG_SENT, ladder="l", rung="one", action=8),
        entry(EntryKind.RUNG_SENT, ladder="l", rung="two", action=9),
        entry(EntryKind.RUNG_UNDONE, action=9),
        entry(EntryKind.PROMISED, pay_on="2026-03-06", minor=0),
        entry(EntryKind.PAYMENT_CLAIMED),
        entry(EntryKind.DISPUTE_OPENED),
        entry(EntryKind.DISPUTE_CLOSED),
        entry(EntryKind.SUBSTITUTED, by=2),
    ]
)


@given(st.lists(anything, max_size=20))
def test_the_oldest_part_that_is_not_covered_says_when_an_invoice_is_due(entries: list[Entry]) -> None:
    state = fold([ISSUED, *entries])
    if parts := state.due_basis.parts:
        reached = [part.due_on for number, part in enumerate(parts, 1) if sum(each.minor for each in parts[:number]) > state.paid]
        assert state.due_on == min(reached, default=parts[-1].due_on)


@given(st.lists(anything, max_size=20))
def test_what_the_due_date_rests_on_comes_back_as_it_was_kept(entries: list[Entry]) -> None:
    basis = fold([ISSUED, *entries]).due_basis
    assert basis_of_json(json.loads(json.dumps(basis_as_json(basis)))) == basis


@given(st.lists(anything, max_size=20))
def test_a_fold_goes_on_from_any_of_its_states(entries: list[Entry]) -> None:
    """What the store relies on: the kept state and the next entry give what the whole history gives."""
    for cut in range(len(entries)):
        state = fold([ISSUED, *entries[:cut]])
        for later in entries[cut:]:
            state = after(state, later)
        assert state == fold([ISSUED, *entries])


@given(st.lists(anything, max_size=20))
def test_a_closed_invoice_owes_nothing(entries: list[Entry]) -> None:
    state = fold([ISSUED, *entries, entry(EntryKind.SUBSTITUTED, by=2)])
    assert (state.balance, state.status) == (0, InvoiceStatus.SUBSTITUTED)


@given(st.lists(anything, max_size=20))
def test_the_successor_inherits_delivery_due_date_and_rung(entries: list[Entry]) -> None:
    old = fold([ISSUED, *entries])
    new = fold([Entry(EntryKind.ISSUED, DAY, {"minor": 90_000}), entry(EntryKind.INHERITED, source=1, **inheritance(old))])
    assert (new.delivery, new.delivered_on, new.delivered_by) == (old.delivery, old.delivered_on, old.delivered_by)
    assert (new.due_on, new.rungs, new.total) == (old.due_on, old.rungs, 90_000)
    assert (new.dispute_open, new.waits_from) == (old.dispute_open, old.waits_from)


def test_only_the_last_rung_can_be_undone() -> None:
    one, two = (entry(EntryKind.RUNG_SENT, ladder="l", rung=rung, action=action) for rung, action in (("one", 1), ("two", 2)))
    state = fold([ISSUED, one, two, entry(EntryKind.RUNG_UNDONE, action=1)])
    assert state.last_rung is not None
    assert state.last_rung.rung == "two"
    undone = after(state, entry(EntryKind.RUNG_UNDONE, action=2))
    assert undone.last_rung is not None
    assert undone.last_rung.rung == "one"


def test_a_bounce_of_an_earlier_delivery_leaves_a_later_one() -> None:
    first, second = entry(EntryKind.DELIVERED, action=1), entry(EntryKind.DELIVERED, action=2)
    assert fold([ISSUED, first, second, entry(EntryKind.DELIVERY_UNDONE, action=1)]).delivery == "sent"
    assert fold([ISSUED, first, entry(EntryKind.DELIVERY_UNDONE, action=1)]).delivery == "pending"


def test_a_promise_of_a_part_is_kept_when_that_part_is_paid() -> None:
    promised = [ISSUED, entry(EntryKind.PROMISED, pay_on="2026-03-06", minor=40_000)]
    assert fold(promised).promise_open
    assert fold([*promised, paid(1, 39_999)]).promise_open
    assert not fold([*promised, paid(1, 40_000)]).promise_open


def test_a_promise_that_is_kept_in_parts_is_kept_when_they_add_up() -> None:
    promised = entry(EntryKind.PROMISED, pay_on="2026-03-06", minor=40_000)
    assert fold([ISSUED, promised, paid(1, 25_000), paid(2, 14_999)]).promise_open
    assert not fold([ISSUED, promised, paid(1, 25_000), paid(2, 15_000)]).promise_open


def test_a_payment_ends_a_claim_and_the_claim_counts_on() -> None:
    claimed = fold([ISSUED, entry(EntryKind.PAYMENT_CLAIMED), paid(1, 10)])
    assert (claimed.claimed_on, claimed.claim_count) == (None, 1)


def test_a_reversal_puts_it_back_where_it_was_and_starts_the_wait_anew() -> None:
    rung = entry(EntryKind.RUNG_SENT, ladder="l", rung="one", action=1)
    back = fold([ISSUED, rung, paid(1, 100_000), entry(EntryKind.PAYMENT_REVERSED, dt.date(2026, 3, 20), payment=1)])
    assert back.status is InvoiceStatus.OPEN
    assert back.last_rung is not None
    assert back.waits_from == dt.date(2026, 3, 20)


def test_nothing_is_owed_before_it_is_issued() -> None:
    assert InvoiceState().balance == 0
