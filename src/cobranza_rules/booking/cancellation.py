"""An invoice whose cancellation the SAT has under way, has refused, or has carried out; what becomes of its money a person says."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from cobranza_rules.booking.applications import parts_of, uncover
from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.credit_notes import free_credit_notes
from cobranza_rules.booking.discounts import give_up_of_invoice
from cobranza_rules.booking.tasks import open_task
from cobranza_rules.domain.cfdi_status import CfdiStatus, Standing
from cobranza_rules.domain.document import RelationKind
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.domain.invoice import InvoiceStatus
from cobranza_rules.language import _
from cobranza_rules.money import Money
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import ApplicationRow, InvoiceRow, RelationRow, TaskRow

REVIEW_CANCELLATION = "review-cancellation"
KEPT, GIVEN_BACK = "kept", "given_back"  # What a person may say of the money that was paid for a cancelled invoice


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
    give_up_of_invoice(keeper, invoice, today)
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


def paid_for_cancelled(session: Session, customer_id: int, currency: str | None = None) -> list[tuple[str, Money]]:
    """Invoices with what was paid for them: unapplied cash of the customer, until a receipt says otherwise, or a person that it was given back.

    In a currency, or in all of them.
    """
    of_it = or_(ApplicationRow.invoice_uuid == InvoiceRow.uuid, ApplicationRow.invoice_id == InvoiceRow.id)
    query = (
        select(InvoiceRow.number, InvoiceRow.currency, func.sum(ApplicationRow.minor))
        .join(ApplicationRow, of_it)
        .where(InvoiceRow.customer_id == customer_id, InvoiceRow.status == InvoiceStatus.CANCELLED.value)
        .where(ApplicationRow.applied.is_(False), ApplicationRow.currency == InvoiceRow.currency)
        .where(InvoiceRow.id.not_in(_given_back(session, customer_id)))
        .group_by(InvoiceRow.id, InvoiceRow.number, InvoiceRow.currency)
    )
    if currency is not None:
        query = query.where(InvoiceRow.currency == currency)
    return [(number, Money(int(minor), own)) for number, own, minor in session.execute(query.order_by(InvoiceRow.id))]


def _given_back(session: Session, customer_id: int) -> set[int]:
    """What came since is asked about anew."""
    asked = select(TaskRow.state, TaskRow.answer, TaskRow.invoices).where(
        TaskRow.name == REVIEW_CANCELLATION, TaskRow.customer_id == customer_id
    )
    given_back: set[int] = set()
    for state, answer, invoices in session.execute(asked.order_by(TaskRow.id)):
        if state == "done" and answer == GIVEN_BACK:
            given_back.update(invoices)
        else:
            given_back.difference_update(invoices)
    return given_back


def check_review(answer: str) -> None:
    """Raises ProblemError where it is no answer to what becomes of the money."""
    if answer not in ("", KEPT, GIVEN_BACK):
        what = _("'{answer}' does not say what becomes of the money", answer=answer)
        hint = _("give --answer {kept}, and it stays unapplied cash of the customer, or {given_back}", kept=KEPT, given_back=GIVEN_BACK)
        raise ProblemError([Problem(what, hint)])
