"""The collections forecast out of the tables."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cobranza_rules.calendar import BusinessCalendar, days_after
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.domain.invoice import InvoiceStatus
from cobranza_rules.domain.promises import kept_percent, promise_of_json, were_kept
from cobranza_rules.reports.aging import Customer
from cobranza_rules.reports.cash_forecast import CashForecast
from cobranza_rules.reports.expected import Habits, usual_days
from cobranza_rules.reports.past_book import PastBook
from cobranza_rules.store.promises import percent_by_customer
from cobranza_rules.store.tables import EntryRow, InvoiceRow
from cobranza_rules.workspace import Workspace

LOOKED_BACK_DAYS = 730  # What was paid before that tells little of how a customer pays now.


def cash_forecast(workspace: Workspace, weeks: int) -> CashForecast:
    today = workspace.clock.today()
    with workspace.database.reading() as session:
        forecast = CashForecast.of_weeks(today, weeks, habits_of(session, today, workspace.rules.calendar))
        book = PastBook(session)
        for rows in book.customers():
            customers = {row.id: Customer(*row) for row in rows}
            for _cut, standing in book.of(list(customers)):
                if standing.counts and standing.balance > 0:
                    forecast.add(standing, customers[standing.own.customer_id])
    return forecast


def habits_of(session: Session, today: dt.date, calendar: BusinessCalendar) -> Habits:
    """An invoice is paid on the day of its last payment; one that a credit note alone has closed tells nothing."""
    last = func.max(EntryRow.happened_on)
    query = (
        select(InvoiceRow.customer_id, InvoiceRow.due_on, last)
        .join(EntryRow, EntryRow.invoice_id == InvoiceRow.id)
        .where(
            InvoiceRow.status == InvoiceStatus.PAID.value,
            InvoiceRow.due_on.is_not(None),
            EntryRow.kind == EntryKind.PAYMENT_APPLIED.value,
        )
        .group_by(InvoiceRow.id, InvoiceRow.customer_id, InvoiceRow.due_on)
        .having(last >= days_after(today, -LOOKED_BACK_DAYS))
    )
    days_late, everybody = usual_days((key, (paid_on - due_on).days) for key, due_on, paid_on in session.execute(query) if due_on)
    told = select(InvoiceRow.customer_id, InvoiceRow.promises).where(InvoiceRow.promises.is_not(None), InvoiceRow.closed.is_(None))
    promises = [(customer_id, tuple(map(promise_of_json, own))) for customer_id, own in session.execute(told) if own]
    by_all = kept_percent(kept for _customer, own in promises for kept in were_kept(own, today, calendar))
    return Habits(days_late, everybody, percent_by_customer(promises, today, calendar), by_all)
