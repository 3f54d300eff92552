"""Invoices: booked once by UUID, with what was waiting for them; a CFDI that substitutes another takes its place at once."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from cobranza_rules.booking.agreed_or_asked import agreed_or_asked
from cobranza_rules.booking.agreements import cover_invoice
from cobranza_rules.booking.bookkeeper import Bookkeeper, put_state
from cobranza_rules.booking.cancelled_documents import settle_invoice
from cobranza_rules.booking.credit_notes import apply_waiting_credit_notes
from cobranza_rules.booking.customers import customer_of
from cobranza_rules.booking.document import Document, require_same
from cobranza_rules.booking.ledger_credits import settle_invoices
from cobranza_rules.booking.ledger_merging import merge, told_by_the_ledger
from cobranza_rules.booking.outcome import Taken, refuse
from cobranza_rules.booking.payment_terms import due_when_issued
from cobranza_rules.booking.payments import apply_waiting_payments
from cobranza_rules.booking.relations import relate
from cobranza_rules.booking.request_ties import tie_invoice
from cobranza_rules.booking.substitution import substitute
from cobranza_rules.booking.support import require_support
from cobranza_rules.domain.document import InvoiceRecord, RelationKind, exchange_rate_of
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.domain.invoice import InvoiceState
from cobranza_rules.language import _
from cobranza_rules.problems import Problem
from cobranza_rules.store.tables import InvoiceRow


def book_invoice(keeper: Bookkeeper, document: Document, today: dt.date, opening: dt.date | None, warnings: list[Problem]) -> Taken:
    """`opening`: what was issued up to that day was delivered before the program came. `warnings` takes what the ledger says otherwise."""
    record = document.record
    assert isinstance(record, InvoiceRecord)
    known = keeper.session.scalar(select(InvoiceRow).where(InvoiceRow.uuid == record.uuid))
    if known is not None and known.document is not None:
        require_same(known.document, record.uuid, document)
        return Taken.UNCHANGED
    row = told_by_the_ledger(keeper, record)
    merged = row is not None and merge(keeper, row, document, today, warnings)
    if row is None or not merged:
        _refuse_taken_number(keeper, record, document.file)
        row = _new_row(keeper, document, record, today)
    relate(keeper, record.uuid, record.relations)
    if opening is not None and row.issued_on <= opening and row.delivery == "pending":
        keeper.enter(row, EntryKind.DELIVERED, row.issued_on, {"opening": True})
    agreed, asked = agreed_or_asked(keeper, row.customer_id)
    if agreed:
        cover_invoice(keeper, row, today)
    require_support(keeper, row, today)
    substitute(keeper, row, record, today)
    if asked:
        tie_invoice(keeper, row, today)
    if merged:
        settle_invoices(keeper, [row.id], today)
    apply_waiting_payments(keeper, row, today)
    apply_waiting_credit_notes(keeper, row, today)
    settle_invoice(keeper, row, today)
    return Taken.UPDATED if merged else Taken.NEW


def _refuse_taken_number(keeper: Bookkeeper, record: InvoiceRecord, file: str) -> None:
    if not (record.series or record.folio):
        return
    substituted = {uuid for relation in record.relations if relation.kind == RelationKind.SUBSTITUTION for uuid in relation.uuids}
    standing = select(InvoiceRow).where(
        InvoiceRow.series == record.series,
        InvoiceRow.folio == record.folio,
        InvoiceRow.status.in_(("open", "paid")),
        InvoiceRow.uuid.not_in(substituted),
    )
    same = keeper.session.scalar(standing.order_by(InvoiceRow.id))
    if same is not None:
        raise refuse(
            file,
            _("invoice {number} is in the book under another UUID, {uuid}", number=record.number, uuid=str(same.uuid)),
            _("if this one replaces it, it has to say so with relation 04"),
        )


def _new_row(keeper: Bookkeeper, document: Document, record: InvoiceRecord, today: dt.date) -> InvoiceRow:
    customer = customer_of(keeper, record.receiver, today)
    row = InvoiceRow(
        customer_id=customer.id,
        uuid=record.uuid,
        series=record.series,
        folio=record.folio,
        number=record.number,
        currency=record.total.currency,
        issued_on=record.issued_at.date(),
        payment_method=record.payment_method,
        payment_terms=record.payment_terms,
        purchase_order=record.purchase_order,
        exchange_rate=exchange_rate_of(record),
        document=document.digest,
    )
    put_state(row, InvoiceState())
    keeper.session.add(row)
    keeper.session.flush()
    keeper.enter(
        row, EntryKind.ISSUED, row.issued_on, {"minor": record.total.minor, **due_when_issued(keeper, row, customer, record.total)}
    )
    return row
