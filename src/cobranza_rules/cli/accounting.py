"""`cobranza accounting`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from cobranza_rules.booking.accounting_packets import accept, give_back, packet_numbered
from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.credit_note_answers import answer_request
from cobranza_rules.booking.invoice_names import invoice_named
from cobranza_rules.cli.command import Call, LazyGroup, Number, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.dispatch.packet_sending import renew
from cobranza_rules.domain.accounting import PacketState, said_of
from cobranza_rules.language import N_, Sentence, _
from cobranza_rules.money import Money
from cobranza_rules.people import person_named
from cobranza_rules.store.tables import AccountingPacketRow
from cobranza_rules.workspace import Workspace

LATER = {"journal": ("cobranza_rules.cli.journal", "journal", N_("The journal of what was collected and taken off."))}


@click.group(cls=LazyGroup, lazy=LATER, help=N_("Packets for Accounting, what it said of them, and the credit notes it was asked for."))
def accounting() -> None:
    pass


def packet_json(row: AccountingPacketRow, call: Call) -> dict[str, Any]:
    totals = {name: minor if name == "payments" else Money(minor, row.currency).plain() for name, minor in row.totals.items()}
    return {
        "id": row.id,
        "day": row.day.isoformat(),
        "currency": row.currency,
        "sequence": row.sequence,
        "revision": row.revision,
        "state": row.state,
        "totals": totals,
        "lines": len(row.lines),
        "changes": [call.screen.text(Sentence.from_json(change)) for change in row.changes],
        "sent_on": row.sent_on.isoformat() if row.sent_on else None,
        "answered_by": row.answered_by or None,
        "answered_on": row.answered_on.isoformat() if row.answered_on else None,
        "reason": row.reason,
        "relation": row.relation,
        "workbook": row.workbook,
        "evidence": row.evidence,
        "request": row.request,
    }


@accounting.command("list", cls=SpokenCommand, help=N_("Packets, the oldest first; those that another revision replaces only with --all."))
@click.option("--state", type=click.Choice([state.value for state in PacketState]), help=N_("Only those in this state."))
@click.option("--all", "everything", is_flag=True, help=N_("Revisions that were replaced, too."))
@reporting
@click.pass_obj
def list_(call: Call, state: str | None, everything: bool, as_json: bool) -> None:
    workspace = take(call, as_json=as_json).workspace
    query = select(AccountingPacketRow).order_by(AccountingPacketRow.day, AccountingPacketRow.id)
    if state:
        query = query.where(AccountingPacketRow.state == state)
    elif not everything:
        query = query.where(AccountingPacketRow.state != PacketState.REPLACED.value)
    with workspace.database.reading() as session:
        rows = [packet_json(row, call) for row in session.scalars(query)]
    if as_json:
        call.screen.json({"packets": rows})
    elif not rows:
        call.screen.say(_("No packets."))
    else:
        headings = (N_("No."), N_("Day"), N_("Currency"), N_("Revision"), N_("Received"), N_("Discounts"), N_("State"), N_("Answered"))
        cells = [
            (
                row["id"],
                row["day"],
                row["currency"],
                row["revision"],
                row["totals"]["received"],
                row["totals"]["discounts"],
                said_of(row["state"]),
                row["answered_on"],
            )
            for row in rows
        ]
        call.screen.table(headings, cells, frozenset({0, 3, 4, 5}))


@accounting.command(cls=SpokenCommand, help=N_("One packet with its totals and what became of it."))
@click.argument("number", type=Number())
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), help=N_("Write its papers into this folder."))
@reporting
@click.pass_obj
def show(call: Call, number: int, output: Path | None, as_json: bool) -> None:
    workspace = take(call, as_json=as_json).workspace
    with workspace.database.reading() as session:
        row = packet_numbered(Bookkeeper(session, workspace.clock.now()), number)
        shown = packet_json(row, call)
    shown["files"] = _write(workspace, row, output) if output is not None else []
    if as_json:
        call.screen.json(shown)
        return
    for key, value in shown.items():
        if key == "totals":
            for name, amount in value.items():
                click.echo(f"  {call.screen.word(name)}: {amount}")
        elif isinstance(value, list):
            click.echo(f"{call.screen.word(key)}: {'; '.join(map(str, value)) or '-'}")
        else:
            click.echo(f"{call.screen.word(key)}: {call.screen.text(said_of(value)) if key == 'state' else value or '-'}")


def _write(workspace: Workspace, row: AccountingPacketRow, folder: Path) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{row.day}-{row.currency}-{row.sequence}-r{row.revision}"
    found = [(f"{name}.pdf", row.relation), (f"{name}.xlsx", row.workbook), (f"{name}.zip", row.evidence)]
    found += [(f"{name}-notes.pdf", row.request)] if row.request else []
    for file, digest in found:
        (folder / file).write_bytes(workspace.archive.get(digest))
    return [file for file, _digest in found]


@accounting.command("accept", cls=SpokenCommand, help=N_("Accounting accepts a packet; the next run asks for its credit notes."))
@click.argument("number", type=Number())
@click.option("--who", required=True, help=N_("Who says so: a role or an e-mail address of cobranza.toml."))
@on_a_day
@click.pass_obj
def accept_(call: Call, number: int, who: str, on: dt.date | None) -> None:
    workspace = take(call, on=on).workspace
    person = person_named(workspace.company, who)
    with workspace.database.writing() as session:
        accept(Bookkeeper(session, workspace.clock.now()), number, who=person.email, today=workspace.clock.today())
    call.screen.say(_("Packet {id} is accepted.", id=number))


@accounting.command("return", cls=SpokenCommand, help=N_("Accounting returns a packet with its reason."))
@click.argument("number", type=Number())
@click.option("--reason", required=True, help=N_("What is wrong with it."))
@click.option("--who", required=True, help=N_("Who says so: a role or an e-mail address of cobranza.toml."))
@on_a_day
@click.pass_obj
def return_(call: Call, number: int, reason: str, who: str, on: dt.date | None) -> None:
    workspace = take(call, on=on).workspace
    person = person_named(workspace.company, who)
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        give_back(keeper, number, who=person.email, reason=reason, today=workspace.clock.today())
    call.screen.say(_("Packet {id} is returned. Correct it, then 'cobranza accounting renew {id}' sends it anew.", id=number))


@accounting.command(
    "renew", cls=SpokenCommand, help=N_("Write a packet anew as the book stands, with what has changed; the next run sends it.")
)
@click.argument("number", type=Number())
@on_a_day
@click.pass_obj
def renew_(call: Call, number: int, on: dt.date | None) -> None:
    workspace = take(call, on=on).workspace
    row = renew(workspace, number)
    call.screen.say(_("Packet {id} takes its place as revision {revision}; the next run sends it.", id=row.id, revision=row.revision))


@accounting.command(cls=SpokenCommand, help=N_("Say what Accounting answers of a credit note that it was asked for, if it will not come."))
@click.argument("invoice")
@click.option("--comment", required=True, help=N_("What it says."))
@click.option("--who", required=True, help=N_("Who says so: a role or an e-mail address of cobranza.toml."))
@on_a_day
@click.pass_obj
def answer(call: Call, invoice: str, comment: str, who: str, on: dt.date | None) -> None:
    workspace = take(call, on=on).workspace
    person = person_named(workspace.company, who)
    with workspace.database.writing() as session:
        row = invoice_named(session, invoice)
        answer_request(Bookkeeper(session, workspace.clock.now()), row, who=person.email, comment=comment, today=workspace.clock.today())
    call.screen.say(_("{number}: nobody is reminded of its credit note any more.", number=row.number))
