"""An invoice whose cancellation the SAT has under way, has refused, or has carried out; what becomes of its money a person says."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cobranza_rules.booking.applications import parts_of, uncover
from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.credit_notes import free_credit_notes
from cobranza_rules.booking.tasks import open_task
from cobranza_rules.domain.cfdi_status import CfdiStatus, Standing
from cobranza_rules.domain.document import RelationKind
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.domain.invoice import InvoiceStatus
from cobranza_rules.store.tables import ApplicationRow, InvoiceRow, RelationRow, TaskRow

REVIEW_CANCELLATION = "review-cancellation"


def follow(keeper: Bookkeeper, invoice: InvoiceRow, standing: Standing, status: CfdiStatus, today: dt.date) -> bool:
    """Brings the invoice to where it stands at the SAT; `status` is what told it. False where it stands there already.

    One that was substituted stays so: that the SAT has cancelled it is what a substitution is.
    """
    data = {"state": status.state.value, "process": status.process.value}
    if invoice.closed is not None:
        return False
    if standing is Standing.CANCELLED:
        _cancel(keeper, invoice, status.happened_on, data, today)
        return True
    kind = EntryKind.CANCELLATION_REQUESTED if standing is Standing.IN_PROCESS else EntryKind.CANCELLATION_REFUSED
    return keeper.enter(invoice, kind, status.as_of, data)


def _cancel(keeper: Bookkeeper, invoice: InvoiceRow, on: dt.date, data: dict[str, str], today: dt.date) -> None:
    """What it was paid is nobody's yet; and whatever it had substituted may be owed again, which only a person can say."""
    freed = parts_of(keeper, invoice, applied=True)
    keeper.enter(invoice, EntryKind.CANCELLED, on, data)
    for part in freed:
        uncover(keeper, invoice, part, today)
    kept = free_credit_notes(keeper, invoice, today)
    if freed or kept or _replaced_by(keeper, invoice) or parts_of(keeper, invoice, applied=False):
        ask_about_money(keeper, invoice, today)


def _replaced_by(keeper: Bookkeeper, invoice: InvoiceRow) -> list[int]:
    replaced = (
        select(InvoiceRow.id)
        .join(RelationRow, RelationRow.target == InvoiceRow.uuid)
        .where(RelationRow.source == invoice.uuid, RelationRow.kind == RelationKind.SUBSTITUTION.value)
        .where(InvoiceRow.status == InvoiceStatus.SUBSTITUTED.value)
    )
    return list(keeper.session.scalars(replaced.order_by(InvoiceRow.id)))


def ask_about_money(keeper: Bookkeeper, invoice: InvoiceRow, today: dt.date) -> None:
    """What was paid for a cancelled invoice covers nothing: it is applied to another one, or given back."""
    paid = sum(part.minor for part in parts_of(keeper, invoice, applied=False))
    detail = {"cancelled": invoice.number, "paid": paid, "currency": invoice.currency}
    ids = [invoice.id, *_replaced_by(keeper, invoice)]
    open_task(keeper, REVIEW_CANCELLATION, invoice.customer_id, "collections_analyst", today, ids, detail)


def hold_unproven(keeper: Bookkeeper, receipt: str, uncovered: list[InvoiceRow], today: dt.date) -> None:
    """Invoices whose payment receipt was cancelled, by its UUID: they count as disputed until a person has looked."""
    for customer_id in sorted({invoice.customer_id for invoice in uncovered}):
        own = [invoice for invoice in uncovered if invoice.customer_id == customer_id]
        ids = [invoice.id for invoice in own]
        open_task(keeper, REVIEW_CANCELLATION, customer_id, "collections_analyst", today, ids, {"receipt": receipt})
        for invoice in own:
            if invoice.status == InvoiceStatus.OPEN:
                keeper.enter(invoice, EntryKind.DISPUTE_OPENED, today, {"reason": REVIEW_CANCELLATION})


def paid_for_cancelled(session: Session, customer_id: int, currency: str) -> list[tuple[str, int]]:
    """Invoices with what was paid for them (minor units), until a person has said what becomes of it."""
    asked = select(TaskRow.invoices).where(TaskRow.name == REVIEW_CANCELLATION, TaskRow.customer_id == customer_id, TaskRow.state == "open")
    ids = {invoice_id for invoices in session.scalars(asked) for invoice_id in invoices}
    query = (
        select(InvoiceRow.number, func.sum(ApplicationRow.minor))
        .join(ApplicationRow, ApplicationRow.invoice_uuid == InvoiceRow.uuid)
        .where(InvoiceRow.id.in_(ids), InvoiceRow.status == InvoiceStatus.CANCELLED.value, InvoiceRow.currency == currency)
        .where(ApplicationRow.applied.is_(False), ApplicationRow.currency == currency)
        .group_by(InvoiceRow.id, InvoiceRow.number)
    )
    return [(number, int(minor)) for number, minor in session.execute(query.order_by(InvoiceRow.id))]
