"""`cobranza dispute`."""

from __future__ import annotations

import datetime as dt

import click

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.disputes import set_dispute
from cobranza_rules.cli.command import Call, LazyGroup, SpokenCommand, on_a_day, take
from cobranza_rules.language import N_, _
from cobranza_rules.people import person_named


@click.group(cls=LazyGroup, help=N_("Disputes that people open and close; while one is open the invoice is not claimed."))
def dispute() -> None:
    pass


@dispute.command("open", cls=SpokenCommand, help=N_("The customer does not agree with an invoice (number or UUID)."))
@click.argument("number")
@click.option("--who", required=True, help=N_("Who says so: a role or an e-mail address of cobranza.toml."))
@click.option("--comment", default="", help=N_("What the customer says."))
@on_a_day
@click.pass_obj
def open_(call: Call, number: str, who: str, comment: str, on: dt.date | None) -> None:
    _set(take(call, on=on), number, who, comment, opened=True)


@dispute.command(cls=SpokenCommand, help=N_("The dispute over an invoice is settled; its ladder goes on after the usual wait."))
@click.argument("number")
@click.option("--who", required=True, help=N_("Who says so: a role or an e-mail address of cobranza.toml."))
@click.option("--comment", default="", help=N_("How it was settled."))
@on_a_day
@click.pass_obj
def close(call: Call, number: str, who: str, comment: str, on: dt.date | None) -> None:
    _set(take(call, on=on), number, who, comment, opened=False)


def _set(call: Call, number: str, who: str, comment: str, *, opened: bool) -> None:
    workspace = call.workspace
    person = person_named(workspace.company, who)
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        row = set_dispute(keeper, number, opened=opened, who=person.email, reason=comment, today=workspace.clock.today())
    call.screen.say(_("{number} is disputed.", number=row.number) if opened else _("{number} is disputed no more.", number=row.number))
