"""Whoever is asked to decide names somebody else to do it: a signature changes hands with the name under the letter, a release by itself.

A letter that another person is to sign is written anew by the next run, with that person's name under it, and asked for again; until then
nobody can sign it. Who was named stays so for every revision of the action, and the substitute of the rules is not asked any more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.domain.company import Person
from cobranza_rules.language import _
from cobranza_rules.plan.deciding import problem_of
from cobranza_rules.plan.gates import OUTDATED, WAITING
from cobranza_rules.problems import Problem
from cobranza_rules.rules.gates import RELEASE, RUBRIC, SIGN, Gate
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.store.tables import ActionRow, ApprovalRow, DelegationRow


def delegate(
    keeper: Bookkeeper, ids: Sequence[int], person: Person, to: Person, comment: str, today: dt.date
) -> tuple[list[int], list[Problem]]:
    """Those that were passed on, and of each of the others why it was not."""
    done, problems = [], []
    for one in ids:
        row = keeper.session.get(ApprovalRow, one)
        problem = problem_of(keeper.session, one, row, person) or _to_himself(one, person, to)
        if problem is not None or row is None:
            problems += [problem] if problem is not None else []
            continue
        _pass_on(keeper, row, person, to, comment, today)
        done.append(one)
    return done, problems


def _to_himself(one: int, person: Person, to: Person) -> Problem | None:
    if person.role != to.role:
        return None
    return Problem(_("approval {id} waits for {who} already", id=one, who=to.name), _("name somebody else with --to"))


def _pass_on(keeper: Bookkeeper, row: ApprovalRow, person: Person, to: Person, comment: str, today: dt.date) -> None:
    action = keeper.session.get_one(ActionRow, row.action_id)
    keeper.session.add(
        DelegationRow(
            action_id=action.id,
            approval_id=row.id,
            gate=row.gate,
            role=row.role,
            to_role=to.role,
            who=person.email,
            comment=comment,
            at=keeper.known_at,
        )
    )
    if row.gate == RELEASE:  # No name of the releasing person stands in what is released: it is shown to another as it is.
        _ask_instead(keeper, row, to)
    keeper.session.flush()
    data = {"action": action.id, "gate": row.gate, "role": row.role, "to": to.email, "to_role": to.role, "who": person.email}
    keeper.note(action.customer_id, "approval_delegated", today, {**data, "comment": comment})


def _ask_instead(keeper: Bookkeeper, row: ApprovalRow, to: Person) -> None:
    row.state = OUTDATED
    kept = {name: getattr(row, name) for name in ("action_id", "revision", "gate", "content", "shown")}
    asked = ApprovalRow(**kept, role=to.role, state=WAITING, opened_at=keeper.known_at, decided_by="", decided_at=None, comment="")
    keeper.session.add(asked)


def delegated(session: Session, action_id: int, action: PlannedAction) -> PlannedAction:
    """`action` with the signers and initialling people who were named instead of those of the rules."""
    passed = _passed(session, action_id)
    if not passed:
        return action
    steps = tuple(replace(step, sign=_now(passed, SIGN, step.sign), rubric=_now(passed, RUBRIC, step.rubric)) for step in action.steps)
    return replace(action, steps=steps)


def delegated_gates(session: Session, action_id: int, gates: Iterable[Gate]) -> list[Gate]:
    """Of a release there is no step that names who gives it."""
    passed = _passed(session, action_id)
    return [replace(gate, role=_now(passed, gate.kind, gate.role)) if gate.kind == RELEASE else gate for gate in gates]


def signs_instead(session: Session, action_id: int, role: str) -> bool:
    """Whether somebody was named to sign instead of `role`, and still is."""
    return _now(_passed(session, action_id), SIGN, role) != role


def _passed(session: Session, action_id: int) -> list[tuple[str, str, str]]:
    query = select(DelegationRow.gate, DelegationRow.role, DelegationRow.to_role).where(DelegationRow.action_id == action_id)
    return [(gate, role, to_role) for gate, role, to_role in session.execute(query.order_by(DelegationRow.id))]


def _now(passed: Sequence[tuple[str, str, str]], gate: str, role: str) -> str:
    for kind, before, after in passed:
        if kind == gate and before == role:
            role = after
    return role
