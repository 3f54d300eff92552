"""Entries of the book: append-only facts about an invoice in two times, when it happened and when we came to know it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class EntryKind(StrEnum):
    """What happened, and the keys of `data` that each carries (`minor` is an amount in the invoice's minor units)."""

    # minor: its total; credit_days: int or absent; due_on: ISO date or absent; ledger: true where its CFDI is not here; what else DUE_SET has, or absent
    ISSUED = "issued"
    CFDI_BOOKED = "cfdi_booked"  # uuid: its CFDI has come after the ledger's row
    LEDGER_STATED = "ledger_stated"  # minor: what the accounting system says is open, absent where it says nothing any more
    DUE_SET = "due_set"  # due_on, credit_days; or absent: terms, parts, lines (domain.due_basis), source, because: kind of the entry that moved it, who has it reckoned anew
    COVERED = "covered"  # agreement: id of the version, number, version; support: kinds that have to go with it
    UNCOVERED = "uncovered"  # number of the agreement that covers it no more
    REQUEST_TIED = "request_tied"  # request: id, by: purchase_order, amount or person; who: address or absent
    PAYMENT_APPLIED = "payment_applied"  # payment: id, minor; deposit: id of the bank's line, by: Level, or absent
    # payment: id; retold: true where no money went back, for other evidence tells it or a person takes an application back; claimed_on: ISO
    # date, since when it is then claimed again, or absent; deposit: id of the bank's line, who, comment, or absent
    PAYMENT_REVERSED = "payment_reversed"
    CREDIT_APPLIED = "credit_applied"  # credit_note: id, minor
    CREDIT_WITHDRAWN = "credit_withdrawn"  # credit_note: id: other evidence says what it covers
    CREDIT_REVERSED = "credit_reversed"  # credit_note: id
    DISCOUNT_APPLIED = "discount_applied"  # discount: id, minor, reason: DiscountKind, payment: id or absent
    DISCOUNT_REVERSED = (
        "discount_reversed"  # discount: id, because: CREDITED where its credit note counts in its place, else what has happened
    )
    CANCELLATION_REQUESTED = "cancellation_requested"
    CANCELLATION_REFUSED = "cancellation_refused"  # The request has ended, and the debt is asked for again
    CANCELLED = "cancelled"
    SUBSTITUTED = "substituted"  # by: invoice id
    INHERITED = "inherited"  # source: invoice id, and the state of the substituted invoice that goes on here
    DELIVERED = "delivered"  # action: id or absent (an opening import); mode, and carried_by where a person did
    DELIVERY_UNDONE = "delivery_undone"  # action; not_received: true where the customer says so, and no report of a server; message
    # kind: AcknowledgementKind; person, title, phone, number; at: instant (ISO 8601); review_on, payment_on: ISO dates; document: digest of
    # the scan or of the message; message or task: id; delivery: action that it acknowledges. What was not said is absent or "".
    ACKNOWLEDGED = "acknowledged"
    ACKNOWLEDGEMENT_UNDONE = "acknowledgement_undone"  # kind: of which the last one is taken back; who, reason
    SUPPORT_REQUIRED = "support_required"  # kinds: all that have to go with it from now on
    SUPPORT_ATTACHED = "support_attached"  # kind, name, media_type, document: domain.support.SupportFile; who
    SUPPORT_WITHDRAWN = "support_withdrawn"  # kind, name, document; who, reason
    RUNG_SENT = "rung_sent"  # ladder, rung, action, next_contact: ISO date or absent, internal: true where it wrote to no customer
    RUNG_UNDONE = "rung_undone"  # action
    REMINDED_BEFORE = "reminded_before"  # ladder, rung, below: the rungs before it; file; case_status or absent; internal as above
    PROMISED = "promised"  # pay_on: ISO date, minor: 0 for the whole balance; message, task, or who and comment
    PROMISE_WITHDRAWN = "promise_withdrawn"  # who, comment
    PAYMENT_CLAIMED = "payment_claimed"  # message; or who, comment, amount, reference, document: digest of its receipt
    CLAIM_REJECTED = "claim_rejected"  # who, comment
    # cheque: id, number; state: ChequeState, on: ISO date from which it waits in that; who, comment: as far as somebody says so
    CHEQUE_MOVED = "cheque_moved"
    CLAIM_EXPIRED = "claim_expired"  # action; claimed_on: ISO date, since when it was looked for
    DISPUTE_OPENED = "dispute_opened"  # reason
    DISPUTE_CLOSED = "dispute_closed"
    INTERVENTION_OPENED = "intervention_opened"  # task, due_on
    INTERVENTION_ANSWERED = "intervention_answered"  # task, answer
    # plan: its id, absent where no plan is about the invoice any more; on, until: ISO dates of the oldest instalment that is not kept, and
    # minor: what is left of it, all absent where every one is; percent: kept of the whole plan
    PLAN_STATED = "plan_stated"
    CASE_RETURNED = "case_returned"  # task; rung from which the ladder goes on, "" for the last message again; answer of a late agreement
    CASE_MOVED = "case_moved"  # case_status; action that moved it, or `undoes`: the action that is undone, or neither


@dataclass(frozen=True, slots=True)
class Entry:
    kind: EntryKind
    happened_on: dt.date
    data: Mapping[str, Any]


def day_in(data: Mapping[str, Any], key: str) -> dt.date | None:
    """An ISO date that an entry holds under `key`; None where it holds none."""
    return dt.date.fromisoformat(data[key]) if data.get(key) else None
