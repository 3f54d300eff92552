"""Invoices that wait to be delivered because something that has to go with them is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import state_of
from cobranza_rules.domain.support import kinds_missing
from cobranza_rules.store.tables import CustomerRow, InvoiceRow


@dataclass(frozen=True, slots=True)
class Incomplete:
    """`kinds` are those of support that are missing, `since` is the day of issue."""

    number: str
    customer: str
    since: dt.date
    kinds: tuple[str, ...]


def incomplete(session: Session) -> Iterator[Incomplete]:
    """The oldest first."""
    query = (
        select(InvoiceRow, CustomerRow.code)
        .join(CustomerRow, CustomerRow.id == InvoiceRow.customer_id)
        .where(InvoiceRow.status == "open", InvoiceRow.delivery == "pending", InvoiceRow.support_missing)
    )
    for row, code in session.execute(query.order_by(InvoiceRow.issued_on, InvoiceRow.id)):
        state = state_of(row)
        yield Incomplete(row.number, code, row.issued_on, kinds_missing(state.support_required, state.support))
