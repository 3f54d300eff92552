"""Customers: found by code or identity, made when an invoice names one that is not on file, completed when their data comes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper, state_of
from cobranza_rules.booking.identity import identity_of_party, identity_of_record, provisional_code
from cobranza_rules.booking.outcome import Taken, refuse
from cobranza_rules.booking.support import require_support_of_customer
from cobranza_rules.calendar import days_after
from cobranza_rules.domain.customer import GENERIC_RFCS, ContactRecord, CustomerKind, CustomerRecord, CustomerStatus, DeliveryMode, Party
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.language import _
from cobranza_rules.store.tables import ContactRow, CustomerRow, InvoiceRow

ABROAD = "XEXX010101000"
CONTACT_FIELDS = ("name", "title", "phone", "address")


def customer_of(keeper: Bookkeeper, party: Party, known_on: dt.date) -> CustomerRow:
    """The customer that a document names. One that is not on file is made and waits for its data: nothing is sent to it until then."""
    identity = identity_of_party(party)
    found = keeper.session.scalar(select(CustomerRow).where(CustomerRow.identity == identity))
    if found is not None:
        return found
    foreign = party.rfc == ABROAD
    row = CustomerRow(
        code=provisional_code(identity, party.rfc),
        identity=identity,
        rfc=party.rfc,
        name=party.name,
        tax_id=party.tax_id,
        kind=(CustomerKind.FOREIGN if foreign else CustomerKind.DOMESTIC).value,
        language="en" if foreign else "es",
        credit_days=None,
        delivery=DeliveryMode.EMAIL.value,
        address="",
        segment="",
        support_required=[],
        portal="",
        status=CustomerStatus.WAITING_FOR_DATA.value,
    )
    keeper.session.add(row)
    keeper.session.flush()
    keeper.note(row.id, "customer_met", known_on, {"rfc": party.rfc, "name": party.name, "tax_id": party.tax_id})
    return row


def book_customer(keeper: Bookkeeper, record: CustomerRecord, known_on: dt.date, file: str) -> Taken:
    row = _find(keeper, record, file)
    values = _values(record)
    if row is None:
        row = CustomerRow(**values)
        keeper.session.add(row)
        keeper.session.flush()
        changed, outcome = values, Taken.NEW
    else:
        changed = {name: value for name, value in values.items() if getattr(row, name) != value}
        for name, value in changed.items():
            setattr(row, name, value)
        outcome = Taken.UPDATED if changed else Taken.UNCHANGED
    contacts_changed = _book_contacts(keeper, row, record.contacts)
    if changed or contacts_changed:
        keeper.note(row.id, "customer_data", known_on, {**changed, "contacts": contacts_changed})
        outcome = Taken.NEW if outcome is Taken.NEW else Taken.UPDATED
    _date_invoices(keeper, row, known_on)
    if "support_required" in changed:
        require_support_of_customer(keeper, row.id, known_on)
    return outcome


def _values(record: CustomerRecord) -> dict[str, Any]:
    return {
        "code": record.code,
        "identity": identity_of_record(record),
        "rfc": record.rfc,
        "name": record.name,
        "tax_id": record.tax_id,
        "kind": record.kind.value,
        "language": record.language,
        "credit_days": record.credit_days,
        "delivery": record.delivery.value,
        "address": record.address,
        "segment": record.segment,
        "support_required": list(record.support_required),
        "portal": record.portal,
        "status": CustomerStatus.ACTIVE.value,
    }


def _find(keeper: Bookkeeper, record: CustomerRecord, file: str) -> CustomerRow | None:
    """By code or identity. A code that belongs to one customer and an RFC that belongs to another are a person's to untangle."""
    identity = identity_of_record(record)
    found = list(keeper.session.scalars(select(CustomerRow).where(or_(CustomerRow.code == record.code, CustomerRow.identity == identity))))
    if not found:
        return _met_by_name(keeper, record)
    if len(found) > 1 or (found[0].identity != identity and not _may_be_completed(found[0])):
        raise refuse(
            file,
            _("the code {code} and the RFC {rfc} belong to different customers on file", code=record.code, rfc=record.rfc),
            _("correct the code or the RFC in the spreadsheet"),
            place=record.code,
        )
    return found[0]


def _may_be_completed(row: CustomerRow) -> bool:
    return row.rfc in GENERIC_RFCS


def _met_by_name(keeper: Bookkeeper, record: CustomerRecord) -> CustomerRow | None:
    """An invoice abroad may have come without the tax number that the spreadsheet has: then the name tells."""
    if record.rfc not in GENERIC_RFCS or not record.tax_id:
        return None
    by_name = identity_of_party(Party(record.rfc, record.name))
    return keeper.session.scalar(select(CustomerRow).where(CustomerRow.identity == by_name))


def _book_contacts(keeper: Bookkeeper, row: CustomerRow, records: tuple[ContactRecord, ...]) -> list[str]:
    """The spreadsheet's contacts are the whole list: those that it no longer names become inactive. Returns what changed, as texts."""
    known = {(contact.role, contact.email, contact.name if not contact.email else ""): contact for contact in _contacts(keeper, row.id)}
    changed = []
    for record in records:
        key = (record.role.value, record.email, record.name if not record.email else "")
        contact = known.pop(key, None)
        if contact is None:
            contact = ContactRow(customer_id=row.id, role=record.role.value, email=record.email, active=True, bounced_on=None)
            keeper.session.add(contact)
        elif contact.active and all(getattr(contact, name) == getattr(record, name) for name in CONTACT_FIELDS):
            continue
        for name in CONTACT_FIELDS:
            setattr(contact, name, getattr(record, name))
        contact.active = True
        changed.append(f"{record.role.value}: {record.email or record.name}")
    for gone in known.values():
        if gone.active:
            gone.active = False
            changed.append(f"-{gone.role}: {gone.email or gone.name}")
    return changed


def _contacts(keeper: Bookkeeper, customer_id: int) -> list[ContactRow]:
    return list(keeper.session.scalars(select(ContactRow).where(ContactRow.customer_id == customer_id)))


def _date_invoices(keeper: Bookkeeper, row: CustomerRow, known_on: dt.date) -> None:
    """Invoices that had to wait for the customer's credit days get their due date; those that have one keep it."""
    if row.credit_days is None:
        return
    for invoice in keeper.session.scalars(select(InvoiceRow).where(InvoiceRow.customer_id == row.id, InvoiceRow.due_on.is_(None))):
        if state_of(invoice).due_on is None:
            data = {"due_on": due_on(invoice.issued_on, row.credit_days), "credit_days": row.credit_days}
            keeper.enter(invoice, EntryKind.DUE_SET, known_on, data)


def waiting_for_data(session: Session) -> list[str]:
    """Codes of the customers that owe something and cannot be written to, because only their invoices are known."""
    query = select(CustomerRow.code).join(InvoiceRow, InvoiceRow.customer_id == CustomerRow.id)
    query = query.where(CustomerRow.status == CustomerStatus.WAITING_FOR_DATA.value, InvoiceRow.status == "open")
    return list(session.scalars(query.distinct().order_by(CustomerRow.code)))


def due_on(issued_on: dt.date, credit_days: int | None) -> str | None:
    """ISO date: CFDI has no due date (Anexo 20), so it is the day of issue and the credit days agreed."""
    return None if credit_days is None else days_after(issued_on, credit_days).isoformat()
