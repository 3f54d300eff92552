"""Acknowledgements and credit notes that are waited for, out of the tables: of the present, acknowledgements also of a past day."""

from __future__ import annotations

from sqlalchemy import select

from cobranza_rules.domain.discount import DiscountState
from cobranza_rules.money import Money
from cobranza_rules.reports.aging import Customer
from cobranza_rules.reports.past_book import PastBook
from cobranza_rules.reports.standing import Cut
from cobranza_rules.reports.waiting import Awaited, Waiting, WaitingReport
from cobranza_rules.store.tables import CustomerRow, DiscountRow, InvoiceRow
from cobranza_rules.workspace import Workspace


def requests_report(workspace: Workspace) -> WaitingReport:
    """Credit notes that Accounting was asked for and that have not come."""
    query = (
        select(DiscountRow, InvoiceRow.number, CustomerRow.id, CustomerRow.code, CustomerRow.name, CustomerRow.segment)
        .join(InvoiceRow, InvoiceRow.id == DiscountRow.invoice_id)
        .join(CustomerRow, CustomerRow.id == DiscountRow.customer_id)
        .where(DiscountRow.state == DiscountState.REQUESTED.value)
    )
    with workspace.database.reading() as session:
        found = [
            Waiting(
                Customer(key, code, name, segment),
                number,
                row.requested_on or row.taken_on,
                Money(row.minor, row.currency),
                row.kind,
                row.answer,
            )
            for row, number, key, code, name, segment in session.execute(query)
        ]
    return WaitingReport(workspace.clock.today(), workspace.rules.calendar, found, Awaited.CREDIT_NOTES)


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
