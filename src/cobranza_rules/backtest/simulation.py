"""Day after day of a backtest: what came to be known, the decision, and what becomes of its actions, in the order of the program's tick."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from cobranza_rules.backtest.deeds import Deed, deed_of
from cobranza_rules.backtest.history import Happening, History, Period
from cobranza_rules.backtest.present import Presents
from cobranza_rules.backtest.simulated_book import SimulatedBook
from cobranza_rules.rules.decide import decide
from cobranza_rules.rules.engine import Engine
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.rules.recipients import reaches_customer
from cobranza_rules.rules.still_planned import Look, look_for

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried: `wanted` are the facts that the rules name, `company` the addresses of the company's people by role."""

    rules: RuleSet
    engine: Engine
    wanted: Collection[str]
    company: Mapping[str, str]


@dataclass(slots=True)
class Simulated:
    """`held` counts days for each hold and invoice."""

    deeds: list[Deed] = field(default_factory=list)
    held: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))


def simulate(history: History, period: Period, trial: Trial, on_day: Callable[[], None] = lambda: None) -> Simulated:
    """Customers never share a message, so a history may be of any of them. `on_day` is called after each day."""
    simulation = _Simulation(history, period, trial)
    for today in period.days():
        simulation.day(today)
        on_day()
    return simulation.found


@dataclass(slots=True)
class _Waiting:
    number: int
    action: PlannedAction


class _Simulation:
    def __init__(self, history: History, period: Period, trial: Trial) -> None:
        self.trial = trial
        self.book = SimulatedBook(history, trial.rules.calendar, period.first)
        self.presents = Presents(self.book, trial.rules, trial.wanted, trial.company)
        self.found = Simulated()
        self._waiting: list[_Waiting] = []
        self._called_off: set[int] = set()  # Customers of whom something was called off today
        self._learned: dict[dt.date, list[Happening]] = defaultdict(list)
        for happening in history.happenings:
            if happening.known_on >= period.first:
                self._learned[happening.known_on].append(happening)
        self._came_back = _by_day({action: day for action, day in history.came_back.items() if day >= period.first})
        done = (task for task in history.tasks if task.done_on and not task.of_a_document)
        self._done = _by_day({(task.customer_id, task.name, task.id): task.done_on for task in done if task.done_on})

    def day(self, today: dt.date) -> None:
        for action in self._came_back.get(today, ()):
            self.book.come_back(action)
        for happening in self._learned.get(today, ()):
            self.book.learn(happening.invoice_id, happening.entry)
        for customer_id, name, _task in self._done.get(today, ()):
            self.book.close_task(customer_id, name)
        present = self.presents.whole(today)
        if not present.invoices and not present.queues and not self._waiting:
            return
        plan = decide(self.trial.rules, present, today, self.trial.engine)
        for hold_id, invoice_id in {(held.hold_id, held.subject_id) for held in plan.held if held.subject == "invoice"}:
            self.found.held[hold_id, invoice_id] += 1
        self._called_off = set()
        self._plan(plan.actions, today)
        if self._called_off:  # As in a run, what was called off may have kept something else of its customer waiting.
            again = decide(self.trial.rules, self.presents.of(self._called_off, today), today, self.trial.engine)
            self._plan(again.actions, today)

    def _plan(self, actions: Iterable[PlannedAction], today: dt.date) -> None:
        waiting = self._waiting + [_Waiting(self.book.plan(action), action) for action in actions]
        self._waiting = [one for one in waiting if self._keeps_waiting(one, today)]

    def _keeps_waiting(self, waiting: _Waiting, today: dt.date) -> bool:
        """Carries the action out if it may leave today; what is not planned any more gives its claims up."""
        action = waiting.action
        if reaches_customer(action.steps):
            look = self._look(waiting, today)
            if look.passing:
                return True
            self.book.give_up(action, waiting.number)
            if look.action is None:
                self._called_off.add(action.customer_id)
                return False
            action = look.action
            self.book.claim(action, waiting.number)
        self.book.confirm(action, waiting.number, today)
        self.found.deeds.append(deed_of(action, today))
        return False

    def _look(self, waiting: _Waiting, today: dt.date) -> Look:
        """As before anything leaves. Reasons cost more than decisions: they are asked for only where it is not planned again."""
        rules, engine = self.trial.rules, self.trial.engine
        book = self.presents.without(waiting.action.customer_id, waiting.number, today)
        look = look_for(waiting.action, decide(rules, book, today, engine), rules)
        if look.action is not None:
            return look
        return look_for(waiting.action, decide(rules, book, today, engine, trace=True), rules)


def _by_day(days: Mapping[Key, dt.date]) -> dict[dt.date, list[Key]]:
    found: dict[dt.date, list[Key]] = defaultdict(list)
    for key, day in days.items():
        found[day].append(key)
    return found
