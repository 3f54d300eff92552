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

    Without `vat_transferred` and `vat_to_transfer` (the VAT of invoices that were collected, and of those that were not) no VAT is posted.
    """

    customers: str
    discounts: str
    unapplied: str
    banks: Mapping[str, str]
    kinds: Mapping[str, str] = field(default_factory=dict)
    vat_transferred: str = ""
    vat_to_transfer: str = ""

    @property
    def with_vat(self) -> bool:
        return bool(self.vat_transferred and self.vat_to_transfer)


@dataclass(frozen=True, slots=True)
class Covered:
    """What of an invoice was collected or taken off, in minor units; `vat` and `total` are those of the whole invoice."""

    number: str
    uuid: str
    minor: int
    total: int
    vat: int = 0

    @property
    def share_of_vat(self) -> int:
        """Rounded half up, as the invoice's VAT falls to the part."""
        exact = Decimal(self.vat) * self.minor / self.total if self.total else Decimal(0)
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
    """The bank against the customer, invoice by invoice; what covers none stands as the customer's money. `minor` is what was paid."""
    postings = [Posting(accounts.banks[currency], minor, 0)]
    postings += [Posting(accounts.customers, 0, one.minor, one.number, one.uuid) for one in covered]
    if (left := minor - sum(one.minor for one in covered)) > 0:
        postings.append(Posting(accounts.unapplied, 0, left))
    for one in covered if accounts.with_vat else ():
        if share := one.share_of_vat:
            postings.append(Posting(accounts.vat_to_transfer, share, 0, one.number, one.uuid))
            postings.append(Posting(accounts.vat_transferred, 0, share, one.number, one.uuid))
    return JournalEntry(on, currency, customer, _("payment {operation}", operation=operation or str(on)), tuple(postings))


def discount_entry(on: dt.date, currency: str, customer: str, kind: DiscountKind, covered: Covered, accounts: Accounts) -> JournalEntry:
    """The discount against the customer; of a discount the VAT goes back as well, of a tax that was withheld it does not."""
    share = covered.share_of_vat if accounts.with_vat and kind is not DiscountKind.WITHHELD_TAX else 0
    account = accounts.kinds.get(kind.value, accounts.discounts)
    postings = [Posting(account, covered.minor - share, 0, covered.number, covered.uuid)]
    if share:
        postings.append(Posting(accounts.vat_to_transfer, share, 0, covered.number, covered.uuid))
    postings.append(Posting(accounts.customers, 0, covered.minor, covered.number, covered.uuid))
    return JournalEntry(on, currency, customer, _("discount: {kind}", kind=word(kind.value)), tuple(postings))
