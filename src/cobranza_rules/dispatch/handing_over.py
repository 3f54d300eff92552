"""Messages that all have agreed to leave several at a time: looked at with one decision, marked in one transaction, and handed over one by one.

Together they wait for the disk twice, and not twice each. How far they have come in between stands in the journal of the wire.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.dispatch.chains import Chain, read_chain, read_chains
from cobranza_rules.dispatch.content_key import content_keys
from cobranza_rules.dispatch.last_look import looks_at
from cobranza_rules.dispatch.leaving import NOT_YET, KeptBack, Leaving
from cobranza_rules.dispatch.mail_size import MB
from cobranza_rules.dispatch.sending import Intended, intend, note_outcomes, put_back
from cobranza_rules.dispatch.steps import advance
from cobranza_rules.dispatch.substitutes import passed_on
from cobranza_rules.dispatch.wire_journal import WireJournal, journal_of
from cobranza_rules.language import Sentence, _
from cobranza_rules.mail.message import DeliveryReport
from cobranza_rules.mail.sink import Sink
from cobranza_rules.plan.states import State
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.gates import gates_of, why_anew
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.rules.recipients import reaches_customer
from cobranza_rules.workspace import Workspace

MOST_TOGETHER = 100
MOST_BYTES = 32 * MB  # Of the messages that leave together: they are in memory at once
LOOK_HOLDS = 1.0  # Seconds: what leaves later than that after the last look is looked at again, for the book may have changed


@dataclass(slots=True)
class Left:
    """The states in which actions were left, by their ids, and what was found amiss with some of them.

    `again` are those whose turn did not come as long as the last look held: they wait for another one. `kept` are ready, and what they wait for.
    """

    states: dict[int, str] = field(default_factory=dict)
    kept: dict[int, KeptBack] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    again: list[int] = field(default_factory=list)


def leave_together(workspace: Workspace, leaving: Leaving, ids: Sequence[int]) -> Left:
    """The states in which those actions are left that could leave as they stand; the others are not touched, and need a closer look.

    No two are of one customer, for what leaves first may keep the other back.
    """
    with ExitStack() as stack:
        try:
            with workspace.database.writing() as session:
                keeper = Bookkeeper(session, workspace.clock.now())
                marked = _mark(keeper, workspace, leaving, _standing(keeper, workspace, read_chains(keeper, ids)), stack)
        except SinkNotFitError as error:
            return Left(problems=list(error.problems))
        except (ProblemError, OSError):  # Whose fault it is shows when each is looked at by itself.
            return Left()
        return _hand_over(workspace, leaving, marked)


def leave_alone(workspace: Workspace, leaving: Leaving, action_id: int) -> Left:
    """The same for one that has been looked at this very moment.

    Raises ProblemError where the sink is not fit or the archive has lost the bytes, and OSError where the disk is full: then nothing is
    marked as being sent.
    """
    with ExitStack() as stack:
        with workspace.database.writing() as session:
            keeper = Bookkeeper(session, workspace.clock.now())
            marked = _mark(keeper, workspace, leaving, [read_chain(keeper, action_id)], stack)
        return _hand_over(workspace, leaving, marked)


@dataclass(frozen=True, slots=True)
class _Marked:
    """Messages that the ledger says are being sent, with the journal of how far they come; `left` are those that must not."""

    sink: Sink | None
    messages: Sequence[Intended]
    journal: WireJournal
    looked_at: float  # By time.monotonic
    left: Left


def _mark(keeper: Bookkeeper, workspace: Workspace, leaving: Leaving, chains: Sequence[Chain], stack: ExitStack) -> _Marked:
    left, looked_at, paused = Left(), time.monotonic(), leaving.paused(keeper.session)
    may_leave = [chain for chain in chains if not _is_kept(leaving, chain, left, paused=paused)]
    sink = _fit_sink(workspace, leaving) if may_leave else None
    intended: list[Intended] = []
    room = MOST_BYTES
    for chain in may_leave:
        size = workspace.archive.size(chain.outgoing.raw) if chain.outgoing is not None else 0
        if (intended and size > room) or advance(keeper, workspace, chain) is None:
            continue
        one = intend(keeper, workspace, chain)
        if isinstance(one, Intended):
            intended.append(one)
            room -= size
        elif one is not None:
            left.states[chain.row.id] = chain.row.state
            left.problems.append(one)
    # Before the transaction ends: what it marks must stand in the journal when it counts.
    journal = stack.enter_context(journal_of(workspace.base, [one.attempt for one in intended]))
    return _Marked(sink, intended, journal, looked_at, left)


def _is_kept(leaving: Leaving, chain: Chain, left: Left, *, paused: bool) -> bool:
    carried = KeptBack.PAUSED if paused else None  # By a person, where there is no message
    kept = leaving.kept_back(chain.outgoing, paused=paused) if chain.outgoing is not None else carried
    if kept is not None:
        left.states[chain.row.id], left.kept[chain.row.id] = chain.row.state, kept
    return kept is not None


class SinkNotFitError(ProblemError):
    """What sends cannot even be opened: no message of the run is tried any more."""


def _fit_sink(workspace: Workspace, leaving: Leaving) -> Sink:
    try:
        leaving.must_be_possible()
    except ProblemError as error:
        raise SinkNotFitError(error.problems) from error
    return workspace.sink


def _standing(keeper: Bookkeeper, workspace: Workspace, chains: Sequence[Chain]) -> list[Chain]:
    """Those that the rules plan today just as they were agreed to."""
    mine = [chain for chain in chains if chain.row.state == State.APPROVED and reaches_customer(chain.action.steps) and not chain.carried]
    looks = looks_at(keeper, workspace, [(chain.row.id, chain.action) for chain in mine])
    looked = [(chain, looks[chain.row.id].action) for chain in mine if chain.agreed]
    # Of what nobody was asked about nothing can have been passed on.
    fresh = [
        (chain, passed_on(keeper, workspace, chain.row, action) if chain.gates else action)
        for chain, action in looked
        if action is not None
    ]
    fresh = [(chain, action) for chain, action in fresh if _all_asked(workspace, chain, action)]
    keys = content_keys(keeper, workspace, [action for _chain, action in fresh])
    return [chain for (chain, _action), key in zip(fresh, keys, strict=True) if _is_fresh(workspace, chain, key)]


def _all_asked(workspace: Workspace, chain: Chain, fresh: PlannedAction) -> bool:
    """Whether whoever has to agree today was asked; who decides in somebody's place is looked at more closely."""
    wanted = gates_of(fresh, workspace.settings.mode, workspace.settings.rubric)
    return {(gate.kind, gate.role) for gate in wanted} <= {(gate.gate, gate.role) for gate in chain.gates}


def _is_fresh(workspace: Workspace, chain: Chain, key: str) -> bool:
    waited = workspace.rules.calendar.between(chain.row.rendered_on, workspace.clock.today()) if chain.row.rendered_on else 0
    renew_after = workspace.settings.approvals.renew_after
    return why_anew(ready=True, same=key == chain.row.content, waited=waited, asking=False, renew_after=renew_after) is None


class OutcomesNotWrittenError(ProblemError):
    """Messages have left, and the ledger does not say so yet: the journal knows, and nothing else may leave before the next run has read it."""


def _hand_over(workspace: Workspace, leaving: Leaving, marked: _Marked) -> Left:
    try:
        return _handed_over(workspace, leaving, marked)
    except ProblemError as error:
        raise OutcomesNotWrittenError(error.problems) from error


def _handed_over(workspace: Workspace, leaving: Leaving, marked: _Marked) -> Left:
    left = marked.left
    told: list[tuple[Intended, DeliveryReport]] = []
    for number, one in enumerate(marked.messages):
        late = number > 0 and time.monotonic() - marked.looked_at > LOOK_HOLDS
        kept = None if late else _stopped_by(workspace, leaving, one)
        why = _("not sent yet: it is looked at once more") if late else NOT_YET[kept] if kept else _why_not_begun(marked.journal, one)
        if why is not None:
            left.states |= _write_down(workspace, told)
            back = _put_back(workspace, marked.messages[number:], why)
            left.again += back if late else []
            left.states |= {} if late else back
            left.kept |= dict.fromkeys(back, kept) if kept else {}
            return left
        assert marked.sink is not None
        report = marked.sink.deliver(one.raw, workspace.settings.mail.address, one.recipients, one.to)
        leaving.note(report)
        told.append((one, report))
        with suppress(OSError):  # What has left has left; the next one will not begin.
            marked.journal.ended(report)
    left.states |= _write_down(workspace, told)
    return left


def _stopped_by(workspace: Workspace, leaving: Leaving, one: Intended) -> KeptBack | None:
    """What has come between since it was marked: a pause, the end of the contact hours, a server that is away, the limit of an hour."""
    with workspace.database.reading() as session:
        return leaving.stopped_by(session, asked=one.asked)


def _why_not_begun(journal: WireJournal, one: Intended) -> Sentence | None:
    try:
        journal.begins(one.attempt)
    except OSError as error:
        return _("not sent yet: it cannot be noted down first ({detail})", detail=error.strerror or str(error))
    return None


def _write_down(workspace: Workspace, told: Sequence[tuple[Intended, DeliveryReport]]) -> dict[int, str]:
    if not told:
        return {}
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        chains = _chains_of(keeper, [one for one, _report in told])
        note_outcomes(keeper, workspace, [(chain, report) for chain, (_one, report) in zip(chains, told, strict=True)])
        return {chain.row.id: chain.row.state for chain in chains}


def _put_back(workspace: Workspace, intended: Sequence[Intended], why: Sentence) -> dict[int, str]:
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        chains = _chains_of(keeper, intended)
        for chain, one in zip(chains, intended, strict=True):
            put_back(keeper, workspace, chain, one, why)
        return {chain.row.id: chain.row.state for chain in chains}


def _chains_of(keeper: Bookkeeper, intended: Sequence[Intended]) -> list[Chain]:
    return read_chains(keeper, [one.action_id for one in intended], {one.action_id: one.action for one in intended})
