"""A payment covers a part of an invoice: what the customer has claimed of it is confirmed by that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.store.tables import InvoiceRow, PaymentRow


def enter_payment(keeper: Bookkeeper, invoice: InvoiceRow, payment: PaymentRow, minor: int, more: Mapping[str, Any] | None = None) -> bool:
    """False where the payment covers it already: then nothing is written. `more` is what else the entry says."""
    claimed = invoice.claimed_on
    data = {"payment": payment.id, "minor": minor, **(more or {})}
    new = keeper.enter(invoice, EntryKind.PAYMENT_APPLIED, payment.paid_on, data)
    if new and claimed is not None:
        said = {"invoice": invoice.number, "currency": invoice.currency, "minor": minor, "payment": payment.id, "claimed_on": str(claimed)}
        keeper.note(invoice.customer_id, "claim_confirmed", payment.paid_on, said)
    return new
