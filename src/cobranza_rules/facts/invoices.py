"""Facts of invoices: each is defined once, over the columns of an invoice, and built in bulk for those facts that somebody asks for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any, Protocol

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.domain.aging import bucket_of
from cobranza_rules.facts.vocabulary import Value

Facts = dict[str, Value]
Row = Sequence[Any]
Find = Callable[[Row], Value | None]  # The fact of a row; None where it is unknown
Place = Callable[[str], int]  # Where a row has a column

# Columns that are facts as they are; no invoice is without them.
AS_THEY_ARE = {
    "invoice": "number",
    "currency": "currency",
    "total": "total",
    "balance": "balance",
    "paid": "paid",
    "status": "status",
    "payment_method": "payment_method",
    "cancellation_pending": "cancellation_pending",
    "delivery": "delivery",
    "acknowledged": "acknowledged",
    "case_status": "case_status",
    "promise_count": "promise_count",
    "claim_count": "claim_count",
    "dispute_open": "dispute_open",
    "dunning_level": "dunning_level",
    "intervention": "intervention",
}


class _Remembered(dict[dt.date, Any]):
    """What is known of a date, found once: a whole book has few dates."""

    def __init__(self, find: Callable[[dt.date], Any]) -> None:
        self._find = find

    def __missing__(self, day: dt.date) -> Any:
        self[day] = found = self._find(day)
        return found


class Day:
    """What facts of dates are counted with, each by date."""

    def __init__(self, today: dt.date, calendar: BusinessCalendar, buckets: Sequence[int]) -> None:
        self.today = today
        self.no_bucket = bucket_of(None, buckets)
        self.workdays_since: Mapping[dt.date, int] = _Remembered(lambda day: calendar.between(day, today))
        self.days_since: Mapping[dt.date, int] = _Remembered(lambda day: (today - day).days)
        self.bucket: Mapping[dt.date, str] = _Remembered(lambda day: bucket_of((today - day).days, buckets))
        self.ordinal: Mapping[dt.date, int] = _Remembered(dt.date.toordinal)


def _of_date(
    column: str, of_day: Callable[[Day], Mapping[dt.date, Value]], without: Callable[[Day], Value | None]
) -> Callable[[Day, Place], Find]:
    """A fact that is a property of one date; `without` is what it is where there is no date."""

    def define(day: Day, place: Place) -> Find:
        at, known, none = place(column), of_day(day), without(day)
        return lambda row: none if row[at] is None else known[row[at]]

    return define


def _unknown(_day: Day) -> None:
    return None


def _delivered_before(_day: Day, place: Place) -> Find:
    delivery, action = place("delivery"), place("delivered_by")
    return lambda row: row[delivery] == "sent" and row[action] is None


def _promise_open(_day: Day, place: Place) -> Find:
    """A promise of an amount is kept as soon as so much was paid, any other when nothing is left to pay."""
    promised_on, promised, paid, status = place("promised_on"), place("promised_minor"), place("promise_paid"), place("status")
    return lambda row: row[promised_on] is not None and row[status] == "open" and not 0 < row[promised] <= row[paid]


def _payment_claimed(_day: Day, place: Place) -> Find:
    at = place("claimed_on")
    return lambda row: row[at] is not None


def _intervention_overdue(day: Day, place: Place) -> Find:
    state, due, today = place("intervention"), place("intervention_due"), day.today
    return lambda row: row[state] == "open" and row[due] is not None and row[due] < today


FOUND: dict[str, Callable[[Day, Place], Find]] = {
    "issued_on": _of_date("issued_on", lambda day: day.ordinal, _unknown),
    "due_on": _of_date("due_on", lambda day: day.ordinal, _unknown),
    "days_overdue": _of_date("due_on", lambda day: day.days_since, _unknown),
    "aging_bucket": _of_date("due_on", lambda day: day.bucket, lambda day: day.no_bucket),
    "workdays_since_delivery": _of_date("delivered_on", lambda day: day.workdays_since, _unknown),
    "delivered_before": _delivered_before,
    "promise_open": _promise_open,
    "promised_on": _of_date("promised_on", lambda day: day.ordinal, _unknown),
    "promise_workdays_late": _of_date("promised_on", lambda day: day.workdays_since, lambda _day: 0),
    "payment_claimed": _payment_claimed,
    "workdays_since_claim": _of_date("claimed_on", lambda day: day.workdays_since, _unknown),
    "intervention_overdue": _intervention_overdue,
}


class InvoiceFacts:
    """Builds the `wanted` facts of invoices (all where it is None) from rows that have `columns`, in this order."""

    def __init__(self, day: Day, first: Iterable[str] = (), wanted: Collection[str] | None = None) -> None:
        """`first` are columns that the rows begin with in any case."""
        self._columns = list(first)
        self._wanted = wanted
        asked = [fact for fact in (*AS_THEY_ARE, *FOUND) if wanted is None or fact in wanted]
        self._names = tuple(fact for fact in asked if fact in AS_THEY_ARE)
        self._found = tuple((fact, FOUND[fact](day, self._place)) for fact in asked if fact in FOUND)
        places = [self._place(AS_THEY_ARE[fact]) for fact in self._names]
        # With one place alone itemgetter would give the bare value.
        self._pick: Callable[[Row], Sequence[Any]] = (
            itemgetter(*places) if len(places) > 1 else lambda row: [row[place] for place in places]
        )

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self._columns)

    def _place(self, column: str) -> int:
        if column not in self._columns:
            self._columns.append(column)
        return self._columns.index(column)

    def of_customer(self, customer: Mapping[str, Value]) -> Facts:
        """Facts of the customer that its invoices have, too."""
        return {fact: value for fact, value in customer.items() if self._wanted is None or fact in self._wanted}

    def build(self, row: Row, of_customer: Facts) -> Facts:
        facts = of_customer.copy()
        facts.update(zip(self._names, self._pick(row), strict=True))
        for fact, find in self._found:
            value = find(row)
            if value is not None:
                facts[fact] = value
        return facts


@lru_cache(maxsize=16)
def _all_facts(today: dt.date, calendar: BusinessCalendar, buckets: tuple[int, ...]) -> InvoiceFacts:
    return InvoiceFacts(Day(today, calendar, buckets))


class InvoicePresent(Protocol):
    """What invoice facts are made of; a database row has it. Amounts in minor units."""

    number: Any
    currency: Any
    total: Any
    balance: Any
    paid: Any
    status: Any
    payment_method: Any
    cancellation_pending: Any
    issued_on: Any
    due_on: Any
    delivery: Any
    delivered_on: Any
    delivered_by: Any
    acknowledged: Any
    case_status: Any
    promised_on: Any
    promised_minor: Any
    promise_paid: Any
    promise_count: Any
    claimed_on: Any
    claim_count: Any
    dispute_open: Any
    dunning_level: Any
    intervention: Any
    intervention_due: Any


def invoice_facts(
    invoice: InvoicePresent, customer: Mapping[str, Value], today: dt.date, calendar: BusinessCalendar, buckets: Sequence[int]
) -> Facts:
    """All facts of one invoice."""
    every = _all_facts(today, calendar, tuple(buckets))
    return every.build(attrgetter(*every.columns)(invoice), dict(customer))
