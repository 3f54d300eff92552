"""The book of a backtest, kept in memory: recorded facts go through the program's own fold, and so does what the tried rules do."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from cobranza_rules.backtest.history import History
from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.domain.entry import Entry, EntryKind
from cobranza_rules.domain.inheritance import inheritance
from cobranza_rules.domain.invoice import InvoiceState, InvoiceStatus, after_with_due_date
from cobranza_rules.domain.taking_over import taken_over
from cobranza_rules.domain.task import joined_deadline
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.rules.effects import entries_when_confirmed
from cobranza_rules.rules.model import Step, StepKind, asks_for_an_answer
from cobranza_rules.rules.not_received import can_be_missing, entries_when_not_received
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.rules.recipients import reaches_customer
from cobranza_rules.rules.subjects import NO_CLAIMS, NOTHING_CLAIMED, Claims

# What the program did. In the period the tried rules do it instead.
DEEDS = frozenset({EntryKind.RUNG_SENT, EntryKind.DELIVERED, EntryKind.CASE_MOVED, EntryKind.CLAIM_EXPIRED})


Subject = tuple[str, int]  # What it is ("invoice", "task" ...) and its id


@dataclass(slots=True)
class Claimed:
    rule_id: str
    action: int
    sent_on: dt.date | None = None
    undone: bool = False


@dataclass(frozen=True, slots=True)
class OpenTask:
    id: int
    due_on: dt.date | None
    name: str = ""
    asked: str = ""
    opened_on: dt.date = dt.date.min


def _is_missed(entry: Entry) -> bool:
    """The customer has said that a delivery did not arrive."""
    return entry.kind is EntryKind.DELIVERY_UNDONE and bool(entry.data.get("not_received"))


class SimulatedBook:
    """Simulated actions and tasks are numbered downwards from -1, so that no recorded one is taken for one of them."""

    def __init__(self, history: History, calendar: BusinessCalendar, first: dt.date) -> None:
        self.history, self.calendar = history, calendar
        self.states: dict[int, InvoiceState] = {}
        self.open_of: dict[int, set[int]] = defaultdict(set)  # Open invoices by customer
        self.changed: set[int] = set()  # Invoices whose state or claims have changed since somebody looked
        self.claims: dict[Subject, list[Claimed]] = defaultdict(list)
        self.contacts: dict[int, list[tuple[str, dt.date, int]]] = defaultdict(list)
        self._opened_for: dict[int, set[int]] = defaultdict(set)  # Invoices by simulated task
        self._numbers = count(-1, -1)
        self._actions_before: set[int] = set()
        missed = {(each.invoice_id, each.entry.data["action"]): each.known_on for each in history.happenings if _is_missed(each.entry)}
        for happening in history.happenings:
            if happening.known_on < first:
                if happening.entry.kind in DEEDS:
                    self._actions_before.add(happening.entry.data.get("action") or 0)
                self._enter(happening.invoice_id, happening.entry)
        for claim in history.claims:
            back = history.came_back.get(
                claim.action, missed.get((claim.subject_id, claim.action)) if claim.subject == Scope.INVOICE else None
            )
            undone = claim.undone if back is None else back < first
            self.claims[claim.subject, claim.subject_id].append(Claimed(claim.rule_id, claim.action, claim.sent_on, undone))
        for contact in history.contacts:
            back = history.came_back.get(contact.action)
            if back is None or back >= first:
                self.contacts[contact.customer_id].append((contact.currency, contact.on, contact.action))
        self.tasks = {
            (task.customer_id, task.name): OpenTask(task.id, task.due_on, task.name, task.asked, task.opened_on)
            for task in history.tasks
            if not task.of_a_document and task.opened_on < first and (task.done_on is None or task.done_on >= first)
        }

    def _enter(self, invoice_id: int, entry: Entry) -> None:
        before = self.states.get(invoice_id, InvoiceState())
        invoice = self.history.invoices[invoice_id]
        self.states[invoice_id] = state = after_with_due_date(before, entry, invoice.values["currency"], self.calendar)
        own = self.open_of[invoice.customer_id]
        (own.add if state.status is InvoiceStatus.OPEN else own.discard)(invoice_id)
        self.changed.add(invoice_id)

    # What came from outside

    def learn(self, invoice_id: int, entry: Entry) -> None:
        """What is recorded of a day of the period, but for what the program did itself."""
        data = entry.data
        if entry.kind is EntryKind.INTERVENTION_OPENED or (entry.kind in DEEDS and data.get("action") is not None):
            return
        if _is_missed(entry):
            self._undo_delivery(invoice_id, entry)
            return
        if entry.kind is EntryKind.DUE_SET and "because" in data:  # It follows from what happened here, perhaps on another day.
            return
        if entry.kind is EntryKind.CASE_MOVED and data.get("undoes", 0) not in {0, *self._actions_before}:
            return
        if entry.kind is EntryKind.INTERVENTION_ANSWERED:
            self._answer(invoice_id, entry)
            return
        if entry.kind is EntryKind.INHERITED and data["source"] in self.states:
            goes_on = taken_over(self.states[data["source"]], self.states.get(invoice_id, InvoiceState()))
            entry = Entry(entry.kind, entry.happened_on, {"source": data["source"], **inheritance(goes_on)})
        self._enter(invoice_id, entry)

    def _undo_delivery(self, invoice_id: int, entry: Entry) -> None:
        """The recorded delivery has another number than the simulated one; whoever missed it would have missed this one."""
        state = self.states[invoice_id]
        if not can_be_missing(state, None, entry.happened_on):
            return
        claims = [claim for claim in self.claims[Scope.INVOICE, invoice_id] if claim.action == state.delivered_by]
        for claim in claims:
            claim.undone = True
        of_ladder = any(rung.action == state.delivered_by for rung in state.rungs if rung.action is not None)
        for each in entries_when_not_received(state, entry.happened_on, of_ladder=of_ladder):
            self._enter(invoice_id, each)

    def _answer(self, invoice_id: int, entry: Entry) -> None:
        """The recorded task has another number than the simulated one; whoever answered it would have answered this one."""
        state = self.states[invoice_id]
        task = state.intervention_task
        if state.intervention != "open" or task is None:
            return
        same = {other for other in self._opened_for[task] if self.states[other].intervention_task == task}
        for each in sorted({invoice_id, *same}):
            self._enter(each, Entry(entry.kind, entry.happened_on, {"task": task, "answer": entry.data["answer"]}))

    def close_task(self, customer_id: int, name: str) -> None:
        self.tasks.pop((customer_id, name), None)

    def come_back(self, action: int) -> None:
        """A message of before the period: the entries that undo its rung and delivery are recorded, its claims are marked here."""
        for subject, made in self.claims.items():
            for claim in made:
                if claim.action == action:
                    claim.undone = True
                    self._has_changed(*subject)
        for customer_id, contacts in self.contacts.items():
            self.contacts[customer_id] = [contact for contact in contacts if contact[2] != action]

    # What the tried rules do

    def plan(self, action: PlannedAction) -> int:
        """The number under which its claims wait."""
        number = next(self._numbers)
        self.claim(action, number)
        return number

    def claim(self, action: PlannedAction, number: int) -> None:
        for item in action.items:
            self.claims[action.subject, item.subject_id].append(Claimed(item.rule_id, number))
            self._has_changed(action.subject, item.subject_id)

    def give_up(self, action: PlannedAction, number: int) -> None:
        for item in action.items:
            subject = action.subject, item.subject_id
            self.claims[subject] = [claim for claim in self.claims[subject] if claim.action != number]
            self._has_changed(*subject)

    def _has_changed(self, subject: str, subject_id: int) -> None:
        if subject == Scope.INVOICE:
            self.changed.add(subject_id)

    def confirm(self, action: PlannedAction, number: int, on: dt.date) -> None:
        """Every step of the chain is done: tasks are opened, and the rung and `sets` take effect."""
        for step in action.steps:
            if step.kind is StepKind.TASK:
                due_on = self.calendar.plus(on, step.due_workdays) if step.due_workdays else None
                self._open_task(action, step, due_on, on)
        for invoice_id, entry in entries_when_confirmed(action, number, on):
            self._enter(invoice_id, entry)
        for item in action.items:
            for claim in self.claims[action.subject, item.subject_id]:
                if claim.action == number:
                    claim.sent_on = on
                    self._has_changed(action.subject, item.subject_id)
        if action.ladder and reaches_customer(action.steps):
            self.contacts[action.customer_id].append((action.currency, on, number))

    def _open_task(self, action: PlannedAction, step: Step, wanted: dt.date | None, on: dt.date) -> None:
        """Joins the customer's open task of that name."""
        task = self.tasks.get((action.customer_id, step.name))
        if task is None:
            task = self.tasks[action.customer_id, step.name] = OpenTask(next(self._numbers), wanted, step.name, step.assign, on)
        deadline = joined_deadline(task.due_on, wanted, on)
        for item in action.items:
            if action.ladder and item.rule_id == action.rule_id and asks_for_an_answer(step, action.steps):
                self._opened_for[task.id].add(item.subject_id)
                data = {"task": task.id, "due_on": str(deadline or "")}
                self._enter(item.subject_id, Entry(EntryKind.INTERVENTION_OPENED, on, data))

    # What there is

    def claims_of(self, subject_id: int, without: int | None = None, subject: str = Scope.INVOICE.value) -> Mapping[str, Claims]:
        made = self.claims.get((subject, subject_id))
        if not made:
            return NO_CLAIMS
        found: dict[str, Claims] = {}
        for claim in made:
            if claim.action != without:
                found[claim.rule_id] = found.get(claim.rule_id, NOTHING_CLAIMED).and_one(claim.sent_on, undone=claim.undone)
        return found

    def open_tasks(self, today: dt.date) -> Iterator[tuple[int, OpenTask]]:
        """Those of rules, and those that documents had brought by `today`, beside their customer."""
        yield from ((customer_id, task) for (customer_id, _name), task in self.tasks.items())
        for task in self.history.tasks:
            if task.of_a_document and task.opened_on <= today and (task.done_on is None or today < task.done_on):
                yield task.customer_id, OpenTask(task.id, task.due_on, task.name, task.asked, task.opened_on)

    def contacted(self, customer_id: int) -> dict[str, tuple[dt.date, ...]]:
        days: dict[str, list[dt.date]] = defaultdict(list)
        for currency, on, _action in self.contacts.get(customer_id, ()):
            days[currency].append(on)
        return {currency: tuple(sorted(found)) for currency, found in days.items()}
