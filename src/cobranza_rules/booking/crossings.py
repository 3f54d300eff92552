"""Parts of payments that are in another currency than their invoice, read from the book."""

from __future__ import annotations

from decimal import Decimal

from cobranza_rules.domain.exchange import Crossing, plain_rate
from cobranza_rules.language import Sentence, _
from cobranza_rules.money import Money
from cobranza_rules.store.tables import ApplicationRow, InvoiceRow, PaymentRow


def crossing_of(part: ApplicationRow, invoice: InvoiceRow, payment: PaymentRow) -> Crossing | None:
    """None of a part in the payment's own currency, and of one of which nobody has said what it took of the payment."""
    if part.currency == payment.currency or part.paid is None:
        return None
    rate = Decimal(invoice.exchange_rate) if invoice.exchange_rate else None
    return Crossing(Money(part.minor, part.currency), Money(part.paid, payment.currency), rate)


def taken_by(part: ApplicationRow, payment: PaymentRow) -> int | None:
    """Minor units of the payment's currency; None where they are not known."""
    return part.minor if part.currency == payment.currency else part.paid


def said_of_crossing(crossing: Crossing) -> Sentence:
    at = {"covers": crossing.covers, "rate": plain_rate(crossing.rate)}
    difference = crossing.difference
    if difference is None:
        return _("{covers} at a rate of {rate}", **at)
    if difference.minor < 0:
        lost = Money(-difference.minor, difference.currency)
        return _("{covers} at a rate of {rate}; exchange loss of {amount}", **at, amount=lost)
    return _("{covers} at a rate of {rate}; exchange gain of {amount}", **at, amount=difference)
