"""What lies around open deposits: invoices by their names, payments that are told of by their amount. What is decided takes from both."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.cash.deposit import Deposit, Owed, Policy, Told
from cobranza_rules.cash.names import Written, names_of
from cobranza_rules.money import Money


class Around:
    """`invoices` are those that are open, and those that a text names; `told` the payments of which no other deposit is an evidence."""

    def __init__(self, invoices: Iterable[Owed], told: Iterable[Told], calendar: BusinessCalendar, policy: Policy) -> None:
        self.calendar = calendar
        self.policy = policy
        self.invoices: dict[int, Owed] = {}
        self.told: dict[int, Told] = {each.id: each for each in told}
        self._by_name: dict[str, list[int]] = defaultdict(list)
        self._by_customer: dict[tuple[int, str], list[int]] = defaultdict(list)
        self._by_amount: dict[Money, list[int]] = defaultdict(list)
        for invoice in invoices:
            self.invoices[invoice.id] = invoice
            self._by_customer[invoice.customer, invoice.currency].append(invoice.id)
            for name in names_of(invoice):
                self._by_name[name].append(invoice.id)
        for each in self.told.values():
            self._by_amount[each.amount].append(each.id)

    def named(self, written: Written, *, alone: bool) -> dict[str, list[Owed]]:
        """Invoices by each name that is written; digits without a series only with `alone`."""
        names = written.uuids | written.numbers | (written.bare if alone else frozenset())
        return {name: [self.invoices[each] for each in self._by_name[name]] for name in sorted(names) if name in self._by_name}

    def of_customer(self, customer: int, currency: str) -> list[Owed]:
        """Those of which something is owed."""
        return [owed for each in self._by_customer.get((customer, currency), ()) if (owed := self.invoices[each]).balance > 0]

    def told_over(self, deposit: Deposit) -> list[Told]:
        """Payments over the same amount that no deposit is an evidence of yet, the nearest day first."""
        alike = (self.told[each] for each in self._by_amount.get(deposit.amount, ()) if each in self.told)
        return sorted(alike, key=lambda each: (abs(each.paid_on - deposit.booked_on), each.id))

    def near(self, one: dt.date, other: dt.date) -> bool:
        return self.calendar.between(min(one, other), max(one, other)) <= self.policy.days

    def take(self, shares: Mapping[int, int]) -> None:
        for invoice, minor in shares.items():
            self.invoices[invoice] = replace(self.invoices[invoice], balance=self.invoices[invoice].balance - minor)
