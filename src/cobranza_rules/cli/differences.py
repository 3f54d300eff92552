"""`cobranza differences`."""

from __future__ import annotations

import datetime as dt

import click

from cobranza_rules.cli.command import Call, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.differences import COUNTS_FOR_NOTHING, differences_report
from cobranza_rules.language import N_, _
from cobranza_rules.money import Money


@click.command(cls=SpokenCommand, help=N_("Where the accounting system and the book do not say the same."))
@click.option("--customer", help=N_("Only this customer (its code)."))
@on_a_day
@reporting
@click.pass_obj
def differences(call: Call, customer: str | None, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    report = differences_report(workspace, customer)
    if as_json:
        call.screen.json(report)
        return
    if not report["differences"]:
        call.screen.say(_("The accounting system holds as much open of every invoice as the book."))
    else:
        call.screen.say(_("Other open amounts in the accounting system; these invoices are not claimed:"))
        headings = (N_("Invoice"), N_("Customer"), N_("Balance"), N_("Open there"), N_("Difference"), N_("File"), N_("Place"))
        rows = [
            (
                each["number"],
                each["customer"],
                *(Money.of(each[amount], each["currency"]) for amount in ("balance", "ledger_open", "difference")),
                each["file"],
                each["place"],
            )
            for each in report["differences"]
        ]
        call.screen.table(headings, rows, frozenset({2, 3, 4}))
    if report["credits"]:
        call.screen.say(_("Credits of the accounting system that count for nothing so far:"))
        headings = (N_("Credit"), N_("Concept"), N_("Customer"), N_("Day"), N_("Amount"), N_("Invoices"), N_("Why"))
        told = [
            (
                each["number"],
                each["concept"],
                each["customer"],
                each["on"],
                Money.of(each["amount"], each["currency"]),
                ", ".join(each["invoices"]),
                call.screen.word(COUNTS_FOR_NOTHING[each["state"]]),
            )
            for each in report["credits"]
        ]
        call.screen.table(headings, told, frozenset({4}))
