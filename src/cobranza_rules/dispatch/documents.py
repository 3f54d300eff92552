"""What the documents of an action say, by what its rule looks at: invoices, a payment, or all of a customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.catalogue import translator
from cobranza_rules.dispatch.correspondence import Writer, heading_for, letter_for, statement_for
from cobranza_rules.dispatch.plan_letters import instalment_letter
from cobranza_rules.dispatch.unapplied import currencies_of
from cobranza_rules.domain.letter import (
    AccountLetter,
    CollectionsRelation,
    CoveredLine,
    CreditNoteRequest,
    Document,
    InstalmentLetter,
    Letter,
    PastContact,
    PaymentLetter,
)
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import word
from cobranza_rules.letters.field_catalogue import Accounting, Subject
from cobranza_rules.money import Money
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.rules.recipients import message_step
from cobranza_rules.store.payment_columns import RECEIPT, standing_evidence
from cobranza_rules.store.tables import ApplicationRow, CustomerRow, EvidenceRow, InvoiceRow, PaymentRow


def document_for(session: Session, writer: Writer, action: PlannedAction, template: str, *, number: str, draft: bool) -> Document:
    if action.subject == Scope.CUSTOMER:
        return _account_letter(session, writer, action, template, number=number, draft=draft)
    if action.subject == Scope.PAYMENT:
        heading = heading_for(session, writer, action, template, number=number, draft=draft)
        return payment_letter(session, heading, session.get_one(PaymentRow, action.items[0].subject_id))
    if action.subject == Scope.INSTALMENT:
        heading = heading_for(session, writer, action, template, number=number, draft=draft)
        return instalment_letter(session, writer, heading, action.items[0].subject_id)
    return letter_for(session, writer, action, template, number=number, draft=draft)


def memo_for(session: Session, writer: Writer, action: PlannedAction, template: str, language: str, *, draft: bool) -> Document:
    """What goes with a task or a notice: to people of the company in `language`, without a number, and with no copy to whoever is asked."""
    made = document_for(session, replace(writer, language=language), action, template, number="", draft=draft)
    asked = {step.assign or step.to for step in action.steps if step.memo == template}
    if isinstance(made, Letter) and not draft and message_step(action) is not None:  # Sent by the time that anybody reads the memo
        now = PastContact(writer.today, word(action.rule_id).text(translator(language)), tuple(item.number for item in action.items))
        made = replace(made, history=(*made.history, now))
    return replace(made, copies=tuple(person for person in made.copies if person.role not in asked))


def scope_of(document: Document) -> Subject:
    """What a template for such a document may name."""
    kinds: dict[type, Subject] = {
        Letter: Scope.INVOICE,
        AccountLetter: Scope.CUSTOMER,
        PaymentLetter: Scope.PAYMENT,
        InstalmentLetter: Scope.INSTALMENT,
        CollectionsRelation: Accounting.COLLECTIONS,
        CreditNoteRequest: Accounting.CREDIT_NOTES,
    }
    return kinds[type(document)]


def statements_of(session: Session, writer: Writer, action: PlannedAction) -> tuple[Letter, ...]:
    """One a currency: that of the action, or each in which the customer has something open where the action is about all of it."""
    customer = session.get_one(CustomerRow, action.customer_id)
    currencies = [action.currency] if action.currency else currencies_of(session, customer.id)
    return tuple(statement_for(session, writer, customer, currency, noted=not action.currency) for currency in currencies)


def _account_letter(session: Session, writer: Writer, action: PlannedAction, template: str, *, number: str, draft: bool) -> AccountLetter:
    written = select(InvoiceRow.rung_on).where(InvoiceRow.customer_id == action.customer_id, InvoiceRow.status == "open")
    return AccountLetter(
        **heading_for(session, writer, action, template, number=number, draft=draft),
        last_contact=max((day for day in session.scalars(written) if day is not None), default=None),
        statements=statements_of(session, writer, action),
    )


def payment_letter(session: Session, heading: Mapping[str, Any], payment: PaymentRow) -> PaymentLetter:
    """`heading` are the fields of `domain.letter.Heading`."""
    covered = covered_by(session, payment.id)
    foreign = any(line.amount.currency != payment.currency for line in covered)
    applied = sum(line.amount.minor for line in covered) if not foreign else 0
    return PaymentLetter(
        **heading,
        amount=Money(payment.amount, payment.currency),
        paid_on=payment.paid_on,
        operation=payment.operation,
        covered=covered,
        unapplied=None if foreign else Money(payment.amount - applied, payment.currency),
    )


def covered_by(session: Session, payment_id: int) -> tuple[CoveredLine, ...]:
    """The invoices of which a payment covers something; a part for an invoice that is not here yet covers nothing so far."""
    query = (
        select(InvoiceRow.number, InvoiceRow.uuid, ApplicationRow.currency, ApplicationRow.minor, InvoiceRow.balance)
        .join(InvoiceRow, InvoiceRow.id == ApplicationRow.invoice_id)
        .where(ApplicationRow.payment_id == payment_id, ApplicationRow.applied)
        .order_by(ApplicationRow.id)
    )
    return tuple(
        CoveredLine(number, uuid or "", Money(minor, currency), Money(balance, currency))
        for number, uuid, currency, minor, balance in session.execute(query)
    )


def receipts_of(session: Session, payment_id: int) -> list[tuple[str, str]]:
    """UUID and digest of each CFDI that speaks of a payment, but for those that another one substitutes."""
    told = (EvidenceRow.payment_id == payment_id, EvidenceRow.kind == RECEIPT, standing_evidence())
    query = select(EvidenceRow.source, EvidenceRow.document).where(*told)
    return list(dict.fromkeys((source, digest) for source, digest in session.execute(query.order_by(EvidenceRow.id))))
