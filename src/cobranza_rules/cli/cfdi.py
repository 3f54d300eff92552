"""`cobranza cfdi`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from cobranza_rules.cli.command import WRONG_INPUT, Call, LazyGroup, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.imports import show, take_in
from cobranza_rules.cli.screen import Screen
from cobranza_rules.language import N_, _, joined, word
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.sat.asking import Asked, Asking, AskingReport


@click.group(cls=LazyGroup, help=N_("What the SAT says of CFDI."))
def cfdi() -> None:
    pass


@cfdi.command(cls=SpokenCommand, help=N_("Ask the SAT whether invoices stand or are cancelled: these, or all open ones."))
@click.argument("invoices", nargs=-1)
@click.option(
    "--list",
    "listed",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=N_("Take this list of statuses in, as 'cobranza import' does, and ask nobody."),
)
@click.option("--most", type=click.IntRange(1, 10_000), help=N_("Ask about so many at most (default: that of cobranza.toml)."))
@on_a_day
@reporting
@click.pass_obj
def status(call: Call, invoices: tuple[str, ...], listed: Path | None, most: int | None, on: dt.date | None, as_json: bool) -> None:
    workspace, screen = take(call, on=on, as_json=as_json).workspace, call.screen
    if listed is not None:
        if invoices:
            what = _("a list names its CFDI itself")
            raise ProblemError([Problem(what, _("give the list, or invoices to ask about"), place="--list")])
        taken = take_in(workspace, (listed,), None, screen)
        show(screen, taken)
        problems = taken.problems
    else:
        settings = workspace.settings.sat
        asking = Asking(
            workspace.status_service,
            workspace.database,
            workspace.archive,
            workspace.clock,
            workspace.company.rfc,
            settings.pause_seconds,
        )
        report = asking.ask(invoices, most or settings.most)
        _show(screen, report)
        problems = report.problems
    if problems:
        click.get_current_context().exit(WRONG_INPUT)


def _show(screen: Screen, report: AskingReport) -> None:
    if screen.as_json:
        screen.json(
            {
                "statuses": [_as_json(asked) for asked in report.asked],
                "not_asked": report.left,
                "problems": [problem.text(screen.translate) for problem in report.problems],
                "warnings": [warning.text(screen.translate) for warning in report.warnings],
            }
        )
        return
    for asked in report.asked:
        told = [word(each.value) for each in (asked.status.state, asked.status.process) if each.value]
        screen.say(_("{number}: {told}", number=asked.number, told=joined(told)))
    if report.left:
        screen.say(_("not asked about: {count} invoices", count=report.left))
    for warning in report.warnings:
        screen.say(_("taken, but look at it: {problem}", problem=warning.text(screen.translate)))
    screen.problems(report.problems)


def _as_json(asked: Asked) -> dict[str, str]:
    return {"invoice": asked.number, "uuid": asked.uuid, "state": asked.status.state.value, "cancellation": asked.status.process.value}
