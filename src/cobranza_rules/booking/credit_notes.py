"""Credit notes: applied where they are related to one invoice; one that names several goes to a person, for the XML gives no shares."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from cobranza_rules.booking.allocation import ALLOCATE
from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.customers import customer_of
from cobranza_rules.booking.discount_notes import credit, meant_by, uncredit, uncredited
from cobranza_rules.booking.ledger_notes import credits_of_note, number_in_ledger, settle_notes, withdraw_shares
from cobranza_rules.booking.tasks import open_task
from cobranza_rules.domain.document import CreditNoteRecord, RelationKind
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.domain.ledger_document import LedgerKind
from cobranza_rules.store.tables import CreditNoteRow, InvoiceRow, LedgerCreditRow, LedgerPartRow, RelationRow, TaskRow

REDUCING = frozenset({RelationKind.CREDIT_NOTE, RelationKind.RETURN, RelationKind.ADVANCE})
APPLIED, FOR_A_PERSON, FOR_AN_INVOICE, CANCELLED = "applied", "for_a_person", "for_an_invoice", "cancelled"
USED_UP = (APPLIED, CANCELLED)  # Nothing of it is left to be applied.


def related_invoices(record: CreditNoteRecord) -> list[str]:
    return list(dict.fromkeys(uuid for relation in record.relations if relation.kind in REDUCING for uuid in relation.uuids))


def book_credit_note(keeper: Bookkeeper, record: CreditNoteRecord, digest: str, today: dt.date) -> CreditNoteRow:
    """One that the ledger has told of already goes on as that of the CFDI; what else the ledger says of it is looked at anew."""
    targets = related_invoices(record)
    told = credits_of_note(keeper, record.uuid, number_in_ledger(record))
    customer_id = customer_of(keeper, record.receiver, today).id
    credit, own = next(((credit, own) for credit in told if (own := _told_alike(keeper, credit, record, customer_id))), (None, None))
    if credit is not None and own is not None:
        row = own
        _take_over(keeper, credit, own, record, digest, targets, today)
    else:
        row = _book_new(keeper, record, digest, customer_id, targets, today)
    invoices = select(InvoiceRow.id).where(InvoiceRow.uuid.in_(targets))
    beside = select(LedgerCreditRow).where(
        LedgerCreditRow.kind == LedgerKind.CREDIT_NOTE.value,
        LedgerCreditRow.id.in_(select(LedgerPartRow.credit_id).where(LedgerPartRow.invoice_id.in_(invoices))),
    )
    settle_notes(keeper, list({row.id: row for row in (*told, *keeper.session.scalars(beside))}.values()), today)
    return row


def _told_alike(keeper: Bookkeeper, credit: LedgerCreditRow, record: CreditNoteRecord, customer_id: int) -> CreditNoteRow | None:
    """The note for which the credit has stood by itself, where it is over the same amount for the same customer."""
    own = keeper.session.get(CreditNoteRow, credit.note_id) if credit.note_id is not None else None
    if own is None or own.document is not None:
        return None
    same = (own.customer_id, own.currency, own.total) == (customer_id, record.total.currency, record.total.minor)
    return own if same else None


def _take_over(
    keeper: Bookkeeper,
    credit: LedgerCreditRow,
    row: CreditNoteRow,
    record: CreditNoteRecord,
    digest: str,
    targets: list[str],
    today: dt.date,
) -> None:
    """The CFDI says which invoice it reduces, if it is related to one; shares that add up to it stand where it cannot."""
    row.uuid, row.number, row.document, row.issued_on = record.uuid, record.number, digest, record.issued_at.date()
    _note_received(keeper, row)
    alone = len(targets) == 1 and not _replaces_or_is_replaced(keeper, record)
    invoice = keeper.session.scalar(select(InvoiceRow).where(InvoiceRow.uuid == targets[0])) if alone else None
    shares = {int(key): minor for key, minor in credit.applied.items()}
    if shares == {invoice.id: row.total} if invoice is not None else sum(shares.values()) == row.total:
        return
    withdraw_shares(keeper, credit, row, today)
    row.state = FOR_AN_INVOICE if alone else FOR_A_PERSON
    if invoice is not None:
        _apply(keeper, row, invoice, today)
    elif not alone:
        _hand_to_person(keeper, row, targets, today)


def _note_received(keeper: Bookkeeper, row: CreditNoteRow) -> None:
    data = {"number": row.number, "minor": row.total, "currency": row.currency, "document": row.document}
    keeper.note(row.customer_id, "credit_note", row.issued_on, data)


def _book_new(
    keeper: Bookkeeper, record: CreditNoteRecord, digest: str, customer_id: int, targets: list[str], today: dt.date
) -> CreditNoteRow:
    row = CreditNoteRow(
        customer_id=customer_id,
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
    _note_received(keeper, row)
    sole = targets[0] if row.state == FOR_AN_INVOICE else ""
    invoice = keeper.session.scalar(select(InvoiceRow).where(InvoiceRow.uuid == sole))
    if invoice is not None:
        _apply(keeper, row, invoice, today)
    elif row.state == FOR_A_PERSON:
        _hand_to_person(keeper, row, targets, today)
    return row


def _replaces_or_is_replaced(keeper: Bookkeeper, record: CreditNoteRecord) -> bool:
    """Of two notes of which one substitutes the other (relation 04) only one counts: which, and how much of it is left, a person says."""
    if any(relation.kind == RelationKind.SUBSTITUTION for relation in record.relations):
        return True
    named = select(RelationRow.id).where(RelationRow.target == record.uuid, RelationRow.kind == RelationKind.SUBSTITUTION.value)
    return keeper.session.scalar(named.limit(1)) is not None


def _apply(keeper: Bookkeeper, row: CreditNoteRow, invoice: InvoiceRow, today: dt.date) -> None:
    """A note in another currency, over more than was invoiced, or on a closed CFDI is a person's: where it belongs no document says.

    So is one over another amount than what was taken off the invoice, and waits for its credit note.
    """
    settles = meant_by(keeper, row, invoice, row.total)
    doubtful = settles is None and uncredited(keeper, invoice)
    if row.currency != invoice.currency or row.total > invoice.total or invoice.closed is not None or doubtful:
        row.state = FOR_A_PERSON
        _hand_to_person(keeper, row, [invoice.uuid or ""], today)
        return
    row.state = APPLIED
    data = {"credit_note": row.id, "number": row.number, "minor": row.total}
    credit(keeper, invoice, row, data, [settles] if settles is not None else [])


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


def free_credit_notes(keeper: Bookkeeper, invoice: InvoiceRow, today: dt.date) -> bool:
    """Notes that were about a cancelled invoice alone are a person's again. True where it keeps the share of one that was about several."""
    kept = False
    for key, minor in sorted(invoice.applied.items()):
        if not key.startswith("c"):
            continue
        note = keeper.session.get_one(CreditNoteRow, int(key[1:]))
        if minor != note.total:
            kept = True
            continue
        uncredit(keeper, invoice, note, today, EntryKind.CREDIT_REVERSED)
        note.state = FOR_A_PERSON
        _hand_to_person(keeper, note, [invoice.uuid or invoice.number], today)
    return kept


def cancel_credit_note(keeper: Bookkeeper, note: CreditNoteRow, on: dt.date, today: dt.date) -> bool:
    """What it took off is owed again. False where it is cancelled already."""
    if note.state == CANCELLED:
        return False
    note.state = CANCELLED
    keeper.note(note.customer_id, "credit_note_cancelled", on, {"number": note.number, "minor": note.total, "currency": note.currency})
    for invoice in keeper.session.scalars(select(InvoiceRow).where(InvoiceRow.customer_id == note.customer_id).order_by(InvoiceRow.id)):
        if f"c{note.id}" in invoice.applied:
            uncredit(keeper, invoice, note, today, EntryKind.CREDIT_REVERSED)
    asked = select(TaskRow).where(TaskRow.name == ALLOCATE, TaskRow.customer_id == note.customer_id, TaskRow.state == "open")
    for task in keeper.session.scalars(asked):
        if task.detail.get("note_id") == note.id:
            task.state = "withdrawn"
    return True
