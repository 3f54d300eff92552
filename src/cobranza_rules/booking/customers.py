"""Customers: found by code or identity, made when an invoice names one that is not on file, completed when their data comes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.contacts import book_contacts
from cobranza_rules.booking.identity import identity_of_party, identity_of_record, provisional_code
from cobranza_rules.booking.outcome import Taken, refuse
from cobranza_rules.booking.payment_terms import date_invoices
from cobranza_rules.booking.support import require_support_of_customer
from cobranza_rules.domain.customer import GENERIC_RFCS, CustomerKind, CustomerRecord, CustomerStatus, DeliveryMode, Party
from cobranza_rules.domain.terms import terms_as_json
from cobranza_rules.language import _
from cobranza_rules.problems import Problem
from cobranza_rules.store.tables import CustomerRow, InvoiceRow

ABROAD = "XEXX010101000"
OPTIONAL = frozenset({"tax_id", "kind", "language", "credit_days", "delivery", "address", "segment", "support_required", "portal"})


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


def book_customer(keeper: Bookkeeper, record: CustomerRecord, known_on: dt.date, file: str, warnings: list[Problem]) -> Taken:
    """What the record says nothing of stays as it is on file. Raises ProblemError where it cannot be told whose data it is."""
    row = _find(keeper, record, file)
    if row is None:
        values = _values(record) | {"terms": _terms(record, None)}
        row = CustomerRow(**values)
        keeper.session.add(row)
        keeper.session.flush()
        changed, outcome = values, Taken.NEW
    else:
        changed = _changes(row, record)
        for name, value in changed.items():
            setattr(row, name, value)
        outcome = Taken.UPDATED if changed else Taken.UNCHANGED
    contacts_changed = book_contacts(keeper, row, record, known_on, file, warnings)
    if changed or contacts_changed:
        keeper.note(row.id, "customer_data", known_on, {**changed, "contacts": contacts_changed})
        outcome = Taken.NEW if outcome is Taken.NEW else Taken.UPDATED
    date_invoices(keeper, row, known_on)
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


def _changes(row: CustomerRow, record: CustomerRecord) -> dict[str, Any]:
    """Columns of the row that become others. Code, RFC and name say who it is, and are always there."""
    values = {name: value for name, value in _values(_completed(row, record)).items() if name not in OPTIONAL or record.tells(name)}
    values["terms"] = _terms(record, row.terms)
    if row.status == CustomerStatus.BLOCKED:
        del values["status"]
    return {name: value for name, value in values.items() if getattr(row, name) != value}


def _completed(row: CustomerRow, record: CustomerRecord) -> CustomerRecord:
    """A tax number that is on file still tells who a customer abroad is."""
    return record if record.tells("tax_id") else replace(record, tax_id=row.tax_id)


def _terms(record: CustomerRecord, on_file: Mapping[str, Any] | None) -> dict[str, Any] | None:
    told = {name: value for name, value in terms_as_json(record.terms).items() if name != "days" and record.tells(name)}
    kept = {name: value for name, value in (on_file or {}).items() if not record.tells(name)}
    return {**kept, **told} or None


def _find(keeper: Bookkeeper, record: CustomerRecord, file: str) -> CustomerRow | None:
    """By code or identity. A code that belongs to one customer and an RFC that belongs to another are a person's to untangle."""
    identity = identity_of_record(record)
    found = list(keeper.session.scalars(select(CustomerRow).where(or_(CustomerRow.code == record.code, CustomerRow.identity == identity))))
    if not found:
        return _met_by_name(keeper, record)
    if len(found) > 1 or (found[0].identity != identity_of_record(_completed(found[0], record)) and not _may_be_completed(found[0])):
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


def owing(session: Session, status: CustomerStatus) -> list[str]:
    """Codes of the customers of that status that owe something, such as those to whom nothing is sent for it."""
    query = select(CustomerRow.code).join(InvoiceRow, InvoiceRow.customer_id == CustomerRow.id)
    query = query.where(CustomerRow.status == status.value, InvoiceRow.status == "open")
    return list(session.scalars(query.distinct().order_by(CustomerRow.code)))
