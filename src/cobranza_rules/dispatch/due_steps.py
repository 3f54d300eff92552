"""Steps that bring papers to Accounting, and whose turn it is in their chains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.packet_lines import Member
from cobranza_rules.dispatch.steps import go_on
from cobranza_rules.language import Sentence
from cobranza_rules.plan.ledger import planned
from cobranza_rules.plan.states import State
from cobranza_rules.rules.model import Step, StepKind
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.store.tables import ActionRow, StepRow
from cobranza_rules.workspace import Workspace


@dataclass(frozen=True, slots=True)
class DueStep:
    """`message_id` is the mail that brings it, once there is one."""

    action_id: int
    step_id: int
    step: Step
    action: PlannedAction
    message_id: int | None

    @property
    def member(self) -> Member:
        """What its rule looked at."""
        return self.action.subject, self.action.items[0].subject_id

    def bind(self, session: Session, message_id: int) -> None:
        session.get_one(StepRow, self.step_id).notice_id = message_id


def due_steps(session: Session, name: str) -> Iterator[DueStep]:
    """Of packets of that name, in the order in which they were planned."""
    query = select(StepRow, ActionRow).join(ActionRow, ActionRow.id == StepRow.action_id)
    query = query.where(ActionRow.state.in_((State.APPROVED.value, State.SENDING.value)), StepRow.confirmed_at.is_(None))
    seen: set[int] = set()
    for kept, row in session.execute(query.order_by(ActionRow.id, StepRow.position)).all():
        if row.id not in seen:
            seen.add(row.id)
            action = planned(row)
            step = action.steps[kept.position]
            if step.kind is StepKind.PACKET and step.name == name:
                yield DueStep(row.id, kept.id, step, action, kept.notice_id)


def confirm_step(keeper: Bookkeeper, workspace: Workspace, one: DueStep, reason: Sentence, states: Counter[str]) -> None:
    """The chain goes on after it. `states` counts actions by the state in which they were left, and is kept true."""
    row = keeper.session.get_one(ActionRow, one.action_id)
    keeper.session.get_one(StepRow, one.step_id).confirmed_at = keeper.known_at
    states[row.state] -= 1
    go_on(keeper, workspace, row, reason)
    states[row.state] += 1
