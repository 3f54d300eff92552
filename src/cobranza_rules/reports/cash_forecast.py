"""The collections forecast: money that should come in, by week and currency, with the reason of each invoice."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cobranza_rules.language import N_, Sentence, Translate, _
from cobranza_rules.money import Money
from cobranza_rules.reports.aging import Customer
from cobranza_rules.reports.cells import Cell, Column, Table
from cobranza_rules.reports.expected import Expected, Habits, expect, monday_of
from cobranza_rules.reports.standing import Standing

LATER, NO_DAY = "later", "no day"
WORDS = {LATER: N_("later"), NO_DAY: N_("no day")}
Week = dt.date | str  # Its Monday; or later than the last week, or no day at all


@dataclass(slots=True)
class CashForecast:
    """`weeks` are their Mondays, the first that of `on`. Sums are in minor units by currency and week."""

    on: dt.date
    weeks: tuple[dt.date, ...]
    habits: Habits
    found: list[tuple[Customer, Expected]] = field(default_factory=list)
    sums: dict[str, dict[Week, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))

    @classmethod
    def of_weeks(cls, on: dt.date, count: int, habits: Habits) -> CashForecast:
        first = monday_of(on)
        return cls(on, tuple(first + dt.timedelta(weeks=number) for number in range(count)), habits)

    @property
    def columns(self) -> tuple[Week, ...]:
        return (*self.weeks, LATER, NO_DAY)

    def add(self, standing: Standing, customer: Customer) -> None:
        for one in expect(standing, self.habits, self.on):
            self.found.append((customer, one))
            self.sums[standing.own.currency][self.week_of(one)] += one.minor

    def week_of(self, one: Expected) -> Week:
        if one.on is None:
            return NO_DAY
        week = monday_of(one.on)
        return week if week <= self.weeks[-1] else LATER

    def in_order(self) -> Sequence[tuple[Customer, Expected]]:
        """By the day on which it is expected, what has none last."""
        return sorted(self.found, key=lambda found: (found[1].on or dt.date.max, found[1].on is None, found[1].standing.own.id))

    def as_json(self, translate: Translate) -> dict[str, Any]:
        return {
            "on": self.on.isoformat(),
            "weeks": [
                {"currency": currency, "week": _named(week), "amount": Money(own.get(week, 0), currency).plain()}
                for currency, own in sorted(self.sums.items())
                for week in self.columns
            ],
            "expected": [
                {
                    "number": one.standing.own.number,
                    "uuid": one.standing.own.uuid,
                    **({} if one.instalment is None else {"instalment": one.instalment}),
                    "customer": customer.code,
                    "currency": one.standing.own.currency,
                    "amount": Money(one.minor, one.standing.own.currency).plain(),
                    "on": one.on.isoformat() if one.on else None,
                    "week": _named(self.week_of(one)),
                    "reason": one.reason.text(translate),
                }
                for customer, one in self.in_order()
            ],
        }


def _named(week: Week) -> str:
    return week if isinstance(week, str) else week.isoformat()


def week_table(forecast: CashForecast) -> Table:
    currencies = sorted(forecast.sums)
    columns = [Column(N_("Week from"), 14), *(Column(currency, 18, figures=True) for currency in currencies)]
    rows: list[list[Cell]] = [
        [
            Sentence(WORDS[week]) if isinstance(week, str) else week,
            *(Money(forecast.sums[currency].get(week, 0), currency) for currency in currencies),
        ]
        for week in forecast.columns
    ]
    totals: list[list[Cell]] = [[_("Total"), *(Money(sum(forecast.sums[currency].values()), currency) for currency in currencies)]]
    return Table(N_("Weeks"), columns, rows, (_("Money expected as of {on}", on=forecast.on),), totals)


def expected_table(forecast: CashForecast) -> Table:
    columns = [
        *(Column(N_("Expected on"), 14), Column(N_("Invoice"), 18), Column(N_("Customer"), 14), Column(N_("Currency"), 10)),
        *(Column(N_("Amount"), 18, figures=True), Column(N_("Due"), 12), Column(N_("Reason"), 90)),
    ]
    rows: list[list[Cell]] = [
        [
            one.on,
            one.standing.own.number if one.instalment is None else f"{one.standing.own.number} ({one.instalment})",
            *(customer.code or customer.name, one.standing.own.currency, Money(one.minor, one.standing.own.currency)),
            *(one.standing.due_on, one.reason),
        ]
        for customer, one in forecast.in_order()
    ]
    return Table(N_("Invoices"), columns, rows)
