"""Sent: only a whole chain that was confirmed moves an invoice, and what came back undoes only what that message did."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given, settings

from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.rules.testing_book import Stage
from cobranza_rules.rules.testing_model import Event, RuleTest
from tests.semantics.stories import Hour, Watched, watched, weeks

carefully = settings(max_examples=40, deadline=None)


class Observer:
    """What somebody would say who sees only what was confirmed, what came back, and which CFDI took another's place."""

    def __init__(self, simulation: Watched) -> None:
        self.simulation = simulation
        self.rungs: dict[int, list[tuple[str, int]]] = defaultdict(list)
        self.delivered: dict[int, int] = {  # The action that delivered it, 0 before the weeks
            key: 0 for key, given_one in simulation.book.invoices.items() if given_one.state.delivery == "sent"
        }
        self.stages: dict[int, Stage] = {}

    def confirmed(self, number: int) -> None:
        action = self.simulation.action(number)
        for item in action.items:
            if action.ladder:
                self.rungs[item.subject_id].append((item.rule_id, number))
            if item.rule_id == "transmittal":
                self.delivered[item.subject_id] = number

    def came_back(self, number: int) -> None:
        for item in self.simulation.action(number).items:
            if self.rungs[item.subject_id][-1:] == [(item.rule_id, number)]:
                self.rungs[item.subject_id].pop()
            if self.delivered.get(item.subject_id) == number:
                del self.delivered[item.subject_id]

    def substituted(self, event: Event) -> None:
        old, new = self.simulation.book.invoice_id(event.invoices[0]), self.simulation.book.invoice_id(event.data["by"])
        self.rungs[new] = list(self.rungs[old])
        self.delivered.pop(new, None)
        if old in self.delivered:
            self.delivered[new] = self.delivered[old]

    def morning(self, hour: Hour, events: list[Event]) -> None:
        """In the order of the day's events. Each bounce and each settlement is the fate of one action."""
        changed = {number: stage for number, stage in hour.stages.items() if self.stages.get(number) not in (None, stage)}
        for event in events:
            if event.kind == "substituted":
                self.substituted(event)
            for number in [number for number, stage in changed.items() if _is_fate_of(event, stage, self.simulation.action(number))]:
                stage = changed.pop(number)
                if stage is Stage.SENT:
                    self.confirmed(number)
                if self.stages[number] is Stage.SENT:
                    self.came_back(number)
                break

    def evening(self, hour: Hour) -> None:
        for leaving in self.simulation.left:
            if leaving.on == hour.on:
                self.confirmed(leaving.number)
        self.stages = dict(hour.stages)


def _is_fate_of(event: Event, stage: Stage, action: PlannedAction) -> bool:
    wanted = {"left": Stage.SENT, "bounced": Stage.UNDONE}.get(event.kind)
    return stage is wanted and event.rule_id == action.rule_id and event.customer in ("", action.customer)


@carefully
@given(weeks())
def test_the_rung_and_the_delivery_are_those_of_what_was_confirmed_and_did_not_come_back(test: RuleTest) -> None:
    """Payments, disputes, promises, refusals, rejections and what is uncertain move neither, and no message undoes another's."""
    simulation = watched(test)
    observer = Observer(simulation)
    for morning, evening in zip(simulation.mornings, simulation.evenings, strict=True):
        observer.morning(morning, [event for event in test.events if event.on == morning.on])
        observer.evening(evening)
        for key, state in evening.states.items():
            assert [(sent.rung, sent.action) for sent in state.rungs] == observer.rungs[key], evening.on
            assert (state.delivery == "sent") is (key in observer.delivered), evening.on
