"""What tells invoices apart, as one text that the database writes: those with the same text are alike in all that conditions ask of them.

It writes that text while it reads the rows: of a whole book no more than ids and these texts have to become Python's values.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from cobranza_rules.facts.invoices import AS_THEY_ARE, IF_NAMED, OF_A_DATE, OF_MORE, Day, OfDate
from cobranza_rules.facts.vocabulary import VOCABULARY, FactType, Scope
from cobranza_rules.rules.alike import Points
from cobranza_rules.store.fact_columns import INVOICE, SAME_FOR_ALL, of_more_columns, within
from cobranza_rules.store.tables import CustomerRow, ReceivedRow

CUSTOMER, RECEIVED = CustomerRow.__table__.c, ReceivedRow.__table__.c
# The facts that are made of one column of the customer alone.
OF_CUSTOMER = {
    "customer": "code",
    "customer_kind": "kind",
    "customer_ready": "status",
    "language": "language",
    "delivery_mode": "delivery",
    "credit_days": "credit_days",
    "segment": "segment",
}
MOST_TOGETHER = 50  # Values in one list of the text: PostgreSQL takes no more than a hundred arguments of a function.
Expression = ColumnElement[Any]


def alike(points: Mapping[str, Points], day: Day) -> Expression:
    """Of an invoice and its customer: where it stands and what is asked of it, as JSON. A fact that has no `points` is not asked for."""
    says = [*_standing(day.today), *(each for fact, known in points.items() for each in _said(fact, known, day))]
    lists = [_JsonList(*says[start : start + MOST_TOGETHER]) for start in range(0, len(says), MOST_TOGETHER)]
    return cast(_JsonList(*lists) if len(lists) > 1 else lists[0], Text)


def _standing(today: dt.date) -> list[Expression]:
    """What `rules.concerned` asks of an invoice beside its conditions."""
    return [INVOICE.ladder, INVOICE.rung, INVOICE.currency, INVOICE.next_contact <= today, INVOICE.due_on < today]


def _said(fact: str, points: Points, day: Day) -> Iterator[Expression]:
    if fact in SAME_FOR_ALL:
        return
    if fact in OF_CUSTOMER:
        yield CUSTOMER[OF_CUSTOMER[fact]]
    elif fact == "inbox_open":
        own = RECEIVED.customer_id == INVOICE.customer_id
        yield select(func.count()).where(own, RECEIVED.state == "open").scalar_subquery()
    elif fact in OF_A_DATE:
        name, known, _without = OF_A_DATE[fact]
        yield from _of_a_date(INVOICE[name], known(day), day, points)
    elif fact in (exact := of_more_columns(day)):
        yield exact[fact][0]
    elif fact in OF_MORE:
        yield from (INVOICE[name] for name in OF_MORE[fact][0])
    elif points is not None and VOCABULARY[Scope.INVOICE][fact].type is FactType.AMOUNT:  # Of amounts nearly no two are the same.
        yield from (INVOICE[AS_THEY_ARE[fact]] >= point for point in points)
    else:
        yield INVOICE[AS_THEY_ARE.get(fact) or IF_NAMED[fact]]


def _of_a_date(column: Expression, figures: OfDate, day: Day, points: Points) -> Sequence[Expression]:
    """On which side of its points it is; the date itself where nobody can say. Where there is no date a comparison says nothing: NULL."""
    spans = [figures.at_least(point) for point in points or ()]
    if figures is not day.is_known and (points is None or None in spans):
        return [column]
    return [column.is_(None), *(within(column, span) for span in spans if span is not None and span.rest is not None)]


class _JsonList(FunctionElement[str]):
    """Values as a list of JSON: exact whole numbers, and texts whatever they hold."""

    inherit_cache = True


def _written(function: str) -> Callable[..., str]:
    return lambda element, compiler, **options: f"{function}({compiler.process(element.clauses, **options)})"


compiles(_JsonList)(_written("json_array"))
compiles(_JsonList, "postgresql")(_written("json_build_array"))
