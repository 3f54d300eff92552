"""Actions that a forecast follows: those that the ledger still has to let leave, and those that the coming days will plan."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.plan.codec import from_json
from cobranza_rules.plan.gates import APPROVED, OUTDATED, REJECTED
from cobranza_rules.rules.gates import Gate, gates_of
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.store.claims import STILL_TO_LEAVE
from cobranza_rules.store.tables import ActionRow, ApprovalRow, StepRow


class Stage(StrEnum):
    """OPEN may leave by itself; AWAITED waits for somebody to agree; CARRIED for somebody to do or settle something."""

    OPEN = "open"
    AWAITED = "awaited"
    CARRIED = "carried"
    SENT = "sent"
    GONE = "gone"


@dataclass(slots=True)
class UnderWay:
    """`id` is the ledger's, or a number below zero for what a coming day has planned. `roles` are those who still have to agree.

    `rendered_on` is the day of a document that everybody has agreed to; `since` the day on which it was planned.
    """

    id: int
    action: PlannedAction
    since: dt.date
    stage: Stage = Stage.OPEN
    roles: tuple[str, ...] = ()
    rendered_on: dt.date | None = None
    sent_on: dt.date | None = None
    looked_at: bool = False  # The last look found it still planned.
    agreed: bool = False  # What it says was agreed to; it must not say anything else when it leaves.

    @property
    def claims(self) -> bool:
        return self.stage is not Stage.GONE

    def planned_on(self, day: dt.date) -> bool:
        """By the forecast itself. What the ledger has planned on a day may have been overtaken on the same day."""
        return self.id < 0 and self.since == day


@dataclass(frozen=True, slots=True)
class Agreeing:
    """Who has to agree to what, as the settings have it."""

    mode: str
    rubric: str

    def gates(self, action: PlannedAction) -> list[Gate]:
        return gates_of(action, self.mode, self.rubric)

    def roles(self, action: PlannedAction) -> tuple[str, ...]:
        return tuple(dict.fromkeys(gate.role for gate in self.gates(action)))


def still_to_leave(session: Session, agreeing: Agreeing, customer_ids: Sequence[int] | None = None) -> list[UnderWay]:
    """The ledger's actions that have not left, in the order in which they were planned; of all customers where none are named."""
    query = select(ActionRow).where(ActionRow.state.in_(STILL_TO_LEAVE)).order_by(ActionRow.id)
    found = session.scalars(query if customer_ids is None else query.where(ActionRow.customer_id.in_(customer_ids)))
    rows = list(found)
    if not rows:
        return []
    gates: dict[int, list[ApprovalRow]] = defaultdict(list)
    asked = select(ApprovalRow).join(ActionRow, ActionRow.id == ApprovalRow.action_id)
    asked = asked.where(ActionRow.state.in_(STILL_TO_LEAVE), ApprovalRow.state != OUTDATED).order_by(ApprovalRow.id)
    for gate in session.scalars(asked):
        gates[gate.action_id].append(gate)
    carried = set(
        session.scalars(
            select(StepRow.action_id)
            .join(ActionRow, ActionRow.id == StepRow.action_id)
            .where(ActionRow.state.in_(STILL_TO_LEAVE), StepRow.task_id.is_not(None))
        )
    )
    return [_of_the_ledger(row, gates[row.id], agreeing, carried=row.id in carried) for row in rows]


def _of_the_ledger(row: ActionRow, gates: Sequence[ApprovalRow], agreeing: Agreeing, *, carried: bool) -> UnderWay:
    action = from_json(row.plan)
    # What waits for somebody keeps its day however old it grows: it is dated when all have agreed.
    found = UnderWay(row.id, action, row.planned_on, rendered_on=row.rendered_on if row.state == "approved" else None)
    if carried or any(gate.state == REJECTED for gate in gates):
        found.stage = Stage.CARRIED
    elif row.state == "planned":
        found.roles = agreeing.roles(action)
    else:
        found.roles = tuple(dict.fromkeys(gate.role for gate in gates if gate.state != APPROVED))
        found.agreed = row.state == "approved" or bool(gates)
    if found.roles:
        found.stage = Stage.AWAITED
    return found
