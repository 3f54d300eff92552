"""`cobranza payment`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.deposit_advices import Claim, open_claims
from cobranza_rules.booking.payment_claims import PaymentClaim, claim_payment, reject_claim
from cobranza_rules.cli.command import Call, LazyGroup, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.scans import kept_scan
from cobranza_rules.language import N_, _
from cobranza_rules.people import person_named

DEPOSITS = "cobranza_rules.cli.deposits"


@click.group(
    cls=LazyGroup,
    lazy={
        "list": (DEPOSITS, "list_", N_("Deposits of which something is left to apply.")),
        "propose": (DEPOSITS, "propose", N_("What open deposits may be, the most certain first.")),
        "explain": (DEPOSITS, "explain", N_("How a deposit stands, and why.")),
        "apply": (DEPOSITS, "apply", N_("Apply a deposit to invoices, or say of which payment it is another evidence.")),
        "unapply": (DEPOSITS, "unapply", N_("Take back what a deposit pays.")),
        "not-ours": (DEPOSITS, "not_ours_", N_("A deposit that is no customer's payment.")),
        "returned": (DEPOSITS, "returned_", N_("A deposit that the bank has taken back.")),
    },
    help=N_("What the bank's deposits pay, and what customers say to have paid until that is found."),
)
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


CLAIM_HEADINGS = (
    N_("Invoice"),
    N_("Customer"),
    N_("Claimed"),
    N_("Business days"),
    N_("Times"),
    N_("Owed"),
    N_("Said to be paid"),
    N_("Reference"),
)


@payment.command(cls=SpokenCommand, help=N_("Invoices that customers say to have paid, and that no deposit and no receipt has paid."))
@on_a_day
@reporting
@click.pass_obj
def claims(call: Call, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    with workspace.database.reading() as session:
        found = open_claims(session, workspace.rules.calendar, workspace.clock.today())
        if as_json:
            call.screen.json({"claims": [_claim_json(each) for each in found]})
        elif found:
            rows = [
                (each.invoice.number, each.customer, each.since, each.workdays, each.count, each.owed, each.amount, each.reference)
                for each in found
            ]
            call.screen.table(CLAIM_HEADINGS, rows, frozenset({3, 4, 5, 6}))
        else:
            call.screen.say(_("No customer says to have paid what is still owed."))


def _claim_json(claim: Claim) -> dict[str, Any]:
    return {
        "number": claim.invoice.number,
        "uuid": claim.invoice.uuid,
        "customer": claim.customer,
        "claimed_on": claim.since.isoformat(),
        "workdays": claim.workdays,
        "count": claim.count,
        "balance": claim.owed.plain(),
        "amount": claim.amount.plain() if claim.amount is not None else None,
        "currency": claim.owed.currency,
        "reference": claim.reference,
    }
