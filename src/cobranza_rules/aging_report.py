"""Aging of balances as it is reported: every open invoice in its bucket, and the totals of each currency apart."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import state_of
from cobranza_rules.domain.aging import NO_DUE_DATE, bucket_names, bucket_of
from cobranza_rules.domain.due_basis import open_instalments
from cobranza_rules.money import Money
from cobranza_rules.rules.texts import spellings
from cobranza_rules.store.tables import CustomerRow, InvoiceRow
from cobranza_rules.workspace import Workspace


def aging_report(workspace: Workspace, customer: str | None = None) -> dict[str, Any]:
    """{"on", "invoices": [...], "totals": [{"currency", "bucket", "amount", "invoices"}]}: amounts as plain texts.

    An invoice with instalments stands there once for each that is open, with its number, each in its own bucket.
    """
    today, limits = workspace.clock.today(), workspace.rules.aging_buckets
    query = select(InvoiceRow, CustomerRow.code).join(CustomerRow).where(InvoiceRow.status == "open")
    if customer:
        query = query.where(CustomerRow.code.in_(spellings(customer)))
    sums: dict[tuple[str, str], list[int]] = defaultdict(list)
    invoices = []
    with workspace.database.reading() as session:
        for row, code in session.execute(query.order_by(CustomerRow.code, InvoiceRow.due_on, InvoiceRow.id)):
            for instalment, due_on, minor in _open_parts(row):
                days = (today - due_on).days if due_on else None
                bucket = bucket_of(days, limits)
                sums[row.currency, bucket].append(minor)
                invoices.append(
                    {
                        "uuid": row.uuid,
                        "number": row.number,
                        **({} if instalment is None else {"instalment": instalment}),
                        "customer": code,
                        "currency": row.currency,
                        "balance": Money(minor, row.currency).plain(),
                        "due_date": due_on.isoformat() if due_on else None,
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


def _open_parts(row: InvoiceRow) -> list[tuple[int | None, dt.date | None, int]]:
    """Number of the instalment, None where there are none, with due date and what is open in minor units."""
    parts = () if row.due_basis is None else open_instalments(state_of(row))
    return [(part.number, part.due_on, part.minor) for part in parts] or [(None, row.due_on, row.balance)]
