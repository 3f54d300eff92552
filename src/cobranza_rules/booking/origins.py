"""Invoices beside the requests and agreements that they come from: what is out of the ordinary."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from cobranza_rules.booking.request_ties import as_asked, as_issued, waiting_requests
from cobranza_rules.domain.billing_exceptions import Lack, Origin, lacks_of
from cobranza_rules.domain.billing_request import Asked, answered
from cobranza_rules.domain.customer import ContactRole, DeliveryMode
from cobranza_rules.language import Sentence
from cobranza_rules.money import Money
from cobranza_rules.store.requested_deliveries import delivery_of
from cobranza_rules.store.tables import BillingRequestRow, ContactRow, CustomerRow, InvoiceRow


@dataclass(frozen=True, slots=True)
class BillingException:
    invoice: str
    customer: str
    total: Money
    issued_on: dt.date
    kind: Lack
    what: Sentence


def billing_exceptions(session: Session) -> list[BillingException]:
    """Of the open invoices, the oldest first; what was delivered before the program came was asked for before it, too."""
    before = and_(InvoiceRow.delivery == "sent", InvoiceRow.delivered_by.is_(None))
    query = select(InvoiceRow, CustomerRow).join(CustomerRow, CustomerRow.id == InvoiceRow.customer_id)
    query = query.where(InvoiceRow.status == "open", ~before).order_by(InvoiceRow.issued_on, InvoiceRow.id)
    rows = list(session.execute(query).all())
    reading = _Reading(session)
    return [
        BillingException(invoice.number, customer.code, Money(invoice.total, invoice.currency), invoice.issued_on, kind, what)
        for invoice, customer in rows
        for kind, what in lacks_of(reading.origin(invoice, customer))
    ]


class _Reading:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._waiting: dict[int, list[Asked]] = {}
        self._requests = {row.id: row for row in session.scalars(select(BillingRequestRow).where(BillingRequestRow.state == "accepted"))}
        self._contacts = _contacts(session)

    def origin(self, invoice: InvoiceRow, customer: CustomerRow) -> Origin:
        row = self._requests.get(invoice.request) if invoice.request else None
        return Origin(
            total=Money(invoice.total, invoice.currency),
            request=as_asked(row) if row else None,
            may_answer=() if row else tuple(answered(self._open(customer.id), as_issued(invoice))[0]),
            has_agreement=invoice.agreement_id is not None,
            undelivered=invoice.delivery == "pending",
            has_contact=self._has_contact(row, customer),
        )

    def _open(self, customer_id: int) -> list[Asked]:
        if customer_id not in self._waiting:
            self._waiting[customer_id] = waiting_requests(self._session, customer_id)
        return self._waiting[customer_id]

    def _has_contact(self, row: BillingRequestRow | None, customer: CustomerRow) -> bool:
        requested = delivery_of(row) if row else None
        mode = (requested and requested.mode) or DeliveryMode(customer.delivery)
        if requested and requested.contact.reached_by(mode):
            return True
        by_mail = mode is DeliveryMode.EMAIL
        return by_mail in self._contacts[customer.id] or (not by_mail and True in self._contacts[customer.id])


def _contacts(session: Session) -> dict[int, set[bool]]:
    """Whether customers have a contact for invoices with an address (True), or without one (False)."""
    found: dict[int, set[bool]] = defaultdict(set)
    usable = or_(ContactRow.email == "", ContactRow.bounced_on.is_(None))
    query = select(ContactRow.customer_id, ContactRow.email).where(ContactRow.role == ContactRole.INVOICE.value, ContactRow.active, usable)
    for customer_id, email in session.execute(query):
        found[customer_id].add(bool(email))
    return found
