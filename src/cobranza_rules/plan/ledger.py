"""The ledger: an action and its claims are written in one transaction, and every change of state goes into the case file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.language import Sentence
from cobranza_rules.plan.codec import from_json, to_json
from cobranza_rules.plan.gates import withdraw_gates
from cobranza_rules.plan.states import ALLOWED, GIVES_UP_CLAIMS, ForbiddenStepError, State
from cobranza_rules.rules.model import WRITING
from cobranza_rules.rules.planned import Plan, PlannedAction
from cobranza_rules.store.tables import ActionRow, ClaimRow, StepRow


def record_plan(keeper: Bookkeeper, plan: Plan) -> list[int]:
    """Ids of the actions that were entered. One whose claims somebody else has made meanwhile is left out: it is theirs."""
    assert plan.stopped is None, "a stopped plan is never carried out"
    return [entered for action in plan.actions if (entered := _enter(keeper, action, plan.rules_digest)) is not None]


def _enter(keeper: Bookkeeper, action: PlannedAction, rules_digest: str) -> int | None:
    try:
        with keeper.attempt():
            row = ActionRow(
                rule_id=action.rule_id,
                customer_id=action.customer_id,
                currency=action.currency,
                plan=to_json(action),
                rules_digest=rules_digest,
                planned_on=action.on,
                state=State.PLANNED.value,
                rendered_on=None,
                next_contact=action.next_contact,
                finished_on=None,
                reason=action.reason.as_json(),
            )
            keeper.session.add(row)
            keeper.session.flush()
            add_claims(keeper, row.id, action)
            keeper.session.add_all(StepRow(action_id=row.id, position=position) for position in range(len(action.steps)))
            _note(keeper, row, action.on, action.reason)
            return row.id
    except IntegrityError:
        return None


def add_claims(keeper: Bookkeeper, action_id: int, action: PlannedAction) -> None:
    keeper.session.add_all(
        ClaimRow(action_id=action_id, subject=action.subject, subject_id=item.subject_id, rule_id=item.rule_id, occurrence=item.occurrence)
        for item in action.items
    )
    keeper.session.flush()


def planned(row: ActionRow) -> PlannedAction:
    return from_json(row.plan)


def move(
    keeper: Bookkeeper,
    row: ActionRow,
    state: State,
    day: dt.date,
    reason: Sentence,
    *,
    keep_claims: bool = False,
    told: bool = True,
    documents: Sequence[str] = (),
) -> None:
    """Raises ForbiddenStepError. Failed and cancelled actions give up their claims, so that the same may be planned again.

    With `keep_claims` they do not: a person settles something first. Nobody is asked any more about an action that is over. What is not
    `told` to the case file now has to be told with `tell` before the next step, unless nothing came of it.
    `documents` are the hashes of what is ready to leave from now on.
    """
    if state not in ALLOWED[State(row.state)]:
        raise ForbiddenStepError(f"action {row.id}: {row.state} -> {state}")
    row.state = state.value
    row.reason = reason.as_json()
    if state in GIVES_UP_CLAIMS:
        if not keep_claims:
            release_claims(keeper, row)
        withdraw_gates(keeper, row)
        row.finished_on = day
    if told:
        _note(keeper, row, day, reason, documents)


def tell(keeper: Bookkeeper, row: ActionRow, day: dt.date, **more: str) -> None:
    """The case file hears of the state in which the action is, and why; `more` is kept beside it."""
    _note(keeper, row, day, Sentence.from_json(row.reason), **more)


def release_claims(keeper: Bookkeeper, row: ActionRow) -> None:
    keeper.session.execute(update(ClaimRow).where(ClaimRow.action_id == row.id).values(live=False))


def _note(keeper: Bookkeeper, row: ActionRow, day: dt.date, reason: Sentence, documents: Sequence[str] = (), **more: str) -> None:
    """From the plan as it is kept, for a message that leaves is moved again and again."""
    subject, steps, items = row.plan["subject"], row.plan["steps"], row.plan["items"]
    if subject != "invoice" and WRITING.isdisjoint(
        step["kind"] for step in steps
    ):  # What replies state and people are told has events of its own.
        return
    about = "invoices" if subject == "invoice" else subject
    keeper.note(
        row.customer_id,
        f"action_{row.state}",
        day,
        {
            "action": row.id,
            "rule": row.rule_id,
            about: [item["number"] for item in items],
            "reason": reason.as_json(),
            **more,
            **({"documents": list(documents)} if documents else {}),
        },
    )


def actions_in(keeper: Bookkeeper, *states: State) -> list[ActionRow]:
    """In the order in which they were planned."""
    query = select(ActionRow).where(ActionRow.state.in_([state.value for state in states])).order_by(ActionRow.id)
    return list(keeper.session.scalars(query))
