"""`cobranza aging`."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

import click
from sqlalchemy import select

from cobranza_rules.cli.command import Call, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.screen import Screen
from cobranza_rules.domain.aging import NO_DUE_DATE, bucket_names, bucket_of
from cobranza_rules.language import N_, _
from cobranza_rules.money import Money
from cobranza_rules.store.tables import CustomerRow, InvoiceRow
from cobranza_rules.workspace import Workspace


@click.command(cls=SpokenCommand, help=N_("Every open invoice by aging bucket, a currency at a time."))
@click.option("--customer", help=N_("Only this customer (its code)."))
@click.option("--detail", is_flag=True, help=N_("List the invoices too."))
@on_a_day
@reporting
@click.pass_obj
def aging(call: Call, customer: str | None, detail: bool, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    report = aging_report(workspace, customer)
    if as_json:
        call.screen.json(report)
        return
    show_totals(call.screen, report)
    if detail:
        headings = (N_("Invoice"), N_("Customer"), N_("Balance"), N_("Due"), N_("Days overdue"), N_("Bucket"))
        rows = [
            (
                each["number"],
                each["customer"],
                f"{each['balance']} {each['currency']}",
                each["due_date"],
                each["days_overdue"],
                each["bucket"],
            )
            for each in report["invoices"]
        ]
        call.screen.table(headings, rows, frozenset({2, 4}))


def aging_report(workspace: Workspace, customer: str | None = None) -> dict[str, Any]:
    """{"on", "invoices": [...], "totals": [{"currency", "bucket", "amount", "invoices"}]}: amounts as plain texts."""
    today, limits = workspace.clock.today(), workspace.rules.aging_buckets
    query = select(InvoiceRow, CustomerRow.code).join(CustomerRow).where(InvoiceRow.status == "open")
    if customer:
        query = query.where(CustomerRow.code == customer)
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


def show_totals(screen: Screen, report: dict[str, Any]) -> None:
    screen.say(_("Aging of balances on {on}", on=report["on"]))
    if not report["totals"]:
        screen.say(_("Nothing is open."))
        return
    rows = [
        (each["currency"], screen.word(each["bucket"]), f"{Money.of(each['amount'], each['currency']).amount:,.2f}", each["invoices"])
        for each in report["totals"]
    ]
    screen.table((N_("Currency"), N_("Bucket"), N_("Amount"), N_("Invoices")), rows, frozenset({2, 3}))
