"""A pause: a person says that nothing leaves to customers, and for how long. What is decided, rendered and signed meanwhile waits."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Date, bindparam, or_, select
from sqlalchemy.orm import Session

from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import PauseRow

# Asked before every single message: it is built once.
STANDING = (
    select(PauseRow)
    .where(PauseRow.ended_at.is_(None), or_(PauseRow.until.is_(None), PauseRow.until >= bindparam("today", type_=Date)))
    .order_by(PauseRow.id.desc())
    .limit(1)
)


def pause_on(session: Session, today: dt.date) -> PauseRow | None:
    """That which counts today: nobody has ended it, and its last day is not over."""
    return session.scalar(STANDING, {"today": today})


def pause_in_words(session: Session, today: dt.date) -> Sentence | None:
    row = pause_on(session, today)
    if row is None:
        return None
    if row.until is not None:
        return _("{who} has paused sending through {day}: {why}", who=row.set_by, day=row.until, why=row.why)
    return _("{who} has paused sending until somebody resumes it: {why}", who=row.set_by, why=row.why)


def pause(session: Session, who: str, why: str, until: dt.date | None, now: dt.datetime, today: dt.date) -> PauseRow:
    """Raises ProblemError with all that is wrong."""
    problems = []
    if not why.strip():
        problems.append(Problem(_("a pause needs its reason"), _("say why with --reason")))
    if until is not None and until < today:
        problems.append(Problem(_("the last day of the pause, {day}, is over", day=until), _("give today or a later day with --until")))
    if (standing := pause_in_words(session, today)) is not None:
        problems.append(Problem(standing, _("end that pause first: 'cobranza outbox resume'")))
    if problems:
        raise ProblemError(problems)
    row = PauseRow(began_at=now, set_by=who, why=why.strip(), until=until, ended_at=None, ended_by="")
    session.add(row)
    session.flush()
    return row


def resume(session: Session, who: str, now: dt.datetime, today: dt.date) -> PauseRow:
    """Raises ProblemError where nothing is paused."""
    row = pause_on(session, today)
    if row is None:
        raise ProblemError([Problem(_("sending is not paused"), _("'cobranza outbox list' shows what waits, and for what"))])
    row.ended_at, row.ended_by = now, who
    return row
