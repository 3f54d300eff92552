"""The aging of balances out of the tables: of the present, or of a past day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.reports.aging import Aging, By, Customer
from cobranza_rules.reports.past_book import PastBook
from cobranza_rules.reports.past_unapplied import cut_of, other_unapplied, overpaid
from cobranza_rules.reports.standing import Cut, Known
from cobranza_rules.reports.unapplied import Unapplied
from cobranza_rules.rules.texts import spellings
from cobranza_rules.store.tables import CustomerRow
from cobranza_rules.workspace import Workspace


def past_cut(workspace: Workspace, as_of: dt.date | None, known: Known | None) -> Cut | None:
    """None for the present. Raises ProblemError for a day that is still to come, or where it is not said of which day something was known."""
    today = workspace.clock.today()
    if as_of is None:
        if known is not None:
            raise ProblemError([Problem(_("--known says something of a past day, and none is given"), _("give the day with --as-of"))])
        return None
    if as_of > today:
        what = _("{day} is still to come: nothing is known of it", day=as_of)
        raise ProblemError([Problem(what, _("give a day that is not after {today}", today=today))])
    return cut_of(as_of, ZoneInfo(workspace.settings.timezone), known or Known.THEN)


def aging_report(
    workspace: Workspace, customer: str | None = None, *, by: By = By.CURRENCY, cut: Cut | None = None, detailed: bool = True
) -> Aging:
    """Of one customer, by its code, or of all. An invoice with instalments stands there once for each that is open, in its own bucket."""
    on = workspace.clock.today() if cut is None else cut.day
    aging = Aging(on, workspace.rules.aging_buckets, by, cut, detailed)
    with workspace.database.reading() as session:
        only = None
        if customer:
            only = list(session.scalars(select(CustomerRow.id).where(CustomerRow.code.in_(spellings(customer)))))
        add_book(aging, session, only)
    return aging


def add_book(aging: Aging, session: Session, only: list[int] | None = None) -> None:
    """Adds up the book customer by customer; `only` some."""
    book = PastBook(session, () if aging.cut is None else (aging.cut,))
    beside = other_unapplied(session, aging.cut, only)
    for rows in book.customers(only):
        customers = {row.id: Customer(*row) for row in rows}
        found: list[Unapplied] = [one for one in beside if one.customer_id in customers]
        for _cut, standing in book.of(list(customers)):
            if standing.counts:
                aging.add(standing, customers[standing.own.customer_id])
                found += overpaid(standing)
        _add_unapplied(aging, found, customers)


def _add_unapplied(aging: Aging, found: Iterable[Unapplied], customers: dict[int, Customer]) -> None:
    order = {customer_id: place for place, customer_id in enumerate(customers)}
    for one in sorted(found, key=lambda one: (order[one.customer_id], one.amount.currency, one.kind, one.number)):
        aging.add_unapplied(one, customers[one.customer_id])
