"""What becomes of an action in the book: the entries that its confirmation, its bounce or a recorded reply make.

The ledger follows this, and so do rule tests.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from cobranza_rules.domain.acknowledgement import AcknowledgementKind
from cobranza_rules.domain.entry import Entry, EntryKind
from cobranza_rules.domain.reply import ReplyKind
from cobranza_rules.money import Money
from cobranza_rules.rules.model import StepKind
from cobranza_rules.rules.planned import Item, PlannedAction
from cobranza_rules.rules.recipients import reaches_customer

ACKNOWLEDGEMENT_REQUEST = "acknowledgement-request"  # The message that asks for the receipt of invoices to be acknowledged


def entries_when_confirmed(action: PlannedAction, action_id: int, on: dt.date) -> Iterator[tuple[int, Entry]]:
    """Invoice ids with their entries, once every step of the chain is confirmed.

    An invoice that rode along on a lower rung was promised the same day as the others, for they read one message; but it records its own
    rung, and only what its own rung sets.
    """
    if action.subject != "invoice":
        return
    for item in action.items:
        if action.ladder:
            next_contact = action.next_contact.isoformat() if action.next_contact else None
            data = {"ladder": action.ladder, "rung": item.rule_id, "action": action_id, "next_contact": next_contact}
            data |= {} if reaches_customer(action.steps) else {"internal": True}
            yield item.subject_id, Entry(EntryKind.RUNG_SENT, on, data)
        for kind, settings in _settings(action, item):
            yield item.subject_id, Entry(kind, on, {"action": action_id, **settings})


def _settings(action: PlannedAction, item: Item) -> Iterator[tuple[EntryKind, dict[str, str]]]:
    sets = action.sets if item.rule_id == action.rule_id else item.sets
    if sets.get("delivery") == "sent":
        yield EntryKind.DELIVERED, {}
    if (case_status := sets.get("case_status")) is not None:
        yield EntryKind.CASE_MOVED, {"case_status": case_status}
    if sets.get("claim_state") == "expired":
        yield EntryKind.CLAIM_EXPIRED, {}


def entries_when_undone(action: PlannedAction, action_id: int, on: dt.date) -> Iterator[tuple[int, Entry]]:
    """What takes back the rung and the delivery of a message that came back; later messages stand on their own."""
    if action.subject != "invoice":
        return
    for item in action.items:
        if action.ladder:
            yield item.subject_id, Entry(EntryKind.RUNG_UNDONE, on, {"action": action_id})
        if (action.sets if item.rule_id == action.rule_id else item.sets).get("delivery"):
            yield item.subject_id, Entry(EntryKind.DELIVERY_UNDONE, on, {"action": action_id})


def can_be_recorded(what: str, read: Mapping[str, Any]) -> bool:
    """A promise without a day binds nobody: the message stays with the people who read it."""
    return what != "promise" or isinstance(read.get("pay_on"), dt.date)


def entry_recorded(
    what: str, read: Mapping[str, Any], balance: Money, *, delivered: bool, on: dt.date, kind: str = ReplyKind.ACKNOWLEDGEMENT
) -> Entry | None:
    """The entry that a reply makes on an invoice of the message it answers; None where it says nothing about this invoice.

    `what` is the name of a record step, `read` what was read in the reply, `balance` the invoice's, `delivered` whether the message
    answered had delivered invoices: an acknowledgement of a reminder is that, and none of the invoice. `kind` is the reply's.
    """
    if not can_be_recorded(what, read):
        return None
    if what == "promise":
        pay_on, amount = read["pay_on"], read.get("amount")
        # An amount that covers the balance is a promise of the whole; a smaller one keeps the promise only so far.
        partial = isinstance(amount, Money) and amount.currency == balance.currency and amount.minor < balance.minor
        return Entry(EntryKind.PROMISED, on, {"pay_on": pay_on.isoformat(), "minor": amount.minor if partial and amount else 0})
    if what == "payment_claim":
        paid = read.get("amount")
        return Entry(
            EntryKind.PAYMENT_CLAIMED, on, {"amount": paid.plain()} if isinstance(paid, Money) and paid.currency == balance.currency else {}
        )
    if what == "dispute":
        asked = "" if kind == ReplyKind.DISPUTE else kind  # A correction, or what the customer still needs
        return Entry(EntryKind.DISPUTE_OPENED, on, {"reason": str(read.get("reason") or asked)})
    if what == "acknowledgement" and delivered:
        return Entry(EntryKind.ACKNOWLEDGED, on, _acknowledgement(read, kind))
    return None


def _acknowledgement(read: Mapping[str, Any], kind: str) -> dict[str, str]:
    """A contrarrecibo also has a number, the day of the review, and the day for which the payment is programmed."""
    said = {key: str(read.get(key, "")) for key in ("person", "title", "phone")}
    if kind != ReplyKind.CONTRARRECIBO:
        return {"kind": AcknowledgementKind.REPLY.value, **said}
    days = {key: read.get(name) for key, name in (("review_on", "review_on"), ("payment_on", "pay_on"))}
    told = {key: day.isoformat() for key, day in days.items() if isinstance(day, dt.date)}
    return {"kind": AcknowledgementKind.CONTRARRECIBO.value, **said, "number": str(read.get("number", "")), **told}


def is_about_delivery(kind: str, name: str) -> bool:
    """Whether an acknowledgement that answers a message with such a step is one of its invoices: it brought them, or asked for it."""
    return kind == StepKind.DELIVER or name == ACKNOWLEDGEMENT_REQUEST
