"""Reads what is overdue of invoices in instalments. A book without any is asked one short question."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cobranza_rules.domain.due_basis import basis_of_json, overdue_of
from cobranza_rules.domain.schedule import DuePart
from cobranza_rules.rules.subjects import InvoiceSubject
from cobranza_rules.store.beyond_conditions import INVOICE, in_instalments
from cobranza_rules.store.chunks import one_of
from cobranza_rules.store.tables import InvoiceRow


@dataclass(frozen=True, slots=True)
class InInstalments:
    """An invoice that falls due in parts, and what is paid of it, in minor units."""

    parts: tuple[DuePart, ...]
    paid: int


def with_overdue_parts(subjects: Sequence[InvoiceSubject], found: Mapping[int, InInstalments], today: dt.date) -> Sequence[InvoiceSubject]:
    """The same invoices, those in instalments with what is overdue of them."""
    if not found:
        return subjects
    overdue = overdue_by_invoice(found, today)
    return [subject._replace(overdue=overdue[subject.id]) if subject.id in overdue else subject for subject in subjects]


def overdue_by_invoice(found: Mapping[int, InInstalments], today: dt.date) -> dict[int, int]:
    """Minor units by the id of an invoice in instalments."""
    return {key: overdue_of(one.parts, one.paid, today) for key, one in found.items()}


def in_instalments_of(session: Session, customers: Sequence[int]) -> dict[int, InInstalments]:
    """By the id of the invoice."""
    rows = session.execute(of_customers_in_instalments(customers))
    return {key: InInstalments(basis_of_json(kept).parts, paid) for key, paid, kept in rows}


def of_customers_in_instalments(customers: Sequence[int]) -> Select[Any]:
    """SQLite guesses the same of both indexes by customer, and takes whichever was made last: it is told which of them holds few rows."""
    query = select(INVOICE.id, INVOICE.paid, INVOICE.due_basis).where(in_instalments(), one_of(customers)(INVOICE.customer_id))
    return query.with_hint(InvoiceRow.__table__, "INDEXED BY ix_invoice_due_basis", "sqlite")
