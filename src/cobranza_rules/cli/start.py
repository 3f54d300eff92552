"""`cobranza init`."""

from __future__ import annotations

from pathlib import Path

import click

from cobranza_rules.cli.command import Call, SpokenCommand
from cobranza_rules.language import N_, _
from cobranza_rules.starting import make_workspace


@click.command(cls=SpokenCommand, help=N_("Make an empty workspace: settings to fill in, the shipped rules and the letter templates."))
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.pass_obj
def init(call: Call, folder: Path) -> None:
    make_workspace(folder)
    call.screen.say(_("{folder} is ready. Fill in cobranza.toml, then: cobranza import", folder=str(folder)))
