"""What has to be agreed to before an action leaves: signature, rubric, and in supervised mode an analyst's release."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select, update

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.language import N_
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.rules.recipients import reaches_customer
from cobranza_rules.store.tables import ActionRow, ApprovalRow

SIGN, RUBRIC, RELEASE = "sign", "rubric", "release"
GATE_WORDS = {SIGN: N_("signature"), RUBRIC: N_("rubric"), RELEASE: N_("release")}
WAITING, APPROVED, REJECTED, OUTDATED = "waiting", "approved", "rejected", "outdated"
ANALYST = "collections_analyst"


@dataclass(frozen=True, slots=True)
class Gate:
    kind: str
    role: str


def gates_of(action: PlannedAction, mode: str, rubric: str) -> list[Gate]:
    """An analyst's rubric that is a gate is his release as well: nobody is asked twice for one thing."""
    gates = [Gate(SIGN, step.sign) for step in action.steps if step.sign]
    rubrics = [Gate(RUBRIC, step.rubric) for step in action.steps if step.rubric] if rubric == "gate" else []
    if mode == "supervised" and reaches_customer(action.steps) and not any(gate.role == ANALYST for gate in rubrics):
        gates.append(Gate(RELEASE, ANALYST))
    return list(dict.fromkeys(gates + rubrics))


def open_gates(keeper: Bookkeeper, row: ActionRow, gates: list[Gate]) -> None:
    """Asks for this revision; whatever was asked or agreed for an earlier one counts no more."""
    keeper.session.execute(
        update(ApprovalRow).where(ApprovalRow.action_id == row.id, ApprovalRow.state.in_((WAITING, APPROVED))).values(state=OUTDATED)
    )
    keeper.session.add_all(
        ApprovalRow(
            action_id=row.id,
            revision=row.revision,
            gate=gate.kind,
            role=gate.role,
            state=WAITING,
            content=row.content,
            opened_at=keeper.known_at,
            decided_by="",
            decided_at=None,
            comment="",
        )
        for gate in gates
    )
    keeper.session.flush()


def withdraw_gates(keeper: Bookkeeper, row: ActionRow) -> None:
    keeper.session.execute(update(ApprovalRow).where(ApprovalRow.action_id == row.id, ApprovalRow.state == WAITING).values(state=OUTDATED))


def gates_for(keeper: Bookkeeper, row: ActionRow) -> list[ApprovalRow]:
    query = select(ApprovalRow).where(ApprovalRow.action_id == row.id, ApprovalRow.state != OUTDATED).order_by(ApprovalRow.id)
    return list(keeper.session.scalars(query))


def decide_gate(keeper: Bookkeeper, approval: ApprovalRow, agreed: bool, who: str, comment: str, day: dt.date) -> None:
    approval.state = APPROVED if agreed else REJECTED
    approval.decided_by = who
    approval.decided_at = keeper.known_at
    approval.comment = comment
    row = keeper.session.get_one(ActionRow, approval.action_id)
    keeper.note(
        row.customer_id,
        f"{approval.gate}_{approval.state}",
        day,
        {"action": row.id, "role": approval.role, "who": who, "comment": comment, "content": approval.content},
    )
