"""Facts of invoices: each is defined once, over the columns of an invoice, and built in bulk for those facts that somebody asks for."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from operator import attrgetter
from typing import Any

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.domain.due_basis import DueBasis, basis_of_json, overdue_of
from cobranza_rules.domain.schedule import DuePart
from cobranza_rules.facts.days import Column, Day, KeptDate, OfDate
from cobranza_rules.facts.invoice_present import InvoicePresent
from cobranza_rules.facts.table import FactTable
from cobranza_rules.facts.vocabulary import VOCABULARY, FactType, Scope, Value

Facts = dict[str, Value]
Row = Sequence[Any]
KeptBasis = DueBasis | Mapping[str, Any] | str  # As a fold gives it, or a database: SQLite keeps JSON as text

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
    "not_received_count": "not_received_count",
    "support_missing": "support_missing",
    "acknowledged": "acknowledged",
    "case_status": "case_status",
    "promise_count": "promise_count",
    "claim_count": "claim_count",
    "cheque_state": "cheque_state",
    "dispute_open": "dispute_open",
    "dunning_level": "dunning_level",
    "cfdi_missing": "cfdi_missing",
    "ledger_difference": "ledger_difference",
    "intervention": "intervention",
    "instalment_amount": "instalment_minor",
    "plan_percent_kept": "plan_percent",
}

# Texts that are facts where there is one.
IF_NAMED = {"agreement": "agreement"}


def _delivered_before(_day: Day, deliveries: Column, actions: Column) -> list[Value]:
    return [delivery == "sent" and action is None for delivery, action in zip(deliveries, actions, strict=True)]


def _requested(_day: Day, requests: Column) -> list[Value]:
    return [request is not None for request in requests]


def _pue_unpaid(day: Day, methods: Column, balances: Column, issued: Column) -> list[Value]:
    late = day.pue_is_late
    return [method == "PUE" and balance > 0 and late[on] for method, balance, on in zip(methods, balances, issued, strict=True)]


def _claim_state(_day: Day, claimed: Column, expired: Column) -> list[Value]:
    states = zip(claimed, expired, strict=True)
    return ["none" if since is None else "open" if until is None else "expired" for since, until in states]


def _promise_open(_day: Day, days: Column, amounts: Column, paid: Column, statuses: Column) -> list[Value]:
    """A promise of an amount is kept as soon as so much was paid, any other when nothing is left to pay."""
    return [
        day is not None and status == "open" and not 0 < promised <= kept
        for day, promised, kept, status in zip(days, amounts, paid, statuses, strict=True)
    ]


def _intervention_overdue(day: Day, states: Column, deadlines: Column) -> list[Value]:
    past = day.is_past
    return [state == "open" and due is not None and past[due] for state, due in zip(states, deadlines, strict=True)]


def _plan_open(day: Day, last_days: Column) -> list[Value]:
    past = day.is_past
    return [last is not None and not past[last] for last in last_days]


def _plan_broken(day: Day, last_days: Column) -> list[Value]:
    past = day.is_past
    return [last is not None and past[last] for last in last_days]


def _overdue_amount(day: Day, balances: Column, paid: Column, due_dates: Column, bases: Column) -> list[Value]:
    """Of instalments those that are past their due date, as far as payments have not covered them."""
    past = day.is_past
    found: list[Value] = []
    for balance, covered, due, basis in zip(balances, paid, due_dates, bases, strict=True):
        if due is None or not past[due]:
            found.append(0)
        elif basis is not None and (parts := _parts_of(basis)):
            found.append(overdue_of(parts, covered, day.today))
        else:
            found.append(max(balance, 0))
    return found


def _parts_of(basis: KeptBasis) -> tuple[DuePart, ...]:
    if isinstance(basis, DueBasis):
        return basis.parts
    return basis_of_json(json.loads(basis) if isinstance(basis, str) else basis).parts


# Facts that say something of one date: its column, and what they are of a date and without one. Most dates of an invoice are not there.
OF_A_DATE: dict[str, tuple[str, Callable[[Day], OfDate], Callable[[Day], Value | None]]] = {
    "issued_on": ("issued_on", lambda day: day.ordinal, lambda _day: None),
    "days_since_issue_month": ("issued_on", lambda day: day.days_since_month, lambda _day: None),
    "due_on": ("due_on", lambda day: day.ordinal, lambda _day: None),
    "days_overdue": ("due_on", lambda day: day.days_since, lambda _day: None),
    "aging_bucket": ("due_on", lambda day: day.bucket, lambda day: day.no_bucket),
    "workdays_since_delivery": ("delivered_on", lambda day: day.workdays_since, lambda _day: None),
    "promised_on": ("promised_on", lambda day: day.ordinal, lambda _day: None),
    "promise_workdays_late": ("promised_on", lambda day: day.workdays_since, lambda _day: 0),
    "payment_claimed": ("claimed_on", lambda day: day.is_known, lambda _day: False),
    "workdays_since_cheque": ("cheque_on", lambda day: day.workdays_since, lambda _day: None),
    "workdays_since_claim": ("claimed_on", lambda day: day.workdays_since, lambda _day: None),
    "instalment_on": ("instalment_on", lambda day: day.ordinal, lambda _day: None),
    "instalment_workdays_late": ("instalment_on", lambda day: day.workdays_late, lambda _day: 0),
    "workdays_since_reversal": ("reversed_on", lambda day: day.workdays_since, lambda _day: None),
}
# Facts that several columns say together.
OF_MORE: dict[str, tuple[tuple[str, ...], Callable[..., list[Value]]]] = {
    "delivered_before": (("delivery", "delivered_by"), _delivered_before),
    "requested": (("request",), _requested),
    "pue_unpaid_past_month": (("payment_method", "balance", "issued_on"), _pue_unpaid),
    "claim_state": (("claimed_on", "claim_expired_on"), _claim_state),
    "promise_open": (("promised_on", "promised_minor", "promise_paid", "status"), _promise_open),
    "intervention_overdue": (("intervention", "intervention_due"), _intervention_overdue),
    "overdue_amount": (("balance", "paid", "due_on", "due_basis"), _overdue_amount),
    "plan_open": (("instalment_until",), _plan_open),
    "plan_broken": (("instalment_until",), _plan_broken),
}
TRUTHS = frozenset(fact for fact in AS_THEY_ARE if VOCABULARY[Scope.INVOICE][fact].type is FactType.BOOLEAN)


class InvoiceFacts:
    """Builds the `wanted` facts of invoices (all where it is None) from rows that have `columns`, in this order.

    `as_they_are` has the place of the column by fact, `if_named` of those that are unknown where the column is empty; `of_a_date` the fact, the place of its date, and what is known of dates; `of_more` the
    fact, the places of its columns, and what finds it in them. `without_dates` are facts of dates that are not there.
    """

    def __init__(self, day: Day, first: Iterable[str] = (), wanted: Collection[str] | None = None) -> None:
        """`first` are columns that the rows begin with in any case."""
        self._columns = list(first)
        self._wanted = wanted
        self.as_they_are = {fact: self._place(column) for fact, column in AS_THEY_ARE.items() if self._is_wanted(fact)}
        self.if_named = {fact: self._place(column) for fact, column in IF_NAMED.items() if self._is_wanted(fact)}
        dated = [(fact, *OF_A_DATE[fact]) for fact in OF_A_DATE if self._is_wanted(fact)]
        self.of_a_date = [(fact, self._place(column), known(day)) for fact, column, known, _without in dated]
        self.without_dates = {fact: none for fact, _column, _known, without in dated if (none := without(day)) is not None}
        self.of_more = [
            (fact, [self._place(column) for column in columns], partial(find, day))
            for fact, (columns, find) in OF_MORE.items()
            if self._is_wanted(fact)
        ]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self._columns)

    def _is_wanted(self, fact: str) -> bool:
        return self._wanted is None or fact in self._wanted

    def _place(self, column: str) -> int:
        if column not in self._columns:
            self._columns.append(column)
        return self._columns.index(column)

    def common(self, customer: Mapping[str, Value]) -> Facts:
        """What the facts of a customer's invoices begin with: those of the customer, and those of dates that are not there."""
        wanted = self._wanted
        return {**{fact: value for fact, value in customer.items() if wanted is None or fact in wanted}, **self.without_dates}

    def build(self, row: Row, common: Facts) -> Facts:
        """Facts of one invoice."""
        facts = common.copy()
        facts.update((fact, row[place]) for fact, place in self.as_they_are.items())
        facts.update((fact, row[place]) for fact, place in self.if_named.items() if row[place])
        for fact, place, known in self.of_a_date:
            if (date := row[place]) is not None:
                facts[fact] = known[date]
        for fact, places, find in self.of_more:
            (facts[fact],) = find(*[(row[place],) for place in places])
        return facts

    def table(self, columns: Sequence[Sequence[Any]], common: Mapping[str, Sequence[Value | None]]) -> FactTable:
        """Facts of many invoices at once, column by column, which costs a fraction of one after the other.

        `columns` are those of the rows, `common` the facts that come from elsewhere, such as the customers', a value for each row.
        """
        found = dict(common)
        for fact, place in self.as_they_are.items():
            found[fact] = list(map(bool, columns[place])) if fact in TRUTHS else columns[place]
        for fact, place in self.if_named.items():
            found[fact] = [name or None for name in columns[place]]
        for fact, place, known in self.of_a_date:
            found[fact] = list(map(_OrWithout(known, self.without_dates.get(fact)).__getitem__, columns[place]))
        for fact, places, find in self.of_more:
            found[fact] = find(*[columns[place] for place in places])
        rows = list(zip(*found.values(), strict=True)) if found else [()] * len(columns[0])
        return FactTable(tuple(found), rows)


class _OrWithout(dict[KeptDate | None, Any]):
    """What is known of a date, or of none."""

    def __init__(self, known: OfDate, without: Value | None) -> None:
        self[None] = without
        self._known = known

    def __missing__(self, day: KeptDate) -> Any:
        self[day] = found = self._known[day]
        return found


@lru_cache(maxsize=16)
def _all_facts(today: dt.date, calendar: BusinessCalendar, buckets: tuple[int, ...]) -> InvoiceFacts:
    return InvoiceFacts(Day(today, calendar, buckets))


def invoice_facts(
    invoice: InvoicePresent, customer: Mapping[str, Value], today: dt.date, calendar: BusinessCalendar, buckets: Sequence[int]
) -> Facts:
    """All facts of one invoice."""
    every = _all_facts(today, calendar, tuple(buckets))
    return every.build(attrgetter(*every.columns)(invoice), every.common(customer))
