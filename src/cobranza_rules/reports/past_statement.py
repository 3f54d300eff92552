"""A customer's statement of account as it stood on a past day: the same statement, over the invoices as they were then."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import cast

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import put_state
from cobranza_rules.dispatch.correspondence import Writer, statement_of
from cobranza_rules.domain.entry import Entry, EntryKind
from cobranza_rules.domain.invoice import InvoiceState, fold
from cobranza_rules.domain.letter import Letter
from cobranza_rules.language import Sentence, Translate
from cobranza_rules.money import Money
from cobranza_rules.reports.past_unapplied import other_unapplied
from cobranza_rules.reports.standing import Cut, Known
from cobranza_rules.reports.unapplied import OVERPAID
from cobranza_rules.store.tables import CustomerRow, EntryRow, InvoiceRow


def statements_at(session: Session, writer: Writer, customer: CustomerRow, cut: Cut, translate: Translate) -> Iterator[Letter]:
    """One for each currency in which something was owed or not applied; `writer` writes on the day of the cut."""
    rows = [row for row in _rows_at(session, customer.id, cut) if row.closed is None]
    beside = [(one.kind, one.number, one.amount) for one in other_unapplied(session, cut, [customer.id])]
    beside += [(OVERPAID, row.number, Money(-row.balance, row.currency)) for row in rows if row.balance < 0]
    opened = sorted((row for row in rows if row.balance > 0), key=lambda row: (row.due_on is None, row.due_on or cut.day, row.id))
    for currency in sorted({row.currency for row in opened} | {amount.currency for _kind, _number, amount in beside}):
        own = [row for row in opened if row.currency == currency]
        said = tuple(
            (f"{Sentence(kind).text(translate)}: {number}", amount) for kind, number, amount in beside if amount.currency == currency
        )
        yield statement_of(session, writer, customer, currency, own, said)


def _rows_at(session: Session, customer_id: int, cut: Cut) -> Iterator[InvoiceRow]:
    """Copies, which belong to no session, of those that were in the book."""
    within = EntryRow.known_at <= cut.until if cut.known is Known.THEN else EntryRow.happened_on <= cut.day
    for row in session.scalars(select(InvoiceRow).where(InvoiceRow.customer_id == customer_id).order_by(InvoiceRow.id)):
        told = session.scalars(select(EntryRow).where(EntryRow.invoice_id == row.id, within).order_by(EntryRow.id))
        entries = [Entry(EntryKind(each.kind), each.happened_on, each.data) for each in told]
        if any(entry.kind is EntryKind.ISSUED for entry in entries):
            yield _as_it_was(row, fold(entries))


def _as_it_was(row: InvoiceRow, state: InvoiceState) -> InvoiceRow:
    copy = SimpleNamespace(**{column.key: getattr(row, column.key) for column in inspect(InvoiceRow).mapper.column_attrs})
    present = cast("InvoiceRow", copy)
    put_state(present, state)
    if state.cfdi_missing:
        present.uuid = None
    return present
