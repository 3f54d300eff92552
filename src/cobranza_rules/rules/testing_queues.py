"""What waits in the book of a rule test beside invoices and replies: open tasks, signatures, payments, discounts, packets, customers as a whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from cobranza_rules.domain.invoice import InvoiceStatus
from cobranza_rules.facts.queues import approval_facts, payment_facts, task_facts
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.rules.packets import in_a_packet
from cobranza_rules.rules.subjects import NO_CLAIMS, Claims, CustomerSubject, QueueSubject
from cobranza_rules.rules.testing_accounting import of_accounting
from cobranza_rules.rules.testing_book import Stage, TestedBook
from cobranza_rules.rules.testing_cash import tested_deposits
from cobranza_rules.rules.testing_plans import instalments_in

Claimed = Mapping[str, Mapping[int, Mapping[str, Claims]]]  # By scope, subject and rule


def tested_queues(book: TestedBook, customers: Mapping[int, CustomerSubject], today: dt.date, claimed: Claimed) -> Iterator[QueueSubject]:
    for key, customer in customers.items():
        claims, overrides = _of(claimed, Scope.CUSTOMER, key), book.overrides_of_customer(key, today)
        yield QueueSubject(Scope.CUSTOMER, key, key, customer.code, customer.own_facts, claims=claims, overrides=overrides)
    yield from _tasks(book, customers, today, claimed)
    yield from _approvals(book, customers, today, claimed)
    for payment in book.payments:
        if payment.customer in customers:
            amount, shared = payment.amount, customers[payment.customer].facts
            paid = (amount.minor, amount.currency, payment.applied, payment.paid_on)
            claims, overrides = _of(claimed, Scope.PAYMENT, payment.id), book.overrides_of_customer(payment.customer, today)
            missing, sent = payment.rep_missing, in_a_packet(book.rules, claims)
            state = book.states[payment.invoice] if payment.invoice is not None else None
            settles = state is not None and state.status is InvoiceStatus.PAID and bool(state.rungs)
            facts = payment_facts(
                shared, *paid, today, book.rules.calendar, rep_missing=missing, sent_to_accounting=sent, settles_reminded=settles
            )
            name = payment.paid_on.isoformat()
            yield QueueSubject(Scope.PAYMENT, payment.id, payment.customer, name, facts, claims=claims, overrides=overrides)
    yield from instalments_in(book, customers, today, claimed[Scope.INSTALMENT.value])
    yield from tested_deposits(book, customers, today, claimed[Scope.DEPOSIT.value])
    yield from of_accounting(book, customers, today, lambda scope, subject: _of(claimed, scope, subject))


def _tasks(book: TestedBook, customers: Mapping[int, CustomerSubject], today: dt.date, claimed: Claimed) -> Iterator[QueueSubject]:
    for (customer, name), task in book.tasks.items():
        if customer in customers:
            shared, calendar = customers[customer].facts, book.rules.calendar
            facts = task_facts(shared, name, task.asked, task.opened_on, task.due_on, today, calendar)
            yield QueueSubject(Scope.TASK, task.id, customer, name, facts, task.asked, _of(claimed, Scope.TASK, task.id))


def _approvals(book: TestedBook, customers: Mapping[int, CustomerSubject], today: dt.date, claimed: Claimed) -> Iterator[QueueSubject]:
    """What somebody is asked to agree to, since the first asking of his role."""
    for tested in book.actions:
        action = tested.action
        if tested.stage is not Stage.WAITING or tested.agreed or tested.ready or action.customer_id not in customers:
            continue
        for gate in tested.gates:
            asked, shared, calendar = tested.asked[gate], customers[action.customer_id].facts, book.rules.calendar
            facts = approval_facts(shared, gate.kind, gate.role, action.rule_id, asked.on, action.total, action.currency, today, calendar)
            claims = _of(claimed, Scope.APPROVAL, asked.id)
            yield QueueSubject(Scope.APPROVAL, asked.id, action.customer_id, action.rule_id, facts, gate.role, claims)


def _of(claimed: Claimed, scope: Scope, subject: int) -> Mapping[str, Claims]:
    return claimed[scope.value].get(subject, NO_CLAIMS)
