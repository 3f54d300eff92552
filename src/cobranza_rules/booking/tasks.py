"""Tasks for people. One that is already open for the same thing is joined, not doubled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.store.tables import TaskRow


def hand_on_tasks(keeper: Bookkeeper, customer_id: int, old: int, new: int) -> None:
    """What people were asked about an invoice they are asked about the one in its place too, so that their answer reaches it."""
    waiting = select(TaskRow).where(TaskRow.customer_id == customer_id, TaskRow.state == "open").order_by(TaskRow.id)
    for task in keeper.session.scalars(waiting):
        if old in task.invoices:
            task.invoices = sorted({*task.invoices, new})


def open_task(
    keeper: Bookkeeper,
    name: str,
    customer_id: int,
    role: str,
    today: dt.date,
    invoices: list[int],
    detail: dict[str, Any] | None = None,
    due_on: dt.date | None = None,
    action_id: int | None = None,
    alone: bool = False,
) -> TaskRow:
    """Joins the customer's open task of that name, unless it stands `alone` or belongs to an action; its deadline stays as it was."""
    same = select(TaskRow).where(TaskRow.name == name, TaskRow.customer_id == customer_id, TaskRow.state == "open")
    found = None if alone or action_id is not None else keeper.session.scalar(same.order_by(TaskRow.id))
    if found is not None:
        found.invoices = sorted({*found.invoices, *invoices})
        return found
    row = TaskRow(
        name=name,
        customer_id=customer_id,
        action_id=action_id,
        assigned_to=role,
        invoices=sorted(invoices),
        opened_on=today,
        due_on=due_on,
        state="open",
        answer="",
        comment="",
        done_by="",
        done_at=None,
        detail=detail or {},
    )
    keeper.session.add(row)
    keeper.session.flush()
    keeper.note(customer_id, "task_opened", today, {"task": row.id, "name": name, "assigned_to": role, "due_on": str(due_on or "")})
    return row


def withdraw_tasks(
    keeper: Bookkeeper, customer_id: int, names: Sequence[str], who: str, today: dt.date, invoices: Collection[int] | None = None
) -> None:
    """What a customer's open tasks of these names ask for is not wanted any more: for some of the invoices, or at all where none are given."""
    query = select(TaskRow).where(TaskRow.customer_id == customer_id, TaskRow.name.in_(names), TaskRow.state == "open")
    for row in keeper.session.scalars(query.order_by(TaskRow.id)):
        left = [] if invoices is None else [one for one in row.invoices if one not in invoices]
        if left:
            row.invoices = left
            continue
        row.state, row.done_by, row.done_at = "withdrawn", who, keeper.known_at
        keeper.note(customer_id, "task_called_off", today, {"task": row.id, "name": row.name, "who": who})
