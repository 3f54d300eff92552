"""What the last look before sending says today of every message that waits: the very answer that the next run acts on. Nothing is written."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.language import Sentence, _
from cobranza_rules.plan.codec import from_json
from cobranza_rules.plan.gates import REJECTED
from cobranza_rules.rules.decide import decide
from cobranza_rules.rules.engine import Engine
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.rules.recipients import reaches_customer
from cobranza_rules.rules.still_planned import Look, look_for
from cobranza_rules.store.books import BookReader, named_facts
from cobranza_rules.store.claims import STILL_TO_LEAVE
from cobranza_rules.store.tables import ActionRow, ApprovalRow, StepRow

TOGETHER = 100  # Customers whose actions are looked at with one decision
Asked = Sequence[tuple[int, PlannedAction]]


@dataclass(frozen=True, slots=True)
class Message:
    """A message to a customer that the ledger holds and that has not left; `state` is one of plan.states.State."""

    id: int
    state: str
    planned_on: dt.date
    action: PlannedAction
    look: Look


def look_at(reader: BookReader, engine: Engine, asked: Asked) -> Mapping[int, Look]:
    """By the ids of the actions. Of each it is decided again for its customer as if this action had not been planned.

    Customers never share a message, so that one action of many customers can be left out at once.
    """
    looks: dict[int, Look] = {}
    for part in _one_of_a_customer(asked):
        found = _looks(reader, engine, part, trace=False)
        # Reasons cost more than decisions: they are asked for only where an action is not planned again.
        silent = [(key, action) for key, action in part if found[key].action is None]
        looks |= found if not silent else {**found, **_looks(reader, engine, silent, trace=True)}
    return looks


def _looks(reader: BookReader, engine: Engine, part: Asked, *, trace: bool) -> dict[int, Look]:
    book = reader.of([action.customer_id for _key, action in part], [key for key, _action in part], named_facts(reader.rules))
    plan = decide(reader.rules, book, reader.today, engine, trace=trace)
    of_customers: dict[int, list[PlannedAction]] = defaultdict(list)
    for planned in plan.actions:
        of_customers[planned.customer_id].append(planned)
    return {key: look_for(action, replace(plan, actions=tuple(of_customers[action.customer_id])), reader.rules) for key, action in part}


def _one_of_a_customer(asked: Asked) -> Iterator[Asked]:
    waiting: dict[int, list[tuple[int, PlannedAction]]] = defaultdict(list)
    for key, action in asked:
        waiting[action.customer_id].append((key, action))
    while waiting:
        first = [found.pop(0) for found in waiting.values()]
        waiting = {customer: found for customer, found in waiting.items() if found}
        yield from (first[start : start + TOGETHER] for start in range(0, len(first), TOGETHER))


def messages_that_wait(reader: BookReader, engine: Engine, customer_id: int | None = None) -> list[Message]:
    """Of all customers or of one, in the order in which they were planned. What somebody is carrying already is not looked at any more."""
    query = select(ActionRow).where(ActionRow.state.in_(STILL_TO_LEAVE)).order_by(ActionRow.id)
    if customer_id is not None:
        query = query.where(ActionRow.customer_id == customer_id)
    carried = _carried(reader.session)
    rows = [(row, from_json(row.plan)) for row in reader.session.scalars(query) if row.id not in carried]
    rows = [(row, action) for row, action in rows if reaches_customer(action.steps)]
    rejected = _rejected(reader.session)
    looks = look_at(reader, engine, [(row.id, action) for row, action in rows if row.id not in rejected])
    looks = {**looks, **{key: Look(None, passing=False, reason=reason) for key, reason in rejected.items()}}
    return [Message(row.id, row.state, row.planned_on, action, looks[row.id]) for row, action in rows]


def _carried(session: Session) -> set[int]:
    query = select(StepRow.action_id).join(ActionRow, ActionRow.id == StepRow.action_id)
    return set(session.scalars(query.where(ActionRow.state.in_(STILL_TO_LEAVE), StepRow.task_id.is_not(None))))


def _rejected(session: Session) -> dict[int, Sentence]:
    query = select(ApprovalRow).join(ActionRow, ActionRow.id == ApprovalRow.action_id)
    query = query.where(ActionRow.state.in_(STILL_TO_LEAVE), ApprovalRow.state == REJECTED).order_by(ApprovalRow.id.desc())
    return {row.action_id: rejection(row) for row in session.scalars(query)}


def rejection(row: ApprovalRow) -> Sentence:
    return _("rejected by {who}: {comment}", who=row.decided_by, comment=row.comment)
