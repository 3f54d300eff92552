"""Acknowledgements that are waited for, out of the tables: of the present, or of a past day."""

from __future__ import annotations

from cobranza_rules.money import Money
from cobranza_rules.reports.aging import Customer
from cobranza_rules.reports.past_book import PastBook
from cobranza_rules.reports.standing import Cut
from cobranza_rules.reports.waiting import Waiting, WaitingReport
from cobranza_rules.workspace import Workspace


def waiting_report(workspace: Workspace, cut: Cut | None) -> WaitingReport:
    """Open invoices that were delivered and that nobody has acknowledged."""
    on = workspace.clock.today() if cut is None else cut.day
    found = []
    with workspace.database.reading() as session:
        book = PastBook(session, () if cut is None else (cut,))
        for rows in book.customers():
            customers = {row.id: Customer(*row) for row in rows}
            for _cut, standing in book.of(list(customers)):
                if standing.counts and standing.balance > 0 and standing.awaits_receipt and standing.delivered_on is not None:
                    own = standing.own
                    amount = Money(standing.balance, own.currency)
                    found.append(Waiting(customers[own.customer_id], own.number, standing.delivered_on, amount))
    return WaitingReport(on, workspace.rules.calendar, found)
