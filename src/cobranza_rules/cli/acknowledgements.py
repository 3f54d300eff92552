"""`cobranza acknowledgements`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from cobranza_rules.cli.command import Call, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.report_files import as_spreadsheet, of_a_past_day, show_table, write_file
from cobranza_rules.language import N_, _
from cobranza_rules.reports.aging_report import past_cut
from cobranza_rules.reports.aging_tables import said_of
from cobranza_rules.reports.standing import Known
from cobranza_rules.reports.waiting import waiting_tables
from cobranza_rules.reports.waiting_report import waiting_report


@click.command(cls=SpokenCommand, help=N_("Open invoices that were delivered and not acknowledged, by the business days they have waited."))
@click.option("--detail", is_flag=True, help=N_("List the invoices too."))
@of_a_past_day
@as_spreadsheet
@on_a_day
@reporting
@click.pass_obj
def acknowledgements(
    call: Call, detail: bool, as_of: dt.date | None, known: Known | None, xlsx: Path | None, on: dt.date | None, as_json: bool
) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    cut = past_cut(workspace, as_of, known)
    report = waiting_report(workspace, cut)
    tables = waiting_tables(report, list(said_of(cut)))
    if xlsx is not None:
        from cobranza_rules.reports.workbook import report_workbook

        write_file(call, xlsx, report_workbook(N_("Acknowledgements"), tables, report.on, call.screen.translate))
    if as_json:
        call.screen.json(report.as_json())
    elif not report.waiting:
        call.screen.say(_("No acknowledgement is waited for."))
    else:
        for table in tables[: 2 if detail else 1]:
            show_table(call.screen, table)
