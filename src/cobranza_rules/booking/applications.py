"""What a payment covers of an invoice: while it does, its part is `applied`; the part itself stays, as the documents say it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import or_, select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.covering import enter_payment
from cobranza_rules.booking.discounts import give_up_of_payment
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.store.tables import ApplicationRow, InvoiceRow, PaymentRow


def cover(keeper: Bookkeeper, invoice: InvoiceRow, part: ApplicationRow) -> None:
    payment = keeper.session.get_one(PaymentRow, part.payment_id)
    enter_payment(keeper, invoice, payment, part.minor)
    part.applied, part.invoice_id = True, invoice.id


def uncover(keeper: Bookkeeper, invoice: InvoiceRow, part: ApplicationRow, today: dt.date) -> None:
    keeper.enter(invoice, EntryKind.PAYMENT_REVERSED, today, {"payment": part.payment_id})
    part.applied = False
    give_up_of_payment(keeper, part.payment_id, invoice.id, today)


def parts_of(keeper: Bookkeeper, invoice: InvoiceRow, *, applied: bool) -> list[ApplicationRow]:
    """In the invoice's currency: one in another cannot be about it, and waits for a corrected receipt."""
    named = ApplicationRow.invoice_id == invoice.id
    if invoice.uuid is not None:
        named = or_(named, ApplicationRow.invoice_uuid == invoice.uuid)
    query = select(ApplicationRow).where(named, ApplicationRow.applied.is_(applied), ApplicationRow.currency == invoice.currency)
    return list(keeper.session.scalars(query.order_by(ApplicationRow.id)))
