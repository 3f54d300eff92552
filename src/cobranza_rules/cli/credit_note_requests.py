"""`cobranza discount requests`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from cobranza_rules.cli.command import Call, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.report_files import as_spreadsheet, show_table, write_file
from cobranza_rules.language import N_, _
from cobranza_rules.reports.waiting import waiting_tables
from cobranza_rules.reports.waiting_report import requests_report


@click.command(
    cls=SpokenCommand, help=N_("Credit notes that Accounting was asked for and that have not come, by the business days they have waited.")
)
@click.option("--detail", is_flag=True, help=N_("List the credit notes too."))
@as_spreadsheet
@on_a_day
@reporting
@click.pass_obj
def requests(call: Call, detail: bool, xlsx: Path | None, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    report = requests_report(workspace)
    tables = waiting_tables(report)
    if xlsx is not None:
        from cobranza_rules.reports.workbook import report_workbook

        write_file(call, xlsx, report_workbook(N_("Credit notes"), tables, report.on, call.screen.translate))
    if as_json:
        call.screen.json(report.as_json())
    elif not report.waiting:
        call.screen.say(_("No credit note is waited for."))
    else:
        for table in tables[: 2 if detail else 1]:
            show_table(call.screen, table)
