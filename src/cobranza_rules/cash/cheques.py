"""Which of the bank's deposits is which cheque: by its number, or because only the two of them can be the same."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from cobranza_rules.calendar import days_after
from cobranza_rules.cash.deposit import Deposit
from cobranza_rules.money import Money

LONGEST_DAYS = 60  # From the day on which a cheque could be deposited to the bank's line
SHORTEST_NUMBER = 3  # Digits of a cheque's number, zeros before it aside, that tell it apart in a text


@dataclass(frozen=True, slots=True)
class Cheque:
    """`shares` are minor units by invoice id. `account` is that of ours in which it was deposited, "" where nobody has said so.

    `first_day` is the day on which it was received, `presentable` the one from which it may be deposited: the day written on it, where that is later.
    """

    id: int
    customer: int
    number: str
    amount: Money
    first_day: dt.date
    presentable: dt.date
    shares: Mapping[int, int] = field(default_factory=dict)
    account: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A deposit with the account of ours in which it came, and whether the bank's words tell of a cheque."""

    deposit: Deposit
    account: str
    is_cheque: bool


def confirmed_by(cheques: Iterable[Cheque], candidates: Iterable[Candidate]) -> dict[int, int]:
    """The deposit's id by the cheque's. First those whose number the bank tells, then those of which there is one of each.

    What several could be is left to a person.
    """
    by_amount: dict[Money, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        by_amount[candidate.deposit.amount].append(candidate)
    told = sorted(cheques, key=lambda each: each.id)
    found: dict[int, int] = {}
    for fits in (_tells_number, _tells_a_cheque):
        left = [each for each in told if each.id not in found]
        free = {amount: [each for each in some if each.deposit.id not in found.values()] for amount, some in by_amount.items()}
        found |= _only_pairs(left, free, fits)
    return found


def _only_pairs(
    cheques: Iterable[Cheque], by_amount: Mapping[Money, list[Candidate]], fits: Callable[[Cheque, Candidate], bool]
) -> dict[int, int]:
    pairs = [(cheque.id, each.deposit.id) for cheque in cheques for each in by_amount.get(cheque.amount, ()) if fits(cheque, each)]
    ours, theirs = [one for one, _other in pairs], [other for _one, other in pairs]
    return {one: other for one, other in pairs if ours.count(one) == 1 and theirs.count(other) == 1}


def _may_be(cheque: Cheque, candidate: Candidate) -> bool:
    """A post-dated cheque may be presented before its day, and the bank then pays it."""
    day = candidate.deposit.booked_on
    same_account = cheque.account in ("", candidate.account)
    return same_account and cheque.first_day <= day <= days_after(cheque.presentable, LONGEST_DAYS)


def _tells_number(cheque: Cheque, candidate: Candidate) -> bool:
    return names_number(candidate.deposit.text, cheque.number) and _may_be(cheque, candidate)


def _tells_a_cheque(cheque: Cheque, candidate: Candidate) -> bool:
    """Only of one that was deposited in that account, as somebody says."""
    return candidate.is_cheque and bool(cheque.account) and _may_be(cheque, candidate)


def names_number(text: str, number: str) -> bool:
    """Whether a text has a cheque's number as a whole word, zeros before it aside."""
    wanted = number.lstrip("0")
    return len(wanted) >= SHORTEST_NUMBER and wanted in {digits.lstrip("0") for digits in re.findall(r"(?<!\w)\d+(?!\w)", text)}
