"""The present state of an invoice: a fold of its entries, and nothing else. Stored states are copies of what this fold gives."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.domain import cheque
from cobranza_rules.domain.acknowledgement import adds_to, without_last
from cobranza_rules.domain.due_basis import MAY_MOVE_THE_DUE_DATE, DueBasis, accepted, accepted_anew, agreed_anew, due_anew
from cobranza_rules.domain.entry import Entry, EntryKind, day_in
from cobranza_rules.domain.inheritance import inherited
from cobranza_rules.domain.interventions import case_returned, intervention_answered, intervention_opened, plan_stated
from cobranza_rules.domain.promises import Promise, claim_expired, payment_claimed, promise_withdrawn, promised, with_cover
from cobranza_rules.domain.rung_sent import RungSent
from cobranza_rules.domain.schedule import oldest_uncovered
from cobranza_rules.domain.support import SupportFile, kinds_missing, support_attached, support_withdrawn
from cobranza_rules.domain.taking_back import credit_reversed, credit_withdrawn, discount_reversed, payment_reversed


class InvoiceStatus(StrEnum):
    OPEN = "open"
    PAID = "paid"
    CANCELLED = "cancelled"
    SUBSTITUTED = "substituted"


@dataclass(frozen=True, slots=True)
class InvoiceState:
    """Amounts in minor units. `applied` maps a payment ("p12"), credit note ("c3") or discount ("d5") to what it covers: each once.

    `due_on` is the due date of the oldest part that payments have not covered; `due_basis` says what it rests on, parts included.
    `delivered_by` is the action that delivered it, None for what was delivered before the program came; `not_received_count` says how often
    the customer has said that a delivery did not reach it. `acknowledgements` are the data of
    their entries, the oldest first; `promises` are all that were made for it; `support_required` are kinds of support.
    """

    total: int = 0
    applied: Mapping[str, int] = field(default_factory=dict)
    closed: InvoiceStatus | None = None  # Cancelled or substituted: closed whatever the balance says
    cancellation_pending: bool = False
    due_on: dt.date | None = None
    credit_days: int | None = None
    due_basis: DueBasis = field(default_factory=DueBasis)
    delivery: str = "pending"
    delivered_on: dt.date | None = None
    delivered_by: int | None = None
    not_received_count: int = 0
    acknowledged: bool = False
    acknowledgements: tuple[Mapping[str, Any], ...] = ()
    support: tuple[SupportFile, ...] = ()
    support_required: tuple[str, ...] = ()
    case_status: str = "collections"
    promised_on: dt.date | None = None
    promised_minor: int = 0
    promise_paid: int = 0
    promise_count: int = 0
    promises: tuple[Promise, ...] = ()
    claimed_on: dt.date | None = None
    claim_count: int = 0
    cheques: cheque.Held = field(default_factory=dict)
    claim_expired_on: dt.date | None = None  # It was looked for long enough, and no payment was seen
    dispute_open: bool = False
    dispute_closed_on: dt.date | None = None
    reversed_on: dt.date | None = None
    rungs: tuple[RungSent, ...] = ()
    intervention: str = "none"
    intervention_due: dt.date | None = None
    intervention_task: int | None = None
    agreement: str = ""  # The number of the agreement that covers it
    agreement_id: int | None = None  # The version of it
    request: int | None = None  # The billing request that it answers
    payment_plan: int | None = None  # The plan by which it is paid
    instalment_on: dt.date | None = None  # Of that plan's oldest instalment that is not kept: its day,
    instalment_until: dt.date | None = None  # the last day on which it may still be paid,
    instalment_minor: int = 0  # and what is left of it
    plan_percent: int = 0  # Kept in a hundred of the plan
    cfdi_missing: bool = False
    ledger_open: int | None = None  # What the accounting system says is open of it, None where it says nothing

    @property
    def ledger_difference(self) -> bool:
        """The accounting system's open amount is not ours. What is paid beyond the balance it keeps with the payment, so nothing is open."""
        return self.ledger_open is not None and self.ledger_open != max(self.balance, 0)

    @property
    def paid(self) -> int:
        return sum(self.applied.values())

    @property
    def balance(self) -> int:
        """Total less payments, credit notes and discounts (research of CFDI facts: the REP's own balances are a cross-check only).

        It may fall below zero where more was paid than owed: that is unapplied cash, not a debt.
        """
        return 0 if self.closed else self.total - self.paid

    @property
    def status(self) -> InvoiceStatus:
        if self.closed:
            return self.closed
        return InvoiceStatus.OPEN if self.balance > 0 else InvoiceStatus.PAID

    @property
    def promise_open(self) -> bool:
        kept = self.promised_minor > 0 and self.promise_paid >= self.promised_minor
        return self.promised_on is not None and not kept and self.status is InvoiceStatus.OPEN

    @property
    def cheque_state(self) -> str:
        return cheque.foremost(self.cheques)[0]

    @property
    def cheque_on(self) -> dt.date | None:
        return cheque.foremost(self.cheques)[1]

    @property
    def support_missing(self) -> bool:
        return bool(kinds_missing(self.support_required, self.support))

    @property
    def last_rung(self) -> RungSent | None:
        return self.rungs[-1] if self.rungs else None

    @property
    def waits_from(self) -> dt.date | None:
        """The last event, other than a sending, from which a ladder's wait counts anew."""
        return max((day for day in (self.reversed_on, self.dispute_closed_on) if day), default=None)


def fold(entries: Iterable[Entry]) -> InvoiceState:
    """The state after `entries`, in the order in which they came to be known."""
    state = InvoiceState()
    for entry in entries:
        state = after(state, entry)
    return state


def after(state: InvoiceState, entry: Entry) -> InvoiceState:
    came = _EFFECTS[entry.kind](state, entry)
    if came.promises and came.paid != state.paid:
        return with_cover(came, entry.happened_on, came.paid - state.paid)
    return came


def after_with_due_date(state: InvoiceState, entry: Entry, currency: str, calendar: BusinessCalendar) -> InvoiceState:
    """As the bookkeeper enters it: `entry`, and where that moves the due date the entry that says so."""
    came = after(state, entry)
    if entry.kind not in MAY_MOVE_THE_DUE_DATE or (data := due_anew(came, currency, calendar)) is None:
        return came
    return after(came, Entry(EntryKind.DUE_SET, entry.happened_on, data))


def _issued(state: InvoiceState, entry: Entry) -> InvoiceState:
    data = entry.data
    basis = agreed_anew(DueBasis(entry.happened_on), data)
    due_on, credit_days = day_in(data, "due_on"), data.get("credit_days")
    issued = replace(state, total=data["minor"], due_on=due_on, credit_days=credit_days, due_basis=basis)
    return _dated(replace(issued, cfdi_missing=bool(data.get("ledger"))))


def _due_set(state: InvoiceState, entry: Entry) -> InvoiceState:
    basis = agreed_anew(state.due_basis, entry.data)
    return _dated(replace(state, due_on=day_in(entry.data, "due_on"), credit_days=entry.data.get("credit_days"), due_basis=basis))


def _dated(state: InvoiceState) -> InvoiceState:
    """Of several parts the oldest that is not covered says when the invoice is due."""
    parts = state.due_basis.parts
    return replace(state, due_on=oldest_uncovered(parts, state.paid)) if parts else state


def _payment_applied(state: InvoiceState, entry: Entry) -> InvoiceState:
    key = f"p{entry.data['payment']}"
    if key in state.applied:  # A second evidence of the same payment changes nothing.
        return state
    covered = replace(state, applied={**state.applied, key: entry.data["minor"]}, claimed_on=None, claim_expired_on=None)
    return _dated(replace(covered, promise_paid=state.promise_paid + entry.data["minor"]) if state.promised_on else covered)


def _credit_applied(state: InvoiceState, entry: Entry) -> InvoiceState:
    key = f"c{entry.data['credit_note']}"
    return state if key in state.applied else _dated(replace(state, applied={**state.applied, key: entry.data["minor"]}))


def _discount_applied(state: InvoiceState, entry: Entry) -> InvoiceState:
    key = f"d{entry.data['discount']}"
    return state if key in state.applied else _dated(replace(state, applied={**state.applied, key: entry.data["minor"]}))


def _delivered(state: InvoiceState, entry: Entry) -> InvoiceState:
    return replace(state, delivery="sent", delivered_on=entry.happened_on, delivered_by=entry.data.get("action"))


def _delivery_undone(state: InvoiceState, entry: Entry) -> InvoiceState:
    if state.delivered_by != entry.data["action"]:  # A later delivery stands on its own.
        return state
    said = 1 if entry.data.get("not_received") else 0
    count = state.not_received_count + said
    return replace(state, delivery="pending", delivered_on=None, delivered_by=None, not_received_count=count)


def _acknowledged(state: InvoiceState, entry: Entry) -> InvoiceState:
    if not adds_to(state.acknowledgements, entry.data):
        return state
    known = (*state.acknowledgements, {**entry.data, "on": entry.happened_on.isoformat()})
    return replace(state, acknowledged=True, acknowledgements=known, due_basis=accepted(state.due_basis, entry.happened_on, entry.data))


def _acknowledgement_undone(state: InvoiceState, entry: Entry) -> InvoiceState:
    left = without_last(state.acknowledgements, entry.data["kind"])
    return replace(state, acknowledged=bool(left), acknowledgements=left, due_basis=accepted_anew(state.due_basis, left))


def _rung_sent(state: InvoiceState, entry: Entry) -> InvoiceState:
    data = entry.data
    sent = RungSent(data["ladder"], data["rung"], entry.happened_on, data.get("action"), day_in(data, "next_contact"))
    return replace(state, rungs=(*state.rungs, sent))


def _reminded_before(state: InvoiceState, entry: Entry) -> InvoiceState:
    """Where an invoice stood when the program came, the rungs below as sent by that day; it takes the place of what was said of it before."""
    data = entry.data
    rungs = tuple(RungSent(data["ladder"], rung, entry.happened_on) for rung in (*data["below"], data["rung"]))
    status = data.get("case_status", "collections")
    return replace(state, rungs=rungs, case_status=status, intervention="none", intervention_due=None, intervention_task=None)


def _rung_undone(state: InvoiceState, entry: Entry) -> InvoiceState:
    """Only the last rung can be undone: a later message that did arrive keeps the invoice where that one put it."""
    if not state.rungs or state.rungs[-1].action != entry.data["action"]:
        return state
    return replace(state, rungs=state.rungs[:-1])


_EFFECTS: dict[EntryKind, Callable[[InvoiceState, Entry], InvoiceState]] = {
    EntryKind.ISSUED: _issued,
    EntryKind.DUE_SET: _due_set,
    EntryKind.COVERED: lambda state, entry: replace(state, agreement=entry.data["number"], agreement_id=entry.data["agreement"]),
    EntryKind.UNCOVERED: lambda state, _entry: replace(state, agreement="", agreement_id=None),
    EntryKind.REQUEST_TIED: lambda state, entry: replace(state, request=entry.data["request"]),
    EntryKind.PAYMENT_APPLIED: _payment_applied,
    EntryKind.PAYMENT_REVERSED: lambda state, entry: _dated(payment_reversed(state, entry)),
    EntryKind.CREDIT_APPLIED: _credit_applied,
    EntryKind.CREDIT_WITHDRAWN: lambda state, entry: _dated(credit_withdrawn(state, entry)),
    EntryKind.CREDIT_REVERSED: lambda state, entry: _dated(credit_reversed(state, entry)),
    EntryKind.DISCOUNT_APPLIED: _discount_applied,
    EntryKind.DISCOUNT_REVERSED: lambda state, entry: _dated(discount_reversed(state, entry)),
    EntryKind.CFDI_BOOKED: lambda state, _entry: replace(state, cfdi_missing=False),
    EntryKind.LEDGER_STATED: lambda state, entry: replace(state, ledger_open=entry.data.get("minor")),
    EntryKind.CANCELLATION_REQUESTED: lambda state, _entry: replace(state, cancellation_pending=True),
    EntryKind.CANCELLATION_REFUSED: lambda state, _entry: replace(state, cancellation_pending=False),
    EntryKind.CANCELLED: lambda state, _entry: replace(state, closed=state.closed or InvoiceStatus.CANCELLED, cancellation_pending=False),
    EntryKind.SUBSTITUTED: lambda state, _entry: replace(state, closed=InvoiceStatus.SUBSTITUTED, cancellation_pending=False),
    EntryKind.INHERITED: inherited,
    EntryKind.DELIVERED: _delivered,
    EntryKind.DELIVERY_UNDONE: _delivery_undone,
    EntryKind.ACKNOWLEDGED: _acknowledged,
    EntryKind.ACKNOWLEDGEMENT_UNDONE: _acknowledgement_undone,
    EntryKind.SUPPORT_REQUIRED: lambda state, entry: replace(state, support_required=tuple(sorted(entry.data["kinds"]))),
    EntryKind.SUPPORT_ATTACHED: support_attached,
    EntryKind.SUPPORT_WITHDRAWN: support_withdrawn,
    EntryKind.RUNG_SENT: _rung_sent,
    EntryKind.RUNG_UNDONE: _rung_undone,
    EntryKind.REMINDED_BEFORE: _reminded_before,
    EntryKind.PROMISED: promised,
    EntryKind.PROMISE_WITHDRAWN: promise_withdrawn,
    EntryKind.PAYMENT_CLAIMED: payment_claimed,
    EntryKind.CHEQUE_MOVED: lambda state, entry: replace(state, cheques=cheque.moved(state.cheques, entry.data)),
    EntryKind.CLAIM_REJECTED: lambda state, _entry: replace(state, claimed_on=None, claim_expired_on=None),
    EntryKind.CLAIM_EXPIRED: claim_expired,
    EntryKind.DISPUTE_OPENED: lambda state, _entry: replace(state, dispute_open=True),
    EntryKind.DISPUTE_CLOSED: lambda state, entry: replace(state, dispute_open=False, dispute_closed_on=entry.happened_on),
    EntryKind.INTERVENTION_OPENED: intervention_opened,
    EntryKind.INTERVENTION_ANSWERED: intervention_answered,
    EntryKind.PLAN_STATED: plan_stated,
    EntryKind.CASE_RETURNED: case_returned,
    EntryKind.CASE_MOVED: lambda state, entry: replace(state, case_status=entry.data["case_status"]),
}
