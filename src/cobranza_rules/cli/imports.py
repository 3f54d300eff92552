"""`cobranza import`."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import click
from click.termui import progressbar

from cobranza_rules.booking.importing import Importing, ImportReport
from cobranza_rules.cli.command import WRONG_INPUT, Call, Day, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.screen import Screen
from cobranza_rules.intake.bank.reading import BankFiles
from cobranza_rules.intake.sources import count, walk
from cobranza_rules.language import N_, _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.heartbeat import BANK, PAYMENTS_TOLD, beat
from cobranza_rules.workspace import Workspace

KINDS = {
    "customers": N_("customers"),
    "invoices": N_("invoices"),
    "payment_receipts": N_("payment receipts"),
    "credit_notes": N_("credit notes"),
    "charges": N_("invoices of the accounting system"),
    "credits": N_("payments and credit notes of the accounting system"),
    "ledger": N_("files of the accounting system"),
    "bank_statements": N_("bank statements"),
    "bank_movements": N_("movements of the bank"),
    "agreements": N_("agreements"),
    "requests": N_("billing requests"),
    "reminders": N_("reminders of before"),
    "cfdi_statuses": N_("statuses of CFDI"),
    "deposits": N_("deposits"),
    "support": N_("support files"),
    "cfdi": N_("other CFDI"),
    "other": N_("other files"),
}
OUTCOMES = {
    "new": N_("new"),
    "updated": N_("updated"),
    "unchanged": N_("unchanged"),
    "refused": N_("refused"),
    "waiting": N_("waiting for their invoice"),
    "set_aside": N_("set aside"),
    "quarantined": N_("in quarantine"),
    "applied": N_("applied"),
    "joined": N_("told of already"),
    "taken_back": N_("not certain any more"),
    "doubt": N_("in doubt"),
}
LONG_IMPORT = 50  # Files from which on a progress bar says more than it disturbs.


@click.command("import", cls=SpokenCommand, help=N_("Take in files, folders and zip files; what each is shows in its content."))
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--opening", type=Day(), help=N_("Invoices issued up to this day were delivered before the program came."))
@click.option("--payments-through", type=Day(), help=N_("All payments up to this day are in: the bank data is that fresh."))
@click.option(
    "--kind", type=click.Choice(["bank"]), help=N_("What all of the files are, where their content does not show it: bank statements.")
)
@click.option("--account", default="", metavar=N_("NUMBER"), help=N_("The account of bank statements that do not name it."))
@on_a_day
@reporting
@click.pass_obj
def import_(
    call: Call,
    paths: tuple[Path, ...],
    opening: dt.date | None,
    payments_through: dt.date | None,
    kind: str | None,
    account: str,
    on: dt.date | None,
    as_json: bool,
) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    if payments_through is not None and payments_through > workspace.clock.today():
        what = _("payments cannot be known through {day}: that day is still to come", day=payments_through)
        raise ProblemError([Problem(what, _("give the last day whose payments are all in"), place="--payments-through")])
    banks, wrong = _bank_files(workspace, account, kind)
    report = take_in(workspace, paths, opening, call.screen, banks)
    report.problems += wrong
    if payments_through is not None:
        with workspace.database.writing() as session:
            for name in (BANK, PAYMENTS_TOLD):
                beat(session, name, dt.datetime.combine(payments_through, dt.time(18), dt.UTC))
    show(call.screen, report)
    if report.problems:
        click.get_current_context().exit(WRONG_INPUT)


def _bank_files(workspace: Workspace, account: str, kind: str | None) -> tuple[BankFiles, tuple[Problem, ...]]:
    """Without the profiles where one of them is wrong, which is told: everything but bank statements is taken all the same."""
    accounts, are_statements = workspace.our_accounts(account), kind == "bank"
    try:
        return BankFiles(workspace.bank_profiles, accounts, are_statements), ()
    except ProblemError as error:
        return BankFiles({}, accounts, are_statements), error.problems


def take_in(
    workspace: Workspace, paths: tuple[Path, ...], opening: dt.date | None, screen: Screen, banks: BankFiles | None = None
) -> ImportReport:
    importing = Importing(
        workspace.database,
        workspace.archive,
        workspace.clock,
        workspace.company.rfc,
        opening,
        workspace.settings.intake.mappings(),
        banks or BankFiles(),
        workspace.settings.cash.policy(),
    )
    total = count(paths)
    if screen.as_json or total < LONG_IMPORT:
        return importing.take(walk(paths))
    with progressbar(length=total, label=screen.word(N_("Importing")), file=sys.stderr) as bar:
        return importing.take(walk(paths), bar.update)


def show(screen: Screen, report: ImportReport) -> None:
    if screen.as_json:
        screen.json(
            {
                "imports": [{"kind": kind, "outcome": str(outcome), "count": number} for (kind, outcome), number in report.counts.items()],
                "set_aside": [{"file": file, "reason": screen.text(reason)} for file, reason in report.set_aside],
                "problems": [problem.text(screen.translate) for problem in report.problems],
                "warnings": [warning.text(screen.translate) for warning in report.warnings],
            }
        )
        return
    for kind, name in KINDS.items():
        counted = [
            f"{report.counts[kind, outcome]} {screen.word(word)}" for outcome, word in OUTCOMES.items() if report.counts[kind, outcome]
        ]
        if counted:
            click.echo(f"{screen.word(name)}: {', '.join(counted)}")
    for file, reason in report.set_aside:
        screen.say(_("{file}: set aside: {reason}", file=file, reason=reason))
    for warning in report.warnings:
        screen.say(_("taken, but look at it: {problem}", problem=warning.text(screen.translate)))
    screen.problems(report.problems)
