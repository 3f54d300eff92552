"""What waits in the book of a rule test beside invoices and replies: open tasks, signatures, payments, and customers as a whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from cobranza_rules.facts.queues import approval_facts, payment_facts, task_facts
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.rules.subjects import NO_CLAIMS, Claims, CustomerSubject, QueueSubject
from cobranza_rules.rules.testing_book import Stage, TestedBook

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
            facts = payment_facts(shared, *paid, today, book.rules.calendar, rep_missing=payment.rep_missing)
            claims, overrides = _of(claimed, Scope.PAYMENT, payment.id), book.overrides_of_customer(payment.customer, today)
            name = payment.paid_on.isoformat()
            yield QueueSubject(Scope.PAYMENT, payment.id, payment.customer, name, facts, claims=claims, overrides=overrides)


def _tasks(book: TestedBook, customers: Mapping[int, CustomerSubject], today: dt.date, claimed: Claimed) -> Iterator[QueueSubject]:
    for (customer, name), task in book.tasks.items():
        if customer in customers:
            shared, calendar = customers[customer].facts, book.rules.calendar
            facts = task_facts(shared, name, task.asked, task.opened_on, task.due_on, today, calendar)
            yield QueueSubject(Scope.TASK, task.id, customer, name, facts, task.asked, _of(claimed, Scope.TASK, task.id))


def _approvals(book: TestedBook, customers: Mapping[int, CustomerSubject], today: dt.date, claimed: Claimed) -> Iterator[QueueSubject]:
    """What waits for its signature: asked for on the day on which it was planned, and of the substitute after that one's days."""
    for tested in book.actions:
        signed = next((step for step in tested.action.steps if step.sign), None)
        action = tested.action
        if tested.stage is not Stage.WAITING or signed is None or tested.planned_on >= today or action.customer_id not in customers:
            continue
        passed_on_day = book.rules.calendar.plus(tested.planned_on, signed.substitute_after) if signed.sign_substitute else dt.date.max
        passed_on = passed_on_day < today
        role, since = (signed.sign_substitute, passed_on_day) if passed_on else (signed.sign, tested.planned_on)
        shared, calendar = customers[action.customer_id].facts, book.rules.calendar
        facts = approval_facts(shared, "sign", role, action.rule_id, since, action.total, action.currency, today, calendar)
        subject = 2 * tested.id + passed_on
        yield QueueSubject(Scope.APPROVAL, subject, action.customer_id, action.rule_id, facts, role, _of(claimed, Scope.APPROVAL, subject))


def _of(claimed: Claimed, scope: Scope, subject: int) -> Mapping[str, Claims]:
    return claimed[scope.value].get(subject, NO_CLAIMS)
