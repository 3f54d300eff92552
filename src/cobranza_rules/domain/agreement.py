"""Agreements with customers: contracts and commercial terms in versions, and which version covers a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from cobranza_rules.calendar import days_after
from cobranza_rules.domain.terms import Terms
from cobranza_rules.money import Money


class AgreementKind(StrEnum):
    CONTRACT = "contract"
    COMMERCIAL_TERMS = "commercial_terms"


@dataclass(frozen=True, slots=True)
class PromptPayment:
    """`percent` (two decimals at most) off what is paid within `days` after issue."""

    percent: Decimal
    days: int


@dataclass(frozen=True, slots=True)
class Interest:
    """`annual_percent` (two decimals at most) on what is overdue; a year is reckoned as `day_count` days, 360 or 365."""

    annual_percent: Decimal
    day_count: int


@dataclass(frozen=True, slots=True)
class AgreementRecord:
    """What was agreed. `customer` is the code or RFC as somebody wrote it; `valid_until` None means until further notice.

    `terms` None leaves the customer's credit days as they are. `discounts` are those beside the one for prompt payment, `guarantees` what
    secures the debt, both in words. `support_required` are the kinds of support without which no invoice is delivered; "any" is one of any kind.
    """

    customer: str
    number: str
    kind: AgreementKind
    currency: str
    valid_from: dt.date
    valid_until: dt.date | None = None
    signed_on: dt.date | None = None
    terms: Terms | None = None
    credit_limit: Money | None = None
    prompt_payment: PromptPayment | None = None
    discounts: str = ""
    interest: Interest | None = None
    guarantees: str = ""
    support_required: tuple[str, ...] = ()

    @property
    def conditions(self) -> dict[str, Any]:
        """What no rule asks for, in the form in which the store keeps it; percents as texts."""
        kept: dict[str, Any] = {"discounts": self.discounts, "guarantees": self.guarantees}
        if self.prompt_payment is not None:
            kept["prompt_payment"] = {"percent": f"{self.prompt_payment.percent:f}", "days": self.prompt_payment.days}
        if self.interest is not None:
            kept["interest"] = {"annual_percent": f"{self.interest.annual_percent:f}", "day_count": self.interest.day_count}
        return kept


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the agreement `number`, as far as it says when it counts. Later versions have larger `version` numbers."""

    id: int
    number: str
    version: int
    currency: str
    valid_from: dt.date
    valid_until: dt.date | None


@dataclass(frozen=True, slots=True)
class Span:
    """The days on which a version stands, both included; `last` None has no end."""

    version: Version
    first: dt.date
    last: dt.date | None

    def meets(self, other: Span) -> bool:
        return self.first <= (other.last or dt.date.max) and other.first <= (self.last or dt.date.max)


def covering(versions: Iterable[Version], day: dt.date, currency: str) -> tuple[Version, ...]:
    """The versions of a customer's agreements that cover `day` in `currency`: none, one, or several where agreements overlap.

    Of each agreement stands the version that was made last among those that had begun by then: a new version counts from its first day on,
    and says also when the agreement ends.
    """
    standing: dict[str, Version] = {}
    for version in sorted(versions, key=lambda one: one.version):
        if version.valid_from <= day:
            standing[version.number] = version
    return tuple(one for one in standing.values() if one.currency == currency and day <= (one.valid_until or dt.date.max))


def spans(versions: Iterable[Version]) -> list[Span]:
    """When each version of one agreement stands: what `covering` says, for all days at once."""
    found: list[Span] = []
    for version in sorted(versions, key=lambda one: one.version):
        found = [_cut(span, version.valid_from) for span in found if span.first < version.valid_from]
        found.append(Span(version, version.valid_from, version.valid_until))
    return found


def _cut(span: Span, first_of_next: dt.date) -> Span:
    last = days_after(first_of_next, -1)
    return span if span.last is not None and span.last < last else replace(span, last=last)


def overlapping(versions: Sequence[Version], number: str) -> list[tuple[Span, Span]]:
    """Where the agreement `number` and others of the customer cover the same days in one currency, a pair for each other agreement."""
    own = spans([one for one in versions if one.number == number])
    pairs = []
    for other in dict.fromkeys(one.number for one in versions if one.number != number):
        theirs = spans([one for one in versions if one.number == other])
        pairs += [(mine, its) for mine in own for its in theirs if mine.version.currency == its.version.currency and mine.meets(its)][:1]
    return pairs


@dataclass(frozen=True, slots=True)
class Limit:
    """The credit limit of a version in minor units, None where it has none; `known_on` is the first day of which a decision could know of it."""

    version: Version
    minor: int | None
    known_on: dt.date = dt.date.min


def limits_on(limits: Iterable[Limit], day: dt.date) -> dict[str, int]:
    """A customer's credit limits by currency: those of the agreements that cover `day`, as far as they were known on it."""
    known = {one.version.id: one for one in limits if one.known_on <= day}
    versions = [one.version for one in known.values()]
    covered = {currency: covering(versions, day, currency) for currency in {version.currency for version in versions}}
    found = {currency: known[standing[0].id].minor for currency, standing in covered.items() if len(standing) == 1}
    return {currency: minor for currency, minor in found.items() if minor is not None}


def exceeded(owed: Mapping[str, int], limits: Mapping[str, int]) -> bool:
    """Whether more is owed in some currency than its limit; both in minor units by currency."""
    return any(owed.get(currency, 0) > minor for currency, minor in limits.items())


def prompt_payment_of(conditions: Mapping[str, Any]) -> PromptPayment | None:
    """From what `AgreementRecord.conditions` has kept."""
    kept = conditions.get("prompt_payment")
    return PromptPayment(Decimal(kept["percent"]), kept["days"]) if kept else None


def interest_of(conditions: Mapping[str, Any]) -> Interest | None:
    """From what `AgreementRecord.conditions` has kept."""
    kept = conditions.get("interest")
    return Interest(Decimal(kept["annual_percent"]), kept["day_count"]) if kept else None
