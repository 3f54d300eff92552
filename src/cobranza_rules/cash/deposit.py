"""What cash application looks at and what it says: a deposit, the invoices and payments beside it, a proposal with its reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from cobranza_rules.language import Sentence
from cobranza_rules.money import Money


class Level(StrEnum):
    """By what a deposit is told to be something, the most certain first."""

    NAMED = "named"  # Its reference or description names the invoices
    SAME = "same"  # A receipt (REP) or the accounting system tells of the same payment: it is one more evidence
    CHEQUE = "cheque"  # It is a cheque that was received for these invoices
    EXACT = "exact"  # The customer is known by RFC or CLABE, and one invoice is over this amount
    ADVICE = "advice"  # The customer has said what it pays
    SUM = "sum"  # Several invoices of the customer come to this amount
    DISCOUNT = "discount"  # An invoice less the discount that its agreement grants
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class ForCheque:
    """What is known of the cheque that a deposit is: for which invoices (minor units by id) it was given, on which days it was on its way.

    `payment` is the payment that a person has confirmed before the bank did, None where nobody has.
    """

    number: str
    shares: Mapping[int, int]
    first_day: dt.date
    payment: int | None = None


@dataclass(frozen=True, slots=True)
class Deposit:
    """`text` is all that the bank tells in words, `customer` the id of whom its RFC or CLABE belongs to, None where neither tells it.

    With a `cheque` it is that one, and `customer` whoever gave it.

    `name` is the payer's as the bank writes it: it never identifies anybody by itself.
    """

    id: int
    booked_on: dt.date
    amount: Money
    text: str
    tracking_key: str = ""
    name: str = ""
    customer: int | None = None
    cheque: ForCheque | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    """An invoice as a deposit may pay it. `balance` in minor units, `credited` what credit notes and discounts have taken off.

    `discount` is what its agreement grants for a payment up to `discount_until`.
    """

    id: int
    number: str
    uuid: str
    customer: int
    currency: str
    issued_on: dt.date
    balance: int
    credited: int = 0
    discount: int = 0
    discount_until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A payment that a receipt or the accounting system tells of. `parts` are minor units by invoice id, `name` the customer's."""

    id: int
    customer: int
    paid_on: dt.date
    amount: Money
    operation: str
    parts: Mapping[int, int]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Advice:
    """What a customer says to have paid: for which invoices (ids), how much (minor units, None where it was not said), with what reference."""

    customer: int
    invoices: tuple[int, ...]
    amount: int | None
    currency: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a deposit may be. `shares` are minor units by invoice id, in its currency; `payment` the payment of which it is an evidence.

    `discounts` are minor units by invoice id that the agreement grants beside the shares. Only a `certain` one is ever applied by the program.
    """

    level: Level
    reason: Sentence
    shares: Mapping[int, int] = field(default_factory=dict)
    payment: int | None = None
    discounts: Mapping[int, int] = field(default_factory=dict)
    certain: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """`apply` are the levels that the program applies by itself where they are certain; the others are proposed.

    `days`: workdays that the bank's day and a receipt's may lie apart. `most_invoices` of a customer are looked at for a sum, and `most_steps`
    are taken.
    """

    apply: frozenset[Level] = frozenset({Level.NAMED, Level.SAME, Level.EXACT})
    days: int = 3
    most_invoices: int = 40
    most_steps: int = 20_000

    def applies(self, level: Level) -> bool:
        """What a cheque was given for a person has entered with it: no setting keeps it back."""
        return level in self.apply or level is Level.CHEQUE
