"""What open deposits certainly are: invoices that are named, a payment that is told of already, or the one invoice of a customer over that amount.

Pure functions of all that is known, so that the order in which statements, receipts and credits came changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cobranza_rules.cash.around import Around
from cobranza_rules.cash.deposit import Deposit, Level, Owed, Proposal, Told
from cobranza_rules.cash.reading import exact_shares, named_by, reason_named
from cobranza_rules.language import Sentence, _


@dataclass(frozen=True, slots=True)
class Doubt:
    """A payment over the same amount is told of that pays other invoices than the deposit says: a person looks."""

    payment: int
    reason: Sentence


Found = dict[int, "Proposal | Doubt"]


def by_day(deposits: Iterable[Deposit]) -> list[Deposit]:
    return sorted(deposits, key=lambda each: (each.booked_on, each.id))


def named_or_same(deposits: Sequence[Deposit], around: Around) -> Found:
    """By deposit; one of which nothing is certain is not among them. Deposits that the same payment may be are taken by their day."""
    ordered = by_day(deposits)
    found: Found = {}
    for fits, reason in _SAME:
        for deposit in ordered:
            if deposit.id not in found and (
                told := next((each for each in around.told_over(deposit) if fits(deposit, each, around)), None)
            ):
                del around.told[told.id]
                found[deposit.id] = Proposal(Level.SAME, reason, told.parts, told.id, certain=True)
    for deposit in ordered:
        if deposit.id in found:
            continue
        other = next((each for each in around.told_over(deposit) if _contradicts(deposit, each, around)), None)
        if other is not None:
            found[deposit.id] = Doubt(
                other.id, _("a payment over the same amount is told of, but it pays other invoices than the bank's text names")
            )
        elif shares := exact_shares(deposit, around):
            level = Level.CHEQUE if deposit.cheque is not None else Level.NAMED
            found[deposit.id] = Proposal(level, reason_named(deposit, around, shares), shares, certain=True)
            around.take(shares)
    return found


def exact_amounts(deposits: Sequence[Deposit], around: Around) -> Found:
    """Of deposits whose customer is known by RFC or CLABE, where exactly one of its invoices is over the amount, and no other is named."""
    found: Found = {}
    for deposit in by_day(deposits):
        if deposit.customer is None or deposit.cheque is not None:
            continue
        open_then = around.of_customer(deposit.customer, deposit.amount.currency)
        alike = [owed for owed in open_then if _is_over(owed, deposit.amount.minor) and owed.issued_on <= deposit.booked_on]
        named = {owed.id for owed in named_by(deposit, around)[0].invoices}
        if len(alike) == 1 and (not named or named == {alike[0].id}):
            shares = {alike[0].id: alike[0].balance}
            reason = _("the customer is known by RFC or CLABE, and only {number} is over this amount", number=alike[0].number)
            found[deposit.id] = Proposal(Level.EXACT, reason, shares, certain=True)
            around.take(shares)
    return found


def _is_over(owed: Owed, minor: int) -> bool:
    """Whoever had not heard of a credit note pays without it."""
    return minor in (owed.balance, owed.balance + owed.credited)


def _same_cheque(deposit: Deposit, told: Told, around: Around) -> bool:
    """What a person has confirmed before the bank did; or what a receipt tells of it while it was on its way."""
    cheque = deposit.cheque
    if cheque is None or not _may_be_of(deposit, told):
        return False
    in_time = cheque.first_day <= told.paid_on <= deposit.booked_on or _alike(deposit, told, around)
    return told.id == cheque.payment or (in_time and _agrees(deposit, told, around))


def _same_operation(deposit: Deposit, told: Told, around: Around) -> bool:
    """The tracking key of the SPEI, or the bank's number of the operation, tells payments apart whatever else is said of them."""
    del around
    operation = _letters(told.operation)
    return len(operation) >= SHORTEST_OPERATION and operation == _letters(deposit.tracking_key) and _may_be_of(deposit, told)


def _same_invoices(deposit: Deposit, told: Told, around: Around) -> bool:
    named = _named_ids(deposit, around)
    return bool(named) and _alike(deposit, told, around) and _agrees(deposit, told, around)


def _same_customer(deposit: Deposit, told: Told, around: Around) -> bool:
    """The name alone tells nothing, but a payment of that customer over this amount at this day is on file."""
    known = deposit.customer == told.customer or (deposit.customer is None and bool(deposit.name) and deposit.name == told.name)
    return known and _alike(deposit, told, around) and _agrees(deposit, told, around)


def _contradicts(deposit: Deposit, told: Told, around: Around) -> bool:
    named = deposit.cheque.shares.keys() if deposit.cheque is not None else {owed.id for owed in named_by(deposit, around)[1].invoices}
    customers = {around.invoices[key].customer for key in named if key in around.invoices}
    return bool(named) and told.customer in customers and _alike(deposit, told, around) and not _agrees(deposit, told, around)


def _agrees(deposit: Deposit, told: Told, around: Around) -> bool:
    """As if this payment were not there, the deposit would pay the same invoices; or it names nothing but what the payment covers."""
    own = exact_shares(deposit, around, told.parts)
    return own.keys() == told.parts.keys() if own else _named_ids(deposit, around) <= told.parts.keys()


def _named_ids(deposit: Deposit, around: Around) -> set[int]:
    if deposit.cheque is not None:
        return set(deposit.cheque.shares)
    full, every = named_by(deposit, around)
    return {owed.id for owed in (full if full.invoices else every).invoices}


def _alike(deposit: Deposit, told: Told, around: Around) -> bool:
    return _may_be_of(deposit, told) and around.near(deposit.booked_on, told.paid_on)


def _may_be_of(deposit: Deposit, told: Told) -> bool:
    return deposit.customer is None or deposit.customer == told.customer


def _letters(text: str) -> str:
    return re.sub(r"\W", "", text).upper()


SHORTEST_OPERATION = 6
_SAME: tuple[tuple[Callable[[Deposit, Told, Around], bool], Sentence], ...] = (
    (_same_cheque, _("a payment of what the cheque was given for is on file: the deposit is one more evidence of it")),
    (_same_operation, _("a payment with the same tracking key is on file: the deposit is one more evidence of it")),
    (_same_invoices, _("a payment of the same invoices over the same amount is on file: the deposit is one more evidence of it")),
    (_same_customer, _("a payment of the same customer over the same amount is on file: the deposit is one more evidence of it")),
)
