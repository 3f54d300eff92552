"""Payments that do not fit how their invoice was issued: in one go (PUE), and paid late or in part. Accounting has to replace the CFDI."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.digest.value import PuePayment
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.domain.tax_days import TaxDays
from cobranza_rules.store.tables import CustomerRow, EntryRow, InvoiceRow


def pue_payments(session: Session, since: dt.datetime, tax_days: TaxDays) -> Iterator[PuePayment]:
    """Those that came to be known since an instant. Whoever issues as PUE says that all is paid in time (domain.tax_days)."""
    query = (
        select(InvoiceRow, CustomerRow.code, EntryRow.happened_on, EntryRow.data)
        .join(InvoiceRow, InvoiceRow.id == EntryRow.invoice_id)
        .join(CustomerRow, CustomerRow.id == InvoiceRow.customer_id)
        .where(EntryRow.known_at >= since, EntryRow.kind == EntryKind.PAYMENT_APPLIED.value, InvoiceRow.payment_method == "PUE")
        .order_by(EntryRow.id)
    )
    for invoice, code, paid_on, data in session.execute(query):
        late, in_part = tax_days.pue_is_late(invoice.issued_on, paid_on), data["minor"] < invoice.total
        if late or in_part:
            yield PuePayment(invoice.number, code, paid_on, {invoice.currency: data["minor"]}, late, in_part)
