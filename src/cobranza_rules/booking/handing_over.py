"""The originals of an escalated case go from Sales to Administration: who was asked for them, and when nothing is left to hand over.

Procedure, activity 12: Sales sends the originals of contract and agreements. A shipped rule opens the task; Administration's receipt closes it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.store.tables import OriginalRow, TaskRow

HAND_OVER = "hand-over-originals"  # The task of Sales
RECEIVER = "administration_manager"


def close_handing_over(keeper: Bookkeeper, customers: Iterable[int], receiver: str, today: dt.date) -> list[TaskRow]:
    """Done where `receiver`, the address of Administration, or somebody outside has every original of the customer that is on file."""
    done = []
    for customer_id in sorted(set(customers)):
        asked = select(TaskRow).where(TaskRow.customer_id == customer_id, TaskRow.name == HAND_OVER, TaskRow.state == "open")
        tasks = list(keeper.session.scalars(asked.order_by(TaskRow.id)))
        if not tasks or left_to_hand_over(keeper.session, customer_id, receiver):
            continue
        for task in tasks:
            task.state, task.done_by, task.done_at = "done", receiver, keeper.known_at
            keeper.note(customer_id, "task_done", today, {"task": task.id, "name": task.name, "who": receiver})
            done.append(task)
    return done


def left_to_hand_over(session: Session, customer_id: int, receiver: str) -> list[OriginalRow]:
    """What other people of the company have: they are named by their addresses, somebody outside by a name."""
    query = select(OriginalRow).where(
        OriginalRow.customer_id == customer_id, OriginalRow.holder != receiver, OriginalRow.holder.contains("@")
    )
    return list(session.scalars(query.order_by(OriginalRow.id)))
