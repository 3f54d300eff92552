"""When an invoice is due, by its payment terms and what has happened to it, reckoned line by line."""

from __future__ import annotations

import calendar as months
import datetime as dt
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from cobranza_rules.calendar import BusinessCalendar, days_after
from cobranza_rules.domain.fixed_days import first_of, said
from cobranza_rules.domain.terms import WHOLE, Adjustment, CountedFrom, Instalment, Terms
from cobranza_rules.language import Sentence, _
from cobranza_rules.money import Money


@dataclass(frozen=True, slots=True)
class InvoiceDates:
    """What has happened to an invoice as far as it is known. A contrarrecibo says when it was taken for review and when it will be paid."""

    issued_on: dt.date
    delivered_on: dt.date | None = None
    accepted_on: dt.date | None = None
    review_on: dt.date | None = None
    payment_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A step of the reckoning: the day at which it has arrived, None where there is none, and why."""

    on: dt.date | None
    said: Sentence


@dataclass(frozen=True, slots=True)
class DuePart:
    """A part of the total, in minor units, and the day on which it is due."""

    due_on: dt.date
    minor: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """`parts` in the order of their days, which add up to the total; without a due date there are none, and `lines` say why."""

    parts: tuple[DuePart, ...]
    lines: tuple[Line, ...]


def reckon(terms: Terms | None, dates: InvoiceDates, total: Money, calendar: BusinessCalendar) -> Schedule:
    """The due dates of an invoice. The programmed payment date of a contrarrecibo wins over what the terms say, for the whole total."""
    lines = [Line(dates.issued_on, _("issued"))]
    base = None if terms is None else _base(terms, dates, calendar, lines)
    parts = () if terms is None or base is None else _parts(terms, base, total, calendar, lines)
    if dates.payment_on is not None and dates.payment_on >= dates.issued_on:
        lines.append(Line(dates.payment_on, _("payment date of the contrarrecibo, which counts")))
        parts = (DuePart(dates.payment_on, total.minor),)
    return Schedule(parts, tuple(lines))


def _base(terms: Terms, dates: InvoiceDates, calendar: BusinessCalendar, lines: list[Line]) -> dt.date | None:
    """The day from which the credit days count; None while nobody knows it."""
    base = dates.issued_on
    if terms.counted_from is not CountedFrom.ISSUE:
        found = _awaited(terms, dates)
        if found is None:
            lines.append(Line(None, _not_yet(terms, _("no due date before that"))))
            return None
        base, reason = found
        lines.append(Line(base, reason))
    if terms.review:
        taken = dates.review_on if dates.review_on is not None and dates.review_on >= dates.issued_on else None
        if taken is not None:
            base, reason = taken, _("taken for review, as the contrarrecibo says")
        else:
            base = first_of(terms.review, base, calendar, back=terms.adjustment is Adjustment.PREVIOUS)
            reason = _("review day ({days})", days=said(terms.review))
        lines.append(Line(base, reason))
    if terms.end_of_month:
        base = base.replace(day=months.monthrange(base.year, base.month)[1])
        lines.append(Line(base, _("end of the month, from which the days count")))
    return base


def _awaited(terms: Terms, dates: InvoiceDates) -> tuple[dt.date, Sentence] | None:
    """The delivery or acceptance, or the day on which it is assumed while it has not come. None where nothing is assumed."""
    if terms.counted_from is CountedFrom.DELIVERY:
        came, why = dates.delivered_on, _("delivered, from which the days count")
    elif dates.review_on is not None:
        came, why = dates.review_on, _("taken for review, as the contrarrecibo says")
    else:
        came, why = dates.accepted_on, _("acknowledged, from which the days count")
    if came is not None:
        return max(came, dates.issued_on), why
    if terms.assumed_after is None:
        return None
    assumed = days_after(dates.issued_on, terms.assumed_after)
    if dates.delivered_on is not None and dates.delivered_on > assumed:
        return dates.delivered_on, _not_yet(terms, _("the days count from the delivery"))
    if terms.assumed_after == 0:
        return assumed, _not_yet(terms, _("the days count from issue"))
    return assumed, _not_yet(terms, _("the days count as if it had come {days} days after issue", days=terms.assumed_after))


def _not_yet(terms: Terms, instead: Sentence) -> Sentence:
    if terms.counted_from is CountedFrom.DELIVERY:
        return _("not delivered yet: {instead}", instead=instead)
    return _("not acknowledged yet: {instead}", instead=instead)


def _parts(terms: Terms, base: dt.date, total: Money, calendar: BusinessCalendar, lines: list[Line]) -> tuple[DuePart, ...]:
    """Instalments in amounts of another currency than the invoice's are not its own: then it is due at once, by the credit days."""
    foreign = {each.amount.currency for each in terms.instalments if each.amount is not None} - {total.currency}
    if foreign:
        reason = _("the instalments are agreed in {currency}: the whole is due by the credit days", currency=min(foreign))
        lines.append(Line(None, reason))
    if foreign or not terms.instalments:
        return (DuePart(_due(terms, terms.days, base, calendar, lines), total.minor),)
    parts = []
    amounts = _shares(terms.instalments, total)
    for number, (each, minor) in enumerate(zip(terms.instalments, amounts, strict=True), 1):
        if not minor:  # What the parts before it have left of a small total.
            continue
        share = _("instalment {number} of {count}", number=number, count=len(amounts))
        if each.percent is not None:
            share = _("{instalment}, {percent} %", instalment=share, percent=f"{each.percent:f}")
        lines.append(Line(None, _("{instalment}: {amount}", instalment=share, amount=Money(minor, total.currency))))
        parts.append(DuePart(_due(terms, each.days, base, calendar, lines), minor))
    return tuple(parts) or (DuePart(_due(terms, terms.days, base, calendar, lines), 0),)


def _shares(instalments: tuple[Instalment, ...], total: Money) -> list[int]:
    """Each is cut where the sum so far ends, so that nothing is lost by rounding; the last one takes what is left."""
    cuts, percent, minor = [0], Decimal(0), 0
    for each in instalments[:-1]:
        if each.percent is not None:
            percent += each.percent
            cuts.append(int((total.minor * percent / WHOLE).quantize(Decimal(1), ROUND_HALF_UP)))
        elif each.amount is not None:
            minor += each.amount.minor
            cuts.append(min(minor, total.minor))
    cuts.append(total.minor)
    return [later - earlier for earlier, later in pairwise(cuts)]


def _due(terms: Terms, days: int, base: dt.date, calendar: BusinessCalendar, lines: list[Line]) -> dt.date:
    """Never before `base`: an adjustment backwards that would go past it goes forwards."""
    if terms.business_days:
        due, reason = calendar.plus(base, days), _("credit days, business days only: {days}", days=days)
    else:
        due, reason = days_after(base, days), _("credit days: {days}", days=days)
    lines.append(Line(due, reason))
    back = terms.adjustment is Adjustment.PREVIOUS
    if terms.payment:
        day = first_of(terms.payment, due, calendar, back=back)
        lines.append(Line(day, _("payment day ({days})", days=said(terms.payment))))
        return day
    if terms.adjustment is Adjustment.NONE or calendar.is_workday(due):
        return due
    if back and (before := calendar.on_or_before(due)) >= base:
        lines.append(Line(before, _("no business day: the one before it")))
        return before
    due = calendar.on_or_after(due)
    lines.append(Line(due, _("no business day: the next one")))
    return due


def oldest_uncovered(parts: tuple[DuePart, ...], paid: int) -> dt.date | None:
    """The due date of the oldest part that `paid` (minor units) has not covered; of the last one where all are covered. None without parts."""
    for part in parts:
        paid -= part.minor
        if paid < 0:
            return part.due_on
    return parts[-1].due_on if parts else None


def uncovered(parts: tuple[DuePart, ...], paid: int) -> tuple[DuePart, ...]:
    """What is open of each part, the oldest covered first. Without its covered parts."""
    left = []
    for part in parts:
        covered = min(max(paid, 0), part.minor)
        paid -= covered
        if part.minor > covered:
            left.append(replace(part, minor=part.minor - covered))
    return tuple(left)
