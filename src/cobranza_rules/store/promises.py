"""How well customers keep what they promise: read from the promises of their invoices, of which few have any."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.domain.promises import Promise, kept_percent, promise_of_json, were_kept
from cobranza_rules.store.chunks import Within
from cobranza_rules.store.tables import InvoiceRow

INVOICE = InvoiceRow.__table__.c


def promises_of(session: Session, within: Within | None) -> list[tuple[int, tuple[Promise, ...]]]:
    """Those of single invoices, each beside the customer, of the customers that are `within`."""
    query = select(INVOICE.customer_id, INVOICE.promises).where(INVOICE.promises.is_not(None), INVOICE.closed.is_(None))
    if within is not None:
        query = query.where(within(INVOICE.customer_id))
    return [(customer_id, tuple(map(promise_of_json, kept))) for customer_id, kept in session.execute(query)]


def percent_by_customer(promises: Iterable[tuple[int, tuple[Promise, ...]]], today: dt.date, calendar: BusinessCalendar) -> dict[int, int]:
    """Percent, without customers of whom nothing can be said (domain.promises)."""
    found: Mapping[int, list[bool]] = defaultdict(list)
    for customer_id, own in promises:
        found[customer_id] += were_kept(own, today, calendar)
    return {customer_id: percent for customer_id, kept in found.items() if (percent := kept_percent(kept)) is not None}
