"""Which invoices a deposit's text names, and what it pays of them where that comes to its amount."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cobranza_rules.cash.around import Around
from cobranza_rules.cash.deposit import Deposit, ForCheque, Owed
from cobranza_rules.cash.names import written_in
from cobranza_rules.language import Sentence, _


@dataclass(frozen=True, slots=True)
class Named:
    """`unique`: each name can be only one invoice. `invoices` by id order."""

    invoices: tuple[Owed, ...]
    unique: bool

    @property
    def numbers(self) -> str:
        return ", ".join(owed.number for owed in self.invoices)


def named_by(deposit: Deposit, around: Around) -> tuple[Named, Named]:
    """Those that are written in full, and those with the ones of which only the digits are.

    Digits that are written with their series somewhere are that invoice's; of digits that several invoices bear nothing is certain.
    """
    written = written_in(deposit.text)
    full = around.named(written, alone=False)
    tails = {tail for name in full for tail in re.findall(r"\d+$", name)}
    every = {name: found for name, found in around.named(written, alone=True).items() if name in full or name not in tails}
    return _named(full), _named(every)


def _named(by_name: Mapping[str, list[Owed]]) -> Named:
    invoices = {owed.id: owed for found in by_name.values() for owed in found}
    return Named(tuple(invoices[each] for each in sorted(invoices)), all(len(found) == 1 for found in by_name.values()))


def exact_shares(deposit: Deposit, around: Around, given_back: Mapping[int, int] | None = None) -> dict[int, int]:
    """What the deposit pays of the invoices that it names, where all that is owed of them comes to its amount; else nothing.

    A customer who had not heard of a credit note pays all the same what is owed without it: the rest is its unapplied cash.

    `given_back` is added to the balances: what a payment covers that may be this deposit. Invoices of another customer than the deposit's,
    or of several customers, are for a person.
    """
    back = given_back or {}
    if deposit.cheque is not None:
        return _of_cheque(deposit.cheque, around, back)
    for named in named_by(deposit, around):
        owed = {each.id: each.balance + back.get(each.id, 0) for each in named.invoices}
        customers = {each.customer for each in named.invoices}
        currencies = {each.currency for each in named.invoices}
        fits = named.unique and len(customers) == 1 and currencies == {deposit.amount.currency}
        if deposit.customer is not None and customers != {deposit.customer}:
            fits = False
        before_credits = sum(owed.values()) + sum(each.credited for each in named.invoices)
        if fits and deposit.amount.minor in (sum(owed.values()), before_credits) and all(minor > 0 for minor in owed.values()):
            return owed
    return {}


def _of_cheque(cheque: ForCheque, around: Around, back: Mapping[int, int]) -> dict[int, int]:
    """What it was given for, as far as that is still owed."""
    owed = {
        key: min(minor, around.invoices[key].balance + back.get(key, 0)) for key, minor in cheque.shares.items() if key in around.invoices
    }
    return {key: minor for key, minor in owed.items() if minor > 0}


def reason_named(deposit: Deposit, around: Around, shares: Mapping[int, int]) -> Sentence:
    numbers = ", ".join(around.invoices[each].number for each in sorted(shares))
    if deposit.cheque is not None:
        return _("it is cheque {cheque}, which was given for {numbers}", cheque=deposit.cheque.number, numbers=numbers)
    return _("the bank's text names {numbers}, and that is what is owed", numbers=numbers)
