"""What people decide about waiting actions: agree or reject, each with who, when and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.domain.company import Person
from cobranza_rules.language import _, word
from cobranza_rules.plan.gates import WAITING, decide_gate
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import ActionRow, ApprovalRow, DelegationRow


@dataclass(frozen=True, slots=True)
class Decision:
    """`source` names the message by which it was decided, by its hash; empty where it was by a command."""

    person: Person
    agreed: bool
    comment: str = ""
    source: str = ""


Whole = Callable[[str], None]  # Raises ProblemError where what was shown is not there any more (dispatch.shown.must_be_whole).


def decide_approvals(
    keeper: Bookkeeper, ids: Sequence[int], decision: Decision, today: dt.date, whole: Whole
) -> tuple[list[int], list[Problem]]:
    """Those that were decided, and of each of the others why it was not.

    Raises ProblemError where a rejection has no reason: then nothing is decided, and all that is wrong is told.
    """
    found = {one: keeper.session.get(ApprovalRow, one) for one in ids}
    problems = {one: _problem(keeper.session, one, row, decision, whole) for one, row in found.items()}
    wrong = [problem for problem in problems.values() if problem is not None]
    if not decision.agreed and not decision.comment.strip():
        raise ProblemError([*wrong, Problem(_("a rejection needs its reason"), _("say why with --comment"))])
    source = {"message": decision.source} if decision.source else {}
    done = [row for one, row in found.items() if row is not None and problems[one] is None]
    for row in done:
        decide_gate(keeper, row, decision.agreed, decision.person.email, decision.comment, today, **source)
    return [row.id for row in done], wrong


def _problem(session: Session, one: int, row: ApprovalRow | None, decision: Decision, whole: Whole) -> Problem | None:
    problem = problem_of(session, one, row, decision.person)
    return _lost(one, row, whole) if problem is None and row is not None and decision.agreed else problem


def _lost(one: int, row: ApprovalRow, whole: Whole) -> Problem | None:
    """Nobody agrees to what can no longer be looked at as it was shown."""
    try:
        whole(row.shown)
    except ProblemError as error:
        damaged = error.problems[0]
        return Problem(_("approval {id}: {what}", id=one, what=damaged.what), damaged.hint, file=damaged.file)
    return None


def problem_of(session: Session, one: int, row: ApprovalRow | None, person: Person) -> Problem | None:
    """Why this person cannot decide it; None where he can."""
    if row is None:
        return Problem(_("there is no approval {id}", id=one), _("'cobranza approvals list' shows those that wait"))
    if row.state != WAITING:
        return Problem(
            _("approval {id} does not wait any more: {state}", id=one, state=word(row.state)),
            _("'cobranza approvals list' shows those that wait"),
        )
    if (to := passed_to(session, row)) is not None:
        return Problem(
            _("approval {id} was passed to {role}: the next run writes it anew, with another name under it", id=one, role=word(to)),
            _("'cobranza run' asks for it then"),
        )
    if row.role != person.role:
        return Problem(
            _("approval {id} is for {role}, and {who} is {other}", id=one, role=word(row.role), who=person.name, other=word(person.role)),
            _("let {role} decide it", role=word(row.role)),
        )
    return None


def passed_to(session: Session, row: ApprovalRow) -> str | None:
    """The role that was named to decide in place of the one asked, while the letter is not yet written anew; else None."""
    query = select(DelegationRow.to_role).where(DelegationRow.approval_id == row.id)
    return session.scalar(query.order_by(DelegationRow.id.desc()).limit(1))


def waiting_approvals(session: Session, role: str | None = None) -> list[tuple[ApprovalRow, ActionRow]]:
    query = select(ApprovalRow, ActionRow).join(ActionRow, ActionRow.id == ApprovalRow.action_id).where(ApprovalRow.state == WAITING)
    if role:
        query = query.where(ApprovalRow.role == role)
    return [(approval, action) for approval, action in session.execute(query.order_by(ApprovalRow.id))]
