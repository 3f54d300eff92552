"""Payment terms: from which day the credit days count, when the customer takes invoices and pays, and in how many parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Any

from cobranza_rules.language import Sentence, _
from cobranza_rules.money import Money
from cobranza_rules.problems import Problem

LONGEST_CREDIT = 720  # Days. Longer terms are far likelier a year or an amount in the wrong place.
MOST_INSTALMENTS = 60
LAST_DAY = 31  # Of every month: a day that a month does not have is its last one.
WHOLE = Decimal(100)


class CountedFrom(StrEnum):
    ISSUE = "issue"
    DELIVERY = "delivery"
    ACCEPTANCE = "acceptance"  # The customer acknowledged the invoice, or took it for review.


class Adjustment(StrEnum):
    """Where a due date goes that is no business day."""

    NONE = "none"
    NEXT = "next"
    PREVIOUS = "previous"


@dataclass(frozen=True, slots=True)
class FixedDays:
    """Days on which a customer does something: `weekdays` with Monday=0, and days of the month from 1 to 31, where 31 is the last one."""

    weekdays: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.weekdays or self.month_days)


@dataclass(frozen=True, slots=True)
class Instalment:
    """A part of the total, due `days` after the base: `percent` of it (up to two decimals), or an `amount`; one of the two is given."""

    days: int
    percent: Decimal | None = None
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """`days` are the credit days; where there are `instalments` each has its own.

    `assumed_after`: while the delivery or acceptance from which the days count has not come, it counts as if it had come so many days after
    issue; 0 counts from issue at once, None gives no due date before it comes. With `review` days the days count from the first one of them on
    or after the base. `end_of_month` counts them from the last day of that month. `payment` days move the due date to the first of them on or
    after it; without them `adjustment` moves one that is no business day. The last of instalments in amounts is whatever is left of the total.
    """

    days: int
    counted_from: CountedFrom = CountedFrom.ISSUE
    assumed_after: int | None = 0
    review: FixedDays = field(default_factory=FixedDays)
    payment: FixedDays = field(default_factory=FixedDays)
    end_of_month: bool = False
    business_days: bool = False
    adjustment: Adjustment = Adjustment.NONE
    instalments: tuple[Instalment, ...] = ()

    @property
    def plain(self) -> bool:
        """Nothing but days from issue: what a customer's credit days alone say."""
        return self == Terms(self.days)


def problems_of(terms: Terms, file: str = "", place: str = "") -> list[Problem]:
    """Everything in the terms that makes no sense, with what to do about it; empty for sound ones."""
    return [Problem(what, hint, file, place=place) for what, hint in _faults(terms)]


def _faults(terms: Terms) -> Iterator[tuple[Sentence, Sentence]]:
    for days in (terms.days, *(each.days for each in terms.instalments)):
        if not 0 <= days <= LONGEST_CREDIT:
            yield (
                _("{days} is not a number of credit days from 0 to {limit}", days=days, limit=LONGEST_CREDIT),
                _("write the days as a number, for example 30"),
            )
    if terms.assumed_after is not None and not 0 <= terms.assumed_after <= LONGEST_CREDIT:
        yield (
            _("{days} is not a number of days from 0 to {limit}", days=terms.assumed_after, limit=LONGEST_CREDIT),
            _("give the days after issue from which the credit days count while the acknowledgement does not come"),
        )
    for fixed in (terms.review, terms.payment):
        yield from _faults_of_days(fixed)
    if terms.instalments:
        yield from _faults_of_instalments(terms.instalments)


def _faults_of_days(days: FixedDays) -> Iterator[tuple[Sentence, Sentence]]:
    for weekday in days.weekdays:
        if not 0 <= weekday <= 6:
            yield _("there is no weekday {number}", number=weekday), _("weekdays count from 0, Monday, to 6, Sunday")
    for day in days.month_days:
        if not 1 <= day <= LAST_DAY:
            yield _("there is no day {day} of the month", day=day), _("give a day from 1 to 31; 31 is the last one of every month")


def _faults_of_instalments(instalments: tuple[Instalment, ...]) -> Iterator[tuple[Sentence, Sentence]]:
    if len(instalments) > MOST_INSTALMENTS:
        yield _("more than {limit} instalments", limit=MOST_INSTALMENTS), _("check the terms")
    percents = [each.percent for each in instalments if each.percent is not None]
    amounts = [each.amount for each in instalments if each.amount is not None]
    if len(percents) + len(amounts) != len(instalments) or (percents and amounts):
        yield _("instalments are all in percent or all in amounts"), _("give each instalment its percent, or each its amount")
    elif percents and all(map(_is_share, percents)) and sum(percents) != WHOLE:
        yield (
            _("the instalments add up to {sum} percent, not to 100", sum=f"{sum(percents):f}"),
            _("correct the shares; thirds are 33.33, 33.33 and 33.34"),
        )
    if any(not _is_share(percent) for percent in percents) or any(amount.minor <= 0 for amount in amounts):
        yield _("an instalment is zero, negative or has too many decimals"), _("leave it out, or correct its share")
    if len({amount.currency for amount in amounts}) > 1:
        yield _("the instalments are in several currencies"), _("terms are agreed in one currency")
    if any(later.days < earlier.days for earlier, later in pairwise(instalments)):
        yield _("the instalments are not in the order of their days"), _("put the earliest first")


def _is_share(percent: Decimal) -> bool:
    return percent.is_finite() and 0 < percent <= WHOLE and percent == round(percent, 2)


def terms_as_json(terms: Terms) -> dict[str, Any]:
    """The form in which the store keeps them; what is as usual (`Terms(days)`) is left out."""
    kept: dict[str, Any] = {"days": terms.days}
    usual = Terms(terms.days)
    if terms.counted_from is not usual.counted_from:
        kept["counted_from"] = terms.counted_from.value
    if terms.assumed_after != usual.assumed_after:
        kept["assumed_after"] = terms.assumed_after
    for name, days in (("review", terms.review), ("payment", terms.payment)):
        if days:
            kept[name] = {"weekdays": list(days.weekdays), "month_days": list(days.month_days)}
    if terms.end_of_month:
        kept["end_of_month"] = True
    if terms.business_days:
        kept["business_days"] = True
    if terms.adjustment is not usual.adjustment:
        kept["adjustment"] = terms.adjustment.value
    if terms.instalments:
        kept["instalments"] = [_instalment_as_json(each) for each in terms.instalments]
    return kept


def _instalment_as_json(each: Instalment) -> dict[str, Any]:
    kept: dict[str, Any] = {"days": each.days}
    if each.percent is not None:
        kept["percent"] = f"{each.percent:f}"
    if each.amount is not None:
        kept |= {"amount": each.amount.plain(), "currency": each.amount.currency}
    return kept


def terms_of_json(kept: Mapping[str, Any]) -> Terms:
    """The terms that `terms_as_json` has kept."""
    return Terms(
        days=kept["days"],
        counted_from=CountedFrom(kept.get("counted_from", CountedFrom.ISSUE)),
        assumed_after=kept.get("assumed_after", 0),
        review=_days_of_json(kept.get("review", {})),
        payment=_days_of_json(kept.get("payment", {})),
        end_of_month=kept.get("end_of_month", False),
        business_days=kept.get("business_days", False),
        adjustment=Adjustment(kept.get("adjustment", Adjustment.NONE)),
        instalments=tuple(_instalment_of_json(each) for each in kept.get("instalments", ())),
    )


def _days_of_json(kept: Mapping[str, Any]) -> FixedDays:
    return FixedDays(tuple(kept.get("weekdays", ())), tuple(kept.get("month_days", ())))


def _instalment_of_json(kept: Mapping[str, Any]) -> Instalment:
    return Instalment(
        days=kept["days"],
        percent=Decimal(kept["percent"]) if "percent" in kept else None,
        amount=Money.of(kept["amount"], kept["currency"]) if "amount" in kept else None,
    )
