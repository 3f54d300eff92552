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

from sqlalchemy import ColumnElement, Select, String, case, cast, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from cobranza_rules.casefile.chain_rows import in_pieces
from cobranza_rules.casefile.erasing import LEFT
from cobranza_rules.domain.retention import EVENTS, Periods, Retained, years_before
from cobranza_rules.store.tables import (
    BankLineRow,
    BankStatementRow,
    CaseEventRow,
    ContactRow,
    DataRequestRow,
    InternalMessageRow,
    InvoiceRow,
    QuarantineRow,
    ReceivedRow,
)

FILES = (Retained.LOGS.value, Retained.BANK_FILES.value, Retained.QUARANTINE.value, Retained.STRANGERS.value)  # Kinds of which files go
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
        rows = [(number, day_of(at)) for number, at in in_pieces(session, held_before(kind, before))]
        if rows:
            yield Expired(kind, before, min(day for _number, day in rows), tuple(number for number, _day in rows))


def held_before(kind: Retained, before: dt.date) -> Select[*tuple[Any, ...]]:
    """Numbers and days of what happened before that day."""
    if kind is Retained.CONTACTS:
        since = func.coalesce(ContactRow.blocked_on, ContactRow.ended_on)
        return select(ContactRow.id, since).where(ContactRow.active.is_(False), since < before).order_by(ContactRow.id)
    if kind is Retained.BANK_LINES:
        lines = select(BankLineRow.id, BankLineRow.booked_on).where(BankLineRow.booked_on < before, BankLineRow.state != "open", TELLS_WHO)
        return lines.order_by(BankLineRow.id)
    if kind is Retained.LOGS:
        return internal_before(before)
    if kind is Retained.BANK_FILES:
        return _statements_before(before)
    if kind is Retained.QUARANTINE:
        return select(QuarantineRow.id, QuarantineRow.known_at).where(QuarantineRow.known_at < midnight(before)).order_by(QuarantineRow.id)
    if kind is Retained.STRANGERS:
        nobodys = (ReceivedRow.customer_id.is_(None), ReceivedRow.state != "open", ~file_erased(ReceivedRow.raw))
        return select(ReceivedRow.id, ReceivedRow.received_at).where(ReceivedRow.received_at < midnight(before), *nobodys)
    named = or_(*(CaseEventRow.kind.startswith(start, autoescape=True) for start in EVENTS[kind]))
    query = select(CaseEventRow.seq, CaseEventRow.happened_on).where(CaseEventRow.happened_on < before, named, ~_erased(), ~_owes(before))
    return query.order_by(CaseEventRow.seq)


def _statements_before(before: dt.date) -> Select[*tuple[Any, ...]]:
    """One of each file all of whose statements are so old, and of which nothing waits to be applied."""
    waits = select(BankLineRow.id).where(BankLineRow.statement_id == BankStatementRow.id, BankLineRow.state == "open").exists()
    last = func.max(BankStatementRow.through_on)
    query = select(func.min(BankStatementRow.id), last).where(~file_erased(BankStatementRow.document)).group_by(BankStatementRow.document)
    return query.having(last < before, func.sum(case((waits, 1), else_=0)) == 0).order_by(func.min(BankStatementRow.id))


def file_erased(digest: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Whether the register says so of the file with that hash."""
    return select(DataRequestRow.id).where(DataRequestRow.field.in_(FILES), DataRequestRow.value_hash == digest).exists()


def internal_before(before: dt.date) -> Select[*tuple[Any, ...]]:
    """Messages to people of the company that are done with."""
    at = midnight(before)
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


def midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def day_of(at: dt.date | dt.datetime | str) -> dt.date:
    """SQLite gives what a function has made of dates as a text, with their time if they have one."""
    if isinstance(at, str):
        return dt.date.fromisoformat(at[:10])
    return at.date() if isinstance(at, dt.datetime) else at
