"""The interest of a customer's open invoices on a day, stretch by stretch: a computation to look at, and no invoice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from cobranza_rules.domain.agreement import Interest, interest_of
from cobranza_rules.domain.late_interest import Stretch, stretches, vat_on
from cobranza_rules.money import Money, total
from cobranza_rules.store.debts import debts_of
from cobranza_rules.store.tables import AgreementRow, CustomerRow, InvoiceRow
from cobranza_rules.workspace import Workspace


@dataclass(frozen=True, slots=True)
class InvoiceInterest:
    """`agreement` is the number of the agreement that says the rate, "" where the law does."""

    number: str
    due_on: dt.date | None
    balance: Money
    agreement: str
    rate: Interest
    stretches: tuple[Stretch, ...]

    @property
    def amount(self) -> Money:
        return total([each.interest for each in self.stretches], self.balance.currency)


@dataclass(frozen=True, slots=True)
class InterestReport:
    on: dt.date
    customer: str
    vat_percent: Decimal
    invoices: tuple[InvoiceInterest, ...]

    def totals(self) -> Iterator[tuple[Money, Money]]:
        """Interest and its VAT, a currency at a time. The VAT is that of the whole, as an invoice for it would have it."""
        for currency in sorted({each.balance.currency for each in self.invoices}):
            amount = total([each.amount for each in self.invoices if each.balance.currency == currency], currency)
            yield amount, vat_on(amount, self.vat_percent)

    def as_json(self) -> dict[str, Any]:
        return {
            "on": self.on.isoformat(),
            "customer": self.customer,
            "vat_percent": f"{self.vat_percent:f}",
            "invoices": [_invoice_json(each) for each in self.invoices],
            "totals": [
                {"currency": amount.currency, "interest": amount.plain(), "vat": vat.plain(), "with_vat": (amount + vat).plain()}
                for amount, vat in self.totals()
            ],
        }


def interest_report(workspace: Workspace, customer: CustomerRow) -> InterestReport:
    """Of the open invoices that are overdue."""
    settings, today = workspace.settings.interest, workspace.clock.today()
    query = select(InvoiceRow).where(InvoiceRow.customer_id == customer.id, InvoiceRow.status == "open", InvoiceRow.due_on < today)
    with workspace.database.reading() as session:
        rows = list(session.scalars(query.order_by(InvoiceRow.currency, InvoiceRow.due_on, InvoiceRow.id)))
        agreements = {row.id: row for row in session.scalars(select(AgreementRow).where(AgreementRow.customer_id == customer.id))}
        debts = debts_of(session, rows)
    found = []
    for row, debt in zip(rows, debts, strict=True):
        agreement = agreements.get(row.agreement_id or 0)
        agreed = interest_of(agreement.conditions) if agreement is not None else None
        rate = agreed or settings.legal
        said = agreement.number if agreement is not None and agreed is not None else ""
        borne = tuple(stretches(debt, rate, today, row.currency))
        found.append(InvoiceInterest(row.number, row.due_on, Money(row.balance, row.currency), said, rate, borne))
    return InterestReport(today, customer.code, settings.vat_percent, tuple(found))


def _invoice_json(each: InvoiceInterest) -> dict[str, Any]:
    return {
        "number": each.number,
        "due_date": each.due_on.isoformat() if each.due_on else None,
        "currency": each.balance.currency,
        "balance": each.balance.plain(),
        "agreement": each.agreement or None,
        "annual_percent": f"{each.rate.annual_percent:f}",
        "day_count": each.rate.day_count,
        "interest": each.amount.plain(),
        "stretches": [
            {
                "from": one.first.isoformat(),
                "to": one.last.isoformat(),
                "days": one.days,
                "overdue": one.overdue.plain(),
                "interest": one.interest.plain(),
            }
            for one in each.stretches
        ],
    }
