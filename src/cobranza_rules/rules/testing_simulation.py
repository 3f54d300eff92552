"""Day after day of a rule test: events, replies, the decision, and what becomes of its actions, in the order of the program's own tick."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field

from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import Sentence, _
from cobranza_rules.rules.attending import QUEUES
from cobranza_rules.rules.considering import next_contact_after
from cobranza_rules.rules.contact_hours import may_write_on
from cobranza_rules.rules.decide import beyond_limit, decide
from cobranza_rules.rules.engine import Engine
from cobranza_rules.rules.gates import is_signed
from cobranza_rules.rules.model import Ladder, Rule, RuleSet, Rung
from cobranza_rules.rules.planned import Item, Plan, PlannedAction
from cobranza_rules.rules.recipients import is_carried, reaches_customer, resolve
from cobranza_rules.rules.still_planned import Look, look_for
from cobranza_rules.rules.testing_agreeing import Agreeing, Asking
from cobranza_rules.rules.testing_book import Stage, TestedAction, TestedBook
from cobranza_rules.rules.testing_fates import is_about, mark_addresses
from cobranza_rules.rules.testing_happenings import happen
from cobranza_rules.rules.testing_model import OF_ACTIONS, ON_THE_WIRE, SHADOW, Event, Fate, RuleTest, SentBefore
from cobranza_rules.rules.testing_present import as_of


@dataclass(slots=True)
class SimulatedDay:
    """`actions` as planned that day, but for what waits and is told or asked of people of the company only: that is `told`. `sent` left.

    `asked` is what was put before people to agree to.
    `missed` says why an event of that day could not happen, `called_off` are the customers of whom something was called off.
    """

    on: dt.date
    actions: list[PlannedAction] = field(default_factory=list)
    told: list[PlannedAction] = field(default_factory=list)
    sent: list[PlannedAction] = field(default_factory=list)
    asked: list[Asking] = field(default_factory=list)
    plan: Plan | None = None
    missed: list[tuple[Event, Sentence]] = field(default_factory=list)
    called_off: set[int] = field(default_factory=set)


class Simulation:
    def __init__(self, test: RuleTest, rules: RuleSet, engine: Engine) -> None:
        self.test, self.rules, self.engine = test, rules.with_tax_days(test.settings.tax_days), engine
        self.book = TestedBook.of(test, self.rules)
        self.replied: dict[int, frozenset[str]] = {}  # Numbers of the invoices that each reply is about
        self._looked_at = {day.on for day in test.expected}
        self.agreeing = Agreeing(test, self.book)
        for sent in test.history:
            self._send_before(sent)
        self.book.restate()

    def run(self) -> list[SimulatedDay]:
        """Every day from the first to the last that the test names."""
        span = (self.test.last_day - self.test.start).days
        days = [self._day(self.test.start + dt.timedelta(days=ahead)) for ahead in range(span + 1)]
        by_date = {day.on: day for day in days}
        for index, event in enumerate(self.test.events):
            if event.kind in OF_ACTIONS and index not in self.agreeing.met:
                why = _("no action of '{rule}' was there that could be '{event}'", rule=event.rule_id, event=event.kind)
                by_date[event.on].missed.append((event, why))
        return days

    def _send_before(self, sent: SentBefore) -> None:
        self.book.confirm(self._enter(past_action(self.rules, self.book, sent), sent.on), sent.on)

    def _enter(self, action: PlannedAction, on: dt.date) -> TestedAction:
        tested = TestedAction(next(self.book.ids), action, on)
        self.book.actions.append(tested)
        return tested

    def _day(self, today: dt.date) -> SimulatedDay:
        day = SimulatedDay(today)
        for event in self.test.events:
            if event.on == today and event.kind not in OF_ACTIONS and (why := happen(self.book, event)) is not None:
                day.missed.append((event, why))
        for tested in self._waiting():
            tested.agreed = self.agreeing.word(tested, today) is not None
        # What replies say is a fact of the day's plan.
        for reply in self.book.replies:
            self.replied[reply.id] = frozenset(self.book.invoices[key].id for key in reply.invoices)
        answers = [action for action in self._decide(today).actions if action.subject == "reply"] if self.book.replies else []
        for tested in [self._enter(action, today) for action in answers]:
            if self.test.settings.mode != SHADOW:
                self.book.confirm(tested, today)
        day.plan = self._decide(today, trace=today in self._looked_at)
        day.actions = [*answers, *(action for action in day.plan.actions if not _stays_inside(action))]
        day.told = [action for action in day.plan.actions if _stays_inside(action)]
        if day.plan.stopped is not None:
            day.actions, day.told = answers, []
            return day
        for action in day.plan.actions:
            self._enter(action, today)
        for tested in self._waiting():
            self._carry_out(tested, day)
        if day.called_off:
            self._plan_again(day)
        return day

    def _waiting(self) -> list[TestedAction]:
        return [tested for tested in self.book.actions if tested.stage is Stage.WAITING]

    def _plan_again(self, day: SimulatedDay) -> None:
        """As in a run, what was called off may have kept something else of its customer waiting."""
        plan = self._decide(day.on, only=day.called_off)
        messages = sum(reaches_customer(action.steps) for action in (*day.sent, *plan.actions))
        if beyond_limit(messages, self.rules) is not None:
            return
        day.actions += [action for action in plan.actions if action.subject not in QUEUES]
        day.told += [action for action in plan.actions if action.subject in QUEUES]
        for tested in [self._enter(action, day.on) for action in plan.actions]:
            self._carry_out(tested, day)

    def _decide(
        self, today: dt.date, without: TestedAction | None = None, *, only: Collection[int] | None = None, trace: bool = False
    ) -> Plan:
        only = only if without is None else (without.action.customer_id,)
        return decide(self.rules, as_of(self.book, today, without, only), today, self.engine, trace=trace)

    def _look(self, tested: TestedAction, today: dt.date) -> Look:
        """Reasons cost more than decisions: they are asked for only where the action is not planned again."""
        look = look_for(tested.action, self._decide(today, tested), self.rules)
        return look if look.action is not None else look_for(tested.action, self._decide(today, tested, trace=True), self.rules)

    def _carry_out(self, tested: TestedAction, day: SimulatedDay) -> None:
        if self.test.settings.mode == SHADOW:
            return
        inside = not reaches_customer(tested.action.steps)
        if inside and not is_signed(tested.action.steps):
            self.book.confirm(tested, day.on)
            return
        if tested.carried_since is not None:
            self._carry(tested, day)  # What is on its way is not changed any more.
            return
        look = self._look(tested, day.on)
        if look.action is None:
            if not look.passing:
                tested.stage = Stage.GONE
                day.called_off.add(tested.action.customer_id)
            return
        if self.agreeing.word(tested, day.on) is Fate.REJECTED:
            tested.stage = Stage.REJECTED
            return
        day.asked += self.agreeing.follow(tested, look.action, day.on)
        if tested.ready and is_carried(tested.action.steps, tested.action.recipients):
            tested.carried_since = day.on
            self._carry(tested, day)
        elif tested.ready and inside:
            self.book.confirm(tested, day.on)
        elif tested.ready and (self.book.time is None or may_write_on(self.rules, day.on, self.book.time)):
            self._send(tested, day)

    def _carry(self, tested: TestedAction, day: SimulatedDay) -> None:
        """Whoever carries it has delivered it on the day on which an event says so, and at once where none does."""
        for index, event in enumerate(self.test.events):
            if event.kind == Fate.DELIVERED and event.on >= (tested.carried_since or day.on) and is_about(event, tested):
                if event.on > day.on:
                    return
                self.agreeing.met.add(index)
                break
        self.book.confirm(tested, day.on)
        day.sent.append(tested.action)

    def _send(self, tested: TestedAction, day: SimulatedDay) -> None:
        for index, event in enumerate(self.test.events):
            if event.kind in ON_THE_WIRE and event.on == day.on and is_about(event, tested):
                self.agreeing.met.add(index)
                if event.kind == Fate.UNCERTAIN:
                    tested.stage = Stage.UNCERTAIN
                else:
                    tested.stage = Stage.GONE
                    mark_addresses(self.book, tested)
                return
        self.book.confirm(tested, day.on)
        day.sent.append(tested.action)


def _stays_inside(action: PlannedAction) -> bool:
    return action.subject in QUEUES and not reaches_customer(action.steps)


def past_action(rules: RuleSet, book: TestedBook, sent: SentBefore) -> PlannedAction:
    """The action that a rule or rung must have been, as it would have been planned on that day."""
    ladder, owner = _owner(rules, sent.rule_id)
    invoices = [book.invoice_id(name) for name in sent.invoices]
    owner_id = book.owners[invoices[0]] if invoices else book.customer_id(sent.customer)
    currency = book.invoices[invoices[0]].currency if invoices else ""
    customer = as_of(book, sent.on, only=(owner_id,)).customers[owner_id]
    recipients, copies, _reachable = resolve(owner.do, customer, {})
    items = tuple(Item(key, book.invoices[key].id, owner.id, 1, book.states[key].balance, owner.sets) for key in invoices)
    return PlannedAction(
        rule_id=owner.id,
        ladder=ladder.id if ladder is not None else "",
        procedure_step=owner.procedure_step,
        subject=(Scope.INVOICE if invoices else Scope.CUSTOMER).value,
        customer_id=customer.id,
        customer=customer.code,
        currency=currency,
        on=sent.on,
        items=items or (Item(owner_id, customer.code, owner.id, 1 + sum(_is_same(each, owner.id, owner_id) for each in book.actions)),),
        held=(),
        steps=owner.do,
        recipients=recipients,
        copies=copies,
        sets=owner.sets,
        next_contact=next_contact_after(ladder, owner, sent.on, rules.calendar) if ladder and isinstance(owner, Rung) else None,
    )


def _is_same(tested: TestedAction, rule_id: str, customer_id: int) -> bool:
    return (tested.action.rule_id, tested.action.customer_id) == (rule_id, customer_id)


def _owner(rules: RuleSet, rule_id: str) -> tuple[Ladder | None, Rule | Rung]:
    for ladder in rules.ladders:
        for rung in ladder.rungs:
            if rung.id == rule_id:
                return ladder, rung
    return None, next(rule for rule in rules.rules if rule.id == rule_id)
