"""What a deposit pays, as columns of the payment, its evidence and its parts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.store.tables import BankLineRow, BankStatementRow, InvoiceRow, PaymentRow

BANK = "bank"  # The kind of evidence that a deposit is; its source is the id of the bank's line


@dataclass(frozen=True, slots=True)
class Share:
    """`minor` covers the invoice, in its currency; `paid` is what that takes of the deposit, in the deposit's."""

    invoice: InvoiceRow
    minor: int
    paid: int


def own_identity(line: BankLineRow, customer_id: int) -> str:
    return f"{BANK}:{line.id}:{customer_id}"


def columns_of_payment(line: BankLineRow, customer_id: int) -> dict[str, Any]:
    return {
        "customer_id": customer_id,
        "identity": own_identity(line, customer_id),
        "paid_on": line.booked_on,
        "currency": line.currency,
        "amount": line.minor,
        "operation": (line.tracking_key or line.reference)[:120],
    }


def documents_of_statements(keeper: Bookkeeper, statements: Collection[int]) -> dict[int, str]:
    """Digests of statements, by their ids."""
    found = keeper.session.execute(select(BankStatementRow.id, BankStatementRow.document).where(BankStatementRow.id.in_(statements)))
    return dict(found.all())


def columns_of_evidence(documents: Mapping[int, str], line: BankLineRow, payment: PaymentRow, position: int) -> dict[str, Any]:
    document = documents[line.statement_id]
    return {"payment_id": payment.id, "kind": BANK, "source": str(line.id), "position": position, "document": document}


def columns_of_part(payment: PaymentRow, share: Share) -> dict[str, Any]:
    invoice = share.invoice
    return {
        "payment_id": payment.id,
        "invoice_uuid": invoice.uuid,
        "invoice_id": invoice.id,
        "currency": invoice.currency,
        "minor": share.minor,
        "paid": share.paid if invoice.currency != payment.currency else None,
        "applied": True,
    }
