"""What is recorded of deposits, discounts and packets for Accounting: how each stood on a day of a backtest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from cobranza_rules.domain.accounting import PacketState
from cobranza_rules.domain.bank import LineState
from cobranza_rules.domain.discount import DiscountState

State = TypeVar("State")


def _on(days: Sequence[tuple[dt.date, State]], today: dt.date) -> State | None:
    """The last that was known; None before the first."""
    found = None
    for day, state in days:
        if day <= today:
            found = state
    return found


@dataclass(frozen=True, slots=True)
class RecordedDiscount:
    """`states` by the first day of which a decision could know of them, in that order; so is `answered_on`.

    What Accounting was asked for on a day it was asked for after that day's decision: `requested_on` counts from the next.
    """

    id: int
    customer_id: int
    number: str
    amount: int
    currency: str
    kind: str
    taken_on: dt.date
    states: Sequence[tuple[dt.date, DiscountState]]
    requested_on: dt.date | None = None
    answered_on: dt.date | None = None

    def state(self, today: dt.date) -> DiscountState | None:
        state = _on(self.states, today)
        is_requested = state is DiscountState.APPLIED and self.requested_on is not None and self.requested_on < today
        return DiscountState.REQUESTED if is_requested else state


@dataclass(frozen=True, slots=True)
class RecordedPacket:
    """One revision of it. `states` as those of a discount; `discounts` are the ids of those that it has."""

    id: int
    customer_id: int
    day: dt.date
    currency: str
    revision: int
    sent_on: dt.date | None
    states: Sequence[tuple[dt.date, PacketState]]
    discounts: frozenset[int]

    def state(self, today: dt.date) -> PacketState | None:
        return _on(self.states, today)


@dataclass(frozen=True, slots=True)
class RecordedDeposit:
    """`parts` are days and minor units of what came to be known of it as applied; what was taken back is below zero."""

    id: int
    account: str
    amount: int
    currency: str
    kind: str
    booked_on: dt.date
    known_on: dt.date
    parts: Sequence[tuple[dt.date, int]] = ()

    def unapplied(self, today: dt.date) -> int:
        """Nothing before it is known."""
        if today < self.known_on:
            return 0
        return max(self.amount - sum(minor for day, minor in self.parts if day <= today), 0)

    def state(self, today: dt.date) -> LineState:
        return LineState.OPEN if self.unapplied(today) == self.amount else LineState.PART_APPLIED
