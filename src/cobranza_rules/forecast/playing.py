"""Day after day of a forecast, in the order of the program's own tick: replies are recorded, the day is planned, and what may leave leaves.

Nothing new happens meanwhile: nobody pays, writes, signs or answers. Bank data and mailbox are read each day.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from cobranza_rules.domain.entry import Entry, EntryKind
from cobranza_rules.domain.task import joined_deadline
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.forecast.imagined import Imagined
from cobranza_rules.forecast.recording import record
from cobranza_rules.forecast.under_way import Agreeing, Stage, UnderWay
from cobranza_rules.rules.attending import QUEUES
from cobranza_rules.rules.considering import ladder_of, next_rung, rung_due_on
from cobranza_rules.rules.decide import decide, decide_matched
from cobranza_rules.rules.effects import entries_when_confirmed
from cobranza_rules.rules.engine import Engine
from cobranza_rules.rules.gates import ANALYST, FRESH_WORKDAYS
from cobranza_rules.rules.matching import Matches, Names, match
from cobranza_rules.rules.model import RuleSet, StepKind, asks_for_an_answer, closing_claim
from cobranza_rules.rules.planned import Plan, PlannedAction
from cobranza_rules.rules.recipients import is_carried, reaches_customer
from cobranza_rules.rules.still_planned import Look, look_for
from cobranza_rules.rules.subjects import Book, InvoiceSubject


@dataclass(slots=True)
class ComingDay:
    """`plan` are the actions that the day plans, `left` those that leave on it; `matches` say which conditions hold."""

    on: dt.date
    plan: Plan
    matches: Matches
    left: list[UnderWay] = field(default_factory=list)


@dataclass(slots=True)
class Player:
    """`agreed` plays as if everybody agreed at once to all that waits for a signature or release."""

    rules: RuleSet
    engine: Engine
    agreeing: Agreeing
    imagined: Imagined
    agreed: bool = False
    _seen: dict[tuple[int, bool | None], Matches] = field(default_factory=dict)  # What held yesterday, by the first customer of a book
    _parted: Book | None = None
    _parts: dict[int, list[InvoiceSubject]] = field(default_factory=dict)
    _next: int = -1

    def __post_init__(self) -> None:
        """In shadow mode nobody is asked; and nobody waits to be asked where everybody agrees at once."""
        self.imagined.queues.asks = None if self.agreed or self.agreeing.mode == "shadow" else self.agreeing

    def play(self, read: Book, today: dt.date, *, queues: bool | None = None) -> ComingDay:
        """`read` is what a BookReader of coming days says of `today`: all of its customers, or only what waits beside invoices (`queues`)."""
        if read.replies:
            record(self.imagined, self.rules, self.engine, read, today)
        book = self.imagined.book(read, today)
        if queues is False:
            book = replace(book, queues=[])
        matches = match(self.rules, book, self.engine)
        day = ComingDay(today, decide_matched(self.rules, book, today, matches), matches)
        for action in day.plan.actions:
            if action.subject != "reply":
                self._enter(action, today)
        key = next(iter(book.customers), 0), queues
        before, self._seen[key] = self._seen.get(key), matches
        if self.agreeing.mode != "shadow" or self.agreed:
            for customer_id in book.customers:
                followed = [
                    one
                    for one in self.imagined.of_customer(customer_id)
                    if one.stage is not Stage.GONE and (queues is None or queues is (one.action.subject in QUEUES))
                ]
                for one in followed:
                    self._carry_out(one, read, day, before)
                if any(one.stage is Stage.GONE for one in followed):
                    self._plan_again(customer_id, read, day, before, queues)
        return day

    def _plan_again(self, customer_id: int, read: Book, day: ComingDay, before: Matches | None, queues: bool | None) -> None:
        """As in a run, what was called off may have kept something else of its customer waiting."""
        known = len(self.imagined.of_customer(customer_id))
        book = self.imagined.book(self._of_customer(read, customer_id), day.on)
        if queues is False:
            book = replace(book, queues=[])
        for action in decide(self.rules, book, day.on, self.engine).actions:
            if action.subject != "reply":
                self._enter(action, day.on)
        for one in self.imagined.of_customer(customer_id)[known:]:
            self._carry_out(one, read, day, before)

    def look_at(self, read: Book, today: dt.date) -> tuple[Book, Plan]:
        """What would be decided now, with every reason, and on which facts."""
        book = self.imagined.book(read, today)
        return book, decide(self.rules, book, today, self.engine, trace=True)

    def _enter(self, action: PlannedAction, today: dt.date) -> None:
        roles = () if self.agreed else self.agreeing.roles(action)
        self.imagined.follow(UnderWay(self._next, action, today, Stage.AWAITED if roles else Stage.OPEN, roles))
        self._next -= 1

    def _carry_out(self, one: UnderWay, read: Book, day: ComingDay, before: Matches | None) -> None:
        if self.agreed and one.stage is Stage.AWAITED:
            one.stage, one.roles = Stage.OPEN, ()
        if one.stage not in (Stage.OPEN, Stage.AWAITED):
            return
        if one.stage is Stage.OPEN and not reaches_customer(one.action.steps):
            self._confirm(one, day)
            return
        if one.stage is Stage.AWAITED and (one.planned_on(day.on) or (one.looked_at and self._stands(one, read, day, before))):
            return
        look = self.look(one, read, day.on)
        one.looked_at = look.action is not None
        if look.action is None:
            one.stage = one.stage if look.passing else Stage.GONE
            return
        if one.stage is Stage.OPEN and self._says_the_same(one, look.action, day.on):
            if (
                not one.agreed or one.rendered_on is None
            ):  # It is dated when all have agreed, and its next contact is counted from that day.
                one.action = look.action
            self._leave(one, day)

    def _stands(self, one: UnderWay, read: Book, day: ComingDay, before: Matches | None) -> bool:
        """Nothing has changed since yesterday that could call it off.

        Of a ladder's group the others count as well: for its minimum, and because a higher rung that is due takes the message's place.
        """
        customer_id, now = one.action.customer_id, day.matches
        if before is None or before.customers.get(customer_id) != now.customers.get(customer_id):
            return False
        if one.action.ladder:
            return before == now and not self._comes_due(self.imagined.book(self._of_customer(read, customer_id), day.on), day)
        rule = f"rule:{one.action.rule_id}"
        return all(
            _holds_and(rule, names) == _holds_and(rule, _of_items(now, one.action)[key])
            for key, names in _of_items(before, one.action).items()
        )

    def _comes_due(self, book: Book, day: ComingDay) -> bool:
        """Whether the wait of some rung ends today."""
        for invoice in book.invoices:
            ladder = ladder_of(self.rules, invoice, day.matches.invoices[invoice.id])
            rung = next_rung(ladder, invoice) if ladder else None
            if rung is not None and rung_due_on(rung, invoice, self.rules) == day.on:
                return True
        return False

    def _says_the_same(self, one: UnderWay, fresh: PlannedAction, today: dt.date) -> bool:
        """What was agreed to and says something else by now, or is too old, is rendered anew, and everybody is asked again."""
        if not one.agreed:
            return True
        stale = one.rendered_on is not None and self.rules.calendar.between(one.rendered_on, today) > FRESH_WORKDAYS
        if not stale and _said(fresh) == _said(one.action):
            return True
        one.agreed, one.action = False, fresh
        one.roles = () if self.agreed else self.agreeing.roles(fresh)
        one.stage = Stage.AWAITED if one.roles else Stage.OPEN
        return one.stage is Stage.OPEN

    def look(self, one: UnderWay, read: Book, today: dt.date) -> Look:
        """As the last look before sending: is it still what the rules plan? Alone in its customer's day, a new one is."""
        customer_id = one.action.customer_id
        if one.planned_on(today) and [other for other in self.imagined.of_customer(customer_id) if other.stage is not Stage.GONE] == [one]:
            return Look(one.action, passing=False, reason=one.action.reason)
        own = self.imagined.book(self._of_customer(read, customer_id), today, one)
        matches = match(self.rules, own, self.engine)
        look = look_for(one.action, decide_matched(self.rules, own, today, matches), self.rules)
        if look.action is not None:  # Reasons cost more than decisions: they are asked for only where they are needed.
            return look
        return look_for(one.action, decide_matched(self.rules, own, today, matches, trace=True), self.rules)

    def _of_customer(self, book: Book, customer_id: int) -> Book:
        """One customer's part of a book; a whole book's parts are found in one pass."""
        if len(book.customers) == 1:
            return book
        if self._parted is not book:
            self._parted, self._parts = book, defaultdict(list)
            for invoice in book.invoices:
                self._parts[invoice.customer_id].append(invoice)
        replies = [reply for reply in book.replies if reply.customer_id == customer_id]
        queues = [subject for subject in book.queues if subject.customer_id == customer_id]
        return Book({customer_id: book.customers[customer_id]}, self._parts[customer_id], replies, book.company, queues)

    def _leave(self, one: UnderWay, day: ComingDay) -> None:
        if is_carried(one.action.steps, one.action.recipients) and not self.agreed:
            one.stage = Stage.CARRIED
            step = next(step for step in one.action.steps if step.kind is StepKind.DELIVER)
            due_on = self.rules.calendar.plus(day.on, step.due_workdays) if step.due_workdays else None
            self.imagined.queues.open_task(one.action.customer_id, step, step.assign or ANALYST, due_on, day.on)
        else:
            self._confirm(one, day)

    def _confirm(self, one: UnderWay, day: ComingDay) -> None:
        one.stage, one.sent_on = Stage.SENT, day.on
        day.left.append(one)
        for invoice_id, entry in _opened_interventions(one.action, self.imagined, self.rules, day.on):
            self.imagined.enter(invoice_id, entry)
        for invoice_id, entry in entries_when_confirmed(one.action, one.id, day.on):
            self.imagined.enter(invoice_id, entry)


def _of_items(matches: Matches, action: PlannedAction) -> dict[int, Names | None]:
    """What holds for each thing that an action is about."""
    if action.subject == Scope.INVOICE:
        return {item.subject_id: matches.invoices.get(item.subject_id) for item in action.items}
    return {item.subject_id: matches.queues.get((Scope(action.subject), item.subject_id)) for item in action.items}


def _holds_and(rule: str, names: Names | None) -> Names:
    return frozenset(name for name in names or () if name == rule or name.startswith(("hold:", "override:")))


def _said(action: PlannedAction) -> tuple[object, ...]:
    items = [(item.subject_id, item.rule_id, item.balance) for item in action.items]
    held = [(item.subject_id, item.balance) for item in action.held]
    return items, held, action.recipients, action.copies, action.requested


def _opened_interventions(action: PlannedAction, imagined: Imagined, rules: RuleSet, today: dt.date) -> Iterator[tuple[int, Entry]]:
    """The last task of a rung's chain is an intervention for the rung's own invoices; one that is open already is joined."""
    own = [item.subject_id for item in action.items if item.rule_id in (action.rule_id, closing_claim(action.rule_id))]
    for step in action.steps:
        if step.kind is StepKind.TASK:
            due_on = rules.calendar.plus(today, step.due_workdays) if step.due_workdays else None
            standing = imagined.queues.open_task(action.customer_id, step, step.assign, due_on, today)
            due_on = joined_deadline(standing, due_on, today)
            if action.ladder and asks_for_an_answer(step, action.steps):
                for invoice_id in own:
                    yield invoice_id, Entry(EntryKind.INTERVENTION_OPENED, today, {"task": 0, "due_on": str(due_on or "")})
