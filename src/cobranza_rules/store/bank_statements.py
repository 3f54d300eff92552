"""Up to which day the statements of our accounts tell everything, and what is missing between them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.domain.bank_coverage import Covered, Gap, gaps_between
from cobranza_rules.money import Money
from cobranza_rules.store.heartbeat import BANK, PAYMENTS_TOLD
from cobranza_rules.store.tables import BankStatementRow


def newest_days(session: Session) -> dict[str, dt.date]:
    """The last day covered, by the account's number; accounts of which no statement was taken are not there."""
    columns = BankStatementRow.__table__.c
    query = select(columns.account, func.max(columns.through_on)).group_by(columns.account)
    return {row[0]: row[1] for row in session.execute(query)}


def bank_known_on(session: Session, beats: Mapping[str, dt.datetime], watched: Sequence[str], zone: str) -> dt.date | None:
    """The day up to which payments are known; None where nobody can say. `beats` are those of `store.heartbeat.last_beats`.

    Of several accounts whose statements are expected (`watched`) the oldest counts, so that one bank that is missing keeps reminders back;
    a payment receipt then tells nothing of the others. A person may say that all payments up to a day are in. Where no statements are
    expected, whatever told of a payment last counts.
    """
    beat = beats.get(PAYMENTS_TOLD if watched else BANK)
    told = beat.astimezone(ZoneInfo(zone)).date() if beat else None
    newest = newest_days(session) if watched else {}
    oldest = min(newest[account] for account in watched) if watched and newest.keys() >= set(watched) else None
    return max((day for day in (told, oldest) if day is not None), default=None)


def gaps_of(session: Session, calendar: BusinessCalendar) -> list[Gap]:
    """Where something is missing between the statements of an account, by account and day."""
    columns = BankStatementRow.__table__.c
    query = select(columns.account, columns.currency, columns.from_on, columns.through_on, columns.opening, columns.closing)
    by_account: dict[str, list[Covered]] = defaultdict(list)
    for row in session.execute(query.order_by(columns.account, columns.id)):
        opening, closing = (None if minor is None else Money(minor, row.currency) for minor in (row.opening, row.closing))
        by_account[row.account].append(Covered(row.account, row.from_on, row.through_on, opening, closing))
    return [gap for statements in by_account.values() for gap in gaps_between(statements, calendar)]


def oldest_of(session: Session, watched: Sequence[str]) -> tuple[tuple[str, dt.date | None], ...]:
    """The expected accounts that were taken least far, with their last day; those of which nothing was taken yet, where there are any."""
    newest = newest_days(session) if watched else {}
    if lacking := [account for account in watched if account not in newest]:
        return tuple((account, None) for account in lacking)
    first = min((newest[account] for account in watched), default=None)
    return tuple((account, first) for account in watched if newest[account] == first)
