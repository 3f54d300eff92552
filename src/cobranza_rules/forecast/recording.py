"""Replies that wait and that a rule takes are recorded by the next run: what they say belongs to the forecast."""

from __future__ import annotations

import datetime as dt

from cobranza_rules.forecast.imagined import Imagined
from cobranza_rules.money import Money
from cobranza_rules.rules.decide import decide
from cobranza_rules.rules.effects import can_be_recorded, entry_recorded
from cobranza_rules.rules.engine import Engine
from cobranza_rules.rules.model import RuleSet, StepKind
from cobranza_rules.rules.not_received import NOT_RECEIVED
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.rules.subjects import Book
from cobranza_rules.store.replies import INVOICES, answered_by, delivers, facts_from_json, received_on
from cobranza_rules.store.tables import ActionRow, ReceivedRow


def record(imagined: Imagined, rules: RuleSet, engine: Engine, read: Book, today: dt.date) -> None:
    """What no rule takes stays with the people who read it, unless one of them has looked already."""
    writers = {reply.customer_id for reply in read.replies if reply.id not in imagined.read}
    if not writers:
        return
    customers = {key: read.customers[key] for key in writers}
    book = imagined.book(Book(customers, [], [reply for reply in read.replies if reply.customer_id in writers], read.company), today)
    for action in decide(rules, book, today, engine).actions:
        _record(imagined, rules, read, action, today)
    for reply in book.replies:
        if reply.facts.get("decided_by_person") is True:
            imagined.read[reply.id] = reply.customer_id


def _record(imagined: Imagined, rules: RuleSet, read: Book, action: PlannedAction, today: dt.date) -> None:
    """Balances are those that were read: nobody pays meanwhile."""
    reply = next(reply for reply in read.replies if reply.id == action.items[0].subject_id)
    row = imagined.session.get_one(ReceivedRow, reply.id)
    answered = imagined.session.get(ActionRow, row.action_id) if row.action_id else None
    said = facts_from_json(row.facts)
    delivered = delivers(answered.plan if answered else None) or INVOICES in row.facts
    for step in action.steps:
        if step.kind is StepKind.TASK:
            due_on = rules.calendar.plus(today, step.due_workdays) if step.due_workdays else None
            imagined.queues.open_task(action.customer_id, step, step.assign, due_on, today)
        if step.kind is not StepKind.RECORD:
            continue
        for invoice in (invoice for invoice in read.invoices if invoice.id in reply.invoices):
            if step.name == NOT_RECEIVED:
                imagined.undo_delivery(invoice.id, answered_by(row, answered), received_on(row, rules.calendar))
                continue
            balance = Money(invoice.balance, invoice.currency)
            entry = entry_recorded(step.name, said, balance, delivered=delivered, on=received_on(row, rules.calendar), kind=row.kind)
            if entry is not None:
                imagined.enter(invoice.id, entry)
        if can_be_recorded(step.name, said):
            imagined.read[reply.id] = reply.customer_id
