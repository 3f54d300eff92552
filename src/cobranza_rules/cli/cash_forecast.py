"""`cobranza cash-forecast`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from cobranza_rules.cli.command import Call, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.report_files import as_chart, as_spreadsheet, in_files, show_filled, show_table
from cobranza_rules.cli.screen import Screen
from cobranza_rules.language import N_, _
from cobranza_rules.reports.cash_forecast import CashForecast, expected_table, week_table
from cobranza_rules.reports.cash_report import cash_forecast


@click.command(
    cls=SpokenCommand,
    help=N_("What should come in by week and currency: from promises, payment dates of contrarrecibos, and when customers usually pay."),
)
@click.option("--weeks", type=click.IntRange(1, 52), default=8, show_default=True, help=N_("How many weeks, this one among them."))
@click.option("--detail", is_flag=True, help=N_("List the invoices too, each with its reason."))
@as_spreadsheet
@as_chart
@on_a_day
@reporting
@click.pass_obj
def cash_forecast_(call: Call, weeks: int, detail: bool, xlsx: Path | None, chart: Path | None, on: dt.date | None, as_json: bool) -> None:
    from cobranza_rules.reports.chart import format_of

    workspace = take(call, on=on, as_json=as_json).workspace
    kind = format_of(chart) if chart is not None else ""
    forecast = cash_forecast(workspace, weeks)
    screen = call.screen
    in_files(call, [(xlsx, lambda: _spreadsheet(forecast, screen)), (chart, lambda: _picture(forecast, kind, screen))])
    if as_json:
        screen.json(forecast.as_json(screen.translate))
        return
    show_table(screen, week_table(forecast))
    if detail:
        show_filled(screen, [expected_table(forecast)])


def _spreadsheet(forecast: CashForecast, screen: Screen) -> bytes:
    from cobranza_rules.reports.workbook import report_workbook

    tables = [week_table(forecast), expected_table(forecast)]
    return report_workbook(N_("Collections forecast"), tables, forecast.on, screen.translate)


def _picture(forecast: CashForecast, kind: str, screen: Screen) -> bytes:
    from cobranza_rules.reports.chart import chart, forecast_panels

    title = screen.text(_("Money expected as of {on}", on=forecast.on))
    return chart(title, forecast_panels(forecast, screen.translate), kind, screen.translate)
