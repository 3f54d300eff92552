"""Carries the ledger out, one action at a time and one transaction a step: a crash between any two repeats nothing that left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.dispatch.notices import tell_people
from cobranza_rules.dispatch.preparing import prepare
from cobranza_rules.dispatch.sending import send
from cobranza_rules.dispatch.steps import go_on
from cobranza_rules.language import _
from cobranza_rules.plan.ledger import planned
from cobranza_rules.plan.states import State
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.contact_hours import may_write_at
from cobranza_rules.rules.recipients import reaches_customer
from cobranza_rules.store.tables import ActionRow
from cobranza_rules.workspace import Workspace

Progress = Callable[[int, int], None]  # How many actions are done, of how many
OPEN = (State.PLANNED, State.AWAITING_SIGNATURE, State.APPROVED)


@dataclass(slots=True)
class CarriedOut:
    """States in which the open actions were left, counted, and what kept single ones from going on: they stay as they are for the next run.

    `in_house` of those that are sent went to nobody but people of the company: tasks, records, and what these were told.
    `after_hours` are messages that are ready and leave when the contact hours begin. `called_off` are the customers of whom something was
    called off: it may have stood in the way of something else.
    """

    states: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    in_house: int = 0
    after_hours: int = 0
    called_off: set[int] = field(default_factory=set)


def quietly(_done: int, _total: int) -> None:
    """Nobody watches."""


def carry_out(workspace: Workspace, progress: Progress = quietly, only: Sequence[int] | None = None) -> CarriedOut:
    """All that is open, or `only` these actions. In shadow mode nothing is carried out."""
    done = CarriedOut()
    if workspace.settings.mode == "shadow":
        return done
    with workspace.database.reading() as session:
        ids = session.scalars(select(ActionRow.id).where(ActionRow.state.in_([state.value for state in OPEN])).order_by(ActionRow.id)).all()
    actions = ids if only is None else only
    for number, action_id in enumerate(actions, start=1):
        try:
            done.states[_carry_out_one(workspace, action_id, done)] += 1
        except ProblemError as error:  # A broken template stops the letters that need it, and no others.
            done.problems += [problem for problem in error.problems if problem not in done.problems]
        except OSError as error:  # A full disk or a lost folder: the next run tries again.
            done.problems.append(
                Problem(_("action {id} cannot be carried out: {detail}", id=action_id, detail=error.strerror or str(error)), None)
            )
        progress(number, len(actions))
    before = done.states[State.SENT]
    done.problems += [problem for problem in tell_people(workspace, done.states) if problem not in done.problems]
    done.in_house += done.states[State.SENT] - before
    return done


def _carry_out_one(workspace: Workspace, action_id: int, done: CarriedOut) -> str:
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        row = session.get_one(ActionRow, action_id)
        position = go_on(keeper, workspace, row, _("no message had to leave")) if prepare(keeper, workspace, row) else None
        state = row.state
        if state == State.CANCELLED:
            done.called_off.add(row.customer_id)
        if state == State.SENT and not reaches_customer(planned(row).steps):
            done.in_house += 1
    if position is None:
        return state
    if not may_write_at(workspace.rules, workspace.clock.now()):
        done.after_hours += 1
        return state
    send(workspace, action_id, position)
    with workspace.database.reading() as session:
        return session.get_one(ActionRow, action_id).state
