"""Which invoices a decision has to look at closely, by the conditions that hold for them: nearly all others have nothing to do today."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache

from cobranza_rules.rules.matching import Names
from cobranza_rules.rules.model import Ladder, RuleSet

Standing = tuple[int, int, str, str]  # Of an invoice: its id, its customer's, its ladder and its last rung


class Concern(Enum):
    NONE = auto()
    BESIDE = auto()  # It counts where something else of its customer is due: in the overdue total, or because it is on hold
    OWN = auto()


@dataclass(frozen=True, slots=True)
class Concerned:
    """Positions of invoices: those that are concerned themselves, and those beside them."""

    own: Sequence[int]
    beside: Sequence[int]


def concerned(rules: RuleSet, standings: Sequence[Standing], names: Sequence[Names], busy: frozenset[int]) -> Concerned:
    """`names` are the conditions that hold for each invoice, `busy` the invoices that have to be looked at whatever they are."""
    concern = cache(lambda ladder, rung, holding: _concern(rules, rules.current(ladder), rules.current(rung), holding))
    own, beside = [], []
    for position, (standing, holding) in enumerate(zip(standings, names, strict=True)):
        invoice, _customer, ladder, rung = standing
        found = Concern.OWN if invoice in busy else concern(ladder, rung, holding)
        if found is Concern.OWN:
            own.append(position)
        elif found is Concern.BESIDE:
            beside.append(position)
    customers = {standings[position][1] for position in own}
    return Concerned(own, [position for position in beside if standings[position][1] in customers])


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
