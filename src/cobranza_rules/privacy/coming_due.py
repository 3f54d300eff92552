"""What is due to be erased, counted for those who have to see to it: told once it is worth a look, not for each day that passes.

A book loses something of its period each day. It is told when the oldest is a month past it; of people whose data wait for their erasure, a month
before, for that was promised to them (LFPDPPP, art. 24).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cobranza_rules.calendar import days_after
from cobranza_rules.domain.retention import EVENTS, Periods, Retained, kept_until, years_before
from cobranza_rules.privacy.retention import day_of, held_before
from cobranza_rules.store.tables import CaseEventRow

AHEAD = 30  # Days


@dataclass(frozen=True, slots=True)
class DueErasure:
    """`past` are past their period, `soon` will be within a month; `first` is the first day on which the oldest may be erased."""

    past: int
    soon: int
    first: dt.date


def due_erasure(session: Session, periods: Periods, today: dt.date) -> DueErasure | None:
    """None where nothing is worth telling."""
    past, soon, first, worth_telling = 0, 0, dt.date.max, False
    in_a_month, a_month_ago = days_after(today, AHEAD), days_after(today, -AHEAD)
    begun = _first_event(session)
    for kind, years in periods.items():
        if kind in EVENTS and kind is not Retained.CONTACTS and (begun is None or begun >= years_before(in_a_month, years)):
            continue  # All that is in the case files is younger, and that is quicker to know than to look for each.
        count, oldest = _held(session, kind, years_before(in_a_month, years))
        if oldest is None:
            continue
        over, _oldest = _held(session, kind, years_before(today, years))
        may_go = kept_until(oldest, years)
        past, soon, first = past + over, soon + count - over, min(first, may_go)
        worth_telling |= kind is Retained.CONTACTS or may_go <= a_month_ago
    return DueErasure(past, soon, first) if worth_telling else None


def _held(session: Session, kind: Retained, before: dt.date) -> tuple[int, dt.date | None]:
    rows = held_before(kind, before).order_by(None).subquery()
    _number, day = rows.c
    count, oldest = session.execute(select(func.count(), func.min(day))).one()
    return count, day_of(oldest) if oldest is not None else None


def _first_event(session: Session) -> dt.date | None:
    known_at = session.scalar(select(CaseEventRow.known_at).order_by(CaseEventRow.seq).limit(1))
    return known_at.date() if known_at is not None else None
