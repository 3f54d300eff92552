"""Sent: only a whole chain that was confirmed moves an invoice, and what came back undoes only what that message did."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from cobranza_rules.rules.planned import Outcome, PlannedAction
from cobranza_rules.rules.testing_book import Stage
from cobranza_rules.rules.testing_model import Event, RuleTest
from tests.rules.decide_books import book, customer, invoice, outcomes, plan_for
from tests.rules.random_books import RULES
from tests.semantics.stories import Hour, Watched, watched, weeks, writes

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
        self.heirs: dict[int, list[int]] = defaultdict(list)

    def confirmed(self, number: int) -> None:
        action = self.simulation.action(number)
        for item in action.items:
            if action.ladder:
                self.rungs[item.subject_id].append((item.rule_id, number))
            if item.rule_id == "transmittal":
                self.delivered[item.subject_id] = number

    def came_back(self, number: int) -> None:
        """A substitute inherited what came back."""
        for item in self.simulation.action(number).items:
            for subject in (item.subject_id, *self.heirs[item.subject_id]):
                if self.rungs[subject][-1:] == [(item.rule_id, number)]:
                    self.rungs[subject].pop()
                if self.delivered.get(subject) == number:
                    del self.delivered[subject]

    def substituted(self, event: Event) -> None:
        old, new = self.simulation.book.invoice_id(event.invoices[0]), self.simulation.book.invoice_id(event.data["by"])
        self.rungs[new] = list(self.rungs[old])
        for heirs in (self.heirs[old], *(each for each in self.heirs.values() if old in each)):
            heirs.append(new)
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


addresses = st.lists(st.sampled_from([f"{name}@c.example" for name in "abcd"]), max_size=3, unique=True).map(tuple)


@settings(max_examples=60, deadline=None)
@given(addresses, addresses, addresses)
def test_all_contacts_of_a_role_are_written_to_the_fallback_where_there_is_none_and_else_nobody(
    role: tuple[str, ...], fallback: tuple[str, ...], others: tuple[str, ...]
) -> None:
    held_by = {"collections_contact": role, "fallback_contact": fallback, "invoice_contact": others}
    who = customer(addresses={name: found for name, found in held_by.items() if found})
    one = invoice(facts={"delivery": "sent", "acknowledged": True})
    plan = plan_for(RULES, book(one, customers=[who]))
    assert [action.recipients for action in plan.actions] == ([role or fallback] if role or fallback else [])
    if not plan.actions:
        assert outcomes(plan)["first"] is Outcome.NO_ADDRESS


@settings(max_examples=20, deadline=None)
@given(weeks(most=12, kinds=("bounced", "bounced", "bounced", "signed", "payment", "dispute_closed")))
def test_what_came_back_goes_again_to_the_fallback_contact_and_then_to_nobody(test: RuleTest) -> None:
    """Whatever comes back marks the addresses to which it went: none of them is written to again, and each group has two here at most."""
    simulation = watched(test)
    failed: dict[int, set[str]] = defaultdict(set)
    for morning in simulation.mornings:
        for number, stage in morning.stages.items():
            if stage is Stage.UNDONE:
                action = simulation.action(number)
                failed[action.customer_id] |= set(action.recipients)
        for action in (leaving.action for leaving in simulation.left if leaving.on == morning.on and writes(leaving.action)):
            role = "invoice_contact" if action.rule_id in ("transmittal", "request") else "collections_contact"
            own, fallback = (f"{name}@customer-{action.customer_id}.example" for name in (role, "fallback_contact"))
            assert action.recipients == ((own,) if own not in failed[action.customer_id] else (fallback,))
            assert not failed[action.customer_id] & {*action.recipients}


@settings(max_examples=20, deadline=None)
@given(weeks(most=10, kinds=("bounced", "bounced", "signed")))
def test_a_rung_that_came_back_is_the_next_to_be_sent_as_a_further_occurrence(test: RuleTest) -> None:
    """Where its invoice stood on it when it came back; one that had gone on since stays where it is."""
    simulation = watched(test)
    for before, after in pairwise(sorted([*simulation.mornings, *simulation.evenings], key=lambda hour: hour.on)):
        undone = [number for number, stage in after.stages.items() if stage is Stage.UNDONE and before.stages.get(number) is Stage.SENT]
        for action in (action for number in undone if (action := simulation.action(number)).ladder):
            for item in action.items:
                stood = before.states[item.subject_id].rungs
                again = [
                    (one.rule_id, one.occurrence)
                    for tested in simulation.book.actions
                    if tested.planned_on >= after.on and tested.action.ladder
                    for one in tested.action.items
                    if one.subject_id == item.subject_id
                ]
                if stood[-1].rung == item.rule_id and len(undone) == 1:
                    assert again[:1] in ([], [(item.rule_id, item.occurrence + 1)])
