"""Cheques as people are shown them, and those that have waited too long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.domain.cheque import PENDING, ChequeState, waits_from
from cobranza_rules.money import Money
from cobranza_rules.store.tables import ChequeRow, CustomerRow, InvoiceRow

IN_HAND, WITH_THE_BANK = 2, 5  # Workdays after which a cheque has waited too long to be deposited, and to clear
PENDING_STATES = tuple(state.value for state in PENDING)


@dataclass(frozen=True, slots=True)
class ChequeView:
    """`covers` are invoice numbers with what it was given for of each; `waits_since` the day from which it waits, `workdays` how long, 0 where it does not."""

    row: ChequeRow
    customer: str
    amount: Money
    covers: tuple[tuple[str, Money], ...]
    waits_since: dt.date
    workdays: int

    @property
    def too_long(self) -> bool:
        limit = IN_HAND if self.row.state == ChequeState.RECEIVED else WITH_THE_BANK
        return self.row.state in PENDING_STATES and self.workdays > limit


def cheques_in(
    session: Session, calendar: BusinessCalendar, today: dt.date, states: Collection[str] = PENDING_STATES
) -> Iterator[ChequeView]:
    """The oldest first; of all states where none is named."""
    query = select(ChequeRow, CustomerRow.code, CustomerRow.name).join(CustomerRow, CustomerRow.id == ChequeRow.customer_id)
    query = query.order_by(ChequeRow.received_on, ChequeRow.id)
    for row, code, name in session.execute(query.where(ChequeRow.state.in_(states)) if states else query).all():
        minors = {share["invoice"]: share["minor"] for share in row.shares}
        numbers = session.execute(select(InvoiceRow.id, InvoiceRow.number).where(InvoiceRow.id.in_(minors)).order_by(InvoiceRow.id))
        covers = tuple((number, Money(minors[key], row.currency)) for key, number in numbers)
        since = row.deposited_on if row.state == ChequeState.DEPOSITED and row.deposited_on else waits_from(row.received_on, row.dated_on)
        waited = calendar.between(since, today) if row.state in PENDING_STATES else 0
        yield ChequeView(row, code or name, Money(row.minor, row.currency), covers, since, waited)


def waits_too_long(session: Session, calendar: BusinessCalendar, today: dt.date) -> list[ChequeView]:
    return [each for each in cheques_in(session, calendar, today) if each.too_long]
