"""By which terms an invoice is due, and what comes of them in the book."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper, state_of
from cobranza_rules.calendar import days_after
from cobranza_rules.domain.due_basis import due_data, schedule_by, terms_of
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.domain.terms import Terms, terms_of_json
from cobranza_rules.language import Sentence, _
from cobranza_rules.money import Money
from cobranza_rules.store.tables import AgreementRow, CustomerRow, InvoiceRow

OF_THE_CUSTOMER = _("terms of the customer")


@dataclass(frozen=True, slots=True)
class AgreedTerms:
    """`source` says for people where they stand."""

    terms: Terms
    source: Sentence


def customer_terms(customer: CustomerRow) -> Terms | None:
    """None while its credit days are not known: without them nothing can be reckoned."""
    return None if customer.credit_days is None else terms_of_json({**(customer.terms or {}), "days": customer.credit_days})


def agreement_terms(session: Session, invoice: InvoiceRow) -> Terms | None:
    """Those of the agreement that covers the invoice; None where there is none, or where it leaves the customer's as they are."""
    if invoice.agreement_id is None:
        return None
    kept = session.scalar(select(AgreementRow.terms).where(AgreementRow.id == invoice.agreement_id))
    return terms_of_json(kept) if kept else None


def agreed_terms(session: Session, invoice: InvoiceRow, customer: CustomerRow) -> AgreedTerms | None:
    """The terms by which an invoice is due: its agreement's, else its customer's; None where none are known."""
    if (agreed := agreement_terms(session, invoice)) is not None:
        return AgreedTerms(agreed, _("terms of agreement {number}", number=invoice.agreement))
    terms = customer_terms(customer)
    return None if terms is None else AgreedTerms(terms, OF_THE_CUSTOMER)


def due_when_issued(keeper: Bookkeeper, invoice: InvoiceRow, customer: CustomerRow, total: Money) -> dict[str, Any]:
    """What its ISSUED entry says of the due date. CFDI has none (Anexo 20): it follows from the terms that were agreed.

    A customer's credit days from issue are the terms of nearly all of them, and say all by themselves.
    """
    agreed = agreed_terms(keeper.session, invoice, customer)
    if agreed is None:
        return {"credit_days": None, "due_on": None}
    if agreed.terms.plain and agreed.source == OF_THE_CUSTOMER:
        return {"credit_days": agreed.terms.days, "due_on": days_after(invoice.issued_on, agreed.terms.days).isoformat()}
    schedule = schedule_by(agreed.terms, state_of(invoice), total, keeper.calendar)
    return {**due_data(agreed.terms, schedule, 0), "source": agreed.source.as_json()}


def date_invoices(keeper: Bookkeeper, customer: CustomerRow, known_on: dt.date) -> None:
    """Invoices of which no terms were known get theirs; those that have some keep them, whatever is agreed for later ones."""
    if customer.credit_days is None:
        return
    waiting = select(InvoiceRow).where(InvoiceRow.customer_id == customer.id, InvoiceRow.credit_days.is_(None))
    for invoice in keeper.session.scalars(waiting.order_by(InvoiceRow.id)):
        agree(keeper, invoice, agreed_terms(keeper.session, invoice, customer), known_on)


def agree(keeper: Bookkeeper, invoice: InvoiceRow, agreed: AgreedTerms | None, known_on: dt.date) -> bool:
    """Sets the due date anew by other terms than those that count for the invoice; False where they are the same, or none."""
    state = state_of(invoice)
    if agreed is None or terms_of(state) == agreed.terms:
        return False
    schedule = schedule_by(agreed.terms, state, Money(invoice.total, invoice.currency), keeper.calendar)
    data = {**due_data(agreed.terms, schedule, state.paid), "source": agreed.source.as_json()}
    return keeper.enter(invoice, EntryKind.DUE_SET, known_on, data)
