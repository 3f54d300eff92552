"""`cobranza request`."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click
from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.invoice_names import invoice_named
from cobranza_rules.booking.request_ties import tie_by_person, tie_request
from cobranza_rules.booking.requests import ACCEPTED, Outcome, book_request, reasons_of, refuse_request, request_numbered
from cobranza_rules.cli.command import WRONG_INPUT, Call, LazyGroup, Number, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.given_row import GivenRow, with_options
from cobranza_rules.intake.requests import request_of
from cobranza_rules.language import N_, Sentence, _, word
from cobranza_rules.money import Money
from cobranza_rules.people import person_named
from cobranza_rules.store.tables import BillingRequestRow, CustomerRow, InvoiceRow
from cobranza_rules.workspace import Workspace

# Each option of `add`, the column of the spreadsheet that it stands for, and what it says.
OPTIONS = (
    ("--agreement", "agreement", N_("The number of the agreement under which it is invoiced.")),
    ("--currency", "currency", N_("The currency, such as MXN.")),
    ("--concept", "concept", N_("What is invoiced.")),
    ("--order", "purchase_order", N_("The customer's purchase order.")),
    ("--approver", "approver", N_("Who approved it.")),
    ("--approved", "approved_on", N_("The day on which it was approved.")),
    ("--requester", "requester_email", N_("The e-mail address of who asks, for what becomes of it.")),
    ("--reference", "reference", N_("The number that Sales gave the request.")),
    ("--contact", "contact_name", N_("Who receives the invoice at the customer.")),
    ("--title", "contact_title", N_("That person's post.")),
    ("--address", "contact_address", N_("Where it is handed over.")),
    ("--email", "contact_email", N_("The e-mail address to which it goes.")),
    ("--phone", "contact_phone", N_("That person's telephone.")),
    ("--delivery", "delivery", N_("How it is delivered: email, in person or portal (default: the customer's way).")),
)

LABELS = {
    "number": N_("No."),
    "reference": N_("Request of Sales"),
    "state": N_("State"),
    "reasons": N_("Why"),
    "customer": N_("Customer"),
    "agreement": N_("Agreement"),
    "amount": N_("Amount"),
    "concept": N_("Concept"),
    "purchase_order": N_("Purchase order"),
    "approver": N_("Approved by"),
    "approved_on": N_("Approved on"),
    "requested_by": N_("Asked for by"),
    "requester_email": N_("Address of who asks"),
    "requested_on": N_("Asked for on"),
    "contact_name": N_("Delivered to"),
    "contact_title": N_("Post"),
    "contact_address": N_("Address"),
    "contact_email": N_("E-mail"),
    "contact_phone": N_("Telephone"),
    "delivery": N_("Way of delivery"),
    "source": N_("Source"),
    "refused_by": N_("Refused by"),
    "invoices": N_("Invoices"),
}


@click.group(cls=LazyGroup, help=N_("What Sales asks to be invoiced, under which agreement, and which invoice answered it."))
def request() -> None:
    pass


@request.command(
    cls=SpokenCommand, help=N_("Ask for an invoice over an amount with taxes; without an agreement and an approval it is refused.")
)
@click.argument("customer")
@click.argument("amount")
@with_options(OPTIONS)
@click.option("--who", required=True, help=N_("Who enters it: a role or an e-mail address of cobranza.toml."))
@on_a_day
@reporting
@click.pass_obj
def add(call: Call, /, customer: str, amount: str, who: str, on: dt.date | None, as_json: bool, **given: str) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    person = person_named(workspace.company, who)
    named = {column: option for option, column, _help in OPTIONS} | {"customer": "CUSTOMER", "amount": "AMOUNT"}
    given |= {"customer": customer, "amount": amount, "requested_by": person.name}
    given["requester_email"] = given["requester_email"] or person.email
    record = request_of(GivenRow(given, named))
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        row, outcome = book_request(keeper, record, workspace.clock.today(), person.email)
        if outcome is Outcome.NEW:
            tie_request(keeper, row, workspace.clock.today())
        shown = request_json(keeper, row, call)
    if as_json:
        call.screen.json({"outcome": outcome.value, **shown})
    elif outcome is Outcome.UNCHANGED:
        call.screen.say(_("That is request {number} already; nothing has changed.", number=row.id))
    elif outcome is Outcome.REFUSED:
        call.screen.say(
            _("Request {number} is refused: {reasons}. {told}", number=row.id, reasons=reasons_of(row), told=_told(workspace, row))
        )
    else:
        call.screen.say(_("Request {number} is accepted. {told}", number=row.id, told=_told(workspace, row)))
    if outcome is Outcome.REFUSED:
        click.get_current_context().exit(WRONG_INPUT)


def _told(workspace: Workspace, row: BillingRequestRow) -> Sentence:
    from cobranza_rules.dispatch.request_notices import recipients_of

    people = ", ".join(recipients_of(workspace, row))
    return _("The next run tells {people}.", people=people) if people else _("Nobody is told: name roles under [billing] in cobranza.toml.")


@request.command("list", cls=SpokenCommand, help=N_("Accepted requests that wait for their invoice, the oldest first."))
@click.option("--all", "everything", is_flag=True, help=N_("Those that were invoiced or refused, too."))
@click.option("--customer", default="", help=N_("Only those of this customer."))
@reporting
@click.pass_obj
def list_(call: Call, everything: bool, customer: str, as_json: bool) -> None:
    workspace = take(call, as_json=as_json).workspace
    with workspace.database.reading() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        rows = [request_json(keeper, row, call) for row in session.scalars(select(BillingRequestRow).order_by(BillingRequestRow.id))]
    rows = [row for row in rows if (everything or row["state"] == ACCEPTED) and customer in ("", row["customer"])]
    if as_json:
        call.screen.json({"requests": rows})
    elif not rows:
        call.screen.say(_("No requests."))
    else:
        headings = (
            N_("No."),
            N_("Customer"),
            N_("Agreement"),
            N_("Amount"),
            N_("Concept"),
            N_("Order"),
            N_("Since"),
            N_("State"),
            N_("Invoices"),
        )
        table = [
            (
                row["number"],
                row["customer"],
                row["agreement"],
                Money.of(row["amount"], row["currency"]),
                row["concept"],
                row["purchase_order"],
                row["requested_on"],
                word(row["state"]),
                ", ".join(row["invoices"]),
            )
            for row in rows
        ]
        call.screen.table(headings, table, frozenset({0, 3}))


@request.command(cls=SpokenCommand, help=N_("One request with all that it says."))
@click.argument("number", type=Number())
@reporting
@click.pass_obj
def show(call: Call, number: int, as_json: bool) -> None:
    workspace = take(call, as_json=as_json).workspace
    with workspace.database.reading() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        shown = request_json(keeper, request_numbered(keeper, number), call)
    if as_json:
        call.screen.json(shown)
        return
    for key, label in LABELS.items():
        said = ", ".join(shown[key]) if isinstance(shown[key], list) else shown[key]
        said = call.screen.word(str(said)) if key in ("state", "delivery") and said else said
        said = f"{said} {shown['currency']}" if key == "amount" else said
        call.screen.say(_("{label}: {value}", label=word(label), value=said or "-"))


@request.command(cls=SpokenCommand, help=N_("Refuse what was accepted, with the reason; whoever asked is told."))
@click.argument("number", type=Number())
@click.option("--who", required=True, help=N_("Who refuses it: a role or an e-mail address of cobranza.toml."))
@click.option("--why", required=True, help=N_("The reason, for who asked and for the case file."))
@on_a_day
@reporting
@click.pass_obj
def refuse(call: Call, number: int, who: str, why: str, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    person = person_named(workspace.company, who)
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        row = refuse_request(keeper, number, person.email, why, workspace.clock.today())
        shown = request_json(keeper, row, call)
    if as_json:
        call.screen.json(shown)
    call.screen.say(_("Request {number} is refused. {told}", number=number, told=_told(workspace, row)))


@request.command(cls=SpokenCommand, help=N_("Say which request an invoice (number or UUID) answers, where the program could not tell."))
@click.argument("number", type=Number())
@click.argument("invoice")
@click.option("--who", required=True, help=N_("Who says so: a role or an e-mail address of cobranza.toml."))
@on_a_day
@reporting
@click.pass_obj
def tie(call: Call, number: int, invoice: str, who: str, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    person = person_named(workspace.company, who)
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        row, answer = request_numbered(keeper, number), invoice_named(keeper.session, invoice)
        tie_by_person(keeper, row, answer, person.email, workspace.clock.today())
        shown = request_json(keeper, row, call)
    if as_json:
        call.screen.json(shown)
    call.screen.say(_("Invoice {invoice} answers request {number}.", invoice=answer.number, number=number))


def request_json(keeper: Bookkeeper, row: BillingRequestRow, call: Call) -> dict[str, Any]:
    code = keeper.session.get_one(CustomerRow, row.customer_id).code if row.customer_id else row.customer
    invoices = select(InvoiceRow.number).where(InvoiceRow.request == row.id, InvoiceRow.closed.is_(None)).order_by(InvoiceRow.id)
    numbers = list(keeper.session.scalars(invoices))
    return {
        "number": row.id,
        "reference": row.reference,
        "state": "invoiced" if numbers and row.state == ACCEPTED else row.state,
        "reasons": [call.screen.text(Sentence.from_json(reason)) for reason in row.reasons],
        "customer": code,
        "agreement": row.agreement,
        "amount": Money(row.minor, row.currency).plain(),
        "currency": row.currency,
        "concept": row.concept,
        "purchase_order": row.purchase_order,
        "approver": row.approver,
        "approved_on": row.approved_on.isoformat() if row.approved_on else None,
        "requested_by": row.requested_by,
        "requester_email": row.requester_email,
        "requested_on": row.requested_on.isoformat(),
        "contact_name": row.contact_name,
        "contact_title": row.contact_title,
        "contact_address": row.contact_address,
        "contact_email": row.contact_email,
        "contact_phone": row.contact_phone,
        "delivery": row.delivery or None,
        "source": row.source,
        "refused_by": row.refused_by or None,
        "invoices": numbers,
    }
