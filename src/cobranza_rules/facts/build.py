"""The book's present becomes flat, typed facts. An unknown fact is absent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.domain.aging import bucket_of
from cobranza_rules.facts.vocabulary import Value
from cobranza_rules.money import Money

Facts = dict[str, Value]


class CustomerPresent(Protocol):
    """What customer facts are made of; a database row has it."""

    code: Any
    kind: Any
    status: Any
    language: Any
    delivery: Any
    credit_days: Any


class InvoicePresent(Protocol):
    """What invoice facts are made of; a database row has it. Amounts in minor units."""

    number: Any
    currency: Any
    total: Any
    balance: Any
    paid: Any
    status: Any
    payment_method: Any
    cancellation_pending: Any
    issued_on: Any
    due_on: Any
    delivery: Any
    delivered_on: Any
    delivered_by: Any
    acknowledged: Any
    case_status: Any
    promised_on: Any
    promised_minor: Any
    promise_paid: Any
    promise_count: Any
    claimed_on: Any
    claim_count: Any
    dispute_open: Any
    dunning_level: Any
    intervention: Any
    intervention_due: Any


def company_facts(bank_known_on: dt.date | None, hours_since_poll: int | None, today: dt.date, calendar: BusinessCalendar) -> Facts:
    """Facts that are the same for every customer of a day."""
    facts: Facts = {}
    if bank_known_on is not None:
        facts["workdays_since_bank_statement"] = calendar.between(bank_known_on, today)
    if hours_since_poll is not None:
        facts["hours_since_mailbox_poll"] = hours_since_poll
    return facts


def customer_facts(customer: CustomerPresent, inbox_open: int, company: Mapping[str, Value]) -> Facts:
    facts: Facts = {
        **company,
        "customer": customer.code,
        "customer_kind": customer.kind,
        "customer_ready": customer.status == "active",
        "language": customer.language,
        "delivery_mode": customer.delivery,
        "inbox_open": inbox_open,
    }
    if customer.credit_days is not None:
        facts["credit_days"] = customer.credit_days
    return facts


def invoice_facts(
    invoice: InvoicePresent, customer: Mapping[str, Value], today: dt.date, calendar: BusinessCalendar, buckets: Sequence[int]
) -> Facts:
    overdue = (today - invoice.due_on).days if invoice.due_on else None
    kept = invoice.promised_minor > 0 and invoice.promise_paid >= invoice.promised_minor
    facts: Facts = {
        **customer,
        "invoice": invoice.number,
        "currency": invoice.currency,
        "total": invoice.total,
        "balance": invoice.balance,
        "paid": invoice.paid,
        "status": invoice.status,
        "payment_method": invoice.payment_method,
        "cancellation_pending": bool(invoice.cancellation_pending),
        "issued_on": invoice.issued_on.toordinal(),
        "aging_bucket": bucket_of(overdue, buckets),
        "delivery": invoice.delivery,
        "delivered_before": invoice.delivery == "sent" and invoice.delivered_by is None,
        "acknowledged": bool(invoice.acknowledged),
        "case_status": invoice.case_status,
        "promise_open": invoice.promised_on is not None and not kept and invoice.status == "open",
        "promise_count": invoice.promise_count,
        "promise_workdays_late": calendar.between(invoice.promised_on, today) if invoice.promised_on else 0,
        "payment_claimed": invoice.claimed_on is not None,
        "claim_count": invoice.claim_count,
        "dispute_open": bool(invoice.dispute_open),
        "dunning_level": invoice.dunning_level,
        "intervention": invoice.intervention,
        "intervention_overdue": invoice.intervention == "open"
        and invoice.intervention_due is not None
        and invoice.intervention_due < today,
    }
    if overdue is not None:
        facts["due_on"] = invoice.due_on.toordinal()
        facts["days_overdue"] = overdue
    if invoice.delivered_on:
        facts["workdays_since_delivery"] = calendar.between(invoice.delivered_on, today)
    if invoice.promised_on:
        facts["promised_on"] = invoice.promised_on.toordinal()
    if invoice.claimed_on:
        facts["workdays_since_claim"] = calendar.between(invoice.claimed_on, today)
    return facts


def reply_facts(
    *,
    kind: str,
    sender_authenticated: bool,
    sender_known: bool,
    doubtful: bool,
    answers_our_message: bool,
    answers_transmittal: bool,
    received_on: dt.date,
    read: Mapping[str, Any],
    customer: Mapping[str, Value],
    calendar: BusinessCalendar,
) -> Facts:
    """`read` is what classification found: `pay_on` a date, `amount` Money."""
    facts: Facts = {
        **customer,
        "kind": kind,
        "sender_authenticated": sender_authenticated,
        "sender_known": sender_known,
        "doubtful": doubtful,
        "answers_our_message": answers_our_message,
        "answers_transmittal": answers_transmittal,
    }
    if isinstance(pay_on := read.get("pay_on"), dt.date):
        facts["promise_workdays_ahead"] = calendar.between(received_on, pay_on)
    if isinstance(amount := read.get("amount"), Money):
        facts["amount"], facts["amount_currency"] = amount.minor, amount.currency
    return facts
