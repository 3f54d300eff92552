"""The book of a rule test, kept in memory: it goes through the same fold of entries as the program's."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import count
from typing import Any

from cobranza_rules.domain.entry import Entry, EntryKind
from cobranza_rules.domain.invoice import InvoiceState, InvoiceStatus, after_with_due_date
from cobranza_rules.domain.task import joined_deadline
from cobranza_rules.facts.vocabulary import Scope, Value
from cobranza_rules.money import Money
from cobranza_rules.rules.effects import can_be_recorded, entries_when_confirmed, entry_recorded
from cobranza_rules.rules.gates import Gate
from cobranza_rules.rules.model import RuleSet, Step, StepKind, asks_for_an_answer
from cobranza_rules.rules.not_received import NOT_RECEIVED, Answered, can_be_missing, entries_when_not_received
from cobranza_rules.rules.overrides import Override, OverrideKind, Overrides, overrides_of
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.rules.testing_discounts import TestedDiscount, TestedPacket
from cobranza_rules.rules.testing_model import GivenCustomer, GivenInvoice, RuleTest
from cobranza_rules.rules.testing_plans import TestedPlan, plans_after


class Stage(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    UNDONE = "undone"  # It came back
    UNCERTAIN = "uncertain"
    REJECTED = "rejected"  # It keeps its claims until a person has settled why
    GONE = "gone"  # Cancelled or failed: it has given up its claims


@dataclass(frozen=True, slots=True)
class Asked:
    """The first asking of a gate, which keeps its number and its day whatever is written anew."""

    id: int
    on: dt.date


@dataclass(slots=True)
class TestedAction:
    """`revision`, `shown_on`, `said` and `gates` are those of what was shown last to those who have to agree; `agreed`, that they have.

    `ready` is dated and only has to leave. `carried_since` somebody of the company is taking it there.
    """

    __test__ = False

    id: int
    action: PlannedAction
    planned_on: dt.date
    stage: Stage = Stage.WAITING
    sent_on: dt.date | None = None
    revision: int = 0
    shown_on: dt.date | None = None
    said: Any = None
    gates: tuple[Gate, ...] = ()
    asked: dict[Gate, Asked] = field(default_factory=dict)
    passed_on: bool = False
    agreed: bool = False
    ready: bool = False
    carried_since: dt.date | None = None
    missed: set[int] = field(default_factory=set)  # Invoices that it brought and that did not reach the customer


@dataclass(frozen=True, slots=True)
class TestedReply:
    __test__ = False

    id: int
    customer: int
    invoices: tuple[int, ...]
    received_on: dt.date
    kind: str
    read: Mapping[str, Any]
    truths: Mapping[str, bool]
    answered: Answered | None = None
    attached_files: int = 0


@dataclass(frozen=True, slots=True)
class TestedTask:
    __test__ = False

    id: int
    asked: str
    opened_on: dt.date
    due_on: dt.date | None


@dataclass(frozen=True, slots=True)
class TestedPayment:
    """`applied` in minor units of the amount's currency."""

    __test__ = False

    id: int
    customer: int
    amount: Money
    applied: int
    paid_on: dt.date
    rep_missing: bool = False
    invoice: int | None = None


@dataclass(frozen=True, slots=True)
class TestedDeposit:
    """One of the bank, of which nobody knows whose it is."""

    __test__ = False

    id: int
    amount: Money
    booked_on: dt.date


@dataclass(slots=True)
class TestedBook:
    """Ids are the places in the test, from 1. `bad` holds the roles of a customer whose address has failed."""

    __test__ = False

    rules: RuleSet
    customers: dict[int, GivenCustomer]
    invoices: dict[int, GivenInvoice]
    states: dict[int, InvoiceState]
    company: dict[str, Value | None] = field(default_factory=dict)
    facts: dict[int, dict[str, Value | None]] = field(default_factory=lambda: defaultdict(dict))
    decided: dict[tuple[Scope, int, OverrideKind], Override] = field(default_factory=dict)  # What people decided, by its subject
    bad: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    actions: list[TestedAction] = field(default_factory=list)
    replies: list[TestedReply] = field(default_factory=list)
    owners: dict[int, int] = field(default_factory=dict)  # The customer of each invoice
    tasks: dict[tuple[int, str], TestedTask] = field(default_factory=dict)  # Open ones by customer and name
    asked_in: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))  # Replies by the task that they brought
    heard: list[TestedReply] = field(default_factory=list)  # Every reply, those that wait no more as well
    payments: list[TestedPayment] = field(default_factory=list)
    discounts: list[TestedDiscount] = field(default_factory=list)
    packets: list[TestedPacket] = field(default_factory=list)
    plans: list[TestedPlan] = field(default_factory=list)
    deposits: list[TestedDeposit] = field(default_factory=list)
    ids: count[int] = field(default_factory=lambda: count(1))
    entries: dict[int, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    time: dt.time | None = None  # Of the day's run; within the contact hours where it is not said

    @staticmethod
    def of(test: RuleTest, rules: RuleSet) -> TestedBook:
        customers = dict(enumerate(test.customers, 1))
        invoices = dict(enumerate(test.invoices, 1))
        codes = {customer.id: key for key, customer in customers.items()}
        owners = {key: codes[invoice.customer] for key, invoice in invoices.items()}
        states = {key: invoice.state for key, invoice in invoices.items()}
        return TestedBook(rules, customers, invoices, states, owners=owners)

    def customer_id(self, name: str) -> int:
        return next(key for key, customer in self.customers.items() if customer.id == name)

    def invoice_id(self, name: str) -> int:
        return next(key for key, invoice in self.invoices.items() if invoice.id == name)

    def overrides(self, invoice_id: int, today: dt.date) -> Overrides:
        counting = {key: each for key, each in self.decided.items() if each.until is None or each.until >= today}
        owner = self.owners[invoice_id]
        return overrides_of(
            (each for (scope, key, _kind), each in counting.items() if (scope, key) == (Scope.CUSTOMER, owner)),
            (each for (scope, key, _kind), each in counting.items() if (scope, key) == (Scope.INVOICE, invoice_id)),
        )

    def overrides_of_customer(self, customer_id: int, today: dt.date) -> Overrides:
        counting = (each for each in self.decided.items() if each[1].until is None or each[1].until >= today)
        return overrides_of((each for (scope, key, _kind), each in counting if (scope, key) == (Scope.CUSTOMER, customer_id)), ())

    def successors(self, invoice_id: int) -> list[int]:
        """Those that stand in its place, the nearest first."""
        found: list[int] = []
        for entry in self.entries[invoice_id]:
            if entry.kind is EntryKind.SUBSTITUTED and entry.data["by"] not in found:
                found += [entry.data["by"], *self.successors(entry.data["by"])]
        return found

    def enter(self, invoice_id: int, entry: Entry) -> None:
        self.entries[invoice_id].append(entry)
        currency, calendar = self.invoices[invoice_id].currency, self.rules.calendar
        before = self.states[invoice_id].balance
        self.states[invoice_id] = after_with_due_date(self.states[invoice_id], entry, currency, calendar)
        if self.states[invoice_id].balance != before:
            plans_after(self, invoice_id, entry.happened_on)

    def confirm(self, tested: TestedAction, on: dt.date) -> None:
        """Every step of the chain is done: tasks are opened, replies recorded, and the rung and `sets` take effect."""
        for step in tested.action.steps:
            if step.kind is StepKind.TASK:
                self._open_task(tested.action, step, on)
            elif step.kind is StepKind.RECORD:
                self._record(tested.action.items[0].subject_id, step.name)
        for invoice_id, entry in entries_when_confirmed(tested.action, tested.id, on):
            self.enter(invoice_id, entry)
        tested.stage, tested.sent_on = Stage.SENT, on

    def _open_task(self, action: PlannedAction, step: Step, on: dt.date) -> None:
        """Joins the customer's open task of that name."""
        wanted = self.rules.calendar.plus(on, step.due_workdays) if step.due_workdays else None
        task = self.open_task(action.customer_id, step.name, step.assign, on, wanted)
        if action.subject == Scope.REPLY:
            self.asked_in[task.id].add(action.items[0].subject_id)
        deadline = joined_deadline(task.due_on, wanted, on)
        for item in action.items:
            if action.ladder and item.rule_id == action.rule_id and asks_for_an_answer(step, action.steps):
                self.enter(item.subject_id, Entry(EntryKind.INTERVENTION_OPENED, on, {"task": task.id, "due_on": str(deadline or "")}))

    def open_task(self, customer: int, name: str, asked: str, on: dt.date, due_on: dt.date | None) -> TestedTask:
        return self.tasks.setdefault((customer, name), TestedTask(next(self.ids), asked, on, due_on))

    def _record(self, reply_id: int, what: str) -> None:
        reply = next((each for each in self.replies if each.id == reply_id), None)
        if reply is None:
            return
        for invoice_id in reply.invoices:
            state = self.states[invoice_id]
            if what == NOT_RECEIVED:
                self._undo_delivery(reply, invoice_id)
                continue
            balance = Money(state.balance, self.invoices[invoice_id].currency)
            delivered = reply.truths["answers_transmittal"]
            entry = entry_recorded(what, reply.read, balance, delivered=delivered, on=reply.received_on, kind=reply.kind)
            if entry is not None and state.status is InvoiceStatus.OPEN:
                self.enter(invoice_id, replace(entry, data={**entry.data, "message": reply.id}))
        if can_be_recorded(what, reply.read):
            self.replies.remove(reply)

    def _undo_delivery(self, reply: TestedReply, invoice_id: int) -> None:
        state = self.states[invoice_id]
        if state.status is not InvoiceStatus.OPEN or not can_be_missing(state, reply.answered, reply.received_on):
            return
        delivery = next((tested for tested in self.actions if tested.id == state.delivered_by), None)
        if delivery is not None:
            delivery.missed.add(invoice_id)
        for entry in entries_when_not_received(state, reply.received_on, of_ladder=delivery is not None and bool(delivery.action.ladder)):
            self.enter(invoice_id, entry)

    def restate(self) -> None:
        """What the test states of its first day holds whatever was sent before."""
        for key, given in self.invoices.items():
            kept = {name: getattr(given.state, name) for name in given.stated}
            self.states[key] = replace(self.states[key], **kept)
