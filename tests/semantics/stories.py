"""Random weeks of a collections desk: payments, answers, signatures, bounces and faults, played by the machinery of rule tests and watched."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from cobranza_rules.domain.invoice import InvoiceState
from cobranza_rules.money import Money
from cobranza_rules.rules.engine import Engine
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.place import Place
from cobranza_rules.rules.planned import Plan, PlannedAction
from cobranza_rules.rules.testing_book import Stage, TestedAction
from cobranza_rules.rules.testing_given import CONTACTS
from cobranza_rules.rules.testing_model import Event, GivenCustomer, GivenInvoice, RuleTest
from cobranza_rules.rules.testing_simulation import SimulatedDay, Simulation
from tests.rules.decide_books import MONDAY, engine_of
from tests.rules.random_books import RULES

WAITS = {"first": 0, "second": 5, "third": 10, "handover": 5}
MINIMUM = {"MXN": 50_000}
LENGTH = 50
PLACE = Place("weeks.yaml", 1, 1)
FATES = ("signed", "rejected", "refused", "uncertain", "bounced", "left", "not_left")
# Money and words come often, for they are what a rung waits for or goes on after.
HAPPENINGS = (
    *("payment", "payment", "reversal", "dispute", "dispute_closed", "dispute_closed"),
    *("promise", "acknowledged", "payment_claimed", "claim_rejected", "substituted", "case_moved"),
)


@dataclass(frozen=True, slots=True)
class Leaving:
    """What was confirmed on a day, with the present as it was just before: states by invoice."""

    number: int
    on: dt.date
    action: PlannedAction
    before: Mapping[int, InvoiceState]


@dataclass(frozen=True, slots=True)
class Hour:
    """The states of invoices and the stages of actions at one moment of a day."""

    on: dt.date
    states: Mapping[int, InvoiceState]
    stages: Mapping[int, Stage]


class Watched(Simulation):
    """`mornings` are taken after a day's events and before its decisions, `evenings` after all that leaves."""

    def __init__(self, test: RuleTest, rules: RuleSet, engine: Engine) -> None:
        super().__init__(test, rules, engine)
        self.left: list[Leaving] = []
        self.mornings: list[Hour] = []
        self.evenings: list[Hour] = []

    def _hour(self, on: dt.date) -> Hour:
        return Hour(on, dict(self.book.states), {tested.id: tested.stage for tested in self.book.actions})

    def _day(self, today: dt.date) -> SimulatedDay:
        day = super()._day(today)
        self.evenings.append(self._hour(today))
        return day

    def _decide(
        self, today: dt.date, without: TestedAction | None = None, *, only: Collection[int] | None = None, trace: bool = False
    ) -> Plan:
        if not self.mornings or self.mornings[-1].on != today:
            self.mornings.append(self._hour(today))
        return super()._decide(today, without, only=only, trace=trace)

    def _carry_out(self, tested: TestedAction, day: SimulatedDay) -> None:
        before = dict(self.book.states)
        super()._carry_out(tested, day)
        if tested.stage is Stage.SENT:
            self.left.append(Leaving(tested.id, day.on, tested.action, before))

    def action(self, number: int) -> PlannedAction:
        return next(tested.action for tested in self.book.actions if tested.id == number)


def watched(test: RuleTest, rules: RuleSet = RULES) -> Watched:
    simulation = Watched(test, rules, engine_of(rules))
    simulation.run()
    return simulation


def given_customer(key: str) -> GivenCustomer:
    return GivenCustomer(key, "domestic", "es", "email", CONTACTS)


def given_invoice(name: str, customer: str, currency: str, total: int, due: dt.date, issued: dt.date, *, delivered: bool) -> GivenInvoice:
    day = MONDAY - dt.timedelta(days=60) if delivered else None
    state = InvoiceState(
        total=total,
        due_on=due,
        delivery="sent" if delivered else "pending",
        delivered_on=day,
        delivered_by=0 if delivered else None,
        acknowledged=delivered,
    )
    return GivenInvoice(name, customer, currency, issued, "PPD", state)


@st.composite
def weeks(draw: Any, most: int = 16, kinds: tuple[str, ...] = (*HAPPENINGS, *FATES)) -> RuleTest:
    """Two customers with up to five invoices, some of them not delivered yet, and what happens to them."""
    found = [
        given_invoice(
            f"F-{number}",
            draw(st.sampled_from("AB")),
            draw(st.sampled_from(["MXN", "MXN", "USD"])),
            draw(st.sampled_from([20_000, 60_000, 90_000])),
            MONDAY + dt.timedelta(days=draw(st.integers(-40, 15))),
            MONDAY - dt.timedelta(days=90),
            delivered=draw(st.sampled_from([True, True, False])),
        )
        for number in range(1, draw(st.integers(1, 5)) + 1)
    ]
    old = list(found)
    events: list[Event] = []
    for _number in range(draw(st.integers(0, most))):
        on = MONDAY + dt.timedelta(days=draw(st.integers(0, LENGTH - 5)))
        kind = draw(st.sampled_from(kinds))
        one = draw(st.sampled_from(old))
        if kind == "substituted":
            if any(event.kind == kind and event.invoices == (one.id,) for event in events):
                continue
            new = given_invoice(f"N-{len(found) + 1}", one.customer, one.currency, 80_000, on, on, delivered=False)
            found.append(new)
            events.append(Event(on, kind, PLACE, (one.id,), data={"by": new.id}))
        elif kind in (*FATES, "delivered"):
            rule = draw(st.sampled_from(["first", "first", "second", "third", "transmittal", "request"]))
            events.append(Event(on, kind, PLACE, customer=draw(st.sampled_from(["", one.customer])), rule_id=rule))
        else:
            amount = draw(st.sampled_from([None, Money(7_000, one.currency)]))
            moved = draw(st.sampled_from(["collections", "legal"]))
            pay_on = on + dt.timedelta(days=draw(st.integers(0, 10)))
            events.append(Event(on, kind, PLACE, (one.id,), data={"amount": amount, "pay_on": pay_on, "case_status": moved}))
    customers = tuple(map(given_customer, "AB"))
    last = Event(MONDAY + dt.timedelta(days=LENGTH), "facts", PLACE)
    return RuleTest("weeks", PLACE, MONDAY, customers, tuple(found), events=tuple(sorted([*events, last], key=lambda event: event.on)))


def writes(action: PlannedAction) -> bool:
    """Whether an action of these rules is a message to the customer."""
    return action.rule_id != "handover" and not action.closing
