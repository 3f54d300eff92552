"""Interest for late payment, shown as a computation: the program invoices none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from cobranza_rules.domain.agreement import Interest
from cobranza_rules.money import Money

# What a merchant owes where nothing was agreed on (Código de Comercio, art. 362). The law names no year to reckon by; 365 days ask for less.
LEGAL = Interest(Decimal(6), 365)


@dataclass(frozen=True, slots=True)
class LateInterest:
    """`annual_percent` of what is open, from the day after the due date; `agreed` is false where it is the legal one."""

    annual_percent: Decimal
    day_count: int
    agreed: bool
    amount: Money


def late_interest(agreed: Interest | None, owed: Iterable[tuple[Money, dt.date | None]], today: dt.date, currency: str) -> LateInterest:
    """On balances with their due dates, up to and including `today`; one that is not due, or has no due date, bears none.

    Each balance's interest is rounded to the minor unit, so that the total is the sum of what stands beside the invoices.
    """
    rate = agreed or LEGAL
    minor = sum(_minor(balance, (today - due_on).days, rate) for balance, due_on in owed if due_on is not None and due_on < today)
    return LateInterest(rate.annual_percent, rate.day_count, agreed is not None, Money(minor, currency))


def _minor(balance: Money, days: int, rate: Interest) -> int:
    exact = Decimal(balance.minor) * rate.annual_percent * days / (100 * rate.day_count)
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))
