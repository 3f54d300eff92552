"""`cobranza originals`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.handing_over import RECEIVER, close_handing_over
from cobranza_rules.booking.originals import OriginalKind, OriginalsDesk
from cobranza_rules.cli.case import customer_named
from cobranza_rules.cli.command import Call, LazyGroup, Number, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.scans import kept_scan
from cobranza_rules.language import N_, _
from cobranza_rules.people import person_named
from cobranza_rules.store.originals import ORIGINAL_HEADINGS, originals_on_file

WHO = N_("Who says it: a role or an e-mail address of cobranza.toml.")
SCAN = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(
    cls=LazyGroup, help=N_("Contracts, promissory notes and other papers that exist once: who holds each, and who has received it.")
)
def originals() -> None:
    pass


@originals.command("list", cls=SpokenCommand, help=N_("Who holds which original, and whose receipt is missing."))
@click.option("--customer", default="", help=N_("Only those of this customer."))
@click.option("--holder", default="", help=N_("Only those that this person holds: a role, an address, or the name of somebody outside."))
@reporting
@click.pass_obj
def list_(call: Call, customer: str, holder: str, as_json: bool) -> None:
    workspace = take(call, as_json=as_json).workspace
    customer_id = customer_named(workspace, customer).id if customer else None
    known = next((person.email for person in workspace.company.people if holder == person.role), holder)
    with workspace.database.reading() as session:
        found = list(originals_on_file(session, customer_id, known))
    if as_json:
        call.screen.json({"originals": [each.as_json() for each in found]})
    elif found:
        call.screen.table(ORIGINAL_HEADINGS, [[*each.row()] for each in found], frozenset({0}))
    else:
        call.screen.say(_("No originals."))


@originals.command(cls=SpokenCommand, help=N_("Enter an original that somebody has: it is with that person from then on."))
@click.argument("customer")
@click.argument("name")
@click.option(
    "--kind", type=click.Choice([kind.value for kind in OriginalKind]), default="contract", help=N_("What it is (default: contract).")
)
@click.option("--who", required=True, help=WHO)
@click.option("--file", "scan", type=SCAN, help=N_("Its scan: a PDF or a picture."))
@on_a_day
@click.pass_obj
def add(call: Call, customer: str, name: str, kind: str, who: str, scan: Path | None, on: dt.date | None) -> None:
    workspace = take(call, on=on).workspace
    person, document = person_named(workspace.company, who).email, kept_scan(workspace, scan)
    with workspace.database.writing() as session:
        desk = OriginalsDesk(Bookkeeper(session, workspace.clock.now()), person, workspace.clock.today(), document)
        row = desk.enter(customer, OriginalKind(kind), name)
    call.screen.say(_("Original {number}: {name}, with {holder}.", number=row.id, name=row.name, holder=row.holder))


@originals.command("handed-over", cls=SpokenCommand, help=N_("Hand originals over to another person, who then says to have received them."))
@click.argument("numbers", nargs=-1, required=True, type=Number())
@click.option("--to", required=True, help=N_("Who gets them: a role or an e-mail address of cobranza.toml; with --outside a name."))
@click.option("--outside", is_flag=True, help=N_("To somebody outside of the company, such as a lawyer, who holds them at once."))
@click.option("--who", required=True, help=WHO)
@click.option("--file", "scan", type=SCAN, help=N_("The signed receipt: a PDF or a picture."))
@on_a_day
@click.pass_obj
def handed_over(call: Call, numbers: tuple[int, ...], to: str, outside: bool, who: str, scan: Path | None, on: dt.date | None) -> None:
    workspace = take(call, on=on).workspace
    person = person_named(workspace.company, who).email
    taker = to.strip() if outside else person_named(workspace.company, to).email
    document = kept_scan(workspace, scan)
    with workspace.database.writing() as session:
        desk = OriginalsDesk(Bookkeeper(session, workspace.clock.now()), person, workspace.clock.today(), document)
        rows = desk.hand_over(numbers, taker, outside=outside)
    for row in rows:
        call.screen.say(_("Original {number}: {name} handed over to {to}.", number=row.id, name=row.name, to=taker))


@originals.command(cls=SpokenCommand, help=N_("Say that originals were received that had been handed over."))
@click.argument("numbers", nargs=-1, required=True, type=Number())
@click.option("--who", required=True, help=WHO)
@click.option("--file", "scan", type=SCAN, help=N_("The signed receipt: a PDF or a picture."))
@on_a_day
@click.pass_obj
def received(call: Call, numbers: tuple[int, ...], who: str, scan: Path | None, on: dt.date | None) -> None:
    workspace = take(call, on=on).workspace
    person, document = person_named(workspace.company, who).email, kept_scan(workspace, scan)
    with workspace.database.writing() as session:
        keeper, today = Bookkeeper(session, workspace.clock.now()), workspace.clock.today()
        rows = OriginalsDesk(keeper, person, today, document).receive(numbers)
        by_administration = person == workspace.addresses.get(RECEIVER)
        done = close_handing_over(keeper, (row.customer_id for row in rows), person, today) if by_administration else []
    for row in rows:
        call.screen.say(_("Original {number}: {name}, with {holder}.", number=row.id, name=row.name, holder=row.holder))
    for task in done:
        call.screen.say(_("Task {id} is done.", id=task.id))
