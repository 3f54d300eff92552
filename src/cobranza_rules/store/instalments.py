"""Reads what is overdue of invoices in instalments. A book without any is asked one short question."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cobranza_rules.domain.due_basis import basis_of_json, overdue_of
from cobranza_rules.rules.subjects import InvoiceSubject
from cobranza_rules.store.beyond_conditions import INVOICE, in_instalments
from cobranza_rules.store.chunks import one_of
from cobranza_rules.store.tables import InvoiceRow


def with_overdue_parts(session: Session, subjects: Sequence[InvoiceSubject], today: dt.date) -> Sequence[InvoiceSubject]:
    """The same invoices, those in instalments with what is overdue of them."""
    customers = sorted({subject.customer_id for subject in subjects})
    parts = overdue_by_invoice(session, of_customers_in_instalments(customers), today)
    if not parts:
        return subjects
    return [subject._replace(overdue=parts[subject.id]) if subject.id in parts else subject for subject in subjects]


def overdue_by_invoice(session: Session, in_instalments: Select[Any], today: dt.date) -> dict[int, int]:
    """Minor units by the id of an invoice in instalments."""
    return {key: overdue_of(basis_of_json(kept).parts, paid, today) for key, paid, kept in session.execute(in_instalments)}


def of_customers_in_instalments(customers: Sequence[int]) -> Select[Any]:
    """SQLite guesses the same of both indexes by customer, and takes whichever was made last: it is told which of them holds few rows."""
    query = select(INVOICE.id, INVOICE.paid, INVOICE.due_basis).where(in_instalments(), one_of(customers)(INVOICE.customer_id))
    return query.with_hint(InvoiceRow.__table__, "INDEXED BY ix_invoice_due_basis", "sqlite")
