"""`cobranza promise`."""

from __future__ import annotations

import datetime as dt

import click

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.promising import Promise, promise, withdraw_promise
from cobranza_rules.cli.command import Call, Day, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.language import N_, _
from cobranza_rules.people import person_named
from cobranza_rules.problems import Problem, ProblemError


@click.command(cls=SpokenCommand, help=N_("Enter that a customer promises to pay invoices (numbers or UUID) on a day, or withdraw it."))
@click.argument("invoices", nargs=-1, required=True)
@click.option("--pay-on", type=Day(), help=N_("The day on which the customer will pay."))
@click.option("--amount", default="", help=N_("How much of the invoice (default: all that is owed)."))
@click.option("--who", required=True, help=N_("Who enters it: a role or an e-mail address of cobranza.toml."))
@click.option("--comment", default="", help=N_("Who promised it and how; or why it is withdrawn."))
@click.option("--withdraw", is_flag=True, help=N_("It was wrong: as if it had not been made."))
@on_a_day
@reporting
@click.pass_obj
def promise_(
    call: Call,
    invoices: tuple[str, ...],
    pay_on: dt.date | None,
    amount: str,
    who: str,
    comment: str,
    withdraw: bool,
    on: dt.date | None,
    as_json: bool,
) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    colleague = person_named(workspace.company, who).email
    today = workspace.clock.today()
    if pay_on is None and not withdraw:
        raise ProblemError([Problem(_("a promise needs its day"), _("give --pay-on YYYY-MM-DD"))])
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        if pay_on is None or withdraw:
            rows = withdraw_promise(keeper, invoices, who=colleague, comment=comment, today=today)
            found = [(row, True) for row in rows]
        else:
            found = promise(keeper, invoices, Promise(pay_on, colleague, comment, amount), today)
    if as_json:
        promised = [
            {"number": row.number, "uuid": row.uuid, "pay_on": row.promised_on.isoformat() if row.promised_on else None, "new": new}
            for row, new in found
        ]
        call.screen.json({"promised": promised})
        return
    for row, new in found:
        if withdraw:
            call.screen.say(_("{number}: the promise is withdrawn.", number=row.number))
        elif new:
            call.screen.say(_("{number}: payment promised for {day}.", number=row.number, day=row.promised_on))
        else:
            call.screen.say(_("{number}: this was known already; nothing changes.", number=row.number))
