"""`cobranza customer`."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from pathlib import Path

import click

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.casefile.chain_rows import StoredChain
from cobranza_rules.casefile.deliveries import deliveries_of
from cobranza_rules.casefile.erasing import Eraser, remove_files
from cobranza_rules.casefile.export import ZipTaker, export_case
from cobranza_rules.cli.case import customer_named
from cobranza_rules.cli.command import Call, LazyGroup, Number, SpokenCommand, on_a_day, take
from cobranza_rules.cli.credit import credit
from cobranza_rules.language import N_, _
from cobranza_rules.people import person_named
from cobranza_rules.store.held_data import held_of


@click.group(cls=LazyGroup, help=N_("What is held of people, and what they may ask of it."))
def customer() -> None:
    pass


customer.add_command(credit)


@customer.command(
    cls=SpokenCommand, help=N_("Erase the content of events of a case file, and their documents: hashes and the reason stay.")
)
@click.argument("customer")
@click.argument("numbers", nargs=-1, required=True, type=Number())
@click.option("--why", required=True, help=N_("Who asked for it, and when: it stays in the case file."))
@click.option("--who", required=True, help=N_("Who erases: a role or an e-mail address of cobranza.toml."))
@on_a_day
@click.pass_obj
def erase(call: Call, customer: str, numbers: tuple[int, ...], why: str, who: str, on: dt.date | None) -> None:
    workspace = take(call, on=on).workspace
    person, row = person_named(workspace.company, who).email, customer_named(workspace, customer)
    with workspace.database.writing() as session:
        keep_years = workspace.settings.privacy.keep_years
        eraser = Eraser(Bookkeeper(session, workspace.clock.now()), person, workspace.clock.today(), keep_years)
        events, documents = eraser.erase(row, numbers, why)
    with workspace.database.reading() as session:
        remove_files(workspace.archive, StoredChain(session).erased_documents())
    call.screen.say(_("Erased: the content of {events} events and {documents} documents.", events=events, documents=documents))


@customer.command(
    cls=SpokenCommand, help=N_("Everything that is held of a customer and its people, as one JSON file and every document, in a zip file.")
)
@click.argument("customer")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help=N_("The zip file."))
@on_a_day
@click.pass_obj
def export(call: Call, customer: str, output: Path, on: dt.date | None) -> None:
    workspace = take(call, on=on).workspace
    row = customer_named(workspace, customer)
    with workspace.database.reading() as session, zipfile.ZipFile(output, "w", zipfile.ZIP_STORED) as packed:
        held = dict(held_of(session, row.id))
        taker = ZipTaker(packed)
        taker.take("data.json", json.dumps(held, ensure_ascii=False, indent=1, default=str).encode())
        deliveries = deliveries_of(session, row.id, workspace.clock.today())
        count = 1 + export_case(session, workspace.archive, row, taker, call.screen.translate, deliveries)
    call.screen.say(_("{count} files written into {folder}", count=count, folder=str(output)))
