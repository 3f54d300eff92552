"""How well money is collected: days of sales outstanding by the count-back method, and the collection effectiveness index.

Both are formulas of credit management, told in the glossary of the Credit Research Foundation and in textbooks of the trade.
"""

from __future__ import annotations

import calendar as months
import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from cobranza_rules.language import N_, Sentence
from cobranza_rules.money import Money
from cobranza_rules.reports.cells import Cell, Column, Table
from cobranza_rules.reports.standing import Standing

TENTH = Decimal("0.1")


@dataclass(frozen=True, order=True, slots=True)
class Month:
    year: int
    month: int

    @classmethod
    def of(cls, day: dt.date) -> Month:
        return cls(day.year, day.month)

    @property
    def before(self) -> Month:
        return Month(self.year - 1, 12) if self.month == 1 else Month(self.year, self.month - 1)

    @property
    def days(self) -> int:
        return months.monthrange(self.year, self.month)[1]

    @property
    def last_day(self) -> dt.date:
        return dt.date(self.year, self.month, self.days)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


def months_before(day: dt.date, count: int) -> list[Month]:
    """The last `count` whole months before the month of `day`, the earliest first."""
    found = [Month.of(day).before]
    while len(found) < count:
        found.append(found[-1].before)
    return found[::-1]


@dataclass(slots=True)
class MonthEnd:
    """The book of one currency at the end of a month, in minor units: what is open, what of it is not due yet, what was sold by month."""

    receivables: int = 0
    current: int = 0
    sales: dict[Month, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, standing: Standing, on: dt.date) -> None:
        if not standing.counts or standing.own.issued_on > on:
            return
        self.sales[Month.of(standing.own.issued_on)] += standing.total
        for _number, due_on, minor in standing.open_parts:
            self.receivables += minor
            self.current += minor if due_on is None or due_on >= on else 0


def count_back(receivables: int, sales: Mapping[Month, int], last: Month) -> Decimal | None:
    """Days of sales outstanding: from the end of `last` backwards each month's sales are taken off what is owed, and its days counted.

    Of the month whose sales are more than what is left, as many days count as its share. One decimal. None where more is owed than the
    book knows sales of.
    """
    if receivables <= 0:
        return Decimal(0).quantize(TENTH)
    days, left, month = Fraction(0), receivables, last
    first = min((each for each, sold in sales.items() if sold > 0), default=None)
    while first is not None and month >= first:
        sold = max(sales.get(month, 0), 0)
        if sold >= left:
            return _rounded(days + Fraction(left * month.days, sold))
        days, left, month = days + month.days, left - sold, month.before
    return None


def effectiveness(begun: int, sold: int, ended: int, current: int) -> Decimal | None:
    """CEI = (receivables at the beginning + sales - receivables at the end) / (those + sales - what is not due yet at the end) x 100.

    100 says that all that could be collected was. One decimal; None where nothing could be collected.
    """
    collectable = begun + sold - current
    return _rounded(Fraction(100 * (begun + sold - ended), collectable)) if collectable > 0 else None


def _rounded(figure: Fraction) -> Decimal:
    return (Decimal(figure.numerator) / Decimal(figure.denominator)).quantize(TENTH, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Indicator:
    """Of one currency and month; amounts in minor units. `dso` is in days, `cei` in percent."""

    currency: str
    month: Month
    receivables: int
    current: int
    sales: int
    dso: Decimal | None
    cei: Decimal | None

    def as_json(self) -> dict[str, Any]:
        amounts = {name: Money(getattr(self, name), self.currency).plain() for name in ("receivables", "current", "sales")}
        figures = {name: None if (figure := getattr(self, name)) is None else str(figure) for name in ("dso", "cei")}
        return {"currency": self.currency, "month": str(self.month), **amounts, **figures}


def indicators_of(asked: Sequence[Month], ends: Mapping[tuple[str, Month], MonthEnd]) -> Iterator[Indicator]:
    """`ends` has the month before the first of them too, at whose end the first one begins."""
    nothing = MonthEnd()
    for currency in sorted({currency for currency, _month in ends}):
        for month in asked:
            begun, end = ends.get((currency, month.before), nothing), ends.get((currency, month), nothing)
            sold = end.sales.get(month, 0)
            dso = count_back(end.receivables, end.sales, month)
            cei = effectiveness(begun.receivables, sold, end.receivables, end.current)
            yield Indicator(currency, month, end.receivables, end.current, sold, dso, cei)


def indicator_table(found: Sequence[Indicator], note: Sentence) -> Table:
    columns = [
        *(Column(N_("Currency"), 10), Column(N_("Month"), 10), Column(N_("Receivables"), 18, figures=True)),
        *(Column(N_("Not due yet"), 18, figures=True), Column(N_("Sales"), 18, figures=True)),
        *(Column(N_("DSO (days)"), 12, figures=True), Column(N_("CEI (%)"), 12, figures=True)),
    ]
    rows: list[list[Cell]] = [
        [
            *(one.currency, str(one.month)),
            *(Money(minor, one.currency) for minor in (one.receivables, one.current, one.sales)),
            *(one.dso, one.cei),
        ]
        for one in found
    ]
    return Table(N_("Indicators"), columns, rows, (note,))
