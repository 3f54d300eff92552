"""Replies of a rule test: what they answer, and how they are settled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from cobranza_rules.domain.dispute import DISPUTING, opened_by
from cobranza_rules.domain.entry import Entry, EntryKind
from cobranza_rules.domain.invoice import InvoiceStatus
from cobranza_rules.language import Sentence, _
from cobranza_rules.rules.effects import is_about_delivery
from cobranza_rules.rules.model import StepKind
from cobranza_rules.rules.not_received import Answered
from cobranza_rules.rules.testing_book import TestedAction, TestedBook, TestedReply
from cobranza_rules.rules.testing_event_kinds import REPLY_FACTS, REPLY_TRUTHS
from cobranza_rules.rules.testing_model import Event


def reply_comes_in(book: TestedBook, event: Event) -> Sentence | None:
    customer = book.customer_id(event.customer)
    answered = _answered(book, event, customer)
    if event.data["answers"] and answered is None:
        return _(
            "no message of '{rule}' was sent to {customer} that could be answered", rule=event.data["answers"], customer=event.customer
        )
    truths = {name: event.data.get(name, bool(REPLY_FACTS[name].neutral)) for name in REPLY_TRUTHS}
    invoices = tuple(book.invoice_id(name) for name in event.invoices)
    if answered is not None:
        delivers = any(is_about_delivery(step.kind, step.name) for step in answered.action.steps)
        truths = {**truths, "answers_our_message": True, "answers_transmittal": delivers, **_given(event)}
        invoices = invoices or tuple(answered.action.invoice_ids)
    said = event.data["kind"], event.data["read"], truths
    reply = TestedReply(
        next(book.ids), customer, invoices, event.on, *said, _message(answered, truths), event.data.get("attached_files", 0)
    )
    book.replies.append(reply)
    book.heard.append(reply)
    return None


def _message(answered: TestedAction | None, truths: Mapping[str, bool]) -> Answered | None:
    """None where it answers none, or a person says what it is about."""
    if answered is None or answered.sent_on is None or truths["decided_by_person"]:
        return None
    return Answered(answered.id, answered.sent_on, any(step.kind is StepKind.DELIVER for step in answered.action.steps))


def _given(event: Event) -> dict[str, bool]:
    return {name: event.data[name] for name in REPLY_TRUTHS if name in event.data}


def _answered(book: TestedBook, event: Event, customer: int) -> TestedAction | None:
    sent = [
        tested
        for tested in book.actions
        if (tested.action.rule_id, tested.action.customer_id) == (event.data["answers"], customer) and tested.sent_on is not None
    ]
    return sent[-1] if sent else None


def settle_replies(book: TestedBook, task: int, on: dt.date) -> None:
    """What they asked is answered, and so are the disputes that they opened, where no other reply disputes the same."""
    elsewhere = {reply for other in book.tasks.values() for reply in book.asked_in[other.id]}
    answered = book.asked_in[task] - elsewhere
    book.replies = [reply for reply in book.replies if reply.id not in answered]
    for key, state in book.states.items():
        disputed = state.dispute_open and state.status is InvoiceStatus.OPEN
        first = opened_by(key, book.entries.__getitem__) if disputed else None
        later = (reply for reply in book.heard if first and reply.id > first and reply.id not in answered and reply.kind in DISPUTING)
        if first in answered and not any(key in reply.invoices for reply in later):
            book.enter(key, Entry(EntryKind.DISPUTE_CLOSED, on, {"task": task}))


def inbox_settled(book: TestedBook, event: Event) -> None:
    """A person has looked at all that waits, and none of it changes anything."""
    customer = book.customer_id(event.customer)
    book.replies = [reply for reply in book.replies if reply.customer != customer]
    book.customers[customer] = replace(book.customers[customer], inbox_open=0)
