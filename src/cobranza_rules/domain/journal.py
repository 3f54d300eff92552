"""The journal of what was collected and taken off: balanced double entries in one currency each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from cobranza_rules.domain.discount import DiscountKind
from cobranza_rules.language import Sentence, _, word


@dataclass(frozen=True, slots=True)
class Accounts:
    """Numbers of accounts. `banks` by currency; `kinds` are those of discounts that have one of their own.

    `exchange_gain` and `exchange_loss` are those of payments in another currency than their invoice. Without `vat_transferred` and `vat_to_transfer` (the VAT of invoices that were collected, and of those that were not) no VAT is posted.
    """

    customers: str
    discounts: str
    unapplied: str
    banks: Mapping[str, str]
    kinds: Mapping[str, str] = field(default_factory=dict)
    vat_transferred: str = ""
    vat_to_transfer: str = ""
    exchange_gain: str = ""
    exchange_loss: str = ""

    @property
    def with_vat(self) -> bool:
        return bool(self.vat_transferred and self.vat_to_transfer)


@dataclass(frozen=True, slots=True)
class Covered:
    """What of an invoice was collected or taken off, in minor units; `vat` and `total` are those of the whole invoice, in its currency.

    Of an invoice in another currency `minor` is what that was worth at its own rate, and `collected` what it took of the payment.
    """

    number: str
    uuid: str
    minor: int
    total: int
    vat: int = 0
    collected: int | None = None

    @property
    def taken(self) -> int:
        return self.minor if self.collected is None else self.collected

    def share_of_vat(self, minor: int) -> int:
        """Rounded half up, as the invoice's VAT falls to a part of it."""
        exact = Decimal(self.vat) * minor / self.total if self.total else Decimal(0)
        return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class Posting:
    """One line: an amount in minor units on one of the two sides."""

    account: str
    debit: int
    credit: int
    invoice: str = ""
    uuid: str = ""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    on: dt.date
    currency: str
    customer: str
    concept: Sentence
    postings: tuple[Posting, ...]

    @property
    def debit(self) -> int:
        return sum(one.debit for one in self.postings)

    @property
    def credit(self) -> int:
        return sum(one.credit for one in self.postings)


def payment_entry(
    on: dt.date, currency: str, customer: str, operation: str, minor: int, covered: Sequence[Covered], accounts: Accounts
) -> JournalEntry:
    """The bank against the customer, invoice by invoice; what covers none stands as the customer's money. `minor` is what was paid.

    VAT is owed at the rate of the payment (LIVA, art. 1-B), and was booked at that of the invoice: what lies between is no exchange gain.
    """
    postings = [Posting(accounts.banks[currency], minor, 0)]
    postings += [Posting(accounts.customers, 0, one.minor, one.number, one.uuid) for one in covered]
    if (left := minor - sum(one.taken for one in covered)) > 0:
        postings.append(Posting(accounts.unapplied, 0, left))
    for one in covered:
        booked, owed = (one.share_of_vat(one.minor), one.share_of_vat(one.taken)) if accounts.with_vat else (0, 0)
        if booked or owed:
            postings.append(Posting(accounts.vat_to_transfer, booked, 0, one.number, one.uuid))
            postings.append(Posting(accounts.vat_transferred, 0, owed, one.number, one.uuid))
        if (gain := one.taken - one.minor - (owed - booked)) > 0:
            postings.append(Posting(accounts.exchange_gain, 0, gain, one.number, one.uuid))
        elif gain < 0:
            postings.append(Posting(accounts.exchange_loss, -gain, 0, one.number, one.uuid))
    return JournalEntry(on, currency, customer, _("payment {operation}", operation=operation or str(on)), tuple(postings))


def discount_entry(on: dt.date, currency: str, customer: str, kind: DiscountKind, covered: Covered, accounts: Accounts) -> JournalEntry:
    """The discount against the customer; of a discount the VAT goes back as well, of a tax that was withheld it does not."""
    share = covered.share_of_vat(covered.minor) if accounts.with_vat and kind is not DiscountKind.WITHHELD_TAX else 0
    account = accounts.kinds.get(kind.value, accounts.discounts)
    postings = [Posting(account, covered.minor - share, 0, covered.number, covered.uuid)]
    if share:
        postings.append(Posting(accounts.vat_to_transfer, share, 0, covered.number, covered.uuid))
    postings.append(Posting(accounts.customers, 0, covered.minor, covered.number, covered.uuid))
    return JournalEntry(on, currency, customer, _("discount: {kind}", kind=word(kind.value)), tuple(postings))
