"""The book's present becomes flat, typed facts. An unknown fact is absent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, Protocol

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.facts.invoice_present import InvoicePresent
from cobranza_rules.facts.invoices import Facts, invoice_facts
from cobranza_rules.facts.vocabulary import PROMISES_KEPT, Value
from cobranza_rules.money import Money

__all__ = [
    "COMPANY_FACTS",
    "CustomerPresent",
    "Facts",
    "InvoicePresent",
    "company_facts",
    "customer_facts",
    "invoice_facts",
    "portfolio_facts",
    "reply_facts",
]

COMPANY_FACTS = ("workdays_since_bank_statement", "hours_since_mailbox_poll")  # The same for every customer of a day


class CustomerPresent(Protocol):
    """What customer facts are made of; a database row has it."""

    @property
    def code(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def delivery(self) -> str: ...
    @property
    def credit_days(self) -> int | None: ...
    @property
    def segment(self) -> str: ...
    @property
    def credit_stopped_on(self) -> dt.date | None: ...


def company_facts(bank_known_on: dt.date | None, hours_since_poll: int | None, today: dt.date, calendar: BusinessCalendar) -> Facts:
    """Facts that are the same for every customer of a day."""
    facts: Facts = {}
    if bank_known_on is not None:
        facts["workdays_since_bank_statement"] = calendar.between(bank_known_on, today)
    if hours_since_poll is not None:
        facts["hours_since_mailbox_poll"] = hours_since_poll
    return facts


# The facts of a customer that its row says.
OF_CUSTOMER: dict[str, Callable[[CustomerPresent], Value | None]] = {
    "customer": attrgetter("code"),
    "customer_kind": attrgetter("kind"),
    "customer_ready": lambda customer: customer.status == "active",
    "language": attrgetter("language"),
    "delivery_mode": attrgetter("delivery"),
    "credit_days": attrgetter("credit_days"),
    "segment": lambda customer: customer.segment or None,
    "credit_stopped": lambda customer: customer.credit_stopped_on is not None,
    "credit_stopped_on": lambda customer: customer.credit_stopped_on.toordinal() if customer.credit_stopped_on is not None else None,
}


def customer_facts(customer: CustomerPresent, inbox_open: int, company: Mapping[str, Value], *, promises_kept: int | None = None) -> Facts:
    """`promises_kept` in percent, None where it is unknown, or nobody asks for it."""
    facts: Facts = {**company, "inbox_open": inbox_open}
    if promises_kept is not None:
        facts[PROMISES_KEPT] = promises_kept
    for name, find in OF_CUSTOMER.items():
        if (value := find(customer)) is not None:
            facts[name] = value
    return facts


def portfolio_facts(
    open_invoices: int, overdue_invoices: int, oldest_due_on: dt.date | None, today: dt.date, *, above_limit: bool = False
) -> Facts:
    """What a customer's open invoices amount to. `oldest_due_on` is None where no due date is known."""
    oldest = (today - oldest_due_on).days if oldest_due_on is not None else 0
    return {
        "open_invoices": open_invoices,
        "overdue_invoices": overdue_invoices,
        "oldest_days_overdue": max(oldest, 0),
        "credit_limit_exceeded": above_limit,
    }


def reply_facts(
    *,
    kind: str,
    sender_authenticated: bool,
    sender_known: bool,
    doubtful: bool,
    answers_our_message: bool,
    answers_transmittal: bool,
    decided_by_person: bool,
    not_received_before: bool,
    attached_files: int,
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
        "decided_by_person": decided_by_person,
        "not_received_before": not_received_before,
        "attached_files": attached_files,
    }
    if isinstance(pay_on := read.get("pay_on"), dt.date):
        facts["promise_workdays_ahead"] = calendar.between(received_on, pay_on)
    if isinstance(amount := read.get("amount"), Money):
        facts["amount"], facts["amount_currency"] = amount.minor, amount.currency
    return facts
