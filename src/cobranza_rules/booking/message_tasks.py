"""What a customer's message asks of people of the company: the message waits with their task, and is settled with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper, entries_of
from cobranza_rules.booking.substitution import present_of
from cobranza_rules.booking.tasks import open_task
from cobranza_rules.domain.dispute import DISPUTING, opened_by
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.store.replies import invoices_about
from cobranza_rules.store.tables import ActionRow, InvoiceRow, ReceivedRow, TaskRow

MESSAGES = "messages"  # Under this key a task names the messages that brought it, by id.


def open_task_of_message(
    keeper: Bookkeeper, message_id: int, name: str, role: str, today: dt.date, due_on: dt.date | None, action_id: int
) -> TaskRow:
    """About the invoices of the message; the customer's open task of that name is joined, and then has both messages."""
    message = keeper.session.get_one(ReceivedRow, message_id)
    assert message.customer_id is not None
    answered = keeper.session.get(ActionRow, message.action_id) if message.action_id else None
    named = [present_of(keeper, invoice) for invoice in _invoices(keeper, message, answered)]
    invoices = [invoice.id for invoice in named if invoice.status == "open"]
    task = open_task(keeper, name, message.customer_id, role, today, invoices, {"action": action_id}, due_on)
    task.detail = {**task.detail, MESSAGES: [*task.detail.get(MESSAGES, ()), message_id]}
    return task


def tasks_of_messages(session: Session) -> dict[int, TaskRow]:
    """The open task with which each message waits, by the message's id."""
    waiting = session.scalars(select(TaskRow).where(TaskRow.state == "open").order_by(TaskRow.id))
    return {message: task for task in waiting for message in task.detail.get(MESSAGES, ())}


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
        first = opened_by(invoice.id, partial(entries_of, keeper.session)) if invoice.dispute_open and invoice.status == "open" else None
        if first is not None and first in answered and not _disputed_since(keeper, invoice, first, answered):
            keeper.enter(invoice, EntryKind.DISPUTE_CLOSED, today, {"reason": task.name, "task": task.id})


def withdraw_tasks(keeper: Bookkeeper, message_id: int, who: str, today: dt.date) -> None:
    """A person has said what the message is: nobody else is asked about it any more. A task that another open message has, too, stays for that one."""
    for task in keeper.session.scalars(select(TaskRow).where(TaskRow.state == "open").order_by(TaskRow.id)):
        messages = task.detail.get(MESSAGES, ())
        if message_id not in messages:
            continue
        others = [each for each in messages if each != message_id]
        waiting = select(ReceivedRow.id).where(ReceivedRow.id.in_(others), ReceivedRow.state == "open")
        if keeper.session.scalar(waiting.limit(1)) is not None:
            task.detail = {**task.detail, MESSAGES: others}
            continue
        task.state, task.done_by, task.done_at = "withdrawn", who, keeper.known_at
        keeper.note(task.customer_id, "task_withdrawn", today, {"task": task.id, "name": task.name, "who": who, "message": message_id})


def _disputed_since(keeper: Bookkeeper, invoice: InvoiceRow, first: int, answered: Collection[int]) -> bool:
    """Another message, that this task does not answer, disputes the invoice as well: an open dispute is not opened twice."""
    later = select(ReceivedRow, ActionRow).outerjoin(ActionRow, ActionRow.id == ReceivedRow.action_id)
    later = later.where(ReceivedRow.customer_id == invoice.customer_id, ReceivedRow.kind.in_(DISPUTING), ReceivedRow.id > first)
    return any(
        message.id not in answered and invoice in [present_of(keeper, each) for each in _invoices(keeper, message, action)]
        for message, action in keeper.session.execute(later)
    )


def _invoices(keeper: Bookkeeper, message: ReceivedRow, answered: ActionRow | None) -> list[InvoiceRow]:
    return keeper.invoices(list(invoices_about(keeper.session, message, answered.plan if answered else None).ids))
