"""`cobranza packet`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from cobranza_rules.cli.case import customer_named
from cobranza_rules.cli.command import Call, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.file_formats import write_files
from cobranza_rules.cli.letter import MAKER
from cobranza_rules.language import N_, Sentence, _
from cobranza_rules.packets.ordering import AskedPacket, make_packet, name_of_packet
from cobranza_rules.packets.planning import PacketKind
from cobranza_rules.packets.refusals import SENTENCES
from cobranza_rules.people import person_named
from cobranza_rules.problems import Problem


@click.command(cls=SpokenCommand, help=N_("One foliated PDF with all that belongs to a delivery, an account or an escalated case."))
@click.argument("kind", type=click.Choice([kind.value for kind in PacketKind]))
@click.argument("customer")
@click.option("--invoices", default="", help=N_("Numbers or UUID of the invoices, with commas between them (default: all open ones)."))
@click.option("--who", default=MAKER, help=N_("Who makes it: a role or an e-mail address of cobranza.toml (default: the analyst)."))
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help=N_("The file (default: named after kind and customer).")
)
@on_a_day
@reporting
@click.pass_obj
def packet(call: Call, kind: str, customer: str, invoices: str, who: str, output: Path | None, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    person = person_named(workspace.company, who)
    row = customer_named(workspace, customer)
    given = tuple(name.strip() for name in invoices.split(",") if name.strip())
    asked = AskedPacket(PacketKind(kind), row, person, given)
    made = make_packet(workspace, asked)
    file = output or Path(name_of_packet(workspace, asked))
    write_files(call, file.parent, [(file.name, made.content)])
    refused = [(part.file, part.refused) for part in made.parts if part.file is not None and part.refused is not None]
    problems = [
        Problem(
            _("a notice stands in place of its pages: {why}", why=Sentence(SENTENCES[why])),
            _("ask for a readable copy and attach it, or hand the original over beside the packet"),
            each.name,
            warning=True,
        )
        for each, why in refused
    ]
    if as_json:
        told = [problem.text(call.screen.translate) for problem in problems]
        call.screen.json(
            {"customer": row.code, "kind": kind, "file": str(file), "sheets": made.pages, "parts": len(made.parts), "notices": told}
        )
        return
    call.screen.say(
        _("{sheets} sheets, {parts} documents, {files} embedded files.", sheets=made.pages, parts=len(made.parts), files=made.files)
    )
    call.screen.problems(problems)
