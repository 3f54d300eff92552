"""Payments that do not fit how their invoice was issued: in one go (PUE), and paid late or in part. Accounting has to replace the CFDI."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.digest.value import PuePayment
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.facts.spans import end_of_month
from cobranza_rules.store.tables import CustomerRow, EntryRow, InvoiceRow


def pue_payments(session: Session, since: dt.datetime) -> Iterator[PuePayment]:
    """Those that came to be known since an instant. Whoever issues as PUE says that all is paid by the end of the month (RMF 2019, 2.7.1.44)."""
    query = (
        select(InvoiceRow, CustomerRow.code, EntryRow.happened_on, EntryRow.data)
        .join(InvoiceRow, InvoiceRow.id == EntryRow.invoice_id)
        .join(CustomerRow, CustomerRow.id == InvoiceRow.customer_id)
        .where(EntryRow.known_at >= since, EntryRow.kind == EntryKind.PAYMENT_APPLIED.value, InvoiceRow.payment_method == "PUE")
        .order_by(EntryRow.id)
    )
    for invoice, code, paid_on, data in session.execute(query):
        late, in_part = paid_on > end_of_month(invoice.issued_on), data["minor"] < invoice.total
        if late or in_part:
            yield PuePayment(invoice.number, code, paid_on, {invoice.currency: data["minor"]}, late, in_part)
