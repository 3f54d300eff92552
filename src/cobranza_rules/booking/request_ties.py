"""Which invoice answers which billing request: by purchase order, else by amount, where only one can be meant; else a person says it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.domain.billing_request import BY_ORDER, Asked, Issued, answered, fit
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import BillingRequestRow, InvoiceRow

BY_PERSON = "person"


def tie_invoice(keeper: Bookkeeper, invoice: InvoiceRow, today: dt.date) -> None:
    """A new invoice answers a request that waits, if just one can be meant."""
    if invoice.request is not None or invoice.closed is not None:
        return
    found, by = answered(waiting_requests(keeper.session, invoice.customer_id), as_issued(invoice))
    if len(found) == 1:
        keeper.enter(invoice, EntryKind.REQUEST_TIED, today, {"request": found[0].id, "by": by})


def tie_request(keeper: Bookkeeper, row: BillingRequestRow, today: dt.date) -> None:
    """A new request is answered by an invoice that came before it, if just one can be meant, and it is the only request that one can mean."""
    assert row.customer_id is not None
    asked = as_asked(row)
    untied = select(InvoiceRow).where(InvoiceRow.customer_id == row.customer_id, InvoiceRow.request.is_(None), InvoiceRow.closed.is_(None))
    untied = untied.where(InvoiceRow.issued_on >= asked.approved_on, InvoiceRow.currency == asked.currency).order_by(InvoiceRow.id)
    fitting = [(fit(asked, as_issued(invoice)), invoice) for invoice in keeper.session.scalars(untied)]
    by_order = [invoice for by, invoice in fitting if by == BY_ORDER]
    found = by_order or [invoice for by, invoice in fitting if by]
    if len(found) == 1:
        tie_invoice(keeper, found[0], today)


def waiting_requests(session: Session, customer_id: int) -> list[Asked]:
    """Those that were accepted and that no invoice answers; a cancelled or substituted one answers nothing any more."""
    query = select(BillingRequestRow).where(
        BillingRequestRow.customer_id == customer_id, BillingRequestRow.state == "accepted", unanswered()
    )
    return [as_asked(row) for row in session.scalars(query.order_by(BillingRequestRow.id))]


def unanswered() -> ColumnElement[bool]:
    """Whether no invoice that stands answers a request."""
    return ~select(InvoiceRow.id).where(InvoiceRow.request == BillingRequestRow.id, InvoiceRow.closed.is_(None)).exists()


def as_asked(row: BillingRequestRow) -> Asked:
    assert row.approved_on is not None  # Without its approval none is accepted.
    return Asked(row.id, row.currency, row.minor, row.purchase_order, row.approved_on)


def as_issued(row: InvoiceRow) -> Issued:
    return Issued(row.id, row.currency, row.total, row.purchase_order, row.issued_on)


def invoices_of(keeper: Bookkeeper, request_id: int) -> list[InvoiceRow]:
    """The invoices that answer a request and stand."""
    query = select(InvoiceRow).where(InvoiceRow.request == request_id, InvoiceRow.closed.is_(None)).order_by(InvoiceRow.id)
    return list(keeper.session.scalars(query))


def tie_by_person(keeper: Bookkeeper, row: BillingRequestRow, invoice: InvoiceRow, who: str, today: dt.date) -> None:
    """What a person says counts more than what the program found, and an invoice goes over from another request.

    Raises ProblemError where the two cannot belong together.
    """
    problems = []
    if row.state != "accepted":
        problems.append(
            Problem(_("request {number} was refused", number=row.id), _("'cobranza request show {number}' says why", number=row.id))
        )
    elif row.customer_id != invoice.customer_id:
        what = _("invoice {invoice} and request {number} are of different customers", invoice=invoice.number, number=row.id)
        problems.append(Problem(what, _("'cobranza request list' shows the customer of each")))
    if row.currency != invoice.currency:
        what = _(
            "invoice {invoice} is in {currency}, request {number} in {other}",
            invoice=invoice.number,
            currency=invoice.currency,
            number=row.id,
            other=row.currency,
        )
        problems.append(Problem(what, _("have the invoice, or the request, made anew in the other currency")))
    if invoice.closed is not None:
        what = _("invoice {invoice} does not stand any more", invoice=invoice.number)
        problems.append(Problem(what, _("name the invoice that is in its place")))
    if invoice.request == row.id:
        what = _("invoice {invoice} answers request {number} already", invoice=invoice.number, number=row.id)
        problems.append(Problem(what, _("nothing has to be done")))
    if problems:
        raise ProblemError(problems)
    keeper.enter(invoice, EntryKind.REQUEST_TIED, today, {"request": row.id, "by": BY_PERSON, "who": who})
