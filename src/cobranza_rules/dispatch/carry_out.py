"""Carries the ledger out: each action is prepared by itself, and what is ready leaves together. A crash in between repeats nothing that left."""

from __future__ import annotations

import gc
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from sqlalchemy import func, select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.dispatch.case_packet_sending import send_case_packets
from cobranza_rules.dispatch.credit_note_requesting import request_credit_notes
from cobranza_rules.dispatch.following_up import follow_up_all
from cobranza_rules.dispatch.handing_over import MOST_TOGETHER, Left, OutcomesNotWrittenError, leave_alone, leave_together
from cobranza_rules.dispatch.leaving import KeptBack, Leaving
from cobranza_rules.dispatch.notices import tell_people
from cobranza_rules.dispatch.packet_sending import send_packets
from cobranza_rules.dispatch.preparing import prepare, under_way
from cobranza_rules.dispatch.steps import go_on
from cobranza_rules.language import _
from cobranza_rules.plan.ledger import planned
from cobranza_rules.plan.states import State
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.recipients import reaches_customer
from cobranza_rules.store.tables import ActionRow
from cobranza_rules.workspace import Workspace

Progress = Callable[[int, int], None]  # How many actions are done, of how many
READ_AT_ONCE = 1_000
FIRST_TOGETHER = 10  # Until it shows how fast the server is
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
    leaving = Leaving(workspace)
    carrying = _Pass(workspace, leaving, done)
    carrying.go(_open_actions(workspace, only), _count(workspace, only), progress)
    if only is None:
        carrying.follow_up()
    done.problems += [problem for problem in leaving.problems if problem not in done.problems]
    before = done.states[State.SENT]
    for bring in (tell_people, send_packets, request_credit_notes, send_case_packets):
        done.problems += [problem for problem in bring(workspace, done.states) if problem not in done.problems]
    done.in_house += done.states[State.SENT] - before
    return done


@dataclass(frozen=True, slots=True)
class _Open:
    """`agreed` says that all have agreed to it already."""

    id: int
    customer_id: int
    agreed: bool


IS_OPEN = ActionRow.state.in_([state.value for state in OPEN])


def _count(workspace: Workspace, only: Sequence[int] | None) -> int:
    if only is not None:
        return len(only)
    with workspace.database.reading() as session:
        return session.scalars(select(func.count()).select_from(ActionRow).where(IS_OPEN)).one()


def _open_actions(workspace: Workspace, only: Sequence[int] | None) -> Iterator[_Open]:
    """In the order in which they were planned, read as they are needed."""
    chosen = None if only is None else frozenset(only)
    query = select(ActionRow.id, ActionRow.customer_id, ActionRow.state).where(IS_OPEN).order_by(ActionRow.id).limit(READ_AT_ONCE)
    last = 0
    while True:
        with workspace.database.reading() as session:
            found = session.execute(query.where(ActionRow.id > last)).all()
        for last, customer_id, state in found:
            if chosen is None or last in chosen:
                yield _Open(last, customer_id, state == State.APPROVED)
        if len(found) < READ_AT_ONCE:
            return


class _Pass:
    """One pass over the open actions. What is ready leaves together with others, of each customer one at a time."""

    def __init__(self, workspace: Workspace, leaving: Leaving, done: CarriedOut) -> None:
        self._workspace, self._leaving, self._done = workspace, leaving, done
        self._ready: dict[int, _Open] = {}  # By customer
        self._together = FIRST_TOGETHER

    def go(self, actions: Iterator[_Open], total: int, progress: Progress) -> None:
        passed = 0
        behind: list[_Open] = []  # Of customers of whom something leaves first
        again: deque[_Open] = deque()
        while (one := again.popleft() if again else next(actions, None)) is not None or self._ready or behind:
            if one is not None and one.customer_id in self._ready:
                behind.append(one)
                continue
            if one is not None and (one.agreed or self._prepared(one.id)):
                self._ready[one.customer_id] = one
            if one is None or len(self._ready) == self._together:
                late = self._leave()
                again.extendleft(reversed([*late, *behind]))
                behind.clear()
            passed += one is not None
            progress(min(passed, total), total)

    def _leave(self) -> list[_Open]:
        """Those that have to be looked at again, because others took long. The faster the server, the more leave together."""
        ready = {one.id: one for one in self._ready.values()}
        self._ready = {}
        with _collector_at_rest():
            left = leave_together(self._workspace, self._leaving, list(ready)) if len(ready) > 1 else Left()
        self._note(left)
        self._together = max(len(ready) - len(left.again), 1) if left.again else min(2 * self._together, MOST_TOGETHER)
        for action_id in [one for one in ready if one not in left.states and one not in left.again]:
            if self._prepared(action_id):
                with self._problems_told(action_id):
                    self._note(leave_alone(self._workspace, self._leaving, action_id))
        return [replace(ready[action_id], agreed=True) for action_id in left.again]

    def follow_up(self) -> None:
        """Those get what has left before who could not take it yet."""
        with self._problems_told(0):
            self._done.kept_back.update(follow_up_all(self._workspace, self._leaving))

    def _note(self, left: Left) -> None:
        self._done.states.update(left.states.values())
        self._done.kept_back.update(left.kept.values())
        self._done.problems += [problem for problem in left.problems if problem not in self._done.problems]

    def _prepared(self, action_id: int) -> bool:
        """Whether it may leave now. One that may not is counted."""
        workspace, done = self._workspace, self._done
        with self._problems_told(action_id), workspace.database.writing() as session:
            keeper = Bookkeeper(session, workspace.clock.now())
            row = session.get_one(ActionRow, action_id)
            may_go_on = prepare(keeper, workspace, row) and not self._is_paused(keeper, row)
            if may_go_on and go_on(keeper, workspace, row, _("no message had to leave")) is not None:
                return True
            done.states[row.state] += 1
            if row.state == State.CANCELLED:
                done.called_off.add(row.customer_id)
            if row.state == State.SENT and not reaches_customer(planned(row).steps):
                done.in_house += 1
        return False

    def _is_paused(self, keeper: Bookkeeper, row: ActionRow) -> bool:
        """Nothing of its chain is begun while sending is paused."""
        paused = self._leaving.paused(keeper.session) and reaches_customer(planned(row).steps) and not under_way(keeper, row)
        self._done.kept_back.update([KeptBack.PAUSED] if paused else [])
        return paused

    @contextmanager
    def _problems_told(self, action_id: int) -> Iterator[None]:
        """An action that cannot go on stays as it is for the next run, and stops no other."""
        try:
            yield
        except OutcomesNotWrittenError:
            raise
        except ProblemError as error:  # A broken template stops the letters that need it.
            self._done.problems += [problem for problem in error.problems if problem not in self._done.problems]
        except OSError as error:  # A full disk or a lost folder
            what = _("action {id} cannot be carried out: {detail}", id=action_id, detail=error.strerror or str(error))
            self._done.problems.append(Problem(what, None))


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """What a batch needs is gone when its transactions are; that the collector of cycles looks at it again and again is a fifth of its cost."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
