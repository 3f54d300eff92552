"""`cobranza backtest`."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.termui import progressbar

from cobranza_rules.cli.command import Call, Day, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.screen import Screen
from cobranza_rules.language import N_, _, word
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rulebook.difference import DRAFT

if TYPE_CHECKING:
    from cobranza_rules.backtest.deeds import Totals
    from cobranza_rules.backtest.history import Period
    from cobranza_rules.backtest.report import BacktestReport
    from cobranza_rules.rules.model import RuleSet
    from cobranza_rules.workspace import Workspace

LONG = 5000  # Days that customers live through, all together, from which on a progress bar says more than it disturbs.
FILE = click.Path(dir_okay=False, path_type=Path)
HEADINGS = (
    *(N_("Rule or rung"), N_("Messages"), N_("Invoices"), N_("Customers"), N_("Amount")),
    *(N_("Messages sent"), N_("Invoices sent"), N_("Amount sent")),
)


@click.command(
    cls=SpokenCommand, help=N_("What rules would have sent in a past period, by the recorded facts, beside what was really sent.")
)
@click.option("--from", "first", type=Day(), required=True, help=N_("The first day."))
@click.option("--to", "last", type=Day(), required=True, help=N_("The last day."))
@click.option("--rules", "name", default=DRAFT, help=N_("The rules: draft (the default), in-force, a version, a file or a folder."))
@click.option("--xlsx", type=FILE, help=N_("Also write a spreadsheet with the totals and each message."))
@on_a_day
@reporting
@click.pass_obj
def backtest(call: Call, first: dt.date, last: dt.date, name: str, xlsx: Path | None, on: dt.date | None, as_json: bool) -> None:
    from cobranza_rules.backtest.running import period_of, rules_named

    workspace = take(call, on=on, as_json=as_json).workspace
    period = period_of(first, last, workspace.clock.today())
    report = _run(workspace, period, rules_named(workspace, name), call.screen)
    if xlsx is not None:  # First, so that whoever reads no more than the beginning of what is shown has the whole of it.
        _write(xlsx, report, call.screen)
    if as_json:
        call.screen.json(report.as_json())
    else:
        show(call.screen, report)


def _write(file: Path, report: BacktestReport, screen: Screen) -> None:
    from cobranza_rules.backtest.workbook import backtest_workbook

    try:
        file.write_bytes(backtest_workbook(report, screen.translate))
    except OSError as error:
        what = _("the file cannot be written: {detail}", detail=error.strerror or type(error).__name__)
        raise ProblemError([Problem(what, _("check the folder and its permissions"), str(file))]) from None
    screen.say(_("{file} written", file=str(file)))


def _run(workspace: Workspace, period: Period, rules: RuleSet, screen: Screen) -> BacktestReport:
    from cobranza_rules.backtest.running import backtest as run
    from cobranza_rules.backtest.running import customer_days

    total = customer_days(workspace, period)
    if screen.as_json or total < LONG:
        return run(workspace, period, rules)
    with progressbar(length=total, label=screen.word(N_("Backtest")), file=sys.stderr) as bar:
        return run(workspace, period, rules, bar.update)


def show(screen: Screen, report: BacktestReport) -> None:
    from cobranza_rules.backtest.wording import NOTES, crowded_day, period_of_report, rule_name

    screen.say(period_of_report(report))
    rows = [_row(screen.text(rule_name(line.rule_id)), line.simulated, line.sent) for line in report.rungs]
    whole = (replace(totals, in_house=0) for totals in (report.simulated, report.sent))
    rows.append(_row(screen.word(N_("Total to customers")), *whole))
    screen.table(HEADINGS, rows, frozenset(range(1, len(HEADINGS))))
    for held in report.held:
        screen.say(
            _(
                "On hold by {hold}: {days} invoice-days, {invoices} invoices",
                hold=word(held.hold_id),
                days=held.invoice_days,
                invoices=held.invoices,
            )
        )
    for day, messages in report.crowded:
        screen.say(crowded_day(day, messages))
    for note in NOTES:
        screen.say(note)


def _row(name: str, simulated: Totals, sent: Totals) -> tuple[object, ...]:
    """What stayed in the house counts as a message here: a rule does the one or the other."""
    return (
        name,
        simulated.messages + simulated.in_house,
        simulated.invoices,
        simulated.customers,
        _amounts(simulated),
        sent.messages + sent.in_house,
        sent.invoices,
        _amounts(sent),
    )


def _amounts(totals: Totals) -> str:
    return "; ".join(str(amount) for amount in totals.amounts)
