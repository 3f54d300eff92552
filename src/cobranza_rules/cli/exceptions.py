"""`cobranza exceptions`."""

from __future__ import annotations

import datetime as dt

import click

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.deposit_queue import left_alone
from cobranza_rules.booking.origins import billing_exceptions
from cobranza_rules.cli.command import Call, SpokenCommand, on_a_day, reporting, take
from cobranza_rules.cli.deposit_showing import HEADINGS, RIGHT, cells_of, deposit_json
from cobranza_rules.language import N_, _, word
from cobranza_rules.store.agreements import above_limit


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
        limits = [
            {
                "customer": one.customer,
                "agreement": one.row.number,
                "currency": one.row.currency,
                "credit_limit": one.limit.plain() if one.limit else None,
                "owed": one.owed.plain(),
            }
            for one in above
        ]
        deposits = [{**deposit_json(each), "workdays": waited} for each, waited in alone]
        screen.json({"requests_required": required, "exceptions": rows, "above_limit": limits, "deposits": deposits})
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
    if alone:
        screen.say(_("Deposits that nobody has applied:"))
        screen.table((*HEADINGS, N_("Business days")), [(*cells_of(each), waited) for each, waited in alone], RIGHT | {len(HEADINGS)})
