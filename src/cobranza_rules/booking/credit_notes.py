"""Credit notes: applied where they are related to one invoice; one that names several goes to a person, for the XML gives no shares."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from cobranza_rules.booking.allocation import ALLOCATE
from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.customers import customer_of
from cobranza_rules.booking.tasks import open_task
from cobranza_rules.domain.document import CreditNoteRecord, RelationKind
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.store.tables import CreditNoteRow, InvoiceRow, RelationRow

REDUCING = frozenset({RelationKind.CREDIT_NOTE, RelationKind.RETURN, RelationKind.ADVANCE})
APPLIED, FOR_A_PERSON, FOR_AN_INVOICE = "applied", "for_a_person", "for_an_invoice"


def related_invoices(record: CreditNoteRecord) -> list[str]:
    return list(dict.fromkeys(uuid for relation in record.relations if relation.kind in REDUCING for uuid in relation.uuids))


def book_credit_note(keeper: Bookkeeper, record: CreditNoteRecord, digest: str, today: dt.date) -> None:
    targets = related_invoices(record)
    row = CreditNoteRow(
        customer_id=customer_of(keeper, record.receiver, today).id,
        uuid=record.uuid,
        number=record.number,
        currency=record.total.currency,
        total=record.total.minor,
        issued_on=record.issued_at.date(),
        state=FOR_AN_INVOICE if len(targets) == 1 and not _replaces_or_is_replaced(keeper, record) else FOR_A_PERSON,
        document=digest,
    )
    keeper.session.add(row)
    keeper.session.flush()
    keeper.note(row.customer_id, "credit_note", row.issued_on, {"number": row.number, "minor": row.total, "currency": row.currency})
    sole = targets[0] if row.state == FOR_AN_INVOICE else ""
    invoice = keeper.session.scalar(select(InvoiceRow).where(InvoiceRow.uuid == sole))
    if invoice is not None:
        _apply(keeper, row, invoice, today)
    elif row.state == FOR_A_PERSON:
        _hand_to_person(keeper, row, targets, today)


def _replaces_or_is_replaced(keeper: Bookkeeper, record: CreditNoteRecord) -> bool:
    """Of two notes of which one substitutes the other (relation 04) only one counts: which, and how much of it is left, a person says."""
    if any(relation.kind == RelationKind.SUBSTITUTION for relation in record.relations):
        return True
    named = select(RelationRow.id).where(RelationRow.target == record.uuid, RelationRow.kind == RelationKind.SUBSTITUTION.value)
    return keeper.session.scalar(named.limit(1)) is not None


def _apply(keeper: Bookkeeper, row: CreditNoteRow, invoice: InvoiceRow, today: dt.date) -> None:
    """A note in another currency, over more than was invoiced, or on a closed CFDI is a person's: where it belongs no document says."""
    if row.currency != invoice.currency or row.total > invoice.total or invoice.closed is not None:
        row.state = FOR_A_PERSON
        _hand_to_person(keeper, row, [invoice.uuid], today)
        return
    row.state = APPLIED
    keeper.enter(invoice, EntryKind.CREDIT_APPLIED, row.issued_on, {"credit_note": row.id, "number": row.number, "minor": row.total})


def _hand_to_person(keeper: Bookkeeper, row: CreditNoteRow, targets: list[str], today: dt.date) -> None:
    ids = list(keeper.session.scalars(select(InvoiceRow.id).where(InvoiceRow.uuid.in_(targets))))
    detail = {"note_id": row.id, "credit_note": row.number, "minor": row.total, "currency": row.currency}
    open_task(keeper, ALLOCATE, row.customer_id, "collections_analyst", today, ids, detail, alone=True)


def apply_waiting_credit_notes(keeper: Bookkeeper, invoice: InvoiceRow, today: dt.date) -> None:
    waiting = (
        select(CreditNoteRow)
        .join(RelationRow, RelationRow.source == CreditNoteRow.uuid)
        .where(RelationRow.target == invoice.uuid, CreditNoteRow.state == FOR_AN_INVOICE)
        .distinct()
    )
    for row in list(keeper.session.scalars(waiting)):
        _apply(keeper, row, invoice, today)
