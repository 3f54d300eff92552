"""Tests of invoice facts as expressions over columns: what `facts.invoices` builds in Python, said to the database.

An expression is true wherever its test passes, and perhaps elsewhere: what cannot be said of columns is true. NULL counts as false, and no
expression is ever turned around, so that a NULL cannot become true.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, true

from cobranza_rules.facts.build import COMPANY_FACTS, Facts
from cobranza_rules.facts.days import Day, OfDate
from cobranza_rules.facts.invoices import AS_THEY_ARE, IF_NAMED, OF_A_DATE
from cobranza_rules.facts.spans import Span
from cobranza_rules.facts.vocabulary import VOCABULARY, FactType, Scope, Value
from cobranza_rules.rules.evaluation import passes
from cobranza_rules.rules.tree import Compare, Holds, Known, Never, OneOf, Order, Test, Unknown, facts_of_test
from cobranza_rules.store.tables import InvoiceRow

Clause = ColumnElement[bool]
INVOICE = InvoiceRow.__table__.c
SAME_FOR_ALL = frozenset({*COMPANY_FACTS, "status"})
LARGEST = 2**62  # Figures beyond it are not said: a column has 64 bits.


class FactColumns:
    """For open invoices. `company` are the facts that are the same for every customer of the day."""

    def __init__(self, day: Day, company: Facts) -> None:
        self._day, self._same = day, {**company, "status": "open"}
        self._of_more = of_more_columns(day)

    def clause(self, test: Test) -> Clause:
        facts = facts_of_test(test)
        if isinstance(test, Never) or (facts and all(fact in SAME_FOR_ALL for fact in facts)):
            return true() if passes(test, self._same) else false()
        fact = _only_fact(test)
        if fact in AS_THEY_ARE:
            return _of_column(test, fact)
        if fact in IF_NAMED:
            column = INVOICE[IF_NAMED[fact]]
            return column == "" if isinstance(test, Unknown) else column != ""  # Any other test of what is unknown fails.
        if fact in OF_A_DATE:
            return self._of_a_date(test, fact)
        if fact in self._of_more:
            return _of_truth(test, *self._of_more[fact])
        return true()

    def _of_a_date(self, test: Test, fact: str) -> Clause:
        name, known, without = OF_A_DATE[fact]
        column, figures, absent = INVOICE[name], known(self._day), without(self._day)
        dated: Clause = true()
        if figures is self._day.is_known:
            dated = true() if passes(test, {fact: True}) else false()
        elif isinstance(test, Unknown):
            dated = false()
        elif isinstance(test, Compare):
            dated = _spanned(test, column, figures)
        elif isinstance(test, OneOf) and all(isinstance(value, int) for value in test.values):
            order = Order.NOT_EQUAL if test.negated else Order.EQUAL
            each = [_spanned(Compare(((1, (fact,)),), order, int(value), (fact,)), column, figures) for value in test.values]
            dated = and_(true(), *each) if test.negated else or_(false(), *each)
        undated = passes(test, {} if absent is None else {fact: absent})
        return or_(and_(column.is_not(None), dated), column.is_(None) if undated else false())


def _only_fact(test: Test) -> str:
    """The fact that a test is about; empty where it is about several, or about a sum."""
    match test:
        case Known(fact=fact) | Unknown(fact=fact) | Holds(fact=fact) | OneOf(fact=fact):
            return fact
        case Compare(terms=((coefficient, (fact,)),)) if coefficient > 0:
            return fact
        case _:
            return ""


def _of_column(test: Test, fact: str) -> Clause:
    """For a column that is the fact as it is: it is never NULL."""
    column, described = INVOICE[AS_THEY_ARE[fact]], VOCABULARY[Scope.INVOICE][fact]
    if isinstance(test, Known | Unknown):
        return true() if isinstance(test, Known) else false()
    if described.type is FactType.BOOLEAN:
        return _of_truth(test, column.is_(True), column.is_(False))
    if isinstance(test, Compare):
        return _figures(test, lambda least: column >= least, lambda bound: column < bound)
    # Engines compare texts after composing them (NFC). Only words that the program itself writes are sure to be composed in the column.
    if (
        isinstance(test, OneOf)
        and (described.type is not FactType.TEXT or described.choices or fact == "currency")
        and _sayable(test.values)
    ):
        return and_(*(column != value for value in test.values)) if test.negated else is_one_of(column, test.values)
    return true()


def _of_truth(test: Test, holds: Clause, fails: Clause) -> Clause:
    """For a yes-or-no fact that is always known, by where it holds and where it does not."""
    fact = _only_fact(test)
    return or_(false(), *(clause for value, clause in ((True, holds), (False, fails)) if passes(test, {fact: value})))


def is_one_of(column: ColumnElement[Any], values: Sequence[Value]) -> Clause:
    """One by one: for a list SQLite makes an index, which costs more than to compare a few."""
    return or_(false(), *(column == value for value in values))


def _sayable(values: Iterable[Value]) -> bool:
    return all(isinstance(value, str) or abs(value) <= LARGEST for value in values)


def _spanned(test: Compare, column: ColumnElement[Any], figures: OfDate) -> Clause:
    """For figures of a date: the dates that have them."""

    def at_least(figure: int) -> Clause:
        span = figures.at_least(figure)
        return true() if span is None else within(column, span)

    def below(figure: int) -> Clause:
        span = figures.at_least(figure)
        if span is None:
            return true()
        return false() if span.rest is None else within(column, span.rest)

    return _figures(test, at_least, below)


def within(column: ColumnElement[Any], span: Span) -> Clause:
    bounds = ([column >= span.first] if span.first else []) + ([column <= span.last] if span.last else [])
    return and_(true(), *bounds)


def _figures(test: Compare, at_least: Callable[[int], Clause], below: Callable[[int], Clause]) -> Clause:
    """A comparison of one figure with a constant, by what says that the figure is at least, or below, a whole number."""
    ((coefficient, _facts),) = test.terms
    bound = Fraction(test.constant, coefficient)
    if abs(bound) > LARGEST:
        return true()
    lowest, above = math.ceil(bound), math.floor(bound) + 1
    match test.order:
        case Order.AT_LEAST:
            return at_least(lowest)
        case Order.GREATER:
            return at_least(above)
        case Order.AT_MOST:
            return below(above)
        case Order.LESS:
            return below(lowest)
        case Order.EQUAL:
            return and_(at_least(lowest), below(above)) if lowest < above else false()
        case Order.NOT_EQUAL:
            return or_(below(lowest), at_least(above))


def _by_truth(column: ColumnElement[Any], truths: OfDate) -> tuple[Clause, Clause]:
    """Where what is yes or no of a date is yes, and where it is no."""
    span = truths.at_least(1)
    if span is None:  # No date is so far away.
        return false(), true()
    return within(column, span), false() if span.rest is None else within(column, span.rest)


def of_more_columns(day: Day) -> dict[str, tuple[Clause, Clause]]:
    """The facts of `facts.invoices.OF_MORE`: where each holds, and where it does not."""
    promised, paid = INVOICE.promised_minor, INVOICE.promise_paid
    late, in_time = _by_truth(INVOICE.issued_on, day.pue_is_late)
    return {
        "pue_unpaid_past_month": (
            and_(INVOICE.payment_method == "PUE", INVOICE.balance > 0, late),
            or_(INVOICE.payment_method != "PUE", INVOICE.balance <= 0, in_time),
        ),
        "delivered_before": (
            and_(INVOICE.delivery == "sent", INVOICE.delivered_by.is_(None)),
            or_(INVOICE.delivery != "sent", INVOICE.delivered_by.is_not(None)),
        ),
        "requested": (INVOICE.request.is_not(None), INVOICE.request.is_(None)),
        "promise_open": (
            and_(INVOICE.promised_on.is_not(None), INVOICE.status == "open", or_(promised <= 0, promised > paid)),
            or_(INVOICE.promised_on.is_(None), INVOICE.status != "open", and_(promised > 0, promised <= paid)),
        ),
        "plan_open": (
            INVOICE.instalment_until >= day.today,
            or_(INVOICE.instalment_until.is_(None), INVOICE.instalment_until < day.today),
        ),
        "plan_broken": (
            INVOICE.instalment_until < day.today,
            or_(INVOICE.instalment_until.is_(None), INVOICE.instalment_until >= day.today),
        ),
        "intervention_overdue": (
            and_(INVOICE.intervention == "open", INVOICE.intervention_due < day.today),
            or_(INVOICE.intervention != "open", INVOICE.intervention_due.is_(None), INVOICE.intervention_due >= day.today),
        ),
    }
