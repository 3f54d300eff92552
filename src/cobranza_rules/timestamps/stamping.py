"""Asks the authority for the timestamps that wait, one document after the other, and keeps what it gives.

Before each question its row says that it was asked, and when it would be asked again; a process that dies after it has lost a token that
nobody has seen, and asks for another. A token that does not verify is kept nowhere: the row says what was wrong with it.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.casefile.timestamp_sentences import TIMESTAMPED
from cobranza_rules.clock import shifted
from cobranza_rules.config_evidence import TimestampSection
from cobranza_rules.dispatch.pacing import wait_after
from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import TimestampRow
from cobranza_rules.timestamps.authority import AuthorityAwayError, Stamped
from cobranza_rules.timestamps.token import TimestampError
from cobranza_rules.workspace import Workspace

MOST_REFUSALS = 3  # In a row: then it is not the document.
ROUND_SECONDS = 60  # What a run gives to it: an authority that answers slowly must not keep everything else waiting.


@dataclass(frozen=True, slots=True)
class Given:
    """A document that has its timestamp now."""

    number: int
    name: str
    document: str
    at: dt.datetime
    authority: str


@dataclass(slots=True)
class StampingReport:
    """`left` counts those that wait on, whatever for."""

    given: list[Given] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    left: int = 0


def stamp_waiting(workspace: Workspace, only: Sequence[int] | None = None) -> StampingReport:
    """Those whose turn has come, or the rows that are named, whenever they were asked about last.

    Raises ProblemError where the settings are not fit. Nothing is asked where there is nothing to ask for.
    """
    settings, report = workspace.settings.timestamp, StampingReport()
    if settings is None:
        return report
    with workspace.database.writing() as session:
        _let_go_of_needless(session, settings.url)
        due = _due(session, workspace.clock.now(), only)
    refusals, ends = 0, time.monotonic() + ROUND_SECONDS
    for place, number in enumerate(due):
        if place and only is None and time.monotonic() > ends:
            break
        try:
            report.given.append(_stamp(workspace, settings, number))
            refusals = 0
        except TimestampError as error:
            report.problems.append(_kept_why(workspace, number, error.what))
            refusals += 1
            if isinstance(error, AuthorityAwayError):
                _let_all_wait(workspace, number)
                break
            if refusals == MOST_REFUSALS:
                break
    with workspace.database.reading() as session:
        report.left = len(waiting_rows(session))
    return report


def waiting_rows(session: Session) -> Sequence[TimestampRow]:
    """In the order in which they were asked for."""
    return session.scalars(select(TimestampRow).where(TimestampRow.token.is_(None)).order_by(TimestampRow.id)).all()


def _let_go_of_needless(session: Session, url: str) -> None:
    """What this authority has stamped already, while another one was configured in between."""
    other = aliased(TimestampRow)
    same = exists().where(other.document == TimestampRow.document, other.authority == url)
    session.execute(delete(TimestampRow).where(TimestampRow.token.is_(None), same))


def _due(session: Session, now: dt.datetime, only: Sequence[int] | None) -> list[int]:
    """What was asked after `now` was asked before the clock was set back: no wait is longer for it."""
    query = select(TimestampRow.id).where(TimestampRow.token.is_(None))
    if only is not None:
        return list(session.scalars(query.where(TimestampRow.id.in_(only)).order_by(TimestampRow.id)))
    turn = or_(TimestampRow.next_try_at.is_(None), TimestampRow.next_try_at <= now, TimestampRow.asked_at > now)
    return list(session.scalars(query.where(turn).order_by(TimestampRow.id)))


def _stamp(workspace: Workspace, settings: TimestampSection, number: int) -> Given:
    """Raises TimestampError."""
    authority = workspace.timestamp_authority
    if authority is None:
        raise ProblemError([not_configured()])
    with workspace.database.writing() as session:
        row = session.get_one(TimestampRow, number)
        row.attempts, row.asked_at = row.attempts + 1, workspace.clock.now()
        row.next_try_at = shifted(row.asked_at, wait_after(row.attempts, settings.retry_minutes))
        row.detail = _("asked; what came of it was not written").as_json()
        digest = row.document
    stamped = authority.stamp(digest)
    return _keep(workspace, settings.url, number, stamped, authority.anchors)


def _keep(workspace: Workspace, url: str, number: int, stamped: Stamped, anchors: bytes) -> Given:
    """The bytes are on the disk before an event names them. Where somebody else was faster, his token stays and this one is let go of."""
    token, (answer, trusted) = stamped.token, workspace.archive.put_all([stamped.answer, anchors])
    with workspace.database.writing() as session:
        row = session.get_one(TimestampRow, number)
        if row.token is not None and row.stamped_at is not None:
            return Given(row.id, row.name, row.document, row.stamped_at, row.signer)
        row.authority, row.token, row.anchors, row.stamped_at = url, answer, trusted, token.at
        row.serial, row.policy, row.signer = str(token.serial), token.policy, token.authority
        row.next_try_at, row.detail = None, None
        data = {
            "kind": row.kind,
            "name": row.name,
            "of": row.document,
            "document": answer,
            "documents": [trusted],
            "at": token.at.isoformat(),
            "serial": row.serial,
            "policy": token.policy,
            "authority": token.authority,
            "url": url,
        }
        day = token.at.astimezone(ZoneInfo(workspace.settings.timezone)).date()
        Bookkeeper(session, workspace.clock.now()).note(row.customer_id, TIMESTAMPED, day, data)
        return Given(row.id, row.name, row.document, token.at, token.authority)


def _kept_why(workspace: Workspace, number: int, what: Sentence) -> Problem:
    with workspace.database.writing() as session:
        row = session.get_one(TimestampRow, number)
        row.detail = what.as_json()
        name = row.name
    return Problem(_("no timestamp: {what}", what=what), _("it is asked for again; 'cobranza timestamps list' shows when"), name)


def _let_all_wait(workspace: Workspace, number: int) -> None:
    """As long as the one for which the authority was not there."""
    with workspace.database.writing() as session:
        until = session.get_one(TimestampRow, number).next_try_at
        sooner = or_(TimestampRow.next_try_at.is_(None), TimestampRow.next_try_at < until)
        session.execute(update(TimestampRow).where(TimestampRow.token.is_(None), sooner).values(next_try_at=until))


def not_configured() -> Problem:
    return Problem(
        _("no timestamp authority is configured"), _("give [timestamp] its url and its ca_file in cobranza.toml: docs/configuration.md")
    )
