"""Up to which day the statements of our accounts tell everything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cobranza_rules.store.heartbeat import BANK, PAYMENTS_TOLD, last_beat
from cobranza_rules.store.tables import BankStatementRow


def newest_days(session: Session) -> dict[str, dt.date]:
    """The last day covered, by the account's number; accounts of which no statement was taken are not there."""
    columns = BankStatementRow.__table__.c
    query = select(columns.account, func.max(columns.through_on)).group_by(columns.account)
    return {row[0]: row[1] for row in session.execute(query)}


def bank_known_on(session: Session, watched: Sequence[str], zone: str) -> dt.date | None:
    """The day up to which payments are known; None where nobody can say.

    Of several accounts whose statements are expected (`watched`) the oldest counts, so that one bank that is missing keeps reminders back;
    a payment receipt then tells nothing of the others. A person may say that all payments up to a day are in. Where no statements are
    expected, whatever told of a payment last counts.
    """
    told = _day(session, PAYMENTS_TOLD if watched else BANK, zone)
    newest = newest_days(session) if watched else {}
    oldest = min(newest[account] for account in watched) if watched and newest.keys() >= set(watched) else None
    return max((day for day in (told, oldest) if day is not None), default=None)


def _day(session: Session, name: str, zone: str) -> dt.date | None:
    beat = last_beat(session, name)
    return beat.astimezone(ZoneInfo(zone)).date() if beat else None
