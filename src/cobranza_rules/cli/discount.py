"""`cobranza discount`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.discounts import Decision, Deduction, approve, refuse, reverse, take_off
from cobranza_rules.booking.invoice_names import invoice_named
from cobranza_rules.cli.command import Call, LazyGroup, Number, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.scans import kept_scan
from cobranza_rules.domain.discount import DiscountKind, DiscountState
from cobranza_rules.language import N_, Sentence, _, word
from cobranza_rules.money import Money, MoneyError
from cobranza_rules.people import person_named
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import CreditNoteRow, CustomerRow, DiscountRow, InvoiceRow, PaymentRow
from cobranza_rules.workspace import Workspace

LATER = {
    "requests": (
        "cobranza_rules.cli.credit_note_requests",
        "requests",
        N_("Credit notes that Accounting was asked for and that have not come, by the business days they have waited."),
    )
}


@click.group(cls=LazyGroup, lazy=LATER, help=N_("What is taken off invoices beside payments, with its reason, approval and credit note."))
def discount() -> None:
    pass


def discount_json(session: Session, row: DiscountRow) -> dict[str, Any]:
    invoice = session.get_one(InvoiceRow, row.invoice_id)
    note = session.get(CreditNoteRow, row.note_id) if row.note_id is not None else None
    return {
        "id": row.id,
        "invoice": invoice.number,
        "customer": session.get_one(CustomerRow, row.customer_id).code,
        "amount": Money(row.minor, row.currency).plain(),
        "currency": row.currency,
        "kind": row.kind,
        "reason": row.reason,
        "taken_on": row.taken_on.isoformat(),
        "state": row.state,
        "doubt": row.doubt or None,
        "payment": row.payment_id,
        "support": row.support,
        "who": row.who,
        "approved_by": row.approved_by or None,
        "comment": row.comment,
        "requested_on": row.requested_on.isoformat() if row.requested_on else None,
        "credit_note": note.number if note is not None else None,
    }


@discount.command("list", cls=SpokenCommand, help=N_("Discounts, the oldest first."))
@click.option("--state", type=click.Choice([state.value for state in DiscountState]), help=N_("Only those in this state."))
@click.option("--invoice", "name", help=N_("Only those of this invoice (number or UUID)."))
@reporting
@click.pass_obj
def list_(call: Call, state: str | None, name: str | None, as_json: bool) -> None:
    workspace = take(call, as_json=as_json).workspace
    with workspace.database.reading() as session:
        query = select(DiscountRow).order_by(DiscountRow.id)
        query = query.where(DiscountRow.state == state) if state else query
        query = query.where(DiscountRow.invoice_id == invoice_named(session, name).id) if name else query
        rows = [discount_json(session, row) for row in session.scalars(query)]
    if as_json:
        call.screen.json({"discounts": rows})
    elif not rows:
        call.screen.say(_("No discounts."))
    else:
        headings = (N_("No."), N_("Invoice"), N_("Customer"), N_("Day"), N_("Amount"), N_("Reason"), N_("State"), N_("Credit note"))
        cells = [
            (
                row["id"],
                row["invoice"],
                row["customer"],
                row["taken_on"],
                f"{row['amount']} {row['currency']}",
                word(row["kind"]),
                _state(row),
                row["credit_note"],
            )
            for row in rows
        ]
        call.screen.table(headings, cells, frozenset({0, 4}))


def _state(row: dict[str, Any]) -> Sentence:
    if row["state"] == DiscountState.WAITING and row["doubt"]:
        return _("{state} ({doubt})", state=word(row["state"]), doubt=word(row["doubt"]))
    return word(row["state"])


@discount.command(cls=SpokenCommand, help=N_("Take an amount off an invoice (number or UUID)."))
@click.argument("invoice")
@click.option("--kind", type=click.Choice([kind.value for kind in DiscountKind]), required=True, help=N_("Why it is taken off."))
@click.option("--amount", default="", help=N_("How much, in the invoice's currency (default: all that is owed)."))
@click.option("--currency", default="", help=N_("The amount's currency (default: the invoice's)."))
@click.option("--reason", required=True, help=N_("The reason in words, with what was agreed."))
@click.option("--payment", "payment_id", type=Number(), help=N_("The number of the payment with which the customer took it."))
@click.option(
    "--file", "scan", type=click.Path(exists=True, dir_okay=False, path_type=Path), help=N_("What supports it: a PDF or a picture.")
)
@click.option("--exceptional", is_flag=True, help=N_("Ask for an approval of a prompt payment discount that the agreement does not grant."))
@click.option("--who", required=True, help=N_("Who enters it: a role or an e-mail address of cobranza.toml."))
@on_a_day
@reporting
@click.pass_obj
def add(
    call: Call,
    invoice: str,
    kind: str,
    amount: str,
    currency: str,
    reason: str,
    payment_id: int | None,
    scan: Path | None,
    exceptional: bool,
    who: str,
    on: dt.date | None,
    as_json: bool,
) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    person = person_named(workspace.company, who)
    support = kept_scan(workspace, scan)
    with workspace.database.writing() as session:
        row = invoice_named(session, invoice)
        money = _amount(amount, currency or row.currency) if amount else None
        payment = _payment(session, payment_id, row)
        said = Deduction(DiscountKind(kind), reason, person.email, money, payment, support or None, exceptional)
        found = take_off(
            Bookkeeper(session, workspace.clock.now()), row, said, workspace.settings.discounts.as_limits(), workspace.clock.today()
        )
        shown = discount_json(session, found)
        balance = Money(row.balance, row.currency)
    if as_json:
        call.screen.json({"discount": shown, "balance": balance.plain()})
    call.screen.say(_told(workspace, shown, balance))


def _told(workspace: Workspace, shown: dict[str, Any], balance: Money) -> Sentence:
    state = shown["state"]
    if state == DiscountState.WAITING:
        role, doubt = word(workspace.settings.discounts.approver), word(shown["doubt"])
        return _("Discount {id} on {invoice} waits for {role}: {doubt}.", id=shown["id"], invoice=shown["invoice"], role=role, doubt=doubt)
    if state == DiscountState.CREDITED:
        return _(
            "Discount {id} on {invoice}: credit note {note} takes it off already. {balance} is owed.",
            id=shown["id"],
            invoice=shown["invoice"],
            note=shown["credit_note"],
            balance=balance,
        )
    return _("Discount {id} taken off {invoice}. {balance} is owed.", id=shown["id"], invoice=shown["invoice"], balance=balance)


def _amount(text: str, currency: str) -> Money:
    try:
        return Money.of(text, currency)
    except MoneyError as error:
        if error.reason == "currency":
            what = _("unknown currency '{currency}'", currency=currency)
            raise ProblemError([Problem(what, _("write its three letters, as MXN or USD"))]) from None
        raise ProblemError([Problem(_("'{text}' is no amount", text=text), _("write it as 1200.00"))]) from None


def _payment(session: Session, payment_id: int | None, invoice: InvoiceRow) -> PaymentRow | None:
    if payment_id is None:
        return None
    row = session.get(PaymentRow, payment_id)
    if row is None or f"p{row.id}" not in invoice.applied:
        what = _("payment {id} does not cover invoice {number}", id=payment_id, number=invoice.number)
        raise ProblemError([Problem(what, _("'cobranza explain {number}' says what was paid and taken off", number=invoice.number))])
    return row


def _decision(workspace: Workspace, who: str, comment: str) -> Decision:
    person = person_named(workspace.company, who)
    roles = frozenset(each.role for each in workspace.company.people if each.email == person.email)
    return Decision(person.email, roles, comment)


@discount.command("approve", cls=SpokenCommand, help=N_("Approve a discount that waits; it counts from now on."))
@click.argument("number", type=Number())
@click.option("--who", required=True, help=N_("Who approves: a role or an e-mail address of cobranza.toml."))
@click.option("--comment", default="", help=N_("A comment for the case file."))
@on_a_day
@click.pass_obj
def approve_(call: Call, number: int, who: str, comment: str, on: dt.date | None) -> None:
    workspace = take(call, on=on).workspace
    decision = _decision(workspace, who, comment)
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        row = approve(keeper, number, decision, workspace.settings.discounts.as_limits(), workspace.clock.today())
        invoice = session.get_one(InvoiceRow, row.invoice_id)
        said = _(
            "Discount {id} taken off {invoice}. {balance} is owed.",
            id=number,
            invoice=invoice.number,
            balance=Money(invoice.balance, invoice.currency),
        )
    call.screen.say(said)


@discount.command("refuse", cls=SpokenCommand, help=N_("Refuse a discount that waits; the invoice goes on owing it."))
@click.argument("number", type=Number())
@click.option("--who", required=True, help=N_("Who refuses it: a role or an e-mail address of cobranza.toml."))
@click.option("--comment", default="", help=N_("Why."))
@on_a_day
@click.pass_obj
def refuse_(call: Call, number: int, who: str, comment: str, on: dt.date | None) -> None:
    workspace = take(call, on=on).workspace
    decision = _decision(workspace, who, comment)
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        refuse(keeper, number, decision, workspace.settings.discounts.as_limits(), workspace.clock.today())
    call.screen.say(_("Discount {id} is refused.", id=number))


@discount.command("reverse", cls=SpokenCommand, help=N_("Take a discount back that was wrong; it is owed again."))
@click.argument("number", type=Number())
@click.option("--who", required=True, help=N_("Who says so: a role or an e-mail address of cobranza.toml."))
@click.option("--comment", default="", help=N_("Why."))
@on_a_day
@click.pass_obj
def reverse_(call: Call, number: int, who: str, comment: str, on: dt.date | None) -> None:
    workspace = take(call, on=on).workspace
    person = person_named(workspace.company, who)
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        reverse(keeper, number, because="withdrawn", who=person.email, comment=comment, today=workspace.clock.today())
    call.screen.say(_("Discount {id} is taken back.", id=number))
