"""`cobranza interest`."""

from __future__ import annotations

import datetime as dt

import click

from cobranza_rules.cli.case import customer_named
from cobranza_rules.cli.command import Call, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.interest_report import InterestReport, interest_report
from cobranza_rules.language import N_, _

HEADINGS = (N_("Invoice"), N_("Rate a year"), N_("Year of days"), N_("From"), N_("Until"), N_("Days"), N_("Overdue"), N_("Interest"))


@click.command(
    cls=SpokenCommand, help=N_("The interest of a customer's overdue invoices, as agreed or as the law has it: computed, never invoiced.")
)
@click.argument("customer")
@on_a_day
@reporting
@click.pass_obj
def interest(call: Call, customer: str, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    report = interest_report(workspace, customer_named(workspace, customer))
    if as_json:
        call.screen.json(report.as_json())
    elif not report.invoices:
        call.screen.say(_("No invoice of {customer} is overdue on {day}.", customer=report.customer, day=report.on))
    else:
        _say(call, report)


def _say(call: Call, report: InterestReport) -> None:
    rows = [
        (each.number, f"{each.rate.annual_percent:f} %", each.rate.day_count, one.first, one.last, one.days, one.overdue, one.interest)
        for each in report.invoices
        for one in each.stretches
    ]
    call.screen.table(HEADINGS, rows, frozenset({1, 2, 5, 6, 7}))
    for number in sorted({each.agreement for each in report.invoices}):
        if number:
            call.screen.say(_("Rate as agreed in {agreement}.", agreement=number))
        else:
            call.screen.say(_("Where nothing was agreed on, the rate is the legal one (Código de Comercio, art. 362)."))
    for amount, vat in report.totals():
        said = _(
            "Interest until {day}: {amount}; VAT of {percent} %: {vat}; together {both}.",
            day=report.on,
            amount=amount,
            percent=f"{report.vat_percent:f}",
            vat=vat,
            both=amount + vat,
        )
        call.screen.say(said)
    call.screen.say(_("This is a computation: the program invoices no interest."))
