"""Keys of invoices, straight from the columns of their rows: invoices with the same key are alike in all that is asked of them."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import Any

from cobranza_rules.facts.invoices import Column, InvoiceFacts, KeptDate, OfDate
from cobranza_rules.facts.vocabulary import VOCABULARY, FactType, Scope, Value

# Whole numbers of a fact, in ascending order: two values with as many of them at or below are alike. None: each value is like itself alone.
Points = tuple[int, ...] | None
Key = tuple[Hashable, ...]


class AlikeInvoices:
    """Facts that have no `points` are not asked for, and tell no invoices apart."""

    def __init__(self, facts: InvoiceFacts, points: Mapping[str, Points]) -> None:
        self._asked = points
        self._as_they_are = [(place, _of_amount(fact, points[fact])) for fact, place in facts.as_they_are.items() if fact in points]
        self._as_they_are += [(place, None) for fact, place in facts.if_named.items() if fact in points]
        dates: dict[int, list[tuple[OfDate, Value | None, Points]]] = defaultdict(list)
        for fact, place, known in facts.of_a_date:
            if fact in points:
                dates[place].append((known, facts.without_dates.get(fact), points[fact]))
        self._of_a_date = [(place, _AlikeDates(found)) for place, found in dates.items()]
        self._of_more = [(places, find, _of_amount(fact, points[fact])) for fact, places, find in facts.of_more if fact in points]

    def keys(self, columns: Sequence[Column], common: Mapping[str, Column]) -> list[Key]:
        """One for each row. `columns` and `common` as `InvoiceFacts.table` takes them."""
        told: list[Sequence[Any]] = [column for fact, column in common.items() if fact in self._asked]
        told += [columns[place] if alike is None else list(map(alike, columns[place])) for place, alike in self._as_they_are]
        told += [list(map(alike.__getitem__, columns[place])) for place, alike in self._of_a_date]
        for places, find, alike in self._of_more:
            values = find(*[columns[place] for place in places])
            told.append(values if alike is None else list(map(alike, values)))
        return list(zip(*told, strict=True)) if told else [()] * len(columns[0])


def _of_amount(fact: str, points: Points) -> Callable[[Any], int] | None:
    """Of amounts nearly no two are the same; of all else a book has few different values, which are told apart as they are."""
    if points is None or VOCABULARY[Scope.INVOICE][fact].type is not FactType.AMOUNT:
        return None
    return partial(bisect_right, points)


class _AlikeDates(dict[KeptDate | None, Hashable]):
    """What several facts of a date tell of it."""

    def __init__(self, facts: Sequence[tuple[OfDate, Value | None, Points]]) -> None:
        self._facts = facts

    def __missing__(self, day: KeptDate | None) -> Hashable:
        values = [(without if day is None else known[day], points) for known, without, points in self._facts]
        told = tuple([value if value is None or points is None else bisect_right(points, value) for value, points in values])
        self[day] = key = told if len(told) > 1 else told[0]
        return key
