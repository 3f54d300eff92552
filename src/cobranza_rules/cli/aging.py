"""`cobranza aging`."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from cobranza_rules.cli.command import Call, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.report_files import as_chart, as_spreadsheet, in_files, of_a_past_day, show_filled, show_table
from cobranza_rules.cli.screen import Screen
from cobranza_rules.language import N_, _
from cobranza_rules.reports.aging import Aging, By
from cobranza_rules.reports.aging_report import aging_report, past_cut
from cobranza_rules.reports.aging_tables import aging_tables, group_table, hold_table, line_table, said_of, stopped_table, unapplied_table
from cobranza_rules.reports.standing import Known


@click.command(
    cls=SpokenCommand, help=N_("Every open invoice by aging bucket, a currency at a time. Of the present, or as it stood on a day.")
)
@click.option("--customer", help=N_("Only this customer (its code)."))
@click.option("--by", type=click.Choice([each.value for each in By]), help=N_("Totals by customer, seller, segment or currency."))
@click.option("--detail", is_flag=True, help=N_("List the invoices too."))
@of_a_past_day
@as_spreadsheet
@as_chart
@on_a_day
@reporting
@click.pass_obj
def aging(
    call: Call,
    customer: str | None,
    by: str | None,
    detail: bool,
    as_of: dt.date | None,
    known: Known | None,
    xlsx: Path | None,
    chart: Path | None,
    on: dt.date | None,
    as_json: bool,
) -> None:
    from cobranza_rules.reports.chart import format_of

    workspace = take(call, on=on, as_json=as_json).workspace
    kind = format_of(chart) if chart is not None else ""
    cut = past_cut(workspace, as_of, known)
    detailed = detail or as_json or xlsx is not None
    report = aging_report(workspace, customer, by=By(by) if by else By.CURRENCY, cut=cut, detailed=detailed)
    in_files(call, [(xlsx, lambda: _spreadsheet(report, call.screen)), (chart, lambda: _picture(report, kind, call.screen))])
    if as_json:
        call.screen.json(report.as_json())
        return
    _show(call.screen, report, grouped=by is not None, detail=detail)


def _spreadsheet(report: Aging, screen: Screen) -> bytes:
    from cobranza_rules.reports.workbook import report_workbook

    return report_workbook(N_("Aging"), aging_tables(report), report.on, screen.translate)


def _picture(report: Aging, kind: str, screen: Screen) -> bytes:
    from cobranza_rules.reports.chart import aging_panels, chart

    title = screen.text(_("Aging of balances on {on}", on=report.on))
    return chart(title, aging_panels(report, screen.translate), kind, screen.translate)


def _show(screen: Screen, report: Aging, *, grouped: bool, detail: bool) -> None:
    if grouped:
        show_table(screen, group_table(report))
    else:
        show_totals(screen, report.as_json())
        for sentence in said_of(report.cut):
            screen.say(sentence)
    if detail:
        show_filled(screen, [line_table(report)])
    show_filled(screen, [hold_table(report), unapplied_table(report), stopped_table(report)])


def show_totals(screen: Screen, report: dict[str, Any]) -> None:
    screen.say(_("Aging of balances on {on}", on=report["on"]))
    if not report["totals"]:
        screen.say(_("Nothing is open."))
        return
    rows = [(each["currency"], screen.word(each["bucket"]), f"{Decimal(each['amount']):,}", each["invoices"]) for each in report["totals"]]
    screen.table((N_("Currency"), N_("Bucket"), N_("Amount"), N_("Invoices")), rows, frozenset({2, 3}))
