"""`cobranza doctor`."""

from __future__ import annotations

import click

from cobranza_rules.cli.command import WRONG_INPUT, Call, SpokenCommand, reporting, take
from cobranza_rules.diagnosis import examine
from cobranza_rules.language import N_


@click.command(cls=SpokenCommand, help=N_("Looks at rules, engines, database, PDF engine, fonts, outgoing mail and mailbox."))
@reporting
@click.pass_obj
def doctor(call: Call, as_json: bool) -> None:
    workspace = take(call, as_json=as_json).workspace
    findings = examine(workspace)
    if as_json:
        call.screen.json({"findings": [{"what": each.name, "ok": each.ok, "detail": call.screen.text(each.detail)} for each in findings]})
    else:
        for each in findings:
            mark = "OK " if each.ok else "!! "
            click.echo(f"{mark} {call.screen.word(each.name)}: {call.screen.text(each.detail)}")
    if not all(each.ok for each in findings):
        click.get_current_context().exit(WRONG_INPUT)
