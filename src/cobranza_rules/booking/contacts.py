"""The contacts of a customer as its data name them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from cobranza_rules.booking.asked_of_data import as_people_asked
from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.outcome import refuse
from cobranza_rules.domain.customer import ContactRecord, ContactRole, CustomerRecord
from cobranza_rules.language import _, word
from cobranza_rules.problems import Problem
from cobranza_rules.store.tables import ContactRow, CustomerRow

FIELDS = ("name", "title", "phone", "address")


def book_contacts(
    keeper: Bookkeeper, row: CustomerRow, record: CustomerRecord, known_on: dt.date, file: str, warnings: list[Problem]
) -> list[str]:
    """Returns what changed, as texts; `warnings` takes what was not taken, because people asked so. Raises ProblemError where it cannot be told to which contact something belongs.

    The contacts of a role are its whole list: those that it no longer names become inactive. A role, or a field of a contact, of which the
    data say nothing stays as it is.
    """
    changed: list[str] = []
    for role in ContactRole:
        listed = [contact for contact in record.contacts if contact.role is role]
        records = as_people_asked(keeper.session, row, listed, file, warnings)
        known = [contact for contact in _contacts(keeper, row.id) if contact.role == role.value]
        fields = [name for name in FIELDS if record.tells((role, name))]
        if record.tells((role, "email")):
            changed += _whole_list(keeper, row, records, known, fields, known_on)
        elif fields:
            changed += _without_addresses(keeper, row, records, known, fields, file)
    return changed


def _whole_list(
    keeper: Bookkeeper, row: CustomerRow, records: list[ContactRecord], known: list[ContactRow], fields: list[str], known_on: dt.date
) -> list[str]:
    by_key = {(contact.email, contact.name if not contact.email else ""): contact for contact in known}
    changed = []
    for record in records:
        contact = by_key.pop((record.email, record.name if not record.email else ""), None)
        if contact is None:
            changed.append(_add(keeper, row, record))
        elif not contact.active or any(getattr(contact, name) != getattr(record, name) for name in fields):
            changed.append(_put(contact, record, fields))
    for gone in by_key.values():
        if gone.active:
            gone.active, gone.ended_on = False, known_on
            changed.append(f"-{gone.role}: {gone.email or gone.name}")
    return changed


def _without_addresses(
    keeper: Bookkeeper, row: CustomerRow, records: list[ContactRecord], known: list[ContactRow], fields: list[str], file: str
) -> list[str]:
    """Data without e-mail addresses speak of the only contact that there is."""
    active = [contact for contact in known if contact.active]
    if not active:
        return [_add(keeper, row, record) for record in records]
    record = records[0] if records else ContactRecord(ContactRole(active[0].role), "")
    if all(getattr(contact, name) == getattr(record, name) for contact in active for name in fields):
        return []
    if len(active) > 1:
        raise refuse(
            file,
            _("the customer '{code}' has several contacts of the kind {role}", code=row.code, role=word(active[0].role)),
            _("give the column with their e-mail addresses, too: it tells them apart"),
            place=row.code,
        )
    return [_put(active[0], record, fields)]


def _add(keeper: Bookkeeper, row: CustomerRow, record: ContactRecord) -> str:
    contact = ContactRow(customer_id=row.id, role=record.role.value, email=record.email, active=True, bounced_on=None)
    keeper.session.add(contact)
    return _put(contact, record, list(FIELDS))


def _put(contact: ContactRow, record: ContactRecord, fields: list[str]) -> str:
    for name in fields:
        setattr(contact, name, getattr(record, name))
    contact.active, contact.ended_on = True, None
    return f"{contact.role}: {contact.email or contact.name}"


def _contacts(keeper: Bookkeeper, customer_id: int) -> list[ContactRow]:
    """But for those whose data are blocked, which nothing reads."""
    query = select(ContactRow).where(ContactRow.customer_id == customer_id, ContactRow.blocked_on.is_(None))
    return list(keeper.session.scalars(query.order_by(ContactRow.id)))
