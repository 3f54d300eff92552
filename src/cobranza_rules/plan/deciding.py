"""What people decide about waiting actions: agree or reject, each with who, when and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.domain.company import Person
from cobranza_rules.language import _, word
from cobranza_rules.plan.gates import WAITING, decide_gate
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import ActionRow, ApprovalRow


def decide_approvals(keeper: Bookkeeper, ids: Sequence[int], person: Person, agreed: bool, comment: str, today: dt.date) -> list[int]:
    """All of them or none: raises ProblemError naming every one that cannot be decided by this person."""
    found = {row.id: row for row in keeper.session.scalars(select(ApprovalRow).where(ApprovalRow.id.in_(ids)))}
    problems = [problem for one in ids if (problem := _problem(one, found.get(one), person)) is not None]
    if not agreed and not comment.strip():
        problems.append(Problem(_("a rejection needs its reason"), _("say why with --comment")))
    if problems:
        raise ProblemError(problems)
    for one in ids:
        decide_gate(keeper, found[one], agreed, person.email, comment, today)
    return list(ids)


def _problem(one: int, row: ApprovalRow | None, person: Person) -> Problem | None:
    if row is None:
        return Problem(_("there is no approval {id}", id=one), _("'cobranza approvals list' shows those that wait"))
    if row.state != WAITING:
        return Problem(
            _("approval {id} does not wait any more: {state}", id=one, state=word(row.state)),
            _("'cobranza approvals list' shows those that wait"),
        )
    if row.role != person.role:
        return Problem(
            _("approval {id} is for {role}, and {who} is {other}", id=one, role=row.role, who=person.name, other=person.role),
            _("let {role} decide it", role=row.role),
        )
    return None


def waiting_approvals(session: Session, role: str | None = None) -> list[tuple[ApprovalRow, ActionRow]]:
    query = select(ApprovalRow, ActionRow).join(ActionRow, ActionRow.id == ApprovalRow.action_id).where(ApprovalRow.state == WAITING)
    if role:
        query = query.where(ApprovalRow.role == role)
    return [(approval, action) for approval, action in session.execute(query.order_by(ApprovalRow.id))]
