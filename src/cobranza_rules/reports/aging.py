"""Aging of balances: what is open by bucket, as it stood on a day; what is on hold is told apart, and what stands against the debt."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cobranza_rules.domain.aging import NO_DUE_DATE, bucket_names, bucket_of
from cobranza_rules.money import Money
from cobranza_rules.reports.standing import Cut, Standing
from cobranza_rules.reports.unapplied import Unapplied


class By(StrEnum):
    """What the totals are told apart by, beside the currency."""

    CUSTOMER = "customer"
    SELLER = "seller"
    SEGMENT = "segment"
    CURRENCY = "currency"


@dataclass(frozen=True, slots=True)
class Customer:
    """As it is known today; `code` is None where only invoices tell of it."""

    id: int
    code: str | None
    name: str
    segment: str
    credit_stopped_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class AgingLine:
    """What is open of an invoice, or of one of its instalments, in minor units."""

    standing: Standing
    customer: Customer
    instalment: int | None
    due_on: dt.date | None
    minor: int
    days_overdue: int | None
    bucket: str
    on_hold: str

    def as_json(self) -> dict[str, Any]:
        own = self.standing.own
        return {
            "uuid": own.uuid,
            "number": own.number,
            **({} if self.instalment is None else {"instalment": self.instalment}),
            "customer": self.customer.code,
            "currency": own.currency,
            "balance": Money(self.minor, own.currency).plain(),
            "due_date": self.due_on.isoformat() if self.due_on else None,
            "days_overdue": self.days_overdue,
            "bucket": self.bucket,
            "on_hold": self.on_hold or None,
        }


@dataclass(slots=True)
class Sums:
    """Minor units and counts of lines by bucket, of one currency; what is on hold of them by its reason, and what is not applied."""

    minor: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    lines: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    on_hold: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    held_lines: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    unapplied: int = 0

    @property
    def total(self) -> int:
        return sum(self.minor.values())


@dataclass(slots=True)
class Aging:
    """Adds up one standing after the other. Lines are kept only where they are `detailed`: without them memory stays flat.

    `groups` are by currency and the text that `by` tells apart: a customer's code and name, a seller, a segment, or nothing more. `stopped`
    are customers of whom something stands in it and whose credit was stopped by that day and still is.
    """

    on: dt.date
    limits: tuple[int, ...]
    by: By = By.CURRENCY
    cut: Cut | None = None
    detailed: bool = False
    lines: list[AgingLine] = field(default_factory=list)
    totals: dict[str, Sums] = field(default_factory=lambda: defaultdict(Sums))
    groups: dict[tuple[str, str, str], Sums] = field(default_factory=lambda: defaultdict(Sums))
    unapplied: list[tuple[Customer, Unapplied]] = field(default_factory=list)
    stopped: dict[int, Customer] = field(default_factory=dict)

    @property
    def buckets(self) -> tuple[str, ...]:
        return (*bucket_names(self.limits), NO_DUE_DATE)

    def add(self, standing: Standing, customer: Customer) -> None:
        own, hold = standing.own, standing.hold_on(self.on)
        self._note(customer)
        for instalment, due_on, minor in standing.open_parts:
            days = (self.on - due_on).days if due_on else None
            bucket = bucket_of(days, self.limits)
            for sums in (self.totals[own.currency], self.groups[self._group(own.currency, customer, own.seller)]):
                sums.minor[bucket] += minor
                sums.lines[bucket] += 1
                if hold:
                    sums.on_hold[hold] += minor
                    sums.held_lines[hold] += 1
            if self.detailed:
                self.lines.append(AgingLine(standing, customer, instalment, due_on, minor, days, bucket, hold))

    def add_unapplied(self, found: Unapplied, customer: Customer) -> None:
        """What is paid beyond a balance, paid for what was cancelled, or credited and not applied yet."""
        self.unapplied.append((customer, found))
        self._note(customer)
        for sums in (self.totals[found.amount.currency], self.groups[self._group(found.amount.currency, customer, "")]):
            sums.unapplied += found.amount.minor

    def stopped_on(self, customer: Customer) -> dt.date | None:
        """Since when it gets no credit, as far as that was so on the day of the report."""
        since = customer.credit_stopped_on
        return since if since is not None and since <= self.on else None

    def stopped_of(self, code: str, name: str) -> dt.date | None:
        """The same of a group of `groups`."""
        return next((one.credit_stopped_on for one in self.stopped.values() if ((one.code or ""), one.name) == (code, name)), None)

    def _note(self, customer: Customer) -> None:
        if self.stopped_on(customer) is not None:
            self.stopped[customer.id] = customer

    def _group(self, currency: str, customer: Customer, seller: str) -> tuple[str, str, str]:
        match self.by:
            case By.CUSTOMER:
                return currency, customer.code or "", customer.name
            case By.SELLER:
                return currency, seller, ""
            case By.SEGMENT:
                return currency, customer.segment, ""
            case By.CURRENCY:
                return currency, "", ""

    def in_order(self) -> Sequence[AgingLine]:
        """By customer, due date (unknown ones last) and the order in which they were booked."""
        return sorted(self.lines, key=lambda line: (line.customer.code or "", line.due_on or dt.date.max, line.standing.own.id))

    def as_json(self) -> dict[str, Any]:
        return {
            "on": self.on.isoformat(),
            "as_of": self.cut.day.isoformat() if self.cut else None,
            "known": self.cut.known.value if self.cut else None,
            "by": self.by.value,
            "invoices": [line.as_json() for line in self.in_order()],
            "totals": [
                {"currency": currency, "bucket": bucket, "amount": Money(sums.minor[bucket], currency).plain(), "invoices": count}
                for currency, sums in sorted(self.totals.items())
                for bucket in self.buckets
                if (count := sums.lines.get(bucket, 0))
            ],
            "groups": [self._group_json(key, sums) for key, sums in sorted(self.groups.items())],
            "on_hold": [
                {"currency": currency, "reason": reason, "amount": Money(minor, currency).plain(), "invoices": sums.held_lines[reason]}
                for currency, sums in sorted(self.totals.items())
                for reason, minor in sorted(sums.on_hold.items())
            ],
            "unapplied": [{"customer": customer.code, **found.as_json()} for customer, found in self.unapplied],
            "credit_stopped": [
                {"customer": one.code, "name": one.name, "since": str(one.credit_stopped_on)} for one in self.stopped.values()
            ],
        }

    def _group_json(self, key: tuple[str, str, str], sums: Sums) -> dict[str, Any]:
        currency, named, name = key
        said: dict[str, Any] = {} if self.by is By.CURRENCY else {self.by.value: named or None}
        if self.by is By.CUSTOMER:
            since = self.stopped_of(named, name)
            said |= {"name": name, "credit_stopped_on": since.isoformat() if since else None}
        return {
            "currency": currency,
            **said,
            "buckets": {bucket: Money(sums.minor.get(bucket, 0), currency).plain() for bucket in self.buckets},
            "total": Money(sums.total, currency).plain(),
            "on_hold": Money(sum(sums.on_hold.values()), currency).plain(),
            "unapplied": Money(sums.unapplied, currency).plain(),
        }
