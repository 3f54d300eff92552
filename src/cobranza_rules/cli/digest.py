"""`cobranza digest`."""

from __future__ import annotations

import datetime as dt

import click

from cobranza_rules.cli.command import Call, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.digest.as_json import digest_json
from cobranza_rules.digest.gathering import gather_digest
from cobranza_rules.digest.wording import notes_of, sections_of, subject_of
from cobranza_rules.language import N_


@click.command(
    cls=SpokenCommand,
    help=N_("What leaves today, what waits for whom, what is out of order, and what comes in the next business days. Nothing is sent."),
)
@click.option("--no-week", is_flag=True, help=N_("Leave out the coming business days: in a large book they take longest."))
@on_a_day
@reporting
@click.pass_obj
def digest(call: Call, no_week: bool, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    found = gather_digest(workspace, week=not no_week)
    screen = call.screen
    if as_json:
        screen.json(digest_json(found, screen.translate))
        return
    screen.say(subject_of(found, workspace.company.name))
    for note in notes_of(found):
        screen.say(note)
    for section in sections_of(found):
        click.echo()
        screen.say(section.title)
        if section.rows:
            screen.table(section.headings, section.rows, section.right)
        else:
            screen.say(section.empty)
