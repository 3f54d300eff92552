"""Payment plans (convenios de pago): instalments that a customer agreed to pay, how far payments have kept them, and when one is broken.

What was paid keeps the instalments in the order of their days, so that only the sum counts: neither in which order payments came to be
known, nor which of the plan's invoices they cover. A payment that is taken back opens again what it had kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from cobranza_rules.calendar import BusinessCalendar


class InstalmentState(StrEnum):
    PENDING = "pending"
    KEPT = "kept"
    KEPT_IN_PART = "kept_in_part"  # Before its day
    LATE = "late"
    BROKEN = "broken"  # Not whole on the last day of its grace


class PlanState(StrEnum):
    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    CANCELLED = "cancelled"
    REPLACED = "replaced"


ENDED = (PlanState.CANCELLED, PlanState.REPLACED)  # By a person; the others follow from what was paid, and from the day.


@dataclass(frozen=True, slots=True)
class Instalment:
    """What is to be paid by a day, in minor units of the plan's currency."""

    due_on: dt.date
    minor: int


@dataclass(frozen=True, slots=True)
class InstalmentStanding:
    """An instalment with what payments have kept of it. `until` is the last day on which it may still be paid: then its grace is over."""

    instalment: Instalment
    kept: int
    until: dt.date

    @property
    def left(self) -> int:
        return self.instalment.minor - self.kept

    def state(self, today: dt.date, calendar: BusinessCalendar) -> InstalmentState:
        """What falls on a day on which banks are closed may be paid on the next business day without being late."""
        if not self.left:
            return InstalmentState.KEPT
        if self.until < today:
            return InstalmentState.BROKEN
        if calendar.on_or_after(self.instalment.due_on) < today:
            return InstalmentState.LATE
        return InstalmentState.KEPT_IN_PART if self.kept else InstalmentState.PENDING

    def workdays_late(self, today: dt.date, calendar: BusinessCalendar) -> int:
        return calendar.between(calendar.on_or_after(self.instalment.due_on), today) if self.left else 0


@dataclass(frozen=True)
class PlanStanding:
    """A plan's instalments in the order of their days, as what was paid has kept them."""

    instalments: tuple[InstalmentStanding, ...]

    @cached_property
    def total(self) -> int:
        return sum(each.instalment.minor for each in self.instalments)

    @cached_property
    def kept(self) -> int:
        return sum(each.kept for each in self.instalments)

    @property
    def percent_kept(self) -> int:
        """In a hundred of all that was agreed on, rounded down."""
        return 100 * self.kept // self.total if self.total else 100

    @property
    def next(self) -> InstalmentStanding | None:
        """The oldest instalment that is not kept whole; None where all are."""
        return next((each for each in self.instalments if each.left), None)

    def state(self, today: dt.date) -> PlanState:
        if self.next is None:
            return PlanState.KEPT
        return PlanState.BROKEN if self.next.until < today else PlanState.OPEN


def last_day(due_on: dt.date, grace: int, calendar: BusinessCalendar) -> dt.date:
    """`grace` business days after the day, or after the business day that follows a day off."""
    return calendar.plus(calendar.on_or_after(due_on), grace)


def standing_of(instalments: Sequence[Instalment], owed: int, grace: int, calendar: BusinessCalendar) -> PlanStanding:
    """`owed` is what the customer still has to pay of all invoices of the plan: what is less than the instalments together was paid."""
    ordered = sorted(instalments, key=lambda each: each.due_on)
    left = max(sum(each.minor for each in ordered) - max(owed, 0), 0)
    found = []
    for each in ordered:
        kept = min(left, each.minor)
        left -= kept
        found.append(InstalmentStanding(each, kept, last_day(each.due_on, grace, calendar)))
    return PlanStanding(tuple(found))


def said_of_plan(plan: int, standing: PlanStanding) -> dict[str, Any]:
    """The data of the PLAN_STATED entry of each of its invoices."""
    said: dict[str, Any] = {"plan": plan, "percent": standing.percent_kept}
    if (following := standing.next) is not None:
        said |= {"on": following.instalment.due_on.isoformat(), "until": following.until.isoformat(), "minor": following.left}
    return said
