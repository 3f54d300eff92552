"""Payments in another currency than their invoice: what one unit cost, and what that is worth more or less than the invoice's own rate said."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from cobranza_rules.money import Money

NATIONAL = "MXN"  # TipoCambio (Anexo 20) is what one unit of the CFDI's currency costs in it.
_PLACES = Decimal("0.000001")  # Of a rate, as TipoCambio has them


def worth(amount: Money, rate: Decimal, currency: str) -> Money:
    """`rate` is what one unit of the amount's currency costs in `currency`; rounded half up."""
    return Money.of(amount.amount * rate, currency)


@dataclass(frozen=True, slots=True)
class Crossing:
    """A part of a payment: `covers` of the invoice, in its currency, took `paid`, in the payment's.

    `invoiced_at` is the invoice's TipoCambio, None where it has none.
    """

    covers: Money
    paid: Money
    invoiced_at: Decimal | None = None

    @property
    def rate(self) -> Decimal:
        """What one unit of the invoice's currency cost in the payment's, to six places."""
        return (self.paid.amount / self.covers.amount).quantize(_PLACES, ROUND_HALF_UP)

    @property
    def booked(self) -> Money | None:
        """What it is worth at the invoice's own rate; None where that is not known, or where nothing was paid in national currency."""
        if self.invoiced_at is None or self.paid.currency != NATIONAL:
            return None
        return worth(self.covers, self.invoiced_at, NATIONAL)

    @property
    def difference(self) -> Money | None:
        """The exchange gain; below zero it is a loss."""
        booked = self.booked
        return self.paid - booked if booked is not None else None


def plain_rate(rate: Decimal) -> str:
    """With four places at least, and without zeros that say nothing: 17.2550."""
    text = f"{rate.normalize():f}"
    whole, _point, places = text.partition(".")
    return f"{whole}.{places.ljust(4, '0')}"
