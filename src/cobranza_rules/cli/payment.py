"""`cobranza payment`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.payment_claims import PaymentClaim, claim_payment, reject_claim
from cobranza_rules.cli.command import Call, LazyGroup, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.scans import kept_scan
from cobranza_rules.language import N_, _
from cobranza_rules.people import person_named


@click.group(cls=LazyGroup, help=N_("What customers say to have paid, until the payment is found."))
def payment() -> None:
    pass


@payment.command(cls=SpokenCommand, help=N_("A customer says that invoices (numbers or UUID) were paid; nothing is applied yet."))
@click.argument("invoices", nargs=-1, required=True)
@click.option("--amount", default="", help=N_("How much of the invoice (default: all that is owed)."))
@click.option("--reference", default="", help=N_("The reference of the transfer, or the tracking key."))
@click.option("--file", "scan", type=click.Path(exists=True, dir_okay=False, path_type=Path), help=N_("Its receipt: a PDF or a picture."))
@click.option("--who", required=True, help=N_("Who enters it: a role or an e-mail address of cobranza.toml."))
@click.option("--comment", default="", help=N_("Who at the customer says so, and how."))
@on_a_day
@reporting
@click.pass_obj
def claim(
    call: Call,
    invoices: tuple[str, ...],
    amount: str,
    reference: str,
    scan: Path | None,
    who: str,
    comment: str,
    on: dt.date | None,
    as_json: bool,
) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    document = kept_scan(workspace, scan)
    said = PaymentClaim(person_named(workspace.company, who).email, comment, amount, reference, document)
    with workspace.database.writing() as session:
        found = claim_payment(Bookkeeper(session, workspace.clock.now()), invoices, said, workspace.clock.today())
    if as_json:
        claimed = [{"number": row.number, "uuid": row.uuid, "new": new} for row, new in found]
        call.screen.json({"claimed": claimed, "document": document or None})
    for row, new in () if as_json else found:
        told = _("{number}: the customer says that it was paid.", number=row.number)
        call.screen.say(told if new else _("{number}: this was known already; nothing changes.", number=row.number))


@payment.command(cls=SpokenCommand, help=N_("The payment that a customer claims was not found; the invoices are claimed again."))
@click.argument("invoices", nargs=-1, required=True)
@click.option("--who", required=True, help=N_("Who says so: a role or an e-mail address of cobranza.toml."))
@click.option("--comment", default="", help=N_("Where it was looked for."))
@on_a_day
@reporting
@click.pass_obj
def reject(call: Call, invoices: tuple[str, ...], who: str, comment: str, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    person = person_named(workspace.company, who).email
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        rows = reject_claim(keeper, invoices, who=person, comment=comment, today=workspace.clock.today())
    if as_json:
        call.screen.json({"rejected": [{"number": row.number, "uuid": row.uuid} for row in rows]})
    for row in () if as_json else rows:
        call.screen.say(_("{number}: the payment was not found.", number=row.number))
