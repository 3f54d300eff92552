"""`cobranza customer credit`."""

from __future__ import annotations

import datetime as dt

import click

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.credit_stops import lift_credit_stop, stop_credit
from cobranza_rules.cli.case import customer_named
from cobranza_rules.cli.command import Call, SpokenCommand, on_a_day, take
from cobranza_rules.language import N_, _
from cobranza_rules.people import person_named
from cobranza_rules.store.tables import CustomerRow


@click.command(cls=SpokenCommand, help=N_("Stop the credit of a customer, or lift the stop: Sales is told, and the case file keeps why."))
@click.argument("customer")
@click.option("--stop/--lift", "stops", required=True, help=N_("No more credit; or credit again."))
@click.option("--why", required=True, help=N_("The reason, for the case file."))
@click.option("--who", required=True, help=N_("Who says it: a role or an e-mail address of cobranza.toml."))
@on_a_day
@click.pass_obj
def credit(call: Call, customer: str, stops: bool, why: str, who: str, on: dt.date | None) -> None:
    workspace = take(call, on=on).workspace
    person, known = person_named(workspace.company, who).email, customer_named(workspace, customer)
    with workspace.database.writing() as session:
        row = session.get_one(CustomerRow, known.id)
        change = stop_credit if stops else lift_credit_stop
        change(Bookkeeper(session, workspace.clock.now()), row, person, why, workspace.clock.today())
    said = _("The credit of {customer} is stopped.", customer=known.code)
    call.screen.say(said if stops else _("{customer} gets credit again.", customer=known.code))
