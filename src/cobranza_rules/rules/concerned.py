"""Which invoices a decision has to look at closely, by the conditions that hold for them: nearly all others have nothing to do today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from cobranza_rules.facts.invoices import OfDate, as_date
from cobranza_rules.rules.matching import Names
from cobranza_rules.rules.model import Ladder, RuleSet

# Of an invoice: what the values of its row begin with, dates as they are kept.
STANDING = ("id", "customer_id", "ladder", "rung", "currency", "balance", "due_on", "next_contact")
ID, CUSTOMER, LADDER, RUNG, CURRENCY, BALANCE, DUE_ON, NEXT_CONTACT = range(len(STANDING))
Column = Sequence[Any]


class Concern(Enum):
    NONE = auto()
    BESIDE = auto()  # It counts in the overdue total of its customer, where something else that is due does not reach the minimum
    CLIMBS = auto()  # OWN from the day on which its customer was promised the next contact, BESIDE until then
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
    own, beside = _parted(found, columns[NEXT_CONTACT], today)
    customers = set(_short_of_a_minimum(rules, columns, names, own, today))
    of_customers = columns[CUSTOMER] if customers else ()
    return Concerned(own, [position for position in beside if of_customers[position] in customers] if customers else [])


def _parted(found: Sequence[Concern], following: Column, today: dt.date) -> tuple[list[int], list[int]]:
    """Positions of those that are concerned themselves today, and of those that may count beside them."""
    own: list[int] = []
    beside: list[int] = []
    waits = OfDate(lambda day: day > today)
    climbs, itself, nothing = Concern.CLIMBS, Concern.OWN, Concern.NONE
    for position, concern in enumerate(found):
        if concern is nothing:
            continue
        is_own = concern is itself or (concern is climbs and ((day := following[position]) is None or not waits[day]))
        (own if is_own else beside).append(position)
    return own, beside


class _Concerns(dict[tuple[str, str, Names], Concern]):
    """By ladder, rung and what holds: a whole book has few that differ."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules

    def __missing__(self, key: tuple[str, str, Names]) -> Concern:
        ladder, rung, names = key
        self[key] = found = _concern(self._rules, self._rules.current(ladder), self._rules.current(rung), names)
        return found


def _short_of_a_minimum(
    rules: RuleSet, columns: Sequence[Column], names: Sequence[Names], own: Sequence[int], today: dt.date
) -> Iterator[int]:
    """Customers of whom an invoice may not reach the minimum of a ladder by itself."""
    minimums = [(ladder.name, ladder.minimum_total) for ladder in rules.ladders if ladder.minimum_total]
    customers, currencies, balances, days = (columns[name] for name in (CUSTOMER, CURRENCY, BALANCE, DUE_ON))
    for position in own if minimums else ():
        currency, holding = currencies[position], names[position]
        least = max([minimum.get(currency, 0) for name, minimum in minimums if name in holding], default=0)
        if least and (balances[position] < least or days[position] is None or as_date(days[position]) >= today):
            yield customers[position]


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
    if not any(each.when is None or f"rung:{ladder.id}/{each.id}" in names for each in following):
        return Concern.BESIDE
    return Concern.CLIMBS if following[0].wait_workdays else Concern.OWN


def _ladder(ladders: Iterable[Ladder], taken_by: str, names: Names) -> Ladder | None:
    """The one that has taken it, else the first that matches."""
    known = {ladder.id: ladder for ladder in ladders}
    return known.get(taken_by) or next((ladder for ladder in ladders if ladder.name in names), None)
