"""`cobranza daemon`."""

from __future__ import annotations

import click

from cobranza_rules.cli.command import Call, SpokenCommand
from cobranza_rules.cli.planning import show_report
from cobranza_rules.cli.screen import Screen
from cobranza_rules.config import FILE_NAME, read_settings
from cobranza_rules.daemon import run_daemon
from cobranza_rules.language import N_
from cobranza_rules.tick import TickReport


@click.command(
    cls=SpokenCommand, help=N_("Polls the mailbox, decides and carries out, again and again, until it is stopped (Ctrl-C or SIGTERM).")
)
@click.option("--once", is_flag=True, help=N_("One tick, then end."))
@click.pass_obj
def daemon(call: Call, once: bool) -> None:
    language = read_settings(call.base / FILE_NAME).language
    screen = Screen(language)

    def tell(report: TickReport) -> None:
        show_report(screen, report)
        screen.problems(report.problems)

    run_daemon(call.base, tell, screen.problems, ticks=1 if once else None)
