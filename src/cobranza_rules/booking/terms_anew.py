"""Open invoices whose due date the present terms of their customer, or the present calendar, would set otherwise.

What was sold under some terms stays under them until a person says that it does not: a customer's list that changes may correct an error, or
tell of what is agreed from now on. Nothing here is entered without that word.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper, state_of
from cobranza_rules.booking.payment_terms import OF_THE_CUSTOMER, agreed_terms
from cobranza_rules.domain.due_basis import due_by, terms_of
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem
from cobranza_rules.store.tables import CustomerRow, EntryRow, InvoiceRow


@dataclass(frozen=True, slots=True)
class Otherwise:
    """An open invoice that would be due on another day, or by other terms; `by` says where these stand."""

    invoice: InvoiceRow
    number: str
    customer: str
    before: dt.date | None
    after: dt.date | None
    by: Sentence
    data: dict[str, Any]


def otherwise_due(keeper: Bookkeeper, customer_ids: Sequence[int] | None = None) -> Iterator[Otherwise]:
    """Of these customers, or of all, the oldest invoice first.

    A contrarrecibo's payment date stands whatever the terms are; without known terms, as where only the accounting system has a due date,
    there is nothing to reckon by.
    """
    query = select(InvoiceRow, CustomerRow).join(CustomerRow, CustomerRow.id == InvoiceRow.customer_id)
    query = query.where(InvoiceRow.status == "open", InvoiceRow.credit_days.is_not(None))
    if customer_ids is not None:
        query = query.where(InvoiceRow.customer_id.in_(customer_ids))
    for invoice, customer in keeper.session.execute(query.order_by(InvoiceRow.issued_on, InvoiceRow.id)).all():
        if (found := _otherwise(keeper, invoice, customer)) is not None:
            yield found


def reckon_anew(keeper: Bookkeeper, customer_ids: Sequence[int] | None, who: str, today: dt.date) -> list[Otherwise]:
    """Enters all of them; `who` is the address of the person who says so."""
    found = list(otherwise_due(keeper, customer_ids))
    for one in found:
        keeper.enter(one.invoice, EntryKind.DUE_SET, today, {**one.data, "source": one.by.as_json(), "who": who})
    return found


def keeping_other_terms(keeper: Bookkeeper, code: str, file: str) -> Problem | None:
    """A warning where the customer's terms are others by now, and open invoices keep those that they had."""
    customers = select(CustomerRow.id).where(CustomerRow.code == code)
    found = [one for one in otherwise_due(keeper, keeper.session.scalars(customers).all()) if one.by == OF_THE_CUSTOMER]
    if not found:
        return None
    what = _(
        "{count} open invoices of customer {customer} keep the terms by which they were booked",
        count=len(found),
        customer=found[0].customer,
    )
    hint = _("if the new ones are theirs, too: cobranza terms reckon {customer}", customer=found[0].customer)
    return Problem(what, hint, file, place=code, warning=True)


def _otherwise(keeper: Bookkeeper, invoice: InvoiceRow, customer: CustomerRow) -> Otherwise | None:
    state = state_of(invoice)
    agreed = agreed_terms(keeper.session, invoice, customer)
    if state.due_basis.payment_on is not None or agreed is None:
        return None
    data = due_by(agreed.terms, state, invoice.currency, keeper.calendar)
    if data is not None and agreed.terms != terms_of(state):
        first = _first_of(keeper.session, invoice)
        if first is not invoice and (agreed := agreed_terms(keeper.session, first, customer)) is not None:
            data = due_by(agreed.terms, state, invoice.currency, keeper.calendar)
    if data is None or agreed is None:
        return None
    after = dt.date.fromisoformat(data["due_on"]) if data["due_on"] else None
    return Otherwise(invoice, invoice.number, customer.code, invoice.due_on, after, agreed.source, data)


def _first_of(session: Session, invoice: InvoiceRow) -> InvoiceRow:
    """The invoice whose terms it has: its own, or the first one in whose place it stands."""
    inherited = select(EntryRow.data).where(EntryRow.invoice_id == invoice.id, EntryRow.kind == EntryKind.INHERITED.value)
    data = session.scalar(inherited.order_by(EntryRow.id.desc()).limit(1))
    return _first_of(session, session.get_one(InvoiceRow, data["source"])) if data is not None and data["due_on"] else invoice
