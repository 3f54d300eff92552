"""Which credits of the accounting system speak of payments whose receipts (REP) are here: one payment, many evidences.

A pure function of what both sides say, so that the order in which they came changes nothing. What is the same counts once, by the receipt.
What is certainly another counts by itself. Where it cannot be told, the receipt counts and the credit waits for a person.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Standing(StrEnum):
    """What a ledger's credit counts for."""

    SAME = "same"  # An evidence of what a CFDI tells, too
    OWN = "own"  # The only evidence of its payment or credit note
    DOUBTFUL = "doubtful"  # It may be the payment of a receipt or another one: it counts for nothing until a person has said which
    CANCELLED = "cancelled"
    NOT_LINKED = "not_linked"  # Nothing says what it covers
    UNKNOWN_KIND = "unknown_kind"  # Neither a payment nor a credit note, as far as its concept tells


@dataclass(frozen=True, slots=True)
class Covering:
    """A payment as one side tells of it. Amounts in minor units; `parts` are what it covers, by invoice (its id, or a UUID not in the book).

    `uuids` are those of its receipts, and of receipts in whose place these stand; of a ledger's credit the one that it names, if any.
    `decided` is a person's word on a doubtful credit.
    """

    id: int
    paid_on: dt.date
    currency: str
    amount: int
    parts: Mapping[int | str, int]
    uuids: frozenset[str] = frozenset()
    decided: str = ""

    @property
    def told(self) -> tuple[dt.date, str, int, tuple[tuple[str, int], ...]]:
        """What both sides say of one payment alike."""
        return self.paid_on, self.currency, self.amount, tuple(sorted((str(invoice), minor) for invoice, minor in self.parts.items()))


@dataclass(frozen=True, slots=True)
class Match:
    """`receipt` is the payment of which a SAME credit is an evidence, or of a DOUBTFUL one the first that it may be."""

    standing: Standing
    receipt: int | None = None


@dataclass(slots=True)
class _Matching:
    free: dict[int, Covering]  # Receipts that no credit speaks of yet
    found: dict[int, Match] = field(default_factory=dict)

    def pair(self, told: Iterable[Covering], fits: Callable[[Covering, Covering], bool]) -> None:
        for credit in told:
            if credit.id in self.found:
                continue
            receipt = next((one for one in self.free.values() if fits(one, credit)), None)
            if receipt is not None:
                del self.free[receipt.id]
                self.found[credit.id] = Match(Standing.SAME, receipt.id)


def match(receipts: Sequence[Covering], told: Sequence[Covering]) -> dict[int, Match]:
    """What each of the credits that the ledger has `told` of counts for, by its id. Of several that say the same, as many are the same as there are receipts."""
    every = sorted(receipts, key=lambda one: one.id)
    matching = _Matching({one.id: one for one in every})
    asked = sorted((one for one in told if not one.decided), key=lambda one: one.id)
    matching.pair(asked, lambda receipt, credit: _named(receipt, credit) and receipt.told == credit.told)
    matching.pair(asked, lambda receipt, credit: _named(receipt, credit) and receipt.amount == credit.amount)
    matching.pair(asked, _named)
    matching.pair(asked, lambda receipt, credit: receipt.told == credit.told and not _contradict(receipt, credit))
    for credit in told:
        if credit.id not in matching.found:
            matching.found[credit.id] = _alone(credit, every, matching.free)
    return matching.found


def _alone(credit: Covering, every: Sequence[Covering], free: Mapping[int, Covering]) -> Match:
    """A credit without a receipt of its own. One that names a receipt that others speak of already adds nothing to it."""
    if credit.decided:
        return Match(Standing.OWN if credit.decided == "another" else Standing.SAME)
    named = next((one.id for one in every if _named(one, credit)), None)
    if named is not None:
        return Match(Standing.SAME, named)
    alike = (one.id for one in free.values() if not _contradict(one, credit) and one.parts.keys() & credit.parts.keys())
    doubtful = next(alike, None)
    return Match(Standing.OWN) if doubtful is None else Match(Standing.DOUBTFUL, doubtful)


def _named(receipt: Covering, credit: Covering) -> bool:
    return bool(receipt.uuids & credit.uuids)


def _contradict(receipt: Covering, credit: Covering) -> bool:
    """Both have a UUID, and another one: they are two documents, and so two payments."""
    return bool(credit.uuids) and not _named(receipt, credit)
