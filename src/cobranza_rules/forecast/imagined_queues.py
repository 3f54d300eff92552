"""What will wait in the coming days beside invoices and replies: what waits today, and what the forecast itself lets people be asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.facts.queues import approval_facts, task_facts
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.forecast.under_way import Agreeing, Stage, UnderWay
from cobranza_rules.rules.gates import SIGN
from cobranza_rules.rules.model import RuleSet, Step
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.rules.subjects import Book, CustomerSubject, QueueSubject
from cobranza_rules.store.tables import ApprovalRow, TaskRow

Customers = Mapping[int, CustomerSubject]


@dataclass(frozen=True, slots=True)
class OpenedTask:
    """`id` is below zero: no task of the store is meant by it."""

    id: int
    asked: str
    opened_on: dt.date
    due_on: dt.date | None


@dataclass(slots=True)
class ImaginedQueues:
    """`asks` says who is asked for what in the coming days; None where everybody agrees at once, and no approval waits."""

    session: Session
    rules: RuleSet
    asks: Agreeing | None = None
    opened: dict[tuple[int, str], OpenedTask] = field(default_factory=dict)  # By customer and name
    deadlines: dict[tuple[int, str], dt.date | None] = field(default_factory=dict)  # Of tasks that are open today
    _asked: dict[int, tuple[int, str, dt.date]] = field(default_factory=dict)  # Action, gate and day by first asking
    _numbers: dict[tuple[object, ...], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        query = select(TaskRow.customer_id, TaskRow.name, TaskRow.due_on).where(TaskRow.state == "open").order_by(TaskRow.id.desc())
        self.deadlines |= {(customer_id, name): due_on for customer_id, name, due_on in self.session.execute(query)}

    def open_task(self, customer_id: int, step: Step, asked: str, due_on: dt.date | None, today: dt.date) -> dt.date | None:
        """The deadline of the customer's open task of that name, which is opened where there is none."""
        key = (customer_id, step.name)
        if key in self.deadlines:
            return self.deadlines[key]
        task = self.opened.setdefault(key, OpenedTask(self._number("task", *key), asked, today, due_on))
        return task.due_on

    def customers(self) -> set[int]:
        """Those for whom a task was opened in the coming days."""
        return {customer_id for customer_id, _name in self.opened}

    def _number(self, *key: object) -> int:
        return self._numbers.setdefault(key, -1 - len(self._numbers))

    def subjects(self, read: Book, customers: Customers, followed: Mapping[int, UnderWay], today: dt.date) -> Iterator[QueueSubject]:
        """`followed` are the actions of these customers by id. What is asked on a day is there for the decision of the next."""
        for subject in read.queues:
            if subject.scope is not Scope.APPROVAL:
                yield _as_of(subject, customers[subject.customer_id])
            elif self.asks is not None:
                yield from self._still_asked(subject, customers[subject.customer_id], followed, today)
        scopes = {rule.scope for rule in self.rules.rules}
        if Scope.TASK in scopes:
            yield from self._tasks(customers, today)
        if Scope.APPROVAL in scopes and self.asks is not None:
            for one in followed.values():
                if one.id < 0 and one.stage is Stage.AWAITED and one.since < today:
                    yield from self._approvals(one, customers[one.action.customer_id], today)

    def _tasks(self, customers: Customers, today: dt.date) -> Iterator[QueueSubject]:
        for (customer_id, name), task in self.opened.items():
            if customer_id in customers and task.opened_on < today:
                shared = customers[customer_id].facts
                facts = task_facts(shared, name, task.asked, task.opened_on, task.due_on, today, self.rules.calendar)
                yield QueueSubject(Scope.TASK, task.id, customer_id, name, facts, task.asked)

    def _still_asked(
        self, subject: QueueSubject, customer: CustomerSubject, followed: Mapping[int, UnderWay], today: dt.date
    ) -> Iterator[QueueSubject]:
        action_id, gate, since = self._asking(subject.id)
        one = followed.get(action_id)
        if one is None or one.stage is not Stage.AWAITED:
            return
        passed_on = self._passed_on(one.action, gate, subject.asked, since)
        if passed_on is None or today <= passed_on[1]:
            yield _as_of(subject, customer)
        else:
            yield self._approval(one, customer, gate, *passed_on, today)

    def _approvals(self, one: UnderWay, customer: CustomerSubject, today: dt.date) -> Iterator[QueueSubject]:
        assert self.asks is not None
        for gate in self.asks.gates(one.action):
            passed_on = self._passed_on(one.action, gate.kind, gate.role, one.since)
            asked = (gate.role, one.since) if passed_on is None or today <= passed_on[1] else passed_on
            yield self._approval(one, customer, gate.kind, *asked, today)

    def _approval(self, one: UnderWay, customer: CustomerSubject, gate: str, role: str, since: dt.date, today: dt.date) -> QueueSubject:
        action, planned_by = one.action, self.rules.current(one.action.rule_id)
        total, currency = action.total, action.currency
        facts = approval_facts(customer.facts, gate, role, planned_by, since, total, currency, today, self.rules.calendar)
        return QueueSubject(Scope.APPROVAL, self._number(one.id, gate, role), customer.id, planned_by, facts, role)

    def _passed_on(self, action: PlannedAction, gate: str, role: str, since: dt.date) -> tuple[str, dt.date] | None:
        """Whom a signature is asked of when its signer is silent, and on which day."""
        step = next((step for step in action.steps if step.sign == role and step.sign_substitute), None)
        if gate != SIGN or step is None or step.sign_substitute == role:
            return None
        return step.sign_substitute, self.rules.calendar.plus(since, step.substitute_after)

    def _asking(self, approval_id: int) -> tuple[int, str, dt.date]:
        if approval_id not in self._asked:
            row = self.session.get_one(ApprovalRow, approval_id)
            opened_on = row.opened_at.astimezone(ZoneInfo(self.rules.calendar.timezone)).date()
            self._asked[approval_id] = (row.action_id, row.gate, opened_on)
        return self._asked[approval_id]


def _as_of(subject: QueueSubject, customer: CustomerSubject) -> QueueSubject:
    """With what the forecast has changed of its customer."""
    if subject.scope is Scope.CUSTOMER:
        return replace(subject, facts=customer.own_facts)
    if subject.facts.get("inbox_open") == customer.facts.get("inbox_open"):
        return subject
    return replace(subject, facts={**subject.facts, "inbox_open": customer.facts["inbox_open"]})
