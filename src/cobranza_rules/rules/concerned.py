"""Which invoices a plan says something of: they may be due, something is under way for them, or they have lost their rung. Others need no decision.

What holds for an invoice and where it stands says whether it is concerned; what it takes of others of its customer, its balance.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, NamedTuple

from cobranza_rules.facts.days import as_date
from cobranza_rules.rules.matching import Names
from cobranza_rules.rules.model import Ladder, RuleSet

# Of an invoice: what the values of its row begin with, dates as they are kept.
STANDING = ("id", "customer_id", "ladder", "rung", "currency", "balance", "due_on", "next_contact")
_ID, _CUSTOMER, LADDER, RUNG, CURRENCY, _BALANCE, DUE_ON, NEXT_CONTACT = range(len(STANDING))
ALWAYS_LESS = 2**63  # More than any balance


class Concern(Enum):
    NONE = auto()
    BESIDE = auto()  # It counts in the overdue total of its customer, where something else that is due does not reach the minimum
    OWN = auto()


@dataclass(frozen=True, slots=True)
class Standing:
    """`names` are the conditions that hold. An invoice whose balance is below `least` may not reach the minimum of its ladder by itself."""

    names: Names
    concern: Concern
    least: int = 0


class Standings:
    """For one day: of invoices that are alike in all that conditions ask, in where they stand, and in what has passed by that day."""

    def __init__(self, rules: RuleSet, today: dt.date) -> None:
        self._rules, self._today = rules, today
        self._minimums = [(ladder.name, ladder.minimum_total) for ladder in rules.ladders if ladder.minimum_total]

    def of(self, row: Sequence[Any], names: Names) -> Standing:
        """`row` begins with STANDING."""
        return Standing(names, self._concern(row, names), self._least(row, names))

    def _least(self, row: Sequence[Any], names: Names) -> int:
        least = max((minimum.get(row[CURRENCY], 0) for name, minimum in self._minimums if name in names), default=0)
        is_overdue = row[DUE_ON] is not None and as_date(row[DUE_ON]) < self._today
        return least if is_overdue or not least else ALWAYS_LESS  # What is not overdue adds nothing to the total.

    def _concern(self, row: Sequence[Any], names: Names) -> Concern:
        """As `ruling` and `climbing` go about it; other days on which something waits are theirs to look at."""
        if any(name.startswith("rule:") for name in names):
            return Concern.OWN
        rung = self._rules.current(row[RUNG])
        ladder = _ladder(self._rules.ladders, self._rules.current(row[LADDER]), names)
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
        return Concern.BESIDE if following[0].wait_workdays and self._was_promised_later(row[NEXT_CONTACT]) else Concern.OWN

    def _was_promised_later(self, day: dt.date | str | None) -> bool:
        return day is not None and as_date(day) > self._today


def _ladder(ladders: Iterable[Ladder], taken_by: str, names: Names) -> Ladder | None:
    """The one that has taken it, else the first that matches."""
    known = {ladder.id: ladder for ladder in ladders}
    return known.get(taken_by) or next((ladder for ladder in ladders if ladder.name in names), None)


class Found(NamedTuple):
    """An invoice of a customer, with where it stands, and its place among those that were looked through."""

    place: int
    id: int
    customer_id: int
    balance: int
    standing: Standing


def kept(found: Sequence[Found], busy: frozenset[int]) -> list[Found]:
    """Those that are concerned themselves, and those beside them that count for their minimum. `busy` ones are concerned whatever they are."""
    itself = Concern.OWN
    own = [each for each in found if each.standing.concern is itself or each.id in busy]
    short = {each.customer_id for each in own if each.balance < each.standing.least or (each.standing.least and each.id in busy)}
    if not short:
        return own
    around = [each for each in found if each.customer_id in short]
    return own + [each for each in around if each.standing.concern is Concern.BESIDE and each.id not in busy]
