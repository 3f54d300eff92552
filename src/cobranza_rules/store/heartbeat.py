"""Signs of life: when something last succeeded, which holds ask for."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.store.tables import HeartbeatRow

BANK, MAILBOX, TICK = "bank", "mailbox", "tick"
PAYMENTS_TOLD = "payments_told"  # The day up to which a person says that all payments are in


def beat(session: Session, name: str, at: dt.datetime) -> None:
    """Never goes back: an old file that is read late is no newer news."""
    row = session.get(HeartbeatRow, name)
    if row is None:
        session.add(HeartbeatRow(name=name, at=at))
        session.flush()
    elif row.at < at:
        row.at = at


def last_beats(session: Session) -> dict[str, dt.datetime]:
    """By name; what never succeeded is not there."""
    columns = HeartbeatRow.__table__.c
    return {row.name: row.at for row in session.execute(select(columns.name, columns.at))}


def last_beat(session: Session, name: str) -> dt.datetime | None:
    return last_beats(session).get(name)
