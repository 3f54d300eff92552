"""`cobranza indicators`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from cobranza_rules.cli.command import Call, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.report_files import as_spreadsheet, show_table, write_file
from cobranza_rules.language import N_, _
from cobranza_rules.reports.indicator_report import indicator_report
from cobranza_rules.reports.indicators import indicator_table
from cobranza_rules.reports.standing import Known


@click.command(
    cls=SpokenCommand,
    help=N_("By currency and month: days of sales outstanding (DSO, counted back) and the collection effectiveness index (CEI)."),
)
@click.option("--months", type=click.IntRange(1, 60), default=6, show_default=True, help=N_("How many whole months before this one."))
@click.option(
    "--known",
    type=click.Choice([each.value for each in Known]),
    default=Known.THEN.value,
    show_default=True,
    help=N_("What was known at the end of each month, or what had happened by then as it is known now."),
)
@as_spreadsheet
@on_a_day
@reporting
@click.pass_obj
def indicators(call: Call, months: int, known: str, xlsx: Path | None, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    today = workspace.clock.today()
    found = indicator_report(workspace, months, Known(known))
    note = _("Collection indicators, each month as it was known at its end")
    if Known(known) is Known.NOW:
        note = _("Collection indicators, by what is known now")
    table = indicator_table(found, note)
    if xlsx is not None:
        from cobranza_rules.reports.workbook import report_workbook

        write_file(call, xlsx, report_workbook(N_("Indicators"), [table], today, call.screen.translate))
    if as_json:
        call.screen.json({"on": today.isoformat(), "known": known, "indicators": [one.as_json() for one in found]})
    else:
        show_table(call.screen, table)
