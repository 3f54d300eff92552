"""What was sent, or would have been: deeds one by one, and their totals a rung. Currencies are never summed."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.money import Money
from cobranza_rules.rules.model import closing_claim
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.rules.recipients import reaches_customer


@dataclass(frozen=True, slots=True)
class DeedItem:
    """An invoice with the rung that it recorded, which may be a lower one than the message's, and its balance in minor units.

    Or whatever else the deed's rule looks at, under its name; it has no `invoice_id`.
    """

    rule_id: str
    invoice_id: int | None
    number: str
    balance: int


@dataclass(frozen=True, slots=True)
class Deed:
    """An action that was carried out. Without `to_customer` it stayed in the house: a task, a notice, or a case that changed hands."""

    on: dt.date
    rule_id: str
    step: int
    customer_id: int
    customer: str
    currency: str
    items: tuple[DeedItem, ...]
    to_customer: bool
    subject: str = Scope.INVOICE.value

    @property
    def of_invoices(self) -> bool:
        return self.subject == Scope.INVOICE

    @property
    def total(self) -> Money:
        return Money(sum(item.balance for item in self.items), self.currency)


def deed_of(action: PlannedAction, on: dt.date) -> Deed:
    return Deed(
        on=on,
        rule_id=closing_claim(action.rule_id) if action.closing else action.rule_id,
        step=action.procedure_step,
        customer_id=action.customer_id,
        customer=action.customer,
        currency=action.currency,
        items=tuple(
            DeedItem(item.rule_id, item.subject_id if action.subject == Scope.INVOICE else None, item.number, item.balance)
            for item in action.items
        ),
        to_customer=reaches_customer(action.steps),
        subject=action.subject,
    )


@dataclass(frozen=True, slots=True)
class Totals:
    """`invoices` and `customers` are distinct ones; `amounts` hold each invoice once, with what was claimed of it last."""

    messages: int = 0
    in_house: int = 0
    invoices: int = 0
    customers: int = 0
    amounts: tuple[Money, ...] = ()


@dataclass(slots=True)
class _Sum:
    messages: int = 0
    in_house: int = 0
    customers: set[int] = field(default_factory=set)
    claimed: dict[int, tuple[str, int]] = field(default_factory=dict)  # Currency and minor units by invoice

    def add(self, deed: Deed, item: DeedItem) -> None:
        self.customers.add(deed.customer_id)
        if item.invoice_id is not None:
            self.claimed[item.invoice_id] = (deed.currency, item.balance)

    def count(self, deed: Deed) -> None:
        self.messages += deed.to_customer
        self.in_house += not deed.to_customer

    def totals(self) -> Totals:
        amounts: dict[str, int] = defaultdict(int)
        for currency, minor in self.claimed.values():
            amounts[currency] += minor
        shown = tuple(Money(minor, currency) for currency, minor in sorted(amounts.items()))
        return Totals(self.messages, self.in_house, len(self.claimed), len(self.customers), shown)


def totals_by_rule(deeds: Iterable[Deed]) -> Mapping[str, Totals]:
    """A message counts for the rung that it was written by, its invoices for the rung that each recorded."""
    sums: dict[str, _Sum] = defaultdict(_Sum)
    for deed in deeds:
        sums[deed.rule_id].count(deed)
        for item in deed.items:
            sums[item.rule_id].add(deed, item)
    return {rule_id: found.totals() for rule_id, found in sums.items()}


def totals_of(deeds: Iterable[Deed]) -> Totals:
    """Of all together; invoices, customers and amounts are those that a customer was written to about."""
    whole = _Sum()
    for deed in deeds:
        whole.count(deed)
        if deed.to_customer:
            for item in deed.items:
                whole.add(deed, item)
    return whole.totals()
