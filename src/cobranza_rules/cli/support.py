"""`cobranza attach` and `cobranza support`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click
from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper, state_of
from cobranza_rules.booking.invoice_names import invoice_named
from cobranza_rules.booking.outcome import Taken
from cobranza_rules.booking.support import attach, withdraw
from cobranza_rules.booking.support_queue import incomplete
from cobranza_rules.cli.command import Call, LazyGroup, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.domain.support import SupportFile, SupportKind
from cobranza_rules.intake.support_content import media_type_of
from cobranza_rules.language import N_, _
from cobranza_rules.people import person_named
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import WaitingSupportRow


@click.command(
    "attach", cls=SpokenCommand, help=N_("Put files with an invoice (number or UUID): the PDF of its CFDI, or what supports it.")
)
@click.argument("invoice")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", type=click.Choice([kind.value for kind in SupportKind]), required=True, help=N_("What they are."))
@click.option("--who", required=True, help=N_("Who attaches them: a role or an e-mail address of cobranza.toml."))
@on_a_day
@reporting
@click.pass_obj
def attach_(call: Call, invoice: str, files: tuple[Path, ...], kind: str, who: str, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    person = person_named(workspace.company, who)
    found: list[tuple[SupportFile, Taken]] = []
    problems: list[Problem] = []
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        row = invoice_named(session, invoice)
        for path in files:
            content = path.read_bytes()
            try:
                media_type = media_type_of(content, str(path), SupportKind(kind))
                file = SupportFile(SupportKind(kind), path.name, media_type, workspace.archive.put(content))
                found.append((file, attach(keeper, row, file, workspace.clock.today(), person.email)))
            except ProblemError as error:
                problems += error.problems
        missing = row.support_missing and row.delivery == "pending"
    if as_json:
        told = [{"name": file.name, "document": file.document, "outcome": outcome.value} for file, outcome in found]
        call.screen.json({"invoice": row.number, "files": told, "support_missing": missing})
    for file, outcome in () if as_json else found:
        told_of = _("{number}: {file} attached.", number=row.number, file=file.name)
        call.screen.say(told_of if outcome == "new" else _("{number}: {file} was there already.", number=row.number, file=file.name))
    if problems:
        raise ProblemError(problems)


@click.group(cls=LazyGroup, help=N_("The files that go with invoices: what is missing, what is there, and what waits for its invoice."))
def support() -> None:
    pass


@support.command(cls=SpokenCommand, help=N_("The invoices that are not delivered because something that goes with them is missing."))
@reporting
@click.pass_obj
def missing(call: Call, as_json: bool) -> None:
    workspace = take(call, as_json=as_json).workspace
    with workspace.database.reading() as session:
        found = list(incomplete(session))
    if as_json:
        call.screen.json(
            {
                "missing": [
                    {"invoice": one.number, "customer": one.customer, "since": one.since.isoformat(), "kinds": list(one.kinds)}
                    for one in found
                ]
            }
        )
    elif not found:
        call.screen.say(_("Nothing is missing."))
    else:
        headings = (N_("Invoice"), N_("Customer"), N_("Issued"), N_("Missing"))
        rows = [(one.number, one.customer, one.since, ", ".join(map(call.screen.word, one.kinds))) for one in found]
        call.screen.table(headings, rows)


@support.command("list", cls=SpokenCommand, help=N_("The files of an invoice (number or UUID)."))
@click.argument("invoice")
@reporting
@click.pass_obj
def list_(call: Call, invoice: str, as_json: bool) -> None:
    workspace = take(call, as_json=as_json).workspace
    with workspace.database.reading() as session:
        files = state_of(invoice_named(session, invoice)).support
    if as_json:
        call.screen.json({"files": [file.as_json() for file in files]})
    elif not files:
        call.screen.say(_("It has no files."))
    else:
        headings = (N_("File"), N_("Kind"), N_("SHA-256"))
        call.screen.table(headings, [(file.name, call.screen.word(file.kind.value), file.document) for file in files])


@support.command(cls=SpokenCommand, help=N_("The files that wait for an invoice that is not in the book yet."))
@reporting
@click.pass_obj
def waiting(call: Call, as_json: bool) -> None:
    workspace = take(call, as_json=as_json).workspace
    with workspace.database.reading() as session:
        rows = list(session.scalars(select(WaitingSupportRow).order_by(WaitingSupportRow.id)))
    if as_json:
        call.screen.json(
            {"waiting": [{"file": row.file, "named": row.named, "kind": row.kind, "since": row.known_at.isoformat()} for row in rows]}
        )
    elif not rows:
        call.screen.say(_("No file waits."))
    else:
        headings = (N_("File"), N_("For"), N_("Kind"), N_("Since"))
        call.screen.table(headings, [(row.file, row.named, call.screen.word(row.kind), row.known_at.date()) for row in rows])


@support.command("withdraw", cls=SpokenCommand, help=N_("Take back a file that was put with an invoice by mistake."))
@click.argument("invoice")
@click.argument("file")
@click.option("--who", required=True, help=N_("Who says so: a role or an e-mail address of cobranza.toml."))
@click.option("--comment", default="", help=N_("Why."))
@on_a_day
@click.pass_obj
def withdraw_(call: Call, invoice: str, file: str, who: str, comment: str, on: dt.date | None) -> None:
    workspace = take(call, on=on).workspace
    person = person_named(workspace.company, who)
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        row = invoice_named(session, invoice)
        gone = withdraw(keeper, row, file, who=person.email, reason=comment, today=workspace.clock.today())
    call.screen.say(_("{number}: {file} is taken back.", number=row.number, file=gone.name))
