"""The fuse of a run: how many messages to customers it would send, what was agreed to on earlier days included."""

from __future__ import annotations

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.language import Sentence
from cobranza_rules.plan.gates import APPROVED, gates_for
from cobranza_rules.plan.ledger import actions_in, planned
from cobranza_rules.plan.states import State
from cobranza_rules.rules.decide import beyond_limit
from cobranza_rules.rules.gates import gates_of
from cobranza_rules.rules.recipients import reaches_customer
from cobranza_rules.store.tables import ActionRow
from cobranza_rules.workspace import Workspace


def why_nothing_may_leave(keeper: Bookkeeper, workspace: Workspace) -> Sentence | None:
    waiting = actions_in(keeper, State.PLANNED, State.AWAITING_SIGNATURE, State.APPROVED)
    leaving = sum(_would_leave(keeper, workspace, row) for row in waiting)
    return beyond_limit(leaving, workspace.rules)


def _would_leave(keeper: Bookkeeper, workspace: Workspace, row: ActionRow) -> bool:
    action = planned(row)
    if not reaches_customer(action.steps):
        return False
    if row.state == State.PLANNED:
        return not gates_of(action, workspace.settings.mode, workspace.settings.rubric)
    return all(gate.state == APPROVED for gate in gates_for(keeper, row))
