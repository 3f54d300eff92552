"""What is held longer than its period: found kind by kind, so that a person looks at it before anything is erased.

The book is not among it: invoices, payments and what they rest on stay (CFF, art. 30; Código de Comercio, art. 46). Neither is what tells of a
customer who still owes an invoice of that time.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, func, or_, select
from sqlalchemy.orm import Session

from cobranza_rules.casefile.chain_rows import in_pieces
from cobranza_rules.casefile.erasing import LEFT
from cobranza_rules.domain.retention import EVENTS, Periods, Retained, years_before
from cobranza_rules.store.tables import BankLineRow, CaseEventRow, ContactRow, InternalMessageRow, InvoiceRow

OVER = ("sent", "failed", "returned")  # States of a message to people of the company that is done with
TELLS_WHO = or_(*(column != "" for column in (BankLineRow.name, BankLineRow.rfc, BankLineRow.clabe, BankLineRow.description)))


@dataclass(frozen=True, slots=True)
class Expired:
    """What of one kind is past its period. `numbers` are those of events, or the ids of rows, `before` the day before which it happened."""

    kind: Retained
    before: dt.date
    oldest: dt.date
    numbers: tuple[int, ...]


def past_its_period(session: Session, periods: Periods, today: dt.date) -> Iterator[Expired]:
    """One a kind of which there is something."""
    for kind, years in periods.items():
        before = years_before(today, years)
        rows = [(number, _day(at)) for number, at in in_pieces(session, _query(kind, before))]
        if rows:
            yield Expired(kind, before, min(day for _number, day in rows), tuple(number for number, _day in rows))


def _query(kind: Retained, before: dt.date) -> Select[*tuple[Any, ...]]:
    """Numbers and days of what happened before that day."""
    if kind is Retained.CONTACTS:
        since = func.coalesce(ContactRow.blocked_on, ContactRow.ended_on)
        return select(ContactRow.id, since).where(ContactRow.active.is_(False), since < before).order_by(ContactRow.id)
    if kind is Retained.BANK_LINES:
        lines = select(BankLineRow.id, BankLineRow.booked_on).where(BankLineRow.booked_on < before, BankLineRow.state != "open", TELLS_WHO)
        return lines.order_by(BankLineRow.id)
    if kind is Retained.LOGS:
        return internal_before(before)
    named = or_(*(CaseEventRow.kind.startswith(start, autoescape=True) for start in EVENTS[kind]))
    query = select(CaseEventRow.seq, CaseEventRow.happened_on).where(CaseEventRow.happened_on < before, named, ~_erased(), ~_owes(before))
    return query.order_by(CaseEventRow.seq)


def internal_before(before: dt.date) -> Select[*tuple[Any, ...]]:
    """Messages to people of the company that are done with."""
    at = _midnight(before)
    query = select(InternalMessageRow.id, InternalMessageRow.changed_at)
    done = (InternalMessageRow.changed_at < at, InternalMessageRow.state.in_(OVER), InternalMessageRow.subject != "")
    return query.where(*done).order_by(InternalMessageRow.id)


def _erased() -> ColumnElement[bool]:
    """By the text that is kept: what stands in it is asked for in another way by each database."""
    text: ColumnElement[str] = cast(CaseEventRow.data, String)
    return text == json.dumps(LEFT)


def _owes(before: dt.date) -> ColumnElement[bool]:
    owed = (InvoiceRow.customer_id == CaseEventRow.customer_id, InvoiceRow.status == "open", InvoiceRow.issued_on < before)
    return select(InvoiceRow.id).where(*owed).exists()


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def _day(at: dt.date | dt.datetime | str) -> dt.date:
    """SQLite gives what a function has made of dates as a text."""
    if isinstance(at, str):
        return dt.date.fromisoformat(at)
    return at.date() if isinstance(at, dt.datetime) else at
