"""What a customer's message asks of people of the company: the message waits with their task, and is settled with it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper, entries_of
from cobranza_rules.booking.substitution import present_of
from cobranza_rules.booking.tasks import open_task
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.store.replies import invoices_of
from cobranza_rules.store.tables import ActionRow, InvoiceRow, ReceivedRow, TaskRow

MESSAGES = "messages"  # Under this key a task names the messages that brought it, by id.


def open_task_of_message(
    keeper: Bookkeeper, message_id: int, name: str, role: str, today: dt.date, due_on: dt.date | None, action_id: int
) -> TaskRow:
    """About the invoices of the message; the customer's open task of that name is joined, and then has both messages."""
    message = keeper.session.get_one(ReceivedRow, message_id)
    assert message.customer_id is not None
    answered = keeper.session.get(ActionRow, message.action_id) if message.action_id else None
    named = keeper.invoices(list(invoices_of(answered.plan if answered else None, message.facts)))
    invoices = [present_of(keeper, invoice).id for invoice in named if present_of(keeper, invoice).status == "open"]
    task = open_task(keeper, name, message.customer_id, role, today, invoices, {"action": action_id}, due_on)
    task.detail = {**task.detail, MESSAGES: [*task.detail.get(MESSAGES, ()), message_id]}
    return task


def settle_messages(keeper: Bookkeeper, task: TaskRow, who: str, today: dt.date) -> None:
    """The task is done: what its messages said is answered, and so are the disputes that they opened.

    A message that another open task has, too, goes on waiting; one that a person has looked at meanwhile is settled already.
    """
    waiting = select(TaskRow).where(TaskRow.customer_id == task.customer_id, TaskRow.state == "open", TaskRow.id != task.id)
    elsewhere = {message for other in keeper.session.scalars(waiting) for message in other.detail.get(MESSAGES, ())}
    answered = [message for message in task.detail.get(MESSAGES, ()) if message not in elsewhere]
    for row in keeper.session.scalars(select(ReceivedRow).where(ReceivedRow.id.in_(answered), ReceivedRow.state == "open")):
        row.state, row.decided_by = "settled", who
        keeper.note(task.customer_id, "message_settled", today, {"message": row.id, "kind": row.kind, "who": who})
    for invoice in keeper.invoices(task.invoices):
        if invoice.dispute_open and _disputed_by(keeper, invoice) in answered:
            keeper.enter(invoice, EntryKind.DISPUTE_CLOSED, today, {"reason": task.name, "task": task.id})


def _disputed_by(keeper: Bookkeeper, invoice: InvoiceRow) -> int | None:
    """The message that opened the dispute, be it over the invoice in whose place this one stands; None where a person did, too."""
    found: int | None = None
    for entry in entries_of(keeper.session, invoice.id):
        if entry.kind is EntryKind.DISPUTE_CLOSED:
            found = None
        elif entry.kind is EntryKind.DISPUTE_OPENED:
            found = entry.data.get("message")
        elif entry.kind is EntryKind.INHERITED and entry.data["dispute_open"]:
            found = _disputed_by(keeper, keeper.session.get_one(InvoiceRow, entry.data["source"]))
    return found
