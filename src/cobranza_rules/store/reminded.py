"""Reads when customers were last reminded before the program came, as far as the limit still counts it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from cobranza_rules.calendar import days_after
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.store.tables import EntryRow, InvoiceRow

ENTRY, INVOICE = (row.__table__.c for row in (EntryRow, InvoiceRow))


def reminded_since(
    session: Session, since: dt.date, within: Callable[[ColumnElement[int]], ColumnElement[bool]] | None
) -> set[tuple[int, str, dt.date]]:
    """Customer, currency and day, once for all invoices of that day. What was entered in the last days is little, and found by its index."""
    entered = dt.datetime.combine(days_after(since, -1), dt.time(), dt.UTC)
    query = (
        select(ENTRY.id, ENTRY.invoice_id, INVOICE.customer_id, INVOICE.currency, ENTRY.happened_on, ENTRY.data)
        .join(InvoiceRow.__table__, INVOICE.id == ENTRY.invoice_id)
        .where(ENTRY.known_at >= entered, ENTRY.kind == EntryKind.REMINDED_BEFORE.value)
    )
    if within is not None:
        query = query.where(within(INVOICE.customer_id))
    # Put in order here: SQLite would take the order of ids for reason enough to read all entries.
    last = {row.invoice_id: row for row in sorted(session.execute(query), key=lambda row: row.id)}
    return {
        (row.customer_id, row.currency, row.happened_on)
        for row in last.values()
        if row.happened_on >= since and not row.data.get("internal")
    }
