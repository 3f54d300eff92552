"""`cobranza exceptions`."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import click

from cobranza_rules.booking.accounting_exceptions import AccountingException, accounting_exceptions
from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.cheque_queue import waits_too_long
from cobranza_rules.booking.deposit_queue import left_alone
from cobranza_rules.booking.origins import billing_exceptions
from cobranza_rules.cli.cheque import HEADINGS as CHEQUE_HEADINGS
from cobranza_rules.cli.cheque import cells_of as cheque_cells
from cobranza_rules.cli.cheque import cheque_json
from cobranza_rules.cli.command import Call, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.deposit_showing import HEADINGS, RIGHT, cells_of, deposit_json
from cobranza_rules.cli.screen import Screen
from cobranza_rules.language import N_, _, word
from cobranza_rules.store.agreements import AgreementView, above_limit


@click.command(
    cls=SpokenCommand,
    help=N_(
        "What is out of order: invoices without request, agreement or contact, customers above their limit, deposits that nobody has applied."
    ),
)
@on_a_day
@reporting
@click.pass_obj
def exceptions(call: Call, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    required = workspace.settings.billing.requests_required
    with workspace.database.reading() as session:
        found = billing_exceptions(session) if required else []
        above = above_limit(session, workspace.clock.today())
        of_accounting = accounting_exceptions(session, ZoneInfo(workspace.settings.timezone))
        cheques = waits_too_long(session, workspace.rules.calendar, workspace.clock.today())
        alone = list(left_alone(Bookkeeper(session, workspace.clock.now()), workspace.clock.today()))
    screen = call.screen
    if as_json:
        rows = [
            {
                "invoice": one.invoice,
                "customer": one.customer,
                "total": one.total.plain(),
                "currency": one.total.currency,
                "issued_on": one.issued_on.isoformat(),
                "kind": one.kind.value,
                "what": screen.text(one.what),
            }
            for one in found
        ]
        limits = [_limit_json(one) for one in above]
        deposits = [{**deposit_json(each), "workdays": waited} for each, waited in alone]
        screen.json(
            {
                "requests_required": required,
                "exceptions": rows,
                "above_limit": limits,
                "accounting": [_accounting_json(screen, one) for one in of_accounting],
                "deposits": deposits,
                "cheques": [cheque_json(each) for each in cheques],
            }
        )
        return
    if not required:
        screen.say(_("Requests are not asked for: set requests_required = true under [billing] in cobranza.toml."))
    elif not found:
        screen.say(_("Every open invoice has its request, its agreement and its contact."))
    else:
        headings = (N_("Invoice"), N_("Customer"), N_("Issued"), N_("Total"), N_("What is missing"), N_("Detail"))
        screen.table(
            headings,
            [(one.invoice, one.customer, one.issued_on, one.total, word(one.kind.value), one.what) for one in found],
            frozenset({3}),
        )
    if above:
        screen.say(_("Above their credit limit:"))
        of_limits = (N_("Customer"), N_("Agreement"), N_("Limit"), N_("Owed"))
        screen.table(of_limits, [(one.customer, one.row.number, one.limit, one.owed) for one in above], frozenset({2, 3}))
    _show_accounting(screen, of_accounting)
    if cheques:
        screen.say(_("Cheques that have waited too long:"))
        screen.table(CHEQUE_HEADINGS, [cheque_cells(each) for each in cheques], frozenset({0, 4, 7}))
    if alone:
        screen.say(_("Deposits that nobody has applied:"))
        screen.table((*HEADINGS, N_("Business days")), [(*cells_of(each), waited) for each, waited in alone], RIGHT | {len(HEADINGS)})


def _limit_json(one: AgreementView) -> dict[str, Any]:
    return {
        "customer": one.customer,
        "agreement": one.row.number,
        "currency": one.row.currency,
        "credit_limit": one.limit.plain() if one.limit else None,
        "owed": one.owed.plain(),
    }


def _accounting_json(screen: Screen, one: AccountingException) -> dict[str, Any]:
    return {
        "kind": one.kind.value,
        "customer": one.customer or None,
        "since": one.since.isoformat(),
        "amount": one.amount.plain(),
        "currency": one.amount.currency,
        "what": screen.text(one.what),
    }


def _show_accounting(screen: Screen, found: list[AccountingException]) -> None:
    if found:
        screen.say(_("What Accounting and the book do not agree on yet:"))
        headings = (N_("Kind"), N_("Customer"), N_("Since"), N_("Amount"), N_("Detail"))
        screen.table(headings, [(word(one.kind.value), one.customer, one.since, one.amount, one.what) for one in found], frozenset({3}))
