"""Reads what stood against the debt on a day. Credit notes and cancelled invoices are told by entries, case events and finished tasks."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cobranza_rules.booking.cancellation import GIVEN_BACK, REVIEW_CANCELLATION, paid_for_cancelled
from cobranza_rules.booking.credit_notes import USED_UP
from cobranza_rules.clock import instant_of
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.domain.invoice import InvoiceStatus
from cobranza_rules.money import Money
from cobranza_rules.reports.standing import Cut, Known, Standing
from cobranza_rules.reports.unapplied import (
    CREDIT_NOTE,
    FOR_CANCELLED,
    LEFT,
    OVERPAID,
    CreditEntry,
    FreedEntry,
    Unapplied,
    applied_of_notes,
    freed_of,
)
from cobranza_rules.store.on_account import rests_of_deposits
from cobranza_rules.store.tables import BankLineRow, CaseEventRow, CreditNoteRow, EntryRow, InvoiceRow, LedgerCreditRow, TaskRow

CREDITS = (EntryKind.CREDIT_APPLIED.value, EntryKind.CREDIT_WITHDRAWN.value, EntryKind.CREDIT_REVERSED.value)
PAYMENTS = (EntryKind.PAYMENT_APPLIED.value, EntryKind.PAYMENT_REVERSED.value, EntryKind.CANCELLED.value)


def overpaid(standing: Standing) -> Iterator[Unapplied]:
    if standing.balance < 0:
        own = standing.own
        yield Unapplied(own.customer_id, OVERPAID, own.number, Money(-standing.balance, own.currency))


def other_unapplied(session: Session, cut: Cut | None, only: Sequence[int] | None = None) -> list[Unapplied]:
    """All but what is paid beyond a balance, which standings tell; of some customers, or of all."""
    found = _present(session) if cut is None else [*_notes(session, cut), *_freed(session, cut), *_rests(session, cut)]
    return [one for one in found if only is None or one.customer_id in only]


def _present(session: Session) -> list[Unapplied]:
    notes = select(CreditNoteRow).where(CreditNoteRow.state.not_in(USED_UP)).order_by(CreditNoteRow.id)
    found = [Unapplied(row.customer_id, CREDIT_NOTE, row.number, Money(row.total, row.currency)) for row in session.scalars(notes)]
    cancelled = select(InvoiceRow.customer_id).where(InvoiceRow.status == InvoiceStatus.CANCELLED.value)
    for customer_id in sorted(session.scalars(cancelled.distinct())):
        found += [Unapplied(customer_id, FOR_CANCELLED, number, amount) for number, amount in paid_for_cancelled(session, customer_id)]
    found += [
        Unapplied(customer_id, LEFT, cash.since.isoformat(), Money(cash.minor, cash.currency))
        for customer_id, _line, cash in rests_of_deposits(session)
    ]
    return found


def _rests(session: Session, cut: Cut) -> Iterator[Unapplied]:
    """What was left of deposits by then, as entries tell; of one that covers an invoice in another currency they do not tell it."""
    entries = (
        select(EntryRow.kind, EntryRow.data, EntryRow.invoice_id, InvoiceRow.customer_id, InvoiceRow.currency)
        .join(InvoiceRow, InvoiceRow.id == EntryRow.invoice_id)
        .where(EntryRow.kind.in_((EntryKind.PAYMENT_APPLIED.value, EntryKind.PAYMENT_REVERSED.value)))
    )
    covered: dict[tuple[int, int], tuple[int, int, int, str]] = {}
    for kind, data, invoice, customer_id, currency in session.execute(_until(entries, cut)):
        if kind == EntryKind.PAYMENT_REVERSED.value:
            covered.pop((data["payment"], invoice), None)
        elif "deposit" in data:
            covered[data["payment"], invoice] = (data["deposit"], customer_id, data["minor"], currency)
    by_line: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    for line, customer_id, minor, currency in covered.values():
        by_line[line].append((customer_id, minor, currency))
    for row in session.scalars(select(BankLineRow).where(BankLineRow.id.in_(by_line)).order_by(BankLineRow.id)) if by_line else ():
        parts = by_line[row.id]
        left = row.minor - sum(minor for _customer, minor, _currency in parts)
        alone = len({customer_id for customer_id, _minor, _currency in parts}) == 1
        if left > 0 and alone and {currency for _customer, _minor, currency in parts} == {row.currency}:
            yield Unapplied(parts[0][0], LEFT, row.booked_on.isoformat(), Money(left, row.currency))


def _notes(session: Session, cut: Cut) -> Iterator[Unapplied]:
    entries = select(EntryRow.data, EntryRow.invoice_id, EntryRow.kind).where(EntryRow.kind.in_(CREDITS))
    applied = applied_of_notes(
        CreditEntry(data["credit_note"], invoice, data["minor"] if kind == EntryKind.CREDIT_APPLIED.value else None)
        for data, invoice, kind in session.execute(_until(entries, cut))
    )
    known, cancelled = _told_of_notes(session)
    for row in session.scalars(select(CreditNoteRow).order_by(CreditNoteRow.id)):
        key = (row.customer_id, row.number)
        told = [instant for instant in (known.get(key), _of_ledger(session, row.id)) if instant is not None]
        booked = row.issued_on <= cut.day if cut.known is Known.NOW or not told else min(told) <= cut.until
        gone = key in cancelled and cancelled[key] <= cut.until
        left = row.total - applied.get(row.id, 0)
        if booked and not gone and left > 0:
            yield Unapplied(row.customer_id, CREDIT_NOTE, row.number, Money(left, row.currency))


def _told_of_notes(session: Session) -> tuple[Mapping[tuple[int, str], dt.datetime], Mapping[tuple[int, str], dt.datetime]]:
    """When the case file came to tell of each credit note, and of its cancellation: by customer and number."""
    told: dict[str, dict[tuple[int, str], dt.datetime]] = {"credit_note": {}, "credit_note_cancelled": {}}
    query = select(CaseEventRow.kind, CaseEventRow.customer_id, CaseEventRow.data, CaseEventRow.known_at)
    for kind, customer_id, data, known_at in session.execute(query.where(CaseEventRow.kind.in_(told)).order_by(CaseEventRow.seq)):
        told[kind].setdefault((customer_id, data["number"]), known_at)
    return told["credit_note"], told["credit_note_cancelled"]


def _of_ledger(session: Session, note: int) -> dt.datetime | None:
    """When the accounting system told of it."""
    return session.scalar(
        select(LedgerCreditRow.known_at).where(LedgerCreditRow.note_id == note).order_by(LedgerCreditRow.known_at).limit(1)
    )


def _freed(session: Session, cut: Cut) -> Iterator[Unapplied]:
    """Of invoices that are cancelled by then."""
    of_cancelled = select(EntryRow.invoice_id).where(EntryRow.kind == EntryKind.CANCELLED.value)
    entries = (
        select(InvoiceRow, EntryRow.kind, EntryRow.data)
        .join(EntryRow, EntryRow.invoice_id == InvoiceRow.id)
        .where(EntryRow.kind.in_(PAYMENTS), InvoiceRow.id.in_(of_cancelled))
    )
    given_back = _given_back(session, cut)
    for row, told in groupby(session.execute(_until(entries, cut, InvoiceRow.id)), lambda found: found[0]):
        minor = freed_of(_freed_entry(kind, data) for _row, kind, data in told)
        if minor and row.id not in given_back:
            yield Unapplied(row.customer_id, FOR_CANCELLED, row.number, Money(minor, row.currency))


def _freed_entry(kind: str, data: Mapping[str, Any]) -> FreedEntry:
    if kind == EntryKind.CANCELLED.value:
        return FreedEntry(None)
    return FreedEntry(data["payment"], data["minor"] if kind == EntryKind.PAYMENT_APPLIED.value else None)


def _given_back(session: Session, cut: Cut) -> set[int]:
    """Invoices of which a person has said by then that the money was given back; what came since is asked about anew."""
    found: dict[int, bool] = defaultdict(bool)
    asked = select(TaskRow).where(TaskRow.name == REVIEW_CANCELLATION, TaskRow.done_at.is_not(None), TaskRow.done_at <= cut.until)
    for task in session.scalars(asked.order_by(TaskRow.id)):
        found.update(dict.fromkeys(task.invoices, task.state == "done" and task.answer == GIVEN_BACK))
    return {invoice for invoice, given_back in found.items() if given_back}


def _until(query: Select[Any], cut: Cut, *order: Any) -> Select[Any]:
    within = EntryRow.known_at <= cut.until if cut.known is Known.THEN else EntryRow.happened_on <= cut.day
    return query.where(within).order_by(*order, EntryRow.id)


def cut_of(day: dt.date, zone: dt.tzinfo, known: Known) -> Cut:
    return Cut(day, instant_of(day, dt.time.max, zone), known)
