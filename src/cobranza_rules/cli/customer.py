"""`cobranza customer`."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from pathlib import Path
from typing import Any

import click

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.casefile.case_documents import suffix_by_bytes
from cobranza_rules.casefile.chain_rows import StoredChain
from cobranza_rules.casefile.deliveries import deliveries_of
from cobranza_rules.casefile.erasing import Eraser, remove_files
from cobranza_rules.casefile.export import ZipTaker, export_case
from cobranza_rules.cli.case import customer_named
from cobranza_rules.cli.command import Call, LazyGroup, Number, SpokenCommand, on_a_day, take
from cobranza_rules.cli.credit import credit
from cobranza_rules.language import N_, _
from cobranza_rules.people import person_named
from cobranza_rules.privacy.held_of_person import documents_named, held_of_person, names_of
from cobranza_rules.privacy.persons import person_called
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.held_data import held_of
from cobranza_rules.store.tables import CustomerRow
from cobranza_rules.workspace import Workspace

LAZY = {
    "correct": ("cobranza_rules.cli.people_data", "correct", N_("Put a person's wrong data right.")),
    "block": ("cobranza_rules.cli.people_data", "block", N_("Block a person's data, or write to the person no more.")),
    "unblock": ("cobranza_rules.cli.people_data", "unblock", N_("Take that back.")),
    "retention": ("cobranza_rules.cli.people_data", "retention", N_("What is past its period, and its erasure.")),
}


@click.group(cls=LazyGroup, lazy=LAZY, help=N_("What is held of people, and what they may ask of it."))
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
        periods = workspace.settings.privacy.keep_years.as_periods()
        erased = Eraser(Bookkeeper(session, workspace.clock.now()), person, workspace.clock.today(), periods).erase(row, numbers, why)
    with workspace.database.reading() as session:
        remove_files(workspace.archive, StoredChain(session).erased_documents())
    call.screen.say(
        _("Erased: the content of {events} events and {documents} documents.", events=erased.events, documents=erased.documents)
    )


@customer.command(
    cls=SpokenCommand,
    help=N_("Everything that is held of a customer, or of one person, as a JSON file and every document, in a zip file."),
)
@click.argument("whose")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help=N_("The zip file."))
@on_a_day
@click.pass_obj
def export(call: Call, whose: str, output: Path, on: dt.date | None) -> None:
    workspace = take(call, on=on).workspace
    try:
        row = customer_named(workspace, whose)
    except ProblemError:
        count = _export_person(workspace, whose, output)
    else:
        count = _export_customer(call, row, output)
    call.screen.say(_("{count} files written into {folder}", count=count, folder=str(output)))


def _export_customer(call: Call, row: CustomerRow, output: Path) -> int:
    workspace = call.workspace
    with workspace.database.reading() as session, zipfile.ZipFile(output, "w", zipfile.ZIP_STORED) as packed:
        taker = ZipTaker(packed)
        taker.take("data.json", _as_json(dict(held_of(session, row.id))))
        deliveries = deliveries_of(session, row.id, workspace.clock.today())
        return 1 + export_case(session, workspace.archive, row, taker, call.screen.translate, deliveries)


def _export_person(workspace: Workspace, called: str, output: Path) -> int:
    """Of somebody of whom no contact is on file any more, messages and events may still be. Raises ProblemError where nothing is."""
    with workspace.database.reading() as session:
        try:
            person = person_called(session, called)
        except ProblemError:
            if "@" not in called:
                raise
            person = None
        held = dict(held_of_person(session, names_of(called, person)))
    if not held:
        raise ProblemError(
            [Problem(_("nothing is held of '{called}'", called=called), _("give a customer's code, or a person's e-mail address"))]
        )
    documents = [digest for digest in documents_named(held) if workspace.archive.holds(digest)]
    with zipfile.ZipFile(output, "w", zipfile.ZIP_STORED) as packed:
        taker = ZipTaker(packed)
        taker.take("data.json", _as_json(held))
        for digest in documents:
            content = workspace.archive.get(digest)
            taker.take(f"documents/{digest}{suffix_by_bytes(content)}", content)
    return 1 + len(documents)


def _as_json(held: dict[str, Any]) -> bytes:
    return json.dumps(held, ensure_ascii=False, indent=1, default=str).encode()
