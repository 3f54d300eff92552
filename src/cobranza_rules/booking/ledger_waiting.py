"""What was waiting for invoices of which the accounting system has told the UUID: credits, payments and credit notes that came before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.credit_notes import FOR_AN_INVOICE, apply_waiting_credit_notes
from cobranza_rules.booking.ledger_credits import settle_invoices
from cobranza_rules.booking.payments import apply_waiting_payments
from cobranza_rules.store.tables import ApplicationRow, CreditNoteRow, InvoiceRow, RelationRow


def let_in(keeper: Bookkeeper, ids: Sequence[int], today: dt.date) -> None:
    """For nearly all of them nothing waits, which is asked once for all."""
    settle_invoices(keeper, ids, today)
    uuids = select(InvoiceRow.uuid).where(InvoiceRow.id.in_(ids))
    paid = set(
        keeper.session.scalars(select(ApplicationRow.invoice_uuid).where(ApplicationRow.invoice_uuid.in_(uuids), ~ApplicationRow.applied))
    )
    noted = select(RelationRow.target).join(CreditNoteRow, CreditNoteRow.uuid == RelationRow.source)
    noted = noted.where(RelationRow.target.in_(uuids), CreditNoteRow.state == FOR_AN_INVOICE)
    waited_for = paid.union(keeper.session.scalars(noted))
    for invoice in keeper.session.scalars(select(InvoiceRow).where(InvoiceRow.uuid.in_(waited_for)).order_by(InvoiceRow.id)).all():
        apply_waiting_payments(keeper, invoice, today)
        apply_waiting_credit_notes(keeper, invoice, today)
