"""`cobranza daemon`."""

from __future__ import annotations

import click

from cobranza_rules.cli.command import Call, SpokenCommand
from cobranza_rules.cli.planning import show_report
from cobranza_rules.daemon import run_daemon
from cobranza_rules.language import N_


@click.command(
    cls=SpokenCommand, help=N_("Polls the mailbox, decides and carries out, again and again, until it is stopped (Ctrl-C or SIGTERM).")
)
@click.option("--once", is_flag=True, help=N_("One tick, then end."))
@click.pass_obj
def daemon(call: Call, once: bool) -> None:
    run_daemon(call.base, lambda report: show_report(call.screen, report), ticks=1 if once else None)
