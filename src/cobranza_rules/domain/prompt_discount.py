"""The discount for prompt payment that a customer has taken by himself: what is left of an invoice that was paid in time."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from cobranza_rules.calendar import days_after
from cobranza_rules.domain.agreement import PromptPayment
from cobranza_rules.money import Money


def agreed_discount(total: Money, agreed: PromptPayment) -> Money:
    """Of the whole invoice, rounded half up to the currency's units."""
    exact = Decimal(total.minor) * agreed.percent / 100
    return Money(int(exact.quantize(Decimal(1), ROUND_HALF_UP)), total.currency)


def discount_taken(total: Money, balance: Money, issued_on: dt.date, paid_on: dt.date, agreed: PromptPayment) -> Money | None:
    """What is still open of the invoice, where its last payment came in time and what is open is no more than was agreed on; else None.

    `paid_on` is the day of that payment. More than the agreed discount is a short payment, whose reason no agreement says.
    """
    in_time = paid_on <= days_after(issued_on, agreed.days)
    return balance if in_time and 0 < balance.minor <= agreed_discount(total, agreed).minor else None
