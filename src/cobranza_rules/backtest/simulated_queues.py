"""What waits beside invoices on a day of a backtest: tasks, payments, what Accounting has to do, and customers as a whole. No approval waits: all count as signed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from cobranza_rules.backtest.history import RecordedPayment
from cobranza_rules.backtest.simulated_accounting import SimulatedAccounting
from cobranza_rules.backtest.simulated_book import SimulatedBook
from cobranza_rules.calendar import days_after
from cobranza_rules.domain.invoice import InvoiceStatus
from cobranza_rules.facts.queues import RECENT, payment_facts, task_facts
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.overrides import Override, overrides_of
from cobranza_rules.rules.packets import in_a_packet
from cobranza_rules.rules.subjects import CustomerSubject, QueueSubject

OfCustomers = Mapping[int, Sequence[Override]]


class SimulatedQueues:
    def __init__(self, book: SimulatedBook, rules: RuleSet) -> None:
        self.book, self.rules = book, rules
        self.scopes = {rule.scope for rule in rules.rules}
        self.accounting = SimulatedAccounting(book, rules, frozenset(self.scopes))

    def customers(self, today: dt.date) -> set[int]:
        """Those for whom something waits that a rule looks at."""
        if Scope.CUSTOMER in self.scopes:
            return set(self.book.history.customers)
        found: set[int] = set()
        if Scope.TASK in self.scopes:
            found |= {customer_id for customer_id, _task in self.book.open_tasks(today)}
        if Scope.PAYMENT in self.scopes:
            found |= {payment.customer_id for payment in self.book.history.payments if is_looked_at(payment, today)}
        return found | self.accounting.customers(today)

    def subjects(
        self, customers: Mapping[int, CustomerSubject], decided: OfCustomers, today: dt.date, without: int | None
    ) -> Iterator[QueueSubject]:
        """`decided` are overrides of customers that count on `today`; `without` leaves the claims of one action out."""
        if Scope.CUSTOMER in self.scopes:
            for customer in customers.values():
                claims, overrides = (
                    self.book.claims_of(customer.id, without, Scope.CUSTOMER),
                    overrides_of(decided.get(customer.id, ()), ()),
                )
                facts = customer.own_facts
                yield QueueSubject(Scope.CUSTOMER, customer.id, customer.id, customer.code, facts, claims=claims, overrides=overrides)
        if Scope.TASK in self.scopes:
            yield from self._tasks(customers, today, without)
        if Scope.PAYMENT in self.scopes:
            for payment in self.book.history.payments:
                if payment.customer_id in customers and is_looked_at(payment, today):
                    yield self._payment(payment, customers[payment.customer_id], decided, today, without)
        yield from self.accounting.subjects(customers, today, without)

    def _tasks(self, customers: Mapping[int, CustomerSubject], today: dt.date, without: int | None) -> Iterator[QueueSubject]:
        for customer_id, task in self.book.open_tasks(today):
            if customer_id in customers:
                shared, calendar = customers[customer_id].facts, self.rules.calendar
                facts = task_facts(shared, task.name, task.asked, task.opened_on, task.due_on, today, calendar)
                claims = self.book.claims_of(task.id, without, Scope.TASK)
                yield QueueSubject(Scope.TASK, task.id, customer_id, task.name, facts, task.asked, claims)

    def _payment(
        self, payment: RecordedPayment, customer: CustomerSubject, decided: OfCustomers, today: dt.date, without: int | None
    ) -> QueueSubject:
        claims, overrides = self.book.claims_of(payment.id, without, Scope.PAYMENT), overrides_of(decided.get(customer.id, ()), ())
        applied, calendar = payment.applied(today), self.rules.calendar
        paid = (payment.amount, payment.currency, applied, payment.paid_on)
        missing, sent = payment.rep_missing, in_a_packet(self.rules, claims)
        covered = [self.book.states[each] for each in payment.covers_on(today) if each in self.book.states]
        settles = any(state.status is InvoiceStatus.PAID and state.rungs for state in covered)
        facts = payment_facts(
            customer.facts, *paid, today, calendar, rep_missing=missing, sent_to_accounting=sent, settles_reminded=settles
        )
        return QueueSubject(Scope.PAYMENT, payment.id, customer.id, payment.name, facts, claims=claims, overrides=overrides)


def is_looked_at(payment: RecordedPayment, today: dt.date) -> bool:
    if today < payment.known_on or (payment.gone_on is not None and payment.gone_on <= today):
        return False
    return (
        payment.rep_missing
        or payment.paid_on >= days_after(today, -RECENT)
        or payment.amount > sum(minor for day, minor, currency in payment.parts if day <= today and currency == payment.currency)
    )
