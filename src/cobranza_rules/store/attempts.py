"""Attempts at sending: begun before the wire is touched, completed after it, and read by what decides on the next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, and_, delete, exists, false, or_, select, update
from sqlalchemy.orm import Session

from cobranza_rules.clock import shifted
from cobranza_rules.store.tables import AttemptRow, OutgoingRow

SENDING, NOT_LEFT = "sending", "not_left"  # Beside the outcomes of mail.message.Delivery
UNHEARD = ("connect", "interrupted")  # Phases in which the server has said nothing of the message
NO_SEARCH = dt.timedelta(hours=1)  # After the grace: settings of the archive are wrong, or nothing runs
LATEST = 40  # More in a row than any wait is counted by


def begin(session: Session, outgoing: OutgoingRow, recipients: Sequence[str], now: dt.datetime) -> AttemptRow:
    row = AttemptRow(
        outgoing_id=outgoing.id,
        began_at=now,
        counted_at=now,
        recipients=list(recipients),
        outcome=SENDING,
        phase="",
        detail="",
        answers={},
    )
    session.add(row)
    outgoing.attempts += 1
    outgoing.retry_asked = False
    return row


def take_back(session: Session, outgoing: OutgoingRow) -> None:
    """Its turn did not come: the wire was not touched, so the attempt that was begun was none."""
    session.execute(delete(AttemptRow).where(AttemptRow.outgoing_id == outgoing.id, AttemptRow.outcome == SENDING))
    outgoing.attempts -= 1


def of_message(session: Session, outgoing_id: int) -> list[AttemptRow]:
    """The oldest first."""
    return list(session.scalars(select(AttemptRow).where(AttemptRow.outgoing_id == outgoing_id).order_by(AttemptRow.id)))


def begun(session: Session, outgoing_ids: Sequence[int]) -> dict[int, AttemptRow]:
    """Of each message the attempt that is under way; none is where the program that began it knew nothing of attempts."""
    query = select(AttemptRow).where(AttemptRow.outgoing_id.in_(outgoing_ids), AttemptRow.outcome == SENDING).order_by(AttemptRow.id)
    return {row.outgoing_id: row for row in session.scalars(query)}


def complete(row: AttemptRow, outcome: str, phase: str, detail: str, answers: Mapping[str, str]) -> None:
    """What came of it."""
    row.outcome, row.phase, row.detail, row.answers = outcome, phase, detail, dict(answers)


def decide_uncertain(session: Session, outgoing_id: int, outcome: str) -> None:
    """What was uncertain is known now: it left, or it did not."""
    query = update(AttemptRow).where(AttemptRow.outgoing_id == outgoing_id, AttemptRow.outcome == "uncertain")
    session.execute(query.values(outcome=outcome), execution_options={"synchronize_session": "fetch"})


def latest(session: Session) -> list[AttemptRow]:
    """Of all messages, the newest first."""
    query = select(AttemptRow).where(AttemptRow.outcome != SENDING).order_by(AttemptRow.id.desc()).limit(LATEST)
    return list(session.scalars(query))


def handed_over_since(session: Session, instant: dt.datetime) -> list[dt.datetime]:
    """When messages were handed to a server that was there, whatever it then said of them."""
    heard = or_(AttemptRow.outcome != "postponed", AttemptRow.phase != "connect")
    return list(session.scalars(select(AttemptRow.counted_at).where(AttemptRow.counted_at > instant, heard)))


def refusals_for_now(session: Session, action_id: int) -> list[AttemptRow]:
    """Where the server itself put a message of the action off, in any of its revisions; the oldest first."""
    query = select(AttemptRow).join(OutgoingRow, OutgoingRow.id == AttemptRow.outgoing_id).where(OutgoingRow.action_id == action_id)
    query = query.where(AttemptRow.outcome == "postponed", AttemptRow.phase.not_in(UNHEARD))
    return list(session.scalars(query.order_by(AttemptRow.id)))


def bring_to_the_present(session: Session, now: dt.datetime, longest_wait: dt.timedelta) -> None:
    """Where the clock was set back, what lies ahead counts as of now, so that nothing waits for the old time to come again."""
    ahead = update(AttemptRow).where(AttemptRow.counted_at > now).values(counted_at=now)
    session.execute(ahead, execution_options={"synchronize_session": False})
    last = shifted(now, longest_wait)
    waiting = update(OutgoingRow).where(OutgoingRow.next_try_at > last).values(next_try_at=last)
    session.execute(waiting, execution_options={"synchronize_session": False})


def under_way() -> ColumnElement[bool]:
    """Of messages with an attempt that has no outcome yet."""
    return exists().where(AttemptRow.outgoing_id == OutgoingRow.id, AttemptRow.outcome == SENDING)


def uncertain_still() -> ColumnElement[bool]:
    """Of messages of which nobody knows whether they left, or whether they left for somebody who was to get them later."""
    later = exists().where(AttemptRow.outgoing_id == OutgoingRow.id, AttemptRow.outcome == "uncertain")
    return or_(OutgoingRow.state == "uncertain", and_(OutgoingRow.state == "sent", later))


def searched_first(now: dt.datetime, grace: dt.timedelta | None) -> ColumnElement[bool]:
    """Of uncertain messages that the archive mailbox may still show: no person is asked yet. `grace` is None where there is no archive.

    The first search after the grace sets when the next one is, and with it the person is asked; where no search is made at all, a little later.
    """
    if grace is None:
        return false()
    lately = and_(OutgoingRow.changed_at > shifted(now, -grace - NO_SEARCH), OutgoingRow.changed_at <= now)
    return and_(OutgoingRow.state == "uncertain", OutgoingRow.next_try_at.is_(None), lately)
