"""What tells invoices apart, as one text that the database writes: those with the same text are alike in all that conditions ask of them.

It writes that text while it reads the rows: of a whole book no more than ids and these texts have to become Python's values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text, case, cast, func, literal_column, null, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from cobranza_rules.facts.days import Day
from cobranza_rules.facts.invoices import AS_THEY_ARE, IF_NAMED, OF_A_DATE, OF_MORE
from cobranza_rules.facts.spans import Span
from cobranza_rules.facts.vocabulary import PROMISES_KEPT, VOCABULARY, FactType, Scope
from cobranza_rules.rules.alike import Points
from cobranza_rules.store.fact_columns import INVOICE, SAME_FOR_ALL, of_more_columns
from cobranza_rules.store.tables import CustomerRow, InvoiceRow, ReceivedRow

CUSTOMER, RECEIVED = CustomerRow.__table__.c, ReceivedRow.__table__.c
PROMISED = InvoiceRow.__table__.alias("promised")
# The facts that are made of one column of the customer alone.
OF_CUSTOMER = {
    "customer": "code",
    "customer_kind": "kind",
    "customer_ready": "status",
    "language": "language",
    "delivery_mode": "delivery",
    "credit_days": "credit_days",
    "segment": "segment",
    "credit_stopped": "credit_stopped_on",
    "credit_stopped_on": "credit_stopped_on",
}
MOST_TOGETHER = 50  # Values in one list of the text: PostgreSQL takes no more than a hundred arguments of a function.
Expression = ColumnElement[Any]


def alike(points: Mapping[str, Points], day: Day) -> Expression:
    """Of an invoice and its customer: where it stands and what is asked of it, as JSON. A fact that has no `points` is not asked for."""
    asked = _Asked(day)
    asked.standing()
    for fact, known in points.items():
        asked.about(fact, known)
    says = asked.says()
    lists = [_JsonList(*says[start : start + MOST_TOGETHER]) for start in range(0, len(says), MOST_TOGETHER)]
    return cast(_JsonList(*lists) if len(lists) > 1 else lists[0], Text)


class _Asked:
    """What has to be told apart: values as they are, and columns of dates and numbers by how many of some bounds they are beyond."""

    def __init__(self, day: Day) -> None:
        self._day = day
        self._whole: dict[str, None] = {}  # Columns, in the order in which they were asked for
        self._bounds: dict[str, set[Any]] = {}
        self._others: list[Expression] = []

    def says(self) -> list[Expression]:
        bounded = [_beyond(INVOICE[name], sorted(bounds)) for name, bounds in self._bounds.items() if name not in self._whole]
        return [*(INVOICE[name] for name in self._whole), *bounded, *self._others]

    def standing(self) -> None:
        """What `rules.concerned` asks of an invoice beside its conditions."""
        self._values("ladder", "rung", "currency")
        self._beyond("next_contact", [self._day.today])
        past = Span(first=self._day.today).last_on_one_side
        self._beyond("due_on", [] if past is None else [past])

    def about(self, fact: str, points: Points) -> None:
        if fact in SAME_FOR_ALL:
            return
        if fact in OF_CUSTOMER:
            self._others.append(CUSTOMER[OF_CUSTOMER[fact]])
        elif fact == "inbox_open":
            own = RECEIVED.customer_id == INVOICE.customer_id
            self._others.append(select(func.count()).where(own, RECEIVED.state == "open").scalar_subquery())
        elif fact == PROMISES_KEPT:  # Few customers have promised anything: each of them is like itself alone.
            promised = PROMISED.c.customer_id
            has_promised = select(promised).where(promised == INVOICE.customer_id, PROMISED.c.promises.is_not(None)).exists()
            self._others.append(case((has_promised, INVOICE.customer_id), else_=null()))
        elif fact in OF_A_DATE:
            self._of_a_date(fact, points)
        elif fact in (exact := of_more_columns(self._day)):
            self._others.append(exact[fact][0])
        elif fact in OF_MORE:
            self._values(*OF_MORE[fact][0])
        elif points is not None and VOCABULARY[Scope.INVOICE][fact].type is FactType.AMOUNT:  # Of amounts nearly no two are the same.
            self._beyond(AS_THEY_ARE[fact], [point - 1 for point in points])
        else:
            self._values(AS_THEY_ARE.get(fact) or IF_NAMED[fact])

    def _of_a_date(self, fact: str, points: Points) -> None:
        """On which side of its points it is; the date itself where nobody can say."""
        name, known, _without = OF_A_DATE[fact]
        figures = known(self._day)
        spans = [figures.at_least(point) for point in points or ()]
        if figures is not self._day.is_known and (points is None or None in spans):
            self._values(name)
        else:
            self._beyond(name, [last for span in spans if span is not None and (last := span.last_on_one_side) is not None])

    def _values(self, *names: str) -> None:
        self._whole.update(dict.fromkeys(names))

    def _beyond(self, name: str, bounds: Iterable[Any]) -> None:
        self._bounds.setdefault(name, set()).update(bounds)


def _beyond(column: Expression, bounds: Sequence[Any]) -> Expression:
    """How many of the ascending bounds the value is beyond. Where there is no value, none."""
    if not bounds:
        return column.is_(None)
    counted: list[tuple[ColumnElement[bool], Expression]] = [
        (column <= bound, literal_column(str(number))) for number, bound in enumerate(bounds)
    ]
    return case((column.is_(None), null()), *counted, else_=literal_column(str(len(bounds))))


class _JsonList(FunctionElement[str]):
    """Values as a list of JSON: exact whole numbers, and texts whatever they hold."""

    inherit_cache = True


def _written(function: str) -> Callable[..., str]:
    return lambda element, compiler, **options: f"{function}({compiler.process(element.clauses, **options)})"


compiles(_JsonList)(_written("json_array"))
compiles(_JsonList, "postgresql")(_written("json_build_array"))
