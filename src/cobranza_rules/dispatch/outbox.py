"""The queue of messages to customers as people see it: every one under the number of its action, from planned to sent, and what it waits for."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from cobranza_rules.dispatch.standings import Recipient, Standing, standings
from cobranza_rules.language import N_, Sentence, _, joined, word
from cobranza_rules.plan.codec import from_json
from cobranza_rules.plan.gates import GATE_WORDS, WAITING
from cobranza_rules.plan.states import State
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.rules.recipients import reaches_customer
from cobranza_rules.store.attempts import of_message, uncertain_still
from cobranza_rules.store.tables import ActionRow, ApprovalRow, AttemptRow, CustomerRow, OutgoingRow

STATE_WORDS = {
    State.PLANNED: N_("in the plan"),
    State.AWAITING_SIGNATURE: N_("waits for agreement"),
    State.APPROVED: N_("ready to be sent"),
    State.SENDING: N_("on its way"),
    State.SENT: N_("left"),
    State.FAILED: N_("refused"),
    State.UNCERTAIN: N_("left or not"),
    State.CANCELLED: N_("was called off"),
}
STANDINGS = {
    Standing.WAITING: N_("not tried yet"),
    Standing.SENDING: N_("under way"),
    Standing.ACCEPTED: N_("the server took it"),
    Standing.POSTPONED: N_("not taken yet"),
    Standing.REFUSED: N_("refused"),
    Standing.UNCERTAIN: N_("left or not"),
}
NOT_LEFT_YET = (State.PLANNED, State.AWAITING_SIGNATURE, State.APPROVED, State.SENDING, State.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class Entry:
    """`outgoing` is the message of the present revision; None where it is not written yet, or a person carries it. `gates` still wait."""

    row: ActionRow
    customer: str
    action: PlannedAction
    outgoing: OutgoingRow | None
    gates: tuple[ApprovalRow, ...] = ()
    recipients: tuple[Recipient, ...] = ()

    @property
    def still_to_get(self) -> tuple[Recipient, ...]:
        """Whom a message that left for others has not reached for certain."""
        open_ends = (Standing.POSTPONED, Standing.UNCERTAIN, Standing.SENDING)
        return tuple(one for one in self.recipients if one.standing in open_ends) if self.row.state == State.SENT else ()

    def waits_for(self, zone: dt.tzinfo) -> Sentence | None:
        """Other than the reason that the case file has for its state."""
        if self.gates:
            return joined(_("{gate} by {role}", gate=word(GATE_WORDS[gate.gate]), role=word(gate.role)) for gate in self.gates)
        if still := self.still_to_get:
            unsure = [one.address for one in still if one.standing is Standing.UNCERTAIN]
            if unsure:
                return _("nobody knows whether it left for {recipients}", recipients=", ".join(unsure))
            told = (f"{one.address} ({one.answer})" if one.answer else one.address for one in still)
            return _("still to get it: {recipients}", recipients=", ".join(told))
        out = self.outgoing
        if self.row.state == State.APPROVED and out is not None and out.next_try_at is not None and not out.retry_asked:
            at = out.next_try_at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
            return _("tried again from {at} on: {reason}", at=at, reason=Sentence.from_json(self.row.reason))
        return None


def entries(session: Session, states: Collection[State], customer: str = "", numbers: Sequence[int] = ()) -> list[Entry]:
    """In the order in which they were planned. Without `states` those that have not left for certain, for everybody who is to get them."""
    newest = and_(OutgoingRow.action_id == ActionRow.id, OutgoingRow.revision == ActionRow.revision)
    query = select(ActionRow, CustomerRow.code, OutgoingRow).join(CustomerRow, CustomerRow.id == ActionRow.customer_id)
    query = query.outerjoin(OutgoingRow, newest).order_by(ActionRow.id)
    if numbers:
        query = query.where(ActionRow.id.in_(numbers))
    elif states:
        query = query.where(ActionRow.state.in_([state.value for state in states]))
    else:
        later = or_(OutgoingRow.next_try_at.is_not(None), uncertain_still())
        query = query.where(or_(ActionRow.state.in_([state.value for state in NOT_LEFT_YET]), and_(ActionRow.state == State.SENT, later)))
    if customer:
        query = query.where(CustomerRow.code == customer)
    found = [(row, code, out, from_json(row.plan)) for row, code, out in session.execute(query)]
    found = [one for one in found if reaches_customer(one[3].steps)]
    gates, past = _gates(session, [one[0].id for one in found]), _attempts(session, [one[2].id for one in found if one[2] is not None])
    return [
        Entry(row, code, action, out, gates.get(row.id, ()), _stand(out, past[out.id]) if out is not None else ())
        for row, code, out, action in found
    ]


def entry(session: Session, number: int) -> Entry:
    """Raises ProblemError where there is no such message."""
    found = entries(session, (), numbers=[number])
    if not found:
        raise ProblemError(
            [Problem(_("there is no message {id}", id=number), _("'cobranza outbox list --all' shows those that there are"))]
        )
    return found[0]


def _stand(out: OutgoingRow, past: Sequence[AttemptRow]) -> tuple[Recipient, ...]:
    return tuple(standings([*out.recipients, *out.copies], past).values())


def _gates(session: Session, ids: Sequence[int]) -> Mapping[int, tuple[ApprovalRow, ...]]:
    found: dict[int, tuple[ApprovalRow, ...]] = {}
    query = select(ApprovalRow).where(ApprovalRow.state == WAITING, ApprovalRow.action_id.in_(ids)).order_by(ApprovalRow.id)
    for row in session.scalars(query):
        found[row.action_id] = (*found.get(row.action_id, ()), row)
    return found


def _attempts(session: Session, ids: Sequence[int]) -> Mapping[int, list[AttemptRow]]:
    found: dict[int, list[AttemptRow]] = defaultdict(list)
    for row in session.scalars(select(AttemptRow).where(AttemptRow.outgoing_id.in_(ids)).order_by(AttemptRow.id)):
        found[row.outgoing_id].append(row)
    return found


def ask_again(session: Session, numbers: Sequence[int], now: dt.datetime) -> list[int]:
    """Lets messages that were put off be tried with the next run; all of them without `numbers`. Gives their numbers.

    Raises ProblemError with every one that cannot be tried again. What may have left is never among them.
    """
    found = {one.row.id: one for one in entries(session, (), numbers=numbers)}
    problems = [problem for number in numbers if (problem := _why_not_again(number, found.get(number))) is not None]
    if problems:
        raise ProblemError(problems)
    again = [one for one in found.values() if _why_not_again(one.row.id, one) is None]
    for one in again:
        assert one.outgoing is not None
        one.outgoing.retry_asked = True
        if one.outgoing.next_try_at is not None:
            one.outgoing.next_try_at = now
    return [one.row.id for one in again]


def _why_not_again(number: int, found: Entry | None) -> Problem | None:
    if found is None:
        return Problem(_("there is no message {id}", id=number), _("'cobranza outbox list' shows those that wait"))
    if found.row.state == State.UNCERTAIN or any(one.standing is Standing.UNCERTAIN for one in found.recipients):
        what = _("nobody knows whether message {id} left, and twice is worse than late", id=number)
        return Problem(what, _("find out whether it did, and say so with 'cobranza outbox settle {id}'", id=number))
    if found.outgoing is not None and (found.row.state == State.APPROVED or found.outgoing.next_try_at is not None):
        return None
    what = _("message {id} is not waiting to be tried again: {state}", id=number, state=word(STATE_WORDS[State(found.row.state)]))
    return Problem(what, _("'cobranza outbox show {id}' tells how it stands", id=number))


def attempts_of(session: Session, found: Entry) -> list[AttemptRow]:
    return of_message(session, found.outgoing.id) if found.outgoing is not None else []
