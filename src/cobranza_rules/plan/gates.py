"""What was asked of people before an action leaves, and what they have said: a row for each gate of each revision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select, update

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.language import N_
from cobranza_rules.rules.gates import RELEASE, RUBRIC, SIGN, Gate
from cobranza_rules.store.tables import ActionRow, ApprovalRow

GATE_WORDS = {SIGN: N_("signature"), RUBRIC: N_("rubric"), RELEASE: N_("release")}
WAITING, APPROVED, REJECTED, OUTDATED = "waiting", "approved", "rejected", "outdated"


def open_gates(keeper: Bookkeeper, row: ActionRow, gates: Sequence[Gate], shown: str = "") -> None:
    """Asks for this revision, of which `shown` is what everybody is shown (dispatch.shown)."""
    keeper.session.add_all(
        ApprovalRow(
            action_id=row.id,
            revision=row.revision,
            gate=gate.kind,
            role=gate.role,
            state=WAITING,
            content=row.content,
            shown=shown,
            opened_at=keeper.known_at,
            decided_by="",
            decided_at=None,
            comment="",
        )
        for gate in gates
    )
    keeper.session.flush()


def withdraw_gates(keeper: Bookkeeper, row: ActionRow, *, decided: bool = False) -> None:
    """Nobody is asked any more; with `decided` what was agreed to counts no more either, for it was another revision."""
    states = (WAITING, APPROVED) if decided else (WAITING,)
    keeper.session.execute(update(ApprovalRow).where(ApprovalRow.action_id == row.id, ApprovalRow.state.in_(states)).values(state=OUTDATED))


def gates_for(keeper: Bookkeeper, row: ActionRow) -> list[ApprovalRow]:
    query = select(ApprovalRow).where(ApprovalRow.action_id == row.id, ApprovalRow.state != OUTDATED).order_by(ApprovalRow.id)
    return list(keeper.session.scalars(query))


def decide_gate(keeper: Bookkeeper, approval: ApprovalRow, agreed: bool, who: str, comment: str, day: dt.date, **source: str) -> None:
    """`source` tells by what it was decided, where it was not by a command: the message, by its hash."""
    approval.state = APPROVED if agreed else REJECTED
    approval.decided_by = who
    approval.decided_at = keeper.known_at
    approval.comment = comment
    row = keeper.session.get_one(ActionRow, approval.action_id)
    keeper.note(
        row.customer_id,
        f"{approval.gate}_{approval.state}",
        day,
        {
            "action": row.id,
            "role": approval.role,
            "who": who,
            "comment": comment,
            "content": approval.content,
            "shown": approval.shown,
            **source,
        },
    )
