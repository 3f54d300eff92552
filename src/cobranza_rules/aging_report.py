"""Aging of balances as it is reported: every open invoice in its bucket, and the totals of each currency apart."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import select

from cobranza_rules.domain.aging import NO_DUE_DATE, bucket_names, bucket_of
from cobranza_rules.money import Money
from cobranza_rules.rules.texts import spellings
from cobranza_rules.store.tables import CustomerRow, InvoiceRow
from cobranza_rules.workspace import Workspace


def aging_report(workspace: Workspace, customer: str | None = None) -> dict[str, Any]:
    """{"on", "invoices": [...], "totals": [{"currency", "bucket", "amount", "invoices"}]}: amounts as plain texts."""
    today, limits = workspace.clock.today(), workspace.rules.aging_buckets
    query = select(InvoiceRow, CustomerRow.code).join(CustomerRow).where(InvoiceRow.status == "open")
    if customer:
        query = query.where(CustomerRow.code.in_(spellings(customer)))
    sums: dict[tuple[str, str], list[int]] = defaultdict(list)
    invoices = []
    with workspace.database.reading() as session:
        for row, code in session.execute(query.order_by(CustomerRow.code, InvoiceRow.due_on, InvoiceRow.id)):
            days = (today - row.due_on).days if row.due_on else None
            bucket = bucket_of(days, limits)
            sums[row.currency, bucket].append(row.balance)
            invoices.append(
                {
                    "uuid": row.uuid,
                    "number": row.number,
                    "customer": code,
                    "currency": row.currency,
                    "balance": Money(row.balance, row.currency).plain(),
                    "due_date": row.due_on.isoformat() if row.due_on else None,
                    "days_overdue": days,
                    "bucket": bucket,
                }
            )
    order = (*bucket_names(limits), NO_DUE_DATE)
    totals = [
        {"currency": currency, "bucket": bucket, "amount": Money(sum(amounts), currency).plain(), "invoices": len(amounts)}
        for (currency, bucket), amounts in sorted(sums.items(), key=lambda one: (one[0][0], order.index(one[0][1])))
    ]
    return {"on": today.isoformat(), "invoices": invoices, "totals": totals}
