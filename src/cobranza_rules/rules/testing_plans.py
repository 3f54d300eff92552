"""What happens in a rule test to payment plans, and their instalments as what rules look at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cobranza_rules.domain.entry import Entry, EntryKind
from cobranza_rules.domain.payment_plans import Instalment, PlanStanding, said_of_plan, standing_of
from cobranza_rules.facts.queues import instalment_facts
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import Sentence, _
from cobranza_rules.money import Money
from cobranza_rules.rules.subjects import Claims, CustomerSubject, QueueSubject
from cobranza_rules.rules.testing_model import Event

if TYPE_CHECKING:
    from cobranza_rules.rules.testing_book import TestedBook


@dataclass(slots=True)
class TestedPlan:
    """`instalments` by the id under which rules look at them."""

    __test__ = False

    id: int
    customer: int
    currency: str
    invoices: tuple[int, ...]
    instalments: Mapping[int, Instalment]
    grace: int
    event: Event

    def standing(self, book: TestedBook) -> PlanStanding:
        owed = sum(max(book.states[key].balance, 0) for key in self.invoices)
        return standing_of(tuple(self.instalments.values()), owed, self.grace, book.rules.calendar)


def plan_agreed(book: TestedBook, event: Event, key: int, _name: str) -> Sentence | None:
    """One plan for all invoices of the event: what is open of them in instalments."""
    if any(plan.event is event for plan in book.plans):
        return None
    keys = tuple(map(book.invoice_id, event.invoices))
    currency = book.invoices[key].currency
    instalments = [Instalment(day, amount.minor) for day, amount in event.data["instalments"]]
    given, owed = sum(each.minor for each in instalments), sum(book.states[each].balance for each in keys)
    if given != owed:
        return _("the instalments come to {given}, and {open} is open", given=Money(given, currency), open=Money(owed, currency))
    ordered = sorted(instalments, key=lambda each: each.due_on)
    by_id = {next(book.ids): each for each in ordered}
    plan = TestedPlan(next(book.ids), book.owners[key], currency, keys, by_id, event.data["grace"], event)
    book.plans.append(plan)
    _state_anew(book, plan, event.on)
    return None


def plan_cancelled(book: TestedBook, event: Event, key: int, name: str) -> Sentence | None:
    plan = next((plan for plan in book.plans if key in plan.invoices), None)
    if plan is None:
        return _("no payment plan is about {invoice}", invoice=name)
    book.plans.remove(plan)
    for each in plan.invoices:
        book.enter(each, Entry(EntryKind.PLAN_STATED, event.on, {}))
    return None


def plans_after(book: TestedBook, invoice_id: int, on: dt.date) -> None:
    """Something was paid of the invoice, or taken back: every invoice of its plan says how that stands."""
    for plan in book.plans:
        if invoice_id in plan.invoices:
            _state_anew(book, plan, on)


def _state_anew(book: TestedBook, plan: TestedPlan, on: dt.date) -> None:
    said = said_of_plan(plan.id, plan.standing(book))
    for key in plan.invoices:
        book.enter(key, Entry(EntryKind.PLAN_STATED, on, said))


def instalments_in(
    book: TestedBook, customers: Mapping[int, CustomerSubject], today: dt.date, claimed: Mapping[int, Mapping[str, Claims]]
) -> Iterator[QueueSubject]:
    for plan in book.plans:
        standing = plan.standing(book)
        for (key, instalment), each in zip(plan.instalments.items(), standing.instalments, strict=True):
            if each.left and plan.customer in customers:
                shared, calendar = customers[plan.customer].facts, book.rules.calendar
                facts = instalment_facts(shared, plan.id, plan.currency, each, standing, today, calendar)
                overrides = book.overrides_of_customer(plan.customer, today)
                name = instalment.due_on.isoformat()
                yield QueueSubject(Scope.INSTALMENT, key, plan.customer, name, facts, claims=claimed.get(key, {}), overrides=overrides)
