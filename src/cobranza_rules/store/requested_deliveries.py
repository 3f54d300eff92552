"""Reads to whom and how invoices are delivered by their billing requests. A book without such requests is asked one short question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, and_, or_, select
from sqlalchemy.orm import Session

from cobranza_rules.domain.billing_request import DeliveryContact
from cobranza_rules.domain.customer import DeliveryMode
from cobranza_rules.domain.requested_delivery import RequestedDelivery
from cobranza_rules.rules.subjects import InvoiceSubject
from cobranza_rules.store.chunks import one_of
from cobranza_rules.store.tables import BillingRequestRow, InvoiceRow

# Tables, not classes: rows are read as they are, without what the mapping of objects costs.
INVOICE, REQUEST = (row.__table__.c for row in (InvoiceRow, BillingRequestRow))
COLUMNS = tuple(
    REQUEST[name]
    for name in (
        *("id", "contact_name", "contact_title", "contact_address", "contact_email", "contact_phone"),
        *("contact_bounced_on", "delivery"),
    )
)
SAYS_SOMETHING = and_(REQUEST.state == "accepted", or_(REQUEST.delivery != "", REQUEST.contact_name != "", REQUEST.contact_email != ""))


def with_requested_deliveries(subjects: Sequence[InvoiceSubject], found: Mapping[int, RequestedDelivery]) -> Sequence[InvoiceSubject]:
    """The same invoices, each with what its request says of its delivery."""
    if not found:
        return subjects
    return [subject._replace(requested=found[subject.id]) if subject.id in found else subject for subject in subjects]


def requested_deliveries(session: Session, invoice_ids: Sequence[int]) -> Mapping[int, RequestedDelivery]:
    """By invoice; those whose request says nothing of it, or that answer none, are left out."""
    if not invoice_ids or session.execute(select(REQUEST.id).where(SAYS_SOMETHING).limit(1)).first() is None:
        return {}
    query = select(INVOICE.id.label("invoice"), *COLUMNS).join(BillingRequestRow.__table__, REQUEST.id == INVOICE.request)
    rows = session.execute(query.where(one_of(invoice_ids)(INVOICE.id), SAYS_SOMETHING)).all()
    return {row.invoice: delivery_of(row) for row in rows}


def requests_naming_deliveries(session: Session, customer_ids: Sequence[int]) -> Mapping[int, RequestedDelivery]:
    """By request; `customer_ids` are a chunk: every customer from the first to the last of them."""
    query = select(*COLUMNS).where(REQUEST.customer_id.between(customer_ids[0], customer_ids[-1]), SAYS_SOMETHING)
    return {row.id: delivery_of(row) for row in session.execute(query).all()}


def delivery_of(row: BillingRequestRow | Row[Any]) -> RequestedDelivery:
    """An address from which a message came back is none any more, and the person may still be handed something."""
    email = row.contact_email if row.contact_bounced_on is None else ""
    contact = DeliveryContact(row.contact_name, row.contact_title, row.contact_address, email, row.contact_phone)
    number: int = row.id
    return RequestedDelivery(contact, DeliveryMode(row.delivery) if row.delivery else None, number)
