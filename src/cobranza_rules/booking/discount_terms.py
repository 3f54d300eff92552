"""What the book knows of an invoice by which a discount for prompt payment is judged."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cobranza_rules.domain.agreement import prompt_payment_of
from cobranza_rules.domain.discount import STANDING, DiscountKind, PaidInTime
from cobranza_rules.money import Money
from cobranza_rules.store.payment_columns import stands
from cobranza_rules.store.tables import AgreementRow, ApplicationRow, DiscountRow, InvoiceRow, PaymentRow


def paid_in_time(session: Session, invoice: InvoiceRow, payment: PaymentRow | None = None) -> PaidInTime:
    """`payment` is the one with which it is taken; else the last one of the invoice counts."""
    agreement = session.get(AgreementRow, invoice.agreement_id) if invoice.agreement_id is not None else None
    last = (
        select(func.max(PaymentRow.paid_on))
        .join(ApplicationRow, ApplicationRow.payment_id == PaymentRow.id)
        .where(ApplicationRow.invoice_id == invoice.id, ApplicationRow.applied, stands())
    )
    taken = select(func.coalesce(func.sum(DiscountRow.minor), 0)).where(
        DiscountRow.invoice_id == invoice.id,
        DiscountRow.kind == DiscountKind.PROMPT_PAYMENT.value,
        DiscountRow.state.in_([state.value for state in STANDING]),
    )
    return PaidInTime(
        total=Money(invoice.total, invoice.currency),
        issued_on=invoice.issued_on,
        paid_on=payment.paid_on if payment is not None else session.scalar(last),
        agreed=prompt_payment_of(agreement.conditions) if agreement is not None else None,
        taken=Money(int(session.scalars(taken).one()), invoice.currency),
    )
