"""Open invoices that have to be looked at although no condition in SQL can tell why."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Text, and_, bindparam, cast, null, select
from sqlalchemy.orm import Session

from cobranza_rules.store.overrides import decided_by_people
from cobranza_rules.store.tables import InvoiceRow

INVOICE = InvoiceRow.__table__.c


def beyond_conditions(session: Session, today: dt.date) -> Mapping[int, Sequence[int]]:
    """By customer: those on which people decided, and those that count beside an invoice in instalments."""
    decided, beside = decided_by_people(session, today), _beside_instalments(session, today)
    if not beside:
        return decided
    return {key: [*dict.fromkeys((*decided.get(key, ()), *beside.get(key, ())))] for key in {*decided, *beside}}


def in_instalments() -> ColumnElement[bool]:
    """Open, with several parts. That there is a basis at all is what an index knows, and few books have any."""
    return and_(INVOICE.due_basis.is_not(null()), is_open(), cast(INVOICE.due_basis, Text).contains('"parts"'))


def is_open() -> ColumnElement[bool]:
    """Said in a way that SQLite does not take for an index, because it would read all that are open."""
    return INVOICE.status.concat("") == "open"


def _beside_instalments(session: Session, today: dt.date) -> Mapping[int, Sequence[int]]:
    """Overdue invoices of customers who have an overdue one in instalments.

    Whether such a one reaches a ladder's minimum by itself no condition knows, for its balance is not what is overdue of it.
    """
    customers = session.scalars(select(INVOICE.customer_id).where(in_instalments(), INVOICE.due_on < today).distinct()).all()
    found: dict[int, list[int]] = defaultdict(list)
    if customers:
        of_them = INVOICE.customer_id.in_(bindparam(None, customers, expanding=True, literal_execute=True))
        query = select(INVOICE.customer_id, INVOICE.id).where(of_them, is_open(), INVOICE.due_on < today)
        for customer_id, invoice_id in session.execute(query.order_by(INVOICE.id)):
            found[customer_id].append(invoice_id)
    return found
