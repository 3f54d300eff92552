"""`cobranza note`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.contact_notes import NoteKind, add_note
from cobranza_rules.cli.command import Call, SpokenCommand, on_a_day, take
from cobranza_rules.cli.scans import kept_scan
from cobranza_rules.language import N_, _
from cobranza_rules.people import person_named


@click.command(cls=SpokenCommand, help=N_("Add a note, a call or a meeting to a customer's case file."))
@click.argument("customer")
@click.argument("text")
@click.option("--kind", type=click.Choice([kind.value for kind in NoteKind]), default="note", help=N_("What it is (default: note)."))
@click.option("--who", required=True, help=N_("Who adds it: a role or an e-mail address of cobranza.toml."))
@click.option(
    "--file", "scan", type=click.Path(exists=True, dir_okay=False, path_type=Path), help=N_("What goes with it: a PDF or a picture.")
)
@on_a_day
@click.pass_obj
def note(call: Call, customer: str, text: str, kind: str, who: str, scan: Path | None, on: dt.date | None) -> None:
    workspace = take(call, on=on).workspace
    person = person_named(workspace.company, who).email
    document = kept_scan(workspace, scan)
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        today = workspace.clock.today()
        row, new = add_note(keeper, customer, NoteKind(kind), text, who=person, document=document, today=today)
    name = row.code or row.rfc
    call.screen.say(_("{customer}: noted.", customer=name) if new else _("{customer}: this was noted already.", customer=name))
