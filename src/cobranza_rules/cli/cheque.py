"""`cobranza cheque`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.cheque_people import ReceivedCheque, clear_cheque, deposit_cheque, receive_cheque, return_cheque
from cobranza_rules.booking.cheque_queue import PENDING_STATES, ChequeView, cheques_in
from cobranza_rules.booking.deposits import settle_deposits
from cobranza_rules.cli.command import Call, Day, LazyGroup, Number, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.scans import kept_scan
from cobranza_rules.domain.cheque import ChequeState
from cobranza_rules.language import N_, _, word
from cobranza_rules.people import person_named
from cobranza_rules.store.tables import ChequeRow
from cobranza_rules.workspace import Workspace

WHO = N_("Who enters it: a role or an e-mail address of cobranza.toml.")


@click.group(cls=LazyGroup, help=N_("Cheques of customers: received, deposited, cleared, returned. Only a cleared one is a payment."))
def cheque() -> None:
    pass


@cheque.command(cls=SpokenCommand, help=N_("A customer has given a cheque; until it clears or comes back its invoices are not claimed."))
@click.option("--number", required=True, help=N_("The cheque's number."))
@click.option("--bank", required=True, help=N_("The bank on which it is drawn."))
@click.option("--amount", required=True, help=N_("What it is over, like 1200.00."))
@click.option("--dated", "dated_on", type=Day(), help=N_("The day written on it (default: the day on which it was received)."))
@click.option(
    "--invoice", "shares", multiple=True, help=N_("What it is for, as NUMBER=AMOUNT, or NUMBER for all that is owed; may be repeated.")
)
@click.option("--drawer", default="", help=N_("Who has signed it, where that is not the customer."))
@click.option("--received", "received_on", type=Day(), help=N_("The day on which it was received (default: today)."))
@click.option("--received-by", default="", help=N_("Who has received it (default: whoever enters it)."))
@click.option("--file", "scan", type=click.Path(exists=True, dir_okay=False, path_type=Path), help=N_("Its picture: a PDF or a picture."))
@click.option("--who", required=True, help=WHO)
@on_a_day
@reporting
@click.pass_obj
def receive(
    call: Call,
    number: str,
    bank: str,
    amount: str,
    dated_on: dt.date | None,
    shares: tuple[str, ...],
    drawer: str,
    received_on: dt.date | None,
    received_by: str,
    scan: Path | None,
    who: str,
    on: dt.date | None,
    as_json: bool,
) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    person, day = person_named(workspace.company, who).email, received_on or workspace.clock.today()
    named = {name.strip(): written.strip() for name, _equals, written in (each.partition("=") for each in shares)}
    document = kept_scan(workspace, scan)
    said = ReceivedCheque(number, bank, drawer, amount, dated_on or day, day, received_by or person, named, document)
    _do(call, workspace, lambda keeper, today: receive_cheque(keeper, said, person, today))


@cheque.command(cls=SpokenCommand, help=N_("A cheque was taken to the bank; one that came back may be presented again."))
@click.argument("number", type=Number())
@click.option("--account", required=True, help=N_("Into which of our accounts: its number or CLABE."))
@click.option("--day", type=Day(), help=N_("On which day (default: today)."))
@click.option("--who", required=True, help=WHO)
@on_a_day
@reporting
@click.pass_obj
def deposit(call: Call, number: int, account: str, day: dt.date | None, who: str, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    person, ours = person_named(workspace.company, who).email, workspace.company.accounts
    _do(
        call,
        workspace,
        lambda keeper, today: deposit_cheque(keeper, number, account, ours, day or today, who=person, today=today),
    )


@cheque.command(cls=SpokenCommand, help=N_("The bank has paid a cheque. Its statement says so by itself; by hand before that comes."))
@click.argument("number", type=Number())
@click.option("--deposit", "line", type=Number(), help=N_("The bank's deposit that it is, where the program has not found it."))
@click.option("--day", type=Day(), help=N_("On which day (default: today)."))
@click.option("--who", required=True, help=WHO)
@click.option("--comment", default="", help=N_("What tells so."))
@on_a_day
@reporting
@click.pass_obj
def clear(
    call: Call, number: int, line: int | None, day: dt.date | None, who: str, comment: str, on: dt.date | None, as_json: bool
) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    person, policy = person_named(workspace.company, who).email, workspace.settings.cash.policy()
    _do(
        call,
        workspace,
        lambda keeper, today: clear_cheque(keeper, number, line, day or today, policy, who=person, comment=comment, today=today),
    )


@cheque.command("return", cls=SpokenCommand, help=N_("A cheque was not paid, or was given back; what it had paid is owed again."))
@click.argument("number", type=Number())
@click.option("--day", type=Day(), help=N_("On which day (default: today)."))
@click.option("--who", required=True, help=WHO)
@click.option("--comment", default="", help=N_("The bank's reason."))
@on_a_day
@reporting
@click.pass_obj
def return_(call: Call, number: int, day: dt.date | None, who: str, comment: str, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    person = person_named(workspace.company, who).email
    _do(call, workspace, lambda keeper, today: return_cheque(keeper, number, comment, day or today, who=person, today=today))


HEADINGS = (
    N_("No."),
    N_("Cheque"),
    N_("Bank"),
    N_("Customer"),
    N_("Amount"),
    N_("Dated"),
    N_("State"),
    N_("Business days"),
    N_("Invoices"),
)


@cheque.command("list", cls=SpokenCommand, help=N_("Cheques that have neither cleared nor come back, the oldest first."))
@click.option("--all", "every", is_flag=True, help=N_("Those that have, too."))
@on_a_day
@reporting
@click.pass_obj
def list_(call: Call, every: bool, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    with workspace.database.reading() as session:
        states = () if every else PENDING_STATES
        found = list(cheques_in(session, workspace.rules.calendar, workspace.clock.today(), states))
        if as_json:
            call.screen.json({"cheques": [cheque_json(each) for each in found]})
        elif found:
            call.screen.table(HEADINGS, [cells_of(each) for each in found], frozenset({0, 4, 7}))
        else:
            call.screen.say(_("No cheque is on its way."))


def cells_of(found: ChequeView) -> tuple[Any, ...]:
    row, numbers = found.row, ", ".join(number for number, _minor in found.covers)
    return (row.id, row.number, row.bank, found.customer, found.amount, row.dated_on, word(row.state), found.workdays, numbers)


def cheque_json(found: ChequeView) -> dict[str, Any]:
    row = found.row
    return {
        "id": row.id,
        "number": row.number,
        "bank": row.bank,
        "drawer": row.drawer,
        "customer": found.customer,
        "amount": found.amount.plain(),
        "currency": row.currency,
        "dated_on": row.dated_on.isoformat(),
        "received_on": row.received_on.isoformat(),
        "received_by": row.received_by,
        "state": row.state,
        "account": row.account or None,
        "deposited_on": _iso(row.deposited_on),
        "cleared_on": _iso(row.cleared_on),
        "returned_on": _iso(row.returned_on),
        "reason": row.reason or None,
        "deposit": row.line_id,
        "payment": row.payment_id,
        "document": row.document or None,
        "invoices": [{"number": number, "amount": minor.plain()} for number, minor in found.covers],
        "workdays": found.workdays,
        "too_long": found.too_long,
    }


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _do(call: Call, workspace: Workspace, act: Callable[[Bookkeeper, dt.date], ChequeRow]) -> None:
    """One step of a cheque; the bank's deposits are then held against it at once."""
    today = workspace.clock.today()
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        row = act(keeper, today)
        settle_deposits(keeper, workspace.settings.cash.policy(), today)
        session.flush()
        (found,) = [each for each in cheques_in(session, workspace.rules.calendar, today, ()) if each.row.id == row.id]
        if call.as_json:
            call.screen.json(cheque_json(found))
        else:
            _show(call, found)


def _show(call: Call, found: ChequeView) -> None:
    row = found.row
    said = {"id": row.id, "number": row.number, "bank": row.bank, "amount": found.amount}
    told = {
        ChequeState.RECEIVED: _(
            "Cheque {id}, number {number} of {bank} over {amount}, is received; it may be deposited from {day}.",
            **said,
            day=found.waits_since,
        ),
        ChequeState.DEPOSITED: _(
            "Cheque {id}, number {number} of {bank} over {amount}, is with the bank since {day}.", **said, day=row.deposited_on
        ),
        ChequeState.CLEARED: _("Cheque {id}, number {number} of {bank} over {amount}, has cleared on {day}.", **said, day=row.cleared_on),
        ChequeState.RETURNED: _("Cheque {id}, number {number} of {bank} over {amount}, has come back: {reason}", **said, reason=row.reason),
    }
    call.screen.say(told[ChequeState(row.state)])
    for number, minor in found.covers:
        call.screen.say(_("  {number}: {amount}", number=number, amount=minor))
    if row.state == ChequeState.RETURNED:
        call.screen.say(
            _(
                "  If the drawer is at fault, the law grants the holder damages of no less than 20 percent of it (LTOC, art. 193); nothing is claimed by itself."
            )
        )
