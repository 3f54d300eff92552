"""To whom a letter is addressed: a contact of the customer by role, or whom a billing request names."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.domain.letter import Addressee
from cobranza_rules.domain.requested_delivery import RequestedDelivery
from cobranza_rules.store.tables import ContactRow, CustomerRow


def named_by_request(customer: CustomerRow, requested: RequestedDelivery | None) -> Addressee | None:
    """Who receives what is delivered, where billing requests name somebody."""
    if requested is None or not requested.contact:
        return None
    named = requested.contact
    rfc = customer.tax_id or customer.rfc
    return Addressee(company=customer.name, rfc=rfc, person=named.name, title=named.title, address=named.address or customer.address)


def addressee_of(session: Session, customer: CustomerRow, role: str) -> Addressee:
    query = select(ContactRow).where(ContactRow.customer_id == customer.id, ContactRow.active).order_by(ContactRow.id)
    contacts = list(session.scalars(query))
    contact = next((one for one in contacts if one.role == role and one.bounced_on is None), None) or next(iter(contacts), None)
    return Addressee(
        company=customer.name,
        rfc=customer.tax_id or customer.rfc,
        person=contact.name if contact else "",
        title=contact.title if contact else "",
        address=(contact.address if contact else "") or customer.address,
    )
