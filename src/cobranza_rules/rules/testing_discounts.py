"""What a rule test knows of discounts, of credit notes that were asked for, and of packets for Accounting."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from cobranza_rules.domain.discount import UNCREDITED, DiscountState
from cobranza_rules.money import Money


@dataclass(slots=True)
class TestedDiscount:
    """`requested_on` is the day on which Accounting was asked for its credit note."""

    __test__ = False

    id: int
    customer: int
    invoice: int
    number: str
    amount: Money
    kind: str
    state: DiscountState
    taken_on: dt.date
    requested_on: dt.date | None = None
    answered: bool = False

    @property
    def counts(self) -> bool:
        return self.state in UNCREDITED


@dataclass(slots=True)
class TestedPacket:
    __test__ = False

    id: int
    customer: int
    name: str
    currency: str
    state: str
    sent_on: dt.date | None
    notes_to_request: int = 0
