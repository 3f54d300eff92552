"""`cobranza aging`."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import click

from cobranza_rules.aging_report import aging_report
from cobranza_rules.cli.command import Call, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.screen import Screen
from cobranza_rules.language import N_, _
from cobranza_rules.money import Money


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
                f"{each['number']} ({each['instalment']})" if "instalment" in each else each["number"],
                each["customer"],
                Money.of(each["balance"], each["currency"]),
                each["due_date"],
                each["days_overdue"],
                call.screen.word(each["bucket"]),
            )
            for each in report["invoices"]
        ]
        call.screen.table(headings, rows, frozenset({2, 4}))


def show_totals(screen: Screen, report: dict[str, Any]) -> None:
    screen.say(_("Aging of balances on {on}", on=report["on"]))
    if not report["totals"]:
        screen.say(_("Nothing is open."))
        return
    rows = [(each["currency"], screen.word(each["bucket"]), f"{Decimal(each['amount']):,}", each["invoices"]) for each in report["totals"]]
    screen.table((N_("Currency"), N_("Bucket"), N_("Amount"), N_("Invoices")), rows, frozenset({2, 3}))
