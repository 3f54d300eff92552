"""Which invoices a decision has to look at closely, by the conditions that hold for them: nearly all others have nothing to do today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from cobranza_rules.facts.invoices import as_date
from cobranza_rules.rules.matching import Names
from cobranza_rules.rules.model import Ladder, RuleSet

# Of an invoice: what the values of its row begin with, dates as they are kept.
STANDING = ("id", "customer_id", "ladder", "rung", "currency", "balance", "due_on")
ID, CUSTOMER, LADDER, RUNG, CURRENCY, BALANCE, DUE_ON = range(len(STANDING))
Row = Sequence[Any]
Column = Sequence[Any]


class Concern(Enum):
    NONE = auto()
    BESIDE = auto()  # It counts in the overdue total of its customer, where something else that is due does not reach the minimum
    OWN = auto()


@dataclass(frozen=True, slots=True)
class Concerned:
    """Positions of invoices: those that are concerned themselves, and those beside them."""

    own: Sequence[int]
    beside: Sequence[int]


def concerned(rules: RuleSet, columns: Sequence[Column], names: Sequence[Names], busy: frozenset[int], today: dt.date) -> Concerned:
    """`columns` begin with those of STANDING, `names` are the conditions that hold for each invoice.

    `busy` are the ids of invoices that have to be looked at whatever they are.
    """
    concerns = _Concerns(rules)
    found = list(map(concerns.__getitem__, zip(columns[LADDER], columns[RUNG], names, strict=True)))
    if not busy.isdisjoint(columns[ID]):
        found = [Concern.OWN if invoice in busy else concern for invoice, concern in zip(columns[ID], found, strict=True)]
    own = [position for position, concern in enumerate(found) if concern is Concern.OWN]
    least = [ladder for ladder in rules.ladders if ladder.minimum_total]
    alone = (
        position
        for position in own
        if _may_need_others(least, [column[position] for column in columns[: len(STANDING)]], names[position], today)
    )
    customers = {columns[CUSTOMER][position] for position in alone} if least else set()
    beside = [position for position, concern in enumerate(found) if concern is Concern.BESIDE and columns[CUSTOMER][position] in customers]
    return Concerned(own, beside)


class _Concerns(dict[tuple[str, str, Names], Concern]):
    """By ladder, rung and what holds: a whole book has few that differ."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules

    def __missing__(self, key: tuple[str, str, Names]) -> Concern:
        ladder, rung, names = key
        self[key] = found = _concern(self._rules, self._rules.current(ladder), self._rules.current(rung), names)
        return found


def _may_need_others(ladders: Sequence[Ladder], row: Row, names: Names, today: dt.date) -> bool:
    """Whether it may not reach the minimum of a ladder by itself."""
    least = max((ladder.minimum_total.get(row[CURRENCY], 0) for ladder in ladders if ladder.name in names), default=0)
    return least > 0 and (row[BALANCE] < least or row[DUE_ON] is None or as_date(row[DUE_ON]) >= today)


def _concern(rules: RuleSet, ladder_id: str, rung: str, names: Names) -> Concern:
    """As `ruling` and `climbing` go about it; days on which something waits are theirs to look at."""
    if any(name.startswith("rule:") for name in names):
        return Concern.OWN
    ladder = _ladder(rules.ladders, ladder_id, names)
    if ladder is None:
        return Concern.NONE
    index = ladder.rung_index(rung)
    if rung and index < 0:
        return Concern.OWN  # The rules have lost its rung, which a plan tells.
    if ladder.name not in names:
        return Concern.NONE
    following = ladder.rungs[index + 1 :][:1]
    may_be_due = any(each.when is None or f"rung:{ladder.id}/{each.id}" in names for each in following)
    return Concern.OWN if may_be_due else Concern.BESIDE


def _ladder(ladders: Iterable[Ladder], taken_by: str, names: Names) -> Ladder | None:
    """The one that has taken it, else the first that matches."""
    known = {ladder.id: ladder for ladder in ladders}
    return known.get(taken_by) or next((ladder for ladder in ladders if ladder.name in names), None)
