"""Actions with their steps and messages, read together for one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.plan.gates import APPROVED, OUTDATED
from cobranza_rules.plan.ledger import planned
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.store.tables import ActionRow, ApprovalRow, OutgoingRow, StepRow


@dataclass(slots=True)
class Chain:
    """An action, its steps in their order, the message of its present revision where there is one, and what was asked of people about it."""

    row: ActionRow
    action: PlannedAction
    steps: list[StepRow] = field(default_factory=list)
    outgoing: OutgoingRow | None = None
    gates: list[ApprovalRow] = field(default_factory=list)

    @property
    def agreed(self) -> bool:
        """Whether all have agreed who were asked."""
        return all(gate.state == APPROVED for gate in self.gates)

    @property
    def carried(self) -> bool:
        """Whether a person carries it already."""
        return any(step.task_id is not None for step in self.steps)

    @property
    def done(self) -> bool:
        return all(step.confirmed_at is not None for step in self.steps)


def read_chains(keeper: Bookkeeper, ids: Sequence[int], known: Mapping[int, PlannedAction] | None = None) -> list[Chain]:
    """In the order of `ids`. The plans of those that are `known` are not read again, for a message that is being sent keeps its plan."""
    session = keeper.session
    rows = {row.id: row for row in session.scalars(select(ActionRow).where(ActionRow.id.in_(ids)))}
    steps: dict[int, list[StepRow]] = defaultdict(list)
    for step in session.scalars(select(StepRow).where(StepRow.action_id.in_(ids)).order_by(StepRow.action_id, StepRow.position)):
        steps[step.action_id].append(step)
    written = session.scalars(select(OutgoingRow).where(OutgoingRow.action_id.in_(ids)))
    outgoing = {(message.action_id, message.revision): message for message in written}
    gates: dict[int, list[ApprovalRow]] = defaultdict(list)
    for gate in session.scalars(select(ApprovalRow).where(ApprovalRow.action_id.in_(ids), ApprovalRow.state != OUTDATED)):
        gates[gate.action_id].append(gate)
    actions = known or {}
    return [
        Chain(row, actions.get(row.id) or planned(row), steps[row.id], outgoing.get((row.id, row.revision)), gates[row.id])
        for row in map(rows.__getitem__, ids)
    ]


def read_chain(keeper: Bookkeeper, action_id: int) -> Chain:
    return read_chains(keeper, [action_id])[0]
