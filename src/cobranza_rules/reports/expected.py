"""What should come in, and when: each open amount with the day on which it is expected, and the reason."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median_low

from cobranza_rules.calendar import days_after
from cobranza_rules.language import Sentence, _
from cobranza_rules.reports.standing import CANCELLING, DISPUTED, Standing

FEWEST_PAID = 3  # Of fewer paid invoices nobody can say what is usual.


@dataclass(frozen=True, slots=True)
class Habits:
    """Days past the due date on which customers usually pay (negative: before it), as the median of their paid invoices; and promises kept.

    `everybody` is the median over all customers, None where too few invoices were paid; `kept` and `kept_by_all` are percents.
    """

    days_late: Mapping[int, int]
    everybody: int | None
    kept: Mapping[int, int]
    kept_by_all: int | None

    def of(self, customer_id: int) -> tuple[int, Sentence]:
        if (own := self.days_late.get(customer_id)) is not None:
            return own, _("the customer usually pays {days} days after the due date", days=own)
        if self.everybody is not None:
            return self.everybody, _("customers usually pay {days} days after the due date", days=self.everybody)
        return 0, _("on the due date, for nothing usual is known")

    def weight(self, customer_id: int) -> tuple[int, Sentence]:
        if (own := self.kept.get(customer_id)) is not None:
            return own, _("the customer keeps {percent} % of its promises", percent=own)
        if self.kept_by_all is not None:
            return self.kept_by_all, _("customers keep {percent} % of their promises", percent=self.kept_by_all)
        return 100, _("nothing is known of how promises are kept")


def usual_days(paid: Iterable[tuple[int, int]]) -> tuple[dict[int, int], int | None]:
    """Of customers and the days late of one invoice each: the median by customer, and of all. Of an even number it is the lower one."""
    by_customer: dict[int, list[int]] = defaultdict(list)
    for customer_id, days in paid:
        by_customer[customer_id].append(days)
    every = [days for own in by_customer.values() for days in own]
    usual = {customer_id: median_low(own) for customer_id, own in by_customer.items() if len(own) >= FEWEST_PAID}
    return usual, median_low(every) if len(every) >= FEWEST_PAID else None


@dataclass(frozen=True, slots=True)
class Expected:
    """`minor` of an invoice on a day; `on` is None for what nobody can expect on any day."""

    standing: Standing
    instalment: int | None
    on: dt.date | None
    minor: int
    reason: Sentence


def expect(standing: Standing, habits: Habits, today: dt.date) -> list[Expected]:
    """All that is open of an invoice, once: the amounts add up to its balance. Never on a day that is past."""
    if standing.on_hold in {DISPUTED, CANCELLING}:
        why = _("disputed") if standing.on_hold == DISPUTED else _("its cancellation is under way")
        return [Expected(standing, number, None, minor, why) for number, _due, minor in standing.open_parts]
    promised = _promised(standing, habits, today)
    left = sum(one.minor for one in promised)
    found = list(promised)
    for number, due_on, minor in standing.open_parts:
        covered = min(left, minor)  # The promise covers the oldest part first, as the payment will.
        left -= covered
        if minor > covered:
            found.append(Expected(standing, number, *_usual(standing, due_on, habits, today, minor - covered)))
    return found


def _promised(standing: Standing, habits: Habits, today: dt.date) -> list[Expected]:
    """A promise that stands is expected on its day as far as the customer keeps promises; the rest on no day."""
    if standing.promised_on is None or standing.promised_on < today or standing.promised <= 0:
        return []
    percent, why = habits.weight(standing.own.customer_id)
    kept = standing.promised * percent // 100
    said = _("promised for {day}: {why}", day=standing.promised_on, why=why)
    found = [Expected(standing, None, standing.promised_on, kept, said)] if kept else []
    if standing.promised > kept:
        found.append(
            Expected(standing, None, None, standing.promised - kept, _("the part of a promise that may not be kept: {why}", why=why))
        )
    return found


def _usual(standing: Standing, due_on: dt.date | None, habits: Habits, today: dt.date, minor: int) -> tuple[dt.date | None, int, Sentence]:
    if standing.payment_on is not None and standing.payment_on >= today:
        return standing.payment_on, minor, _("the payment date of its contrarrecibo")
    if due_on is None:
        return None, minor, _("no due date is known")
    days, why = habits.of(standing.own.customer_id)
    usual = days_after(due_on, days)
    if usual >= today:
        return usual, minor, why
    waited = (today - usual).days
    again = _("{why}; it waits {waited} days longer already, and as long again is expected", why=why, waited=waited)
    return days_after(today, waited), minor, again


def monday_of(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())
