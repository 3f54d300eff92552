"""What customers say to have paid and nobody has found yet: the remittance advices that cash application looks at, and the queue of claims."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.cash.deposit import Advice
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.money import Money, MoneyError
from cobranza_rules.store.tables import CustomerRow, EntryRow, InvoiceRow


@dataclass(frozen=True, slots=True)
class Claim:
    """`amount` is what was named, None for the whole balance; `count` how often the customer has said so of this invoice."""

    invoice: InvoiceRow
    customer: str
    since: dt.date
    workdays: int
    count: int
    amount: Money | None
    reference: str
    said_in: tuple[int, str]  # Who says so of several invoices at once says it with one message, or one command

    @property
    def owed(self) -> Money:
        return Money(self.invoice.balance, self.invoice.currency)


def open_claims(session: Session, calendar: BusinessCalendar, today: dt.date) -> list[Claim]:
    """Claims without a payment, the oldest first."""
    query = (
        select(InvoiceRow, CustomerRow.code, CustomerRow.name)
        .join(CustomerRow, CustomerRow.id == InvoiceRow.customer_id)
        .where(InvoiceRow.status == "open", InvoiceRow.claimed_on.is_not(None))
        .order_by(InvoiceRow.claimed_on, InvoiceRow.id)
    )
    found = []
    for invoice, code, name in session.execute(query).all():
        since = invoice.claimed_on or today
        said = session.scalars(
            select(EntryRow)
            .where(EntryRow.invoice_id == invoice.id, EntryRow.kind == EntryKind.PAYMENT_CLAIMED.value)
            .order_by(EntryRow.id.desc())
            .limit(1)
        ).first()
        data = said.data if said is not None else {}
        found.append(
            Claim(
                invoice,
                code or name,
                since,
                calendar.between(since, today),
                invoice.claim_count,
                _amount(data.get("amount"), invoice.currency),
                str(data.get("reference", "")),
                (invoice.customer_id, str(data.get("message") or (said.known_at if said is not None else ""))),
            )
        )
    return found


def _amount(written: str | None, currency: str) -> Money | None:
    try:
        return Money.of(written, currency) if written else None
    except MoneyError:
        return None


def advices(claims: list[Claim]) -> list[Advice]:
    """What was said at once is one advice: an amount that a message names is that of all its invoices together."""
    together: dict[tuple[tuple[int, str], str], list[Claim]] = defaultdict(list)
    for claim in claims:
        together[claim.said_in, claim.invoice.currency].append(claim)
    return [
        Advice(
            some[0].invoice.customer_id,
            tuple(claim.invoice.id for claim in some),
            some[0].amount.minor if some[0].amount is not None else None,
            currency,
            next((claim.reference for claim in some if claim.reference), ""),
        )
        for (_said_in, currency), some in together.items()
    ]
