"""What people do about money in the story: a claim by telephone that no deposit follows, a discount, and what Accounting says of its packets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sample_book.invoices import Invoice
from sample_book.money_in import DEDUCTED, CreditNote, Receipt

CLAIMED_ON, CLAIMANT = dt.date(2026, 3, 12), "C-012"


def cash_acts(
    day: dt.date, invoices: Sequence[Invoice], receipts: Sequence[Receipt], notes: Sequence[CreditNote]
) -> list[Mapping[str, Any]]:
    acts: list[Mapping[str, Any]] = []
    if day == CLAIMED_ON:
        first = next(invoice for invoice in invoices if invoice.customer.code == CLAIMANT and invoice.plan == "current")
        said = "Dice por teléfono que pagó el viernes; no da referencia."
        acts.append({"as": "collections_analyst", "do": "claim", "customer": CLAIMANT, "invoices": [first.number], "comment": said})
    for note in notes:
        paid_today = {part.invoice.number for receipt in receipts if receipt.paid_on == day for part in receipt.applied}
        if note.customer.code in DEDUCTED and note.invoices[0].number in paid_today:
            taken = {"invoice": note.invoices[0].number, "kind": "price_difference", "amount": str(note.total)}
            why = "El curso se cotizó a un precio menor que el facturado."
            acts.append({"as": "collections_analyst", "do": "discount", "customer": note.customer.code, **taken, "comment": why})
            approved = "La cotización lo confirma."
            acts.append({"as": "administration_manager", "do": "approve_discount", "customer": note.customer.code, "comment": approved})
    return [*acts, {"as": "accounting", "do": "accept"}]
