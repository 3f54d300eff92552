"""Whether there is anything that a new invoice of a customer could be tied to."""

from __future__ import annotations

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.store.tables import AgreementRow, BillingRequestRow


def agreed_or_asked(keeper: Bookkeeper, customer_id: int) -> tuple[bool, bool]:
    """Whether the customer has agreements, and billing requests: most have neither, which is asked once an invoice."""
    agreed = select(AgreementRow.id).where(AgreementRow.customer_id == customer_id).exists()
    asked = select(BillingRequestRow.id).where(BillingRequestRow.customer_id == customer_id).exists()
    found = keeper.session.execute(select(agreed, asked)).one()
    return bool(found[0]), bool(found[1])
