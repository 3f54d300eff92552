"""`cobranza write-off`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.cli.case import customer_named
from cobranza_rules.cli.command import Call, LazyGroup, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.scans import kept_scan
from cobranza_rules.domain.write_off import ASKED, BY_HAND
from cobranza_rules.language import N_, Sentence, _
from cobranza_rules.people import person_named
from cobranza_rules.write_off_report import NOTED, write_off_report

ANSWERS = {True: N_("yes"), False: N_("no"), None: N_("cannot be told")}


@click.group(
    "write-off", cls=LazyGroup, help=N_("What the tax law asks for before a debt is deducted as a loss, and what is on file of it.")
)
def write_off() -> None:
    pass


@write_off.command(
    cls=SpokenCommand, help=N_("The points of LISR, art. 27, fracción XV, each with its evidence; people decide, not the program.")
)
@click.argument("customer")
@on_a_day
@reporting
@click.pass_obj
def show(call: Call, customer: str, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    row = customer_named(workspace, customer)
    found = write_off_report(workspace, row)
    if as_json:
        points = [{"point": each.point.value, "met": each.there, "evidence": call.screen.text(each.said)} for each in found]
        call.screen.json({"customer": row.code, "on": workspace.clock.today().isoformat(), "points": points})
        return
    call.screen.say(_("LISR, art. 27, fracción XV, for {customer} on {day}:", customer=row.code, day=str(workspace.clock.today())))
    headings = (N_("Point"), N_("What it asks"), N_("Met"), N_("Evidence"))
    rows = [
        tuple(map(call.screen.text, (Sentence(each.point.value), Sentence(ASKED[each.point]), Sentence(ANSWERS[each.there]), each.said)))
        for each in found
    ]
    call.screen.table(headings, rows)


@write_off.command(cls=SpokenCommand, help=N_("Note the evidence of a point that the book cannot know."))
@click.argument("customer")
@click.argument("point", type=click.Choice([point.value for point in BY_HAND]))
@click.option("--who", required=True, help=N_("Who says it: a role or an e-mail address of cobranza.toml."))
@click.option("--comment", required=True, help=N_("What it is: file number, court, folio of the notice."))
@click.option("--file", type=click.Path(dir_okay=False, path_type=Path), help=N_("The paper, as PDF or picture."))
@on_a_day
@click.pass_obj
def evidence(call: Call, customer: str, point: str, who: str, comment: str, file: Path | None, on: dt.date | None) -> None:
    workspace = take(call, on=on).workspace
    person, row = person_named(workspace.company, who).email, customer_named(workspace, customer)
    document = kept_scan(workspace, file)
    with workspace.database.writing() as session:
        data = {"point": point, "who": person, "comment": comment, **({"document": document} if document else {})}
        Bookkeeper(session, workspace.clock.now()).note(row.id, NOTED, workspace.clock.today(), data)
    call.screen.say(_("Noted for {customer}.", customer=row.code))
