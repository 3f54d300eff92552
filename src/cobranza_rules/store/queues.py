"""What waits beside invoices and replies, as subjects of a decision: open tasks, approvals, payments, deposits, and customers as a whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session

from cobranza_rules.calendar import days_after
from cobranza_rules.facts.queues import RECENT, approval_facts, payment_facts, task_facts
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.rules.attending import QUEUES
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.subjects import NO_CLAIMS, Claims, CustomerSubject, QueueSubject
from cobranza_rules.store.accounting_queues import AccountingQueues
from cobranza_rules.store.chunks import Within, one_of
from cobranza_rules.store.deposit_queue import DepositQueue
from cobranza_rules.store.on_account import OnAccountColumns, on_account
from cobranza_rules.store.overrides import OVERRIDE, read_overrides
from cobranza_rules.store.payment_columns import PaymentColumns, in_packet, rep_missing, settles_reminded, stands
from cobranza_rules.store.payment_plans import customers_with_plans, instalment_subjects, plans_under_way
from cobranza_rules.store.reading import Reading, anew
from cobranza_rules.store.sieve import superset
from cobranza_rules.store.tables import ActionRow, ApplicationRow, ApprovalRow, CustomerRow, EntryRow, PaymentRow, TaskRow

ACTION, APPLICATION, APPROVAL, CUSTOMER, PAYMENT, TASK = (
    row.__table__.c for row in (ActionRow, ApplicationRow, ApprovalRow, CustomerRow, PaymentRow, TaskRow)
)

OF_ACCOUNTING = (Scope.DISCOUNT, Scope.CREDIT_NOTE_REQUEST, Scope.PACKET)
Rows = Sequence[Any]
ClaimsOf = Callable[[Scope, Within], Mapping[int, Mapping[str, Claims]]]


def queue_scopes(rules: RuleSet) -> tuple[Scope, ...]:
    """The queues that some rule looks at."""
    return tuple(scope for scope in QUEUES if any(rule.scope is scope for rule in rules.rules))


@dataclass(frozen=True, slots=True)
class Queues:
    """`claims_of` gives what was claimed by scope, of those subjects whose ids are among others.

    With a `reading` that keeps what it has read, the rows of one day serve those after it; facts are of `today`.
    """

    session: Session
    rules: RuleSet
    today: dt.date
    claims_of: ClaimsOf
    reading: Reading = anew

    def customers(self) -> list[int]:
        """Those for whom something waits that a rule looks at, in the order of their ids."""
        found: set[int] = set()
        for scope in queue_scopes(self.rules):
            found.update(self.session.scalars(self._customers_of(scope)))
        return sorted(found)

    def _customers_of(self, scope: Scope) -> Select[tuple[int]]:
        if scope is Scope.CUSTOMER:
            concerned = (superset(rule.when.tree, self._on_account()) for rule in self.rules.rules if rule.scope is Scope.CUSTOMER)
            return select(CUSTOMER.id).where(or_(false(), *concerned))
        if scope is Scope.DEPOSIT:
            return DepositQueue(self.session, self.rules, self.today).customers()
        if scope is Scope.TASK:
            return select(TASK.customer_id).where(TASK.state == "open").distinct()
        if scope is Scope.PAYMENT:
            return select(PAYMENT.customer_id).where(self._looked_at()).distinct()
        if scope is Scope.INSTALMENT:
            return customers_with_plans()
        if scope in OF_ACCOUNTING:
            return self._of_accounting().customers_of(scope)
        return select(ACTION.customer_id).where(ACTION.id.in_(_waiting())).distinct()

    def subjects(self, within: Within, customers: Mapping[int, CustomerSubject]) -> list[QueueSubject]:
        """Of these customers, in the order of the scopes and of their ids."""
        found: list[QueueSubject] = []
        kept = self.reading(
            "overrides of queues", lambda: read_overrides(self.session, within(OVERRIDE.customer_id), self.today, self.rules.current)
        )
        decided = kept.on(self.today)
        for scope in queue_scopes(self.rules):
            of_scope = list(self._of(scope, within, customers))
            among = within if scope is Scope.CUSTOMER else one_of([subject.id for subject in of_scope])
            claims = self.claims_of(scope, among) if of_scope else {}
            found += [replace(each, claims=claims.get(each.id, NO_CLAIMS), overrides=decided.of(each.customer_id)) for each in of_scope]
        return found

    def _of(self, scope: Scope, within: Within, customers: Mapping[int, CustomerSubject]) -> Iterator[QueueSubject]:
        if scope is Scope.CUSTOMER:
            return (QueueSubject(scope, each.id, each.id, each.code, each.own_facts) for each in customers.values())
        accounting = self._of_accounting()
        by_scope = {
            Scope.TASK: self._tasks,
            Scope.APPROVAL: self._approvals,
            Scope.PAYMENT: self._payments,
            Scope.INSTALMENT: self._instalments,
            Scope.DISCOUNT: accounting.discounts,
            Scope.CREDIT_NOTE_REQUEST: accounting.requests,
            Scope.PACKET: accounting.packets,
            Scope.DEPOSIT: DepositQueue(self.session, self.rules, self.today, self.reading).deposits,
        }
        return by_scope[scope](within, customers)

    def _on_account(self) -> OnAccountColumns:
        """Who has paid what covers no invoice is asked for only where some rule about customers wants to know."""
        return OnAccountColumns(on_account(self.session, None) if self.rules.asks_for_cash_on_account else {})

    def _of_accounting(self) -> AccountingQueues:
        return AccountingQueues(self.session, self.rules.calendar, self.today, self.reading)

    def _tasks(self, within: Within, customers: Mapping[int, CustomerSubject]) -> Iterator[QueueSubject]:
        def read() -> Rows:
            columns = (TASK.id, TASK.customer_id, TASK.name, TASK.assigned_to, TASK.opened_on, TASK.due_on)
            return self.session.execute(select(*columns).where(TASK.state == "open", within(TASK.customer_id)).order_by(TASK.id)).all()

        for task_id, customer_id, name, asked, opened_on, due_on in self.reading(Scope.TASK, read):
            facts = task_facts(customers[customer_id].facts, name, asked, opened_on, due_on, self.today, self.rules.calendar)
            yield QueueSubject(Scope.TASK, task_id, customer_id, name, facts, asked)

    def _approvals(self, within: Within, customers: Mapping[int, CustomerSubject]) -> Iterator[QueueSubject]:
        """One for each gate and role of an action, whatever was written anew: its id is that of the first asking."""
        zone = ZoneInfo(self.rules.calendar.timezone)
        rows = self.reading(Scope.APPROVAL, lambda: self._asked(within))
        for first, customer_id, gate, role, opened_at, rule_id, plan in rows:
            planned_by, since = self.rules.current(rule_id), opened_at.astimezone(zone).date()
            total = sum(item["balance"] for item in plan["items"])
            customer, calendar = customers[customer_id].facts, self.rules.calendar
            facts = approval_facts(customer, gate, role, planned_by, since, total, plan["currency"], self.today, calendar)
            yield QueueSubject(Scope.APPROVAL, first, customer_id, planned_by, facts, role)

    def _asked(self, within: Within) -> Rows:
        waiting = func.max(case((APPROVAL.state == "waiting", 1), else_=0)) == 1
        asked = (
            select(APPROVAL.action_id, APPROVAL.gate, APPROVAL.role, func.min(APPROVAL.id).label("first"))
            .where(APPROVAL.action_id.in_(_waiting()))
            .group_by(APPROVAL.action_id, APPROVAL.gate, APPROVAL.role)
            .having(waiting)
            .subquery()
        )
        columns = (asked.c.first, ACTION.customer_id, asked.c.gate, asked.c.role, APPROVAL.opened_at, ACTION.rule_id, ACTION.plan)
        query = (
            select(*columns)
            .select_from(asked)
            .join(ActionRow, ACTION.id == asked.c.action_id)
            .join(ApprovalRow, APPROVAL.id == asked.c.first)
            .where(within(ACTION.customer_id))
            .order_by(asked.c.first)
        )
        return self.session.execute(query).all()

    def _payments(self, within: Within, customers: Mapping[int, CustomerSubject]) -> Iterator[QueueSubject]:
        calendar, began = self.rules.calendar, self.reading("began", self._began)
        rows = self.reading(Scope.PAYMENT, lambda: self._paid(within))
        for key, customer_id, amount, currency, paid_on, operation, applied, elsewhere, *marks in rows:
            missing, sent, settles = map(bool, marks)
            if paid_on < self._recent and amount <= applied and not missing:  # On the day of which the rows are it was looked at.
                continue
            paid = (amount, currency, None if elsewhere else applied, paid_on)
            facts = payment_facts(
                customers[customer_id].facts,
                *paid,
                self.today,
                calendar,
                rep_missing=missing,
                sent_to_accounting=sent,
                settles_reminded=settles,
                before_program=began is not None and paid_on < began,
            )
            yield QueueSubject(Scope.PAYMENT, key, customer_id, operation or paid_on.isoformat(), facts)

    def _paid(self, within: Within) -> Rows:
        columns = (PAYMENT.id, PAYMENT.customer_id, PAYMENT.amount, PAYMENT.currency, PAYMENT.paid_on, PAYMENT.operation)
        more = (
            _applied().label("applied"),
            _in_another_currency(),
            rep_missing(),
            in_packet(Scope.PAYMENT.value, PAYMENT.id),
            settles_reminded(),
        )
        return self.session.execute(
            select(*columns, *more).where(self._looked_at(), within(PAYMENT.customer_id)).order_by(PAYMENT.id)
        ).all()

    def _instalments(self, within: Within, customers: Mapping[int, CustomerSubject]) -> Iterator[QueueSubject]:
        return instalment_subjects(
            self.reading(Scope.INSTALMENT, lambda: plans_under_way(self.session, within, self.rules.calendar)),
            customers,
            self.today,
            self.rules.calendar,
        )

    def _began(self) -> dt.date | None:
        """The day on which the first thing was taken into the book; what was paid before it is history."""
        first = self.session.scalar(select(EntryRow.known_at).order_by(EntryRow.id).limit(1))
        return first.astimezone(ZoneInfo(self.rules.calendar.timezone)).date() if first is not None else None

    @property
    def _recent(self) -> dt.date:
        return days_after(self.today, -RECENT)

    def _looked_at(self) -> ColumnElement[bool]:
        """Those of the last days, and those that are not applied in full or want their receipt, as far as some rule may be about them.

        One that only a substituted or cancelled receipt speaks of did not happen.
        """
        concerned = (superset(rule.when.tree, PaymentColumns()) for rule in self.rules.rules if rule.scope is Scope.PAYMENT)
        return and_(or_(false(), *concerned), stands(), or_(PAYMENT.paid_on >= self._recent, PAYMENT.amount > _applied(), rep_missing()))


def _waiting() -> Select[tuple[int]]:
    return select(APPROVAL.action_id).where(APPROVAL.state == "waiting")


def _applied() -> ColumnElement[int]:
    """In the payment's currency."""
    taken = case((APPLICATION.currency == PAYMENT.currency, APPLICATION.minor), else_=APPLICATION.paid)
    covers = (APPLICATION.payment_id == PAYMENT.id, APPLICATION.applied)
    return func.coalesce(select(func.sum(taken)).where(*covers).scalar_subquery(), 0)


def _in_another_currency() -> ColumnElement[bool]:
    """And nobody says what it took of the payment."""
    unsaid = (APPLICATION.currency != PAYMENT.currency, APPLICATION.paid.is_(None))
    return select(APPLICATION.id).where(APPLICATION.payment_id == PAYMENT.id, *unsaid).exists()
