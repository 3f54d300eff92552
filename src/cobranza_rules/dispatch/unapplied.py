"""What stands against a customer's debt and covers no invoice yet: credit notes, what is left of payments, paid beyond a balance or for a cancelled invoice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cobranza_rules.booking.cancellation import paid_for_cancelled
from cobranza_rules.booking.credit_notes import USED_UP
from cobranza_rules.catalogue import translator
from cobranza_rules.domain.invoice import InvoiceStatus
from cobranza_rules.language import N_, Sentence
from cobranza_rules.money import Money
from cobranza_rules.store.on_account import rests_of_deposits
from cobranza_rules.store.tables import CreditNoteRow, CustomerRow, InvoiceRow


def unapplied(session: Session, customer_id: int, currency: str) -> tuple[tuple[str, Money], ...]:
    """Numbers of credit notes that no invoice has taken yet, of overpaid invoices and paid ones that were cancelled; days of payments with a rest."""
    return tuple((number, amount) for _kind, number, amount in _found(session, customer_id, currency))


def customers_with_unapplied(session: Session, customers: Sequence[int]) -> frozenset[int]:
    """Which of them there may be something unapplied for; most customers have nothing of the kind."""
    notes = select(CreditNoteRow.customer_id).where(CreditNoteRow.customer_id.in_(customers), CreditNoteRow.state.not_in(USED_UP))
    invoices = select(InvoiceRow.customer_id).where(InvoiceRow.customer_id.in_(customers))
    over = invoices.where(or_(InvoiceRow.balance < 0, InvoiceRow.status == InvoiceStatus.CANCELLED.value))
    rests = {customer_id for customer_id, _line, _cash in rests_of_deposits(session)}
    return frozenset((*session.scalars(notes.distinct()), *session.scalars(over.distinct()), *rests.intersection(customers)))


def _found(session: Session, customer_id: int, currency: str) -> Iterator[tuple[str, str, Money]]:
    """With the message id of what each is."""
    notes = select(CreditNoteRow.number, CreditNoteRow.total).where(
        CreditNoteRow.customer_id == customer_id, CreditNoteRow.currency == currency, CreditNoteRow.state.not_in(USED_UP)
    )
    for number, minor in session.execute(notes.order_by(CreditNoteRow.id)):
        yield N_("credit note {number}"), number, Money(minor, currency)
    over = select(InvoiceRow.number, InvoiceRow.balance).where(
        InvoiceRow.customer_id == customer_id, InvoiceRow.currency == currency, InvoiceRow.balance < 0
    )
    for number, balance in session.execute(over.order_by(InvoiceRow.id)):
        yield N_("paid beyond the balance of {number}"), number, Money(-balance, currency)
    for number, freed in paid_for_cancelled(session, customer_id, currency):
        yield N_("paid for the cancelled invoice {number}"), number, freed
    for _customer, _line, cash in rests_of_deposits(session, customer_id):
        if cash.currency == currency:
            yield N_("left of the payment of {number}"), cash.since.isoformat(), Money(cash.minor, currency)


def unapplied_in_words(session: Session, customer: CustomerRow, currency: str, language: str) -> tuple[tuple[str, Money], ...]:
    """As whoever reads that language reads them."""
    translate = translator(language)
    found = _found(session, customer.id, currency)
    return tuple((Sentence(kind, {"number": number}).text(translate), amount) for kind, number, amount in found)


def currencies_of(session: Session, customer_id: int) -> list[str]:
    """In which the customer owes something, or has something that is not applied yet."""
    owed = select(InvoiceRow.currency).where(
        InvoiceRow.customer_id == customer_id, or_(InvoiceRow.status == "open", InvoiceRow.balance < 0)
    )
    notes = select(CreditNoteRow.currency).where(CreditNoteRow.customer_id == customer_id, CreditNoteRow.state.not_in(USED_UP))
    freed = {amount.currency for _number, amount in paid_for_cancelled(session, customer_id)}
    left = {cash.currency for _customer, _line, cash in rests_of_deposits(session, customer_id)}
    return sorted({*session.scalars(owed.distinct()), *session.scalars(notes.distinct()), *freed, *left})
