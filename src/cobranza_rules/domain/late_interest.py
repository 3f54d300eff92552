"""Interest for late payment, shown as a computation: the program invoices none.

Each part of an invoice bears it from the day after its due date, on what was open of it at the end of each day: a payment counts from the day on
which it was made. A payment that was taken back never was one. Payments and credit notes cover the oldest part first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from cobranza_rules.calendar import days_after
from cobranza_rules.domain.agreement import Interest
from cobranza_rules.domain.schedule import DuePart
from cobranza_rules.money import Money

# What is owed from the day after the due date where nothing was agreed on (Código de Comercio, art. 362; of a price, art. 380), and interest bears none
# (art. 363). The law names no year to reckon by; 365 days ask for less.
LEGAL = Interest(Decimal(6), 365)


@dataclass(frozen=True, slots=True)
class Debt:
    """An invoice: its parts with their due dates, and what covered it on which day; minor units."""

    parts: tuple[DuePart, ...] = ()
    covered: tuple[tuple[dt.date, int], ...] = ()

    def overdue(self, day: dt.date) -> int:
        """At the end of that day, in minor units."""
        due = sum(part.minor for part in self.parts if part.due_on < day)
        return max(due - sum(minor for on, minor in self.covered if on <= day), 0)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days on which the same was overdue, both included. Rounded so that those of an invoice add up to its whole interest."""

    first: dt.date
    last: dt.date
    overdue: Money
    interest: Money

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class LateInterest:
    """`annual_percent` of what was overdue each day; `agreed` is false where it is the legal one."""

    annual_percent: Decimal
    day_count: int
    agreed: bool
    amount: Money


def late_interest(agreed: Interest | None, debts: Iterable[Debt], today: dt.date, currency: str, legal: Interest = LEGAL) -> LateInterest:
    """Up to and including `today`. Each debt's interest is rounded to the minor unit: the total is the sum of what stands beside the invoices."""
    rate = agreed or legal
    minor = sum(each.interest.minor for debt in debts for each in stretches(debt, rate, today, currency))
    return LateInterest(rate.annual_percent, rate.day_count, agreed is not None, Money(minor, currency))


def stretches(debt: Debt, rate: Interest, today: dt.date, currency: str) -> Iterator[Stretch]:
    """From the first day on which something was overdue; without those on which nothing was."""
    turns = {days_after(part.due_on, 1) for part in debt.parts} | {on for on, _minor in debt.covered}
    first_days = sorted(day for day in turns if day <= today)
    begun = Decimal(0)
    for first, following in pairwise([*first_days, days_after(today, 1)]):
        last = days_after(following, -1)
        if overdue := debt.overdue(first):
            grown = begun + Decimal(overdue) * ((last - first).days + 1)
            yield Stretch(first, last, Money(overdue, currency), Money(_minor(grown, rate) - _minor(begun, rate), currency))
            begun = grown


def _minor(minor_days: Decimal, rate: Interest) -> int:
    exact = minor_days * rate.annual_percent / (100 * rate.day_count)
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def vat_on(interest: Money, percent: Decimal) -> Money:
    """The tax alone, rounded to the minor unit."""
    return Money(int((interest.minor * percent / 100).quantize(Decimal(1), ROUND_HALF_UP)), interest.currency)
