"""All that a deposit may be, the most certain first, each with its reason: what a person is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cobranza_rules.cash.around import Around
from cobranza_rules.cash.deciding import Doubt, exact_amounts, named_or_same
from cobranza_rules.cash.deposit import Advice, Deposit, Level, Owed, Proposal
from cobranza_rules.cash.reading import named_by
from cobranza_rules.cash.sums import summing
from cobranza_rules.language import Sentence, _

MOST_TOLD = 5
Customers = Sequence[tuple[int, str]]


def proposals(deposit: Deposit, around: Around, advices: Sequence[Advice], looked_at: Customers = ()) -> list[Proposal]:
    """At least one: where nothing else is found, that a person has to say whose it is.

    `looked_at` are customers, by id and name, whose name is the payer's: it narrows what a person is shown, and decides nothing. What is
    certain is told first; the amounts are never more than the deposit.
    """
    found = [*_certain(deposit, around), *_told(deposit, around), *_named(deposit, around), *_named_elsewhere(deposit, around)]
    found += [*_advised(deposit, around, advices)]
    customer = _customer_of(deposit, around, advices)
    if customer is not None:
        found += [*_sums(deposit, around, customer), *_discounted(deposit, around, customer)]
    for each, name in looked_at:
        if each != customer:
            found += [*_of_a_name(deposit, around, each, name)]
    seen: list[Proposal] = []
    for proposal in found:
        if all((proposal.shares, proposal.payment, proposal.discounts) != (one.shares, one.payment, one.discounts) for one in seen):
            seen.append(proposal)
    return seen or [Proposal(Level.PERSON, _("nothing tells whose it is; ask the bank or the customer"))]


def _certain(deposit: Deposit, around: Around) -> Iterator[Proposal]:
    """With what is around as it is: nothing is taken from it."""
    copied = Around(around.invoices.values(), around.told.values(), around.calendar, around.policy)
    found = named_or_same([deposit], copied) or exact_amounts([deposit], copied)
    for each in found.values():
        if isinstance(each, Doubt):
            yield Proposal(Level.SAME, each.reason, around.told[each.payment].parts, each.payment)
        else:
            yield each


def _told(deposit: Deposit, around: Around) -> Iterator[Proposal]:
    for told in around.told_over(deposit)[:MOST_TOLD]:
        if (deposit.customer is None or deposit.customer == told.customer) and around.near(deposit.booked_on, told.paid_on):
            reason = _("a payment over the same amount is on file from {day}, of {customer}", day=told.paid_on, customer=told.name)
            yield Proposal(Level.SAME, reason, told.parts, told.id)


def _named(deposit: Deposit, around: Around) -> Iterator[Proposal]:
    """Named, but for another amount: paid in the order of the folios as far as the money goes."""
    named = named_by(deposit, around)[1]
    usable = [owed for owed in named.invoices if owed.currency == deposit.amount.currency and owed.balance > 0]
    if usable:
        shares = _as_far_as_it_goes(usable, deposit.amount.minor)
        yield Proposal(Level.NAMED, _named_because(named.unique, sum(owed.balance for owed in usable), deposit, usable), shares)


def _named_elsewhere(deposit: Deposit, around: Around) -> Iterator[Proposal]:
    """Named, but in another currency: at which rate a person says, and with it how much of each is paid."""
    named = named_by(deposit, around)[1]
    others = [owed for owed in named.invoices if owed.currency != deposit.amount.currency and owed.balance > 0]
    if others:
        numbers, currencies = ", ".join(owed.number for owed in others), ", ".join(sorted({owed.currency for owed in others}))
        reason = _("the bank's text names {numbers}, in {currency}: give each its amount, or --rate", numbers=numbers, currency=currencies)
        yield Proposal(Level.PERSON, reason)


def _named_because(unique: bool, owed: int, deposit: Deposit, usable: Sequence[Owed]) -> Sentence:
    numbers = ", ".join(each.number for each in usable)
    if not unique:
        return _("the bank's text may name {numbers}, but a number in it is that of several invoices", numbers=numbers)
    if owed > deposit.amount.minor:
        return _("the bank's text names {numbers}, of which more is owed than was deposited", numbers=numbers)
    if owed < deposit.amount.minor:
        return _("the bank's text names {numbers}, of which less is owed than was deposited", numbers=numbers)
    return _("the bank's text names {numbers}, but not all of it belongs together", numbers=numbers)


def _as_far_as_it_goes(invoices: Sequence[Owed], minor: int) -> dict[int, int]:
    shares: dict[int, int] = {}
    for owed in invoices:
        if (part := min(owed.balance, minor)) > 0:
            shares[owed.id] = part
            minor -= part
    return shares


def _advised(deposit: Deposit, around: Around, advices: Sequence[Advice]) -> Iterator[Proposal]:
    for advice in advices:
        invoices = [around.invoices[each] for each in advice.invoices if each in around.invoices and around.invoices[each].balance > 0]
        same_reference = bool(advice.reference) and advice.reference.upper() in f"{deposit.text} {deposit.tracking_key}".upper()
        paid = advice.amount if advice.amount is not None else sum(owed.balance for owed in invoices)
        if invoices and advice.currency == deposit.amount.currency and (paid == deposit.amount.minor or same_reference):
            numbers = ", ".join(owed.number for owed in invoices)
            reason = _("the customer says that it has paid {numbers}", numbers=numbers)
            yield Proposal(Level.ADVICE, reason, _as_far_as_it_goes(invoices, deposit.amount.minor))


def _customer_of(deposit: Deposit, around: Around, advices: Sequence[Advice]) -> int | None:
    """By RFC or CLABE, by the invoices that are named, or by the customer's own word on this amount."""
    if deposit.customer is not None:
        return deposit.customer
    named = {owed.customer for owed in named_by(deposit, around)[0].invoices}
    said = {advice.customer for advice in advices if advice.amount == deposit.amount.minor and advice.currency == deposit.amount.currency}
    told = named or said
    return min(told) if len(told) == 1 else None


def _sums(deposit: Deposit, around: Around, customer: int) -> Iterator[Proposal]:
    most = around.policy.most_invoices
    oldest = sorted(around.of_customer(customer, deposit.amount.currency), key=lambda owed: (owed.issued_on, owed.id))[:most]
    found, finished = summing(oldest, deposit.amount.minor, around.policy.most_steps)
    for some in found:
        numbers = ", ".join(owed.number for owed in sorted(some, key=lambda owed: owed.id))
        if len(found) > 1:
            reason = _("{numbers} come to this amount, and so do others of the customer", numbers=numbers)
        elif not finished:
            reason = _("{numbers} come to this amount; others of the customer may, too", numbers=numbers)
        else:
            reason = _("of the customer's open invoices only {numbers} come to this amount", numbers=numbers)
        yield Proposal(Level.SUM, reason, {owed.id: owed.balance for owed in some})


def _discounted(deposit: Deposit, around: Around, customer: int) -> Iterator[Proposal]:
    for owed in around.of_customer(customer, deposit.amount.currency):
        in_time = owed.discount_until is not None and deposit.booked_on <= owed.discount_until
        if 0 < owed.discount < owed.balance and in_time and owed.balance - owed.discount == deposit.amount.minor:
            reason = _("{number} less the discount for prompt payment of its agreement", number=owed.number)
            yield Proposal(Level.DISCOUNT, reason, {owed.id: deposit.amount.minor}, discounts={owed.id: owed.discount})


def _of_a_name(deposit: Deposit, around: Around, customer: int, name: str) -> Iterator[Proposal]:
    """A name decides nothing: what is open of that customer over this amount is shown, or the oldest."""
    open_then = sorted(around.of_customer(customer, deposit.amount.currency), key=lambda owed: (owed.issued_on, owed.id))
    alike = [owed for owed in open_then if owed.balance == deposit.amount.minor] or open_then[:1]
    for owed in alike:
        reason = _("the payer's name is that of {name}, which tells nothing by itself", name=name)
        yield Proposal(Level.PERSON, reason, {owed.id: min(owed.balance, deposit.amount.minor)})
