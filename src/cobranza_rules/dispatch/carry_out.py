"""Carries the ledger out, one action at a time and one transaction a step: a crash between any two repeats nothing that left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.dispatch.following_up import follow_up_all
from cobranza_rules.dispatch.leaving import KeptBack, Leaving
from cobranza_rules.dispatch.notices import tell_people
from cobranza_rules.dispatch.preparing import prepare, under_way
from cobranza_rules.dispatch.sending import send
from cobranza_rules.dispatch.steps import go_on
from cobranza_rules.language import _
from cobranza_rules.plan.ledger import planned
from cobranza_rules.plan.states import State
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.recipients import reaches_customer
from cobranza_rules.store.tables import ActionRow, OutgoingRow
from cobranza_rules.workspace import Workspace

Progress = Callable[[int, int], None]  # How many actions are done, of how many
OPEN = (State.PLANNED, State.AWAITING_SIGNATURE, State.APPROVED)


@dataclass(slots=True)
class CarriedOut:
    """States in which the open actions were left, counted, and what kept single ones from going on: they stay as they are for the next run.

    `in_house` of those that are sent went to nobody but people of the company: tasks, records, and what these were told.
    `kept_back` counts messages that are ready, and those that somebody still has to get, by what they wait for. `called_off` are the customers
    of whom something was called off: it may have stood in the way of something else.
    """

    states: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    in_house: int = 0
    kept_back: Counter[KeptBack] = field(default_factory=Counter)
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
    leaving = Leaving(workspace)
    for number, action_id in enumerate(actions, start=1):
        with _others_go_on(done, action_id):
            done.states[_carry_out_one(workspace, action_id, done, leaving)] += 1
        progress(number, len(actions))
    if only is None:
        with _others_go_on(done, 0):
            done.kept_back.update(follow_up_all(workspace, leaving))
    done.problems += [problem for problem in leaving.problems if problem not in done.problems]
    before = done.states[State.SENT]
    done.problems += [problem for problem in tell_people(workspace, done.states) if problem not in done.problems]
    done.in_house += done.states[State.SENT] - before
    return done


@contextmanager
def _others_go_on(done: CarriedOut, action_id: int) -> Iterator[None]:
    """What goes wrong with one action is told, and stops no other."""
    try:
        yield
    except ProblemError as error:  # A broken template stops the letters that need it, and no others.
        done.problems += [problem for problem in error.problems if problem not in done.problems]
    except OSError as error:  # A full disk or a lost folder: the next run tries again.
        done.problems.append(
            Problem(_("action {id} cannot be carried out: {detail}", id=action_id, detail=error.strerror or str(error)), None)
        )


def _carry_out_one(workspace: Workspace, action_id: int, done: CarriedOut, leaving: Leaving) -> str:
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        row = session.get_one(ActionRow, action_id)
        position = _prepared(keeper, workspace, row, done, leaving)
        state = row.state
        if state == State.CANCELLED:
            done.called_off.add(row.customer_id)
        if state == State.SENT and not reaches_customer(planned(row).steps):
            done.in_house += 1
    if position is None:
        return state
    leaving.must_be_possible()
    report = send(workspace, action_id, position)
    if report is not None:
        leaving.note(report)
    with workspace.database.reading() as session:
        return session.get_one(ActionRow, action_id).state


def _prepared(keeper: Bookkeeper, workspace: Workspace, row: ActionRow, done: CarriedOut, leaving: Leaving) -> int | None:
    """The place of the step that may be sent now; None where nothing of it is to be."""
    if not prepare(keeper, workspace, row):
        return None
    if leaving.paused(keeper.session) and reaches_customer(planned(row).steps) and not under_way(keeper, row):
        done.kept_back[KeptBack.PAUSED] += 1
        return None
    position = go_on(keeper, workspace, row, _("no message had to leave"))
    if position is None:
        return None
    query = select(OutgoingRow).where(OutgoingRow.action_id == row.id, OutgoingRow.revision == row.revision)
    kept = leaving.kept_back(keeper.session, keeper.session.scalars(query).one())
    if kept is not None:
        done.kept_back[kept] += 1
    return position if kept is None else None
