"""A CFDI that comes after the ledger's row of the same invoice: its facts win, and the row stays as its other source if it agrees."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.customers import customer_of
from cobranza_rules.booking.document import Document
from cobranza_rules.booking.ledger_charges import name_applications
from cobranza_rules.booking.ledger_credits import settle_credits
from cobranza_rules.booking.ledger_numbers import without_cfdi
from cobranza_rules.booking.payment_terms import due_when_issued
from cobranza_rules.domain.document import InvoiceRecord, exchange_rate_of
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.language import _
from cobranza_rules.money import Money
from cobranza_rules.problems import Problem
from cobranza_rules.store.tables import CustomerRow, InvoiceRow, LedgerChargeRow, LedgerPartRow


def told_by_the_ledger(keeper: Bookkeeper, record: InvoiceRecord) -> InvoiceRow | None:
    """The invoice of a CFDI, where only the ledger has told of it so far."""
    by_uuid = select(InvoiceRow).where(InvoiceRow.uuid == record.uuid, InvoiceRow.document.is_(None))
    return keeper.session.scalar(by_uuid) or without_cfdi(keeper.session, record.series, record.folio)


def merge(keeper: Bookkeeper, row: InvoiceRow, document: Document, today: dt.date, warnings: list[Problem]) -> bool:
    """False where the two cannot be one invoice: the one that only the ledger told of has left the book then.

    A total that is another one is that of the CFDI from now on. In both cases the ledger's row waits, as it would had it come later.
    """
    record = document.record
    assert isinstance(record, InvoiceRecord)
    customer = customer_of(keeper, record.receiver, today)
    other = _other(keeper, row, record, customer)
    if other or row.total != record.total.minor:
        warnings.append(_warning(keeper, row, document, other or (str(Money(row.total, row.currency)), str(record.total))))
        _leave_ledger(keeper, row, today)
    if other:
        keeper.enter(row, EntryKind.CANCELLED, today, {"reason": "ledger-conflict", "uuid": record.uuid})
        row.uuid = None
        keeper.session.flush()
        return False
    _take_facts(keeper, row, document, record, customer)
    return True


def _other(keeper: Bookkeeper, row: InvoiceRow, record: InvoiceRecord, customer: CustomerRow) -> tuple[str, str] | None:
    """What makes them two invoices, as the ledger and as the CFDI has it."""
    if row.uuid not in (None, record.uuid):
        return str(row.uuid), record.uuid
    if row.currency != record.total.currency:
        return row.currency, record.total.currency
    if row.customer_id != customer.id:
        return keeper.session.get_one(CustomerRow, row.customer_id).rfc, customer.rfc
    return None


def _warning(keeper: Bookkeeper, row: InvoiceRow, document: Document, differing: tuple[str, str]) -> Problem:
    charge = keeper.session.scalars(select(LedgerChargeRow).where(LedgerChargeRow.invoice_id == row.id)).one()
    what = _(
        "invoice {number}: the CFDI says {cfdi}, but the row '{place}' of {file} says {ledger}",
        number=row.number,
        cfdi=differing[1],
        place=charge.place,
        file=charge.file,
        ledger=differing[0],
    )
    return Problem(what, _("the CFDI counts; correct the row, and import the report again"), document.file, warning=True)


def _leave_ledger(keeper: Bookkeeper, row: InvoiceRow, today: dt.date) -> None:
    """Nothing that the ledger says of it counts any more: neither what is open nor what its credits cover."""
    keeper.session.execute(delete(LedgerChargeRow).where(LedgerChargeRow.invoice_id == row.id))
    keeper.enter(row, EntryKind.LEDGER_STATED, today, {})
    touched = list(keeper.session.scalars(select(LedgerPartRow.credit_id).where(LedgerPartRow.invoice_id == row.id)))
    keeper.session.execute(delete(LedgerPartRow).where(LedgerPartRow.invoice_id == row.id))
    settle_credits(keeper, touched, today)


def _take_facts(keeper: Bookkeeper, row: InvoiceRow, document: Document, record: InvoiceRecord, customer: CustomerRow) -> None:
    row.uuid, row.document = record.uuid, document.digest
    row.series, row.folio, row.number = record.series, record.folio, record.number
    row.payment_method, row.payment_terms, row.purchase_order = record.payment_method, record.payment_terms, record.purchase_order
    row.exchange_rate = exchange_rate_of(record)
    moved, row.issued_on = row.issued_on != record.issued_at.date(), record.issued_at.date()
    keeper.enter(row, EntryKind.CFDI_BOOKED, row.issued_on, {"uuid": record.uuid})
    if moved or row.total != record.total.minor:
        due = due_when_issued(keeper, row, customer, record.total)
        if due["due_on"] is None and row.total == record.total.minor and row.due_on is not None:
            due["due_on"] = row.due_on.isoformat()  # The ledger's, which still counts.
        keeper.enter(row, EntryKind.ISSUED, row.issued_on, {"minor": record.total.minor, **due})
    name_applications(keeper, row)
    keeper.session.flush()
