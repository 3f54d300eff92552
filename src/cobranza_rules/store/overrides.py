"""Reads what people decided for customers and invoices, as it counts on a day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, or_, select
from sqlalchemy.orm import Session

from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.rules.overrides import NO_OVERRIDES, Override, OverrideKind, Overrides, blocked_by, overrides_of
from cobranza_rules.store.tables import InvoiceRow, OverrideRow

# Tables, not classes: rows are read as they are, without what the mapping of objects costs.
INVOICE, OVERRIDE = (row.__table__.c for row in (InvoiceRow, OverrideRow))
# Of these kinds what the rules say of an invoice by itself does not tell whether something is to be said of it.
BEYOND_CONDITIONS = (OverrideKind.LADDER.value, OverrideKind.EXCLUDE.value)


def counts_on(today: dt.date) -> ColumnElement[bool]:
    """Nobody has ended it, and its last day is not over."""
    return OVERRIDE.ended_at.is_(None) & or_(OVERRIDE.until.is_(None), OVERRIDE.until >= today)


def override_of(row: OverrideRow | Row[Any], current: Callable[[str], str] = str) -> Override:
    """`current` gives the present id of a ladder that the rules have renamed."""
    kind = OverrideKind(row.kind)
    scope = Scope.CUSTOMER if row.invoice_id is None else Scope.INVOICE
    ladder = current(row.ladder) if row.ladder else ""
    return Override(row.id, kind, scope, row.set_by, row.why, row.until, ladder, blocked_by(kind, row.blocks))


@dataclass(frozen=True, slots=True)
class Decided:
    """By customer and by invoice."""

    customers: Mapping[int, Sequence[Override]]
    invoices: Mapping[int, Sequence[Override]]

    def __bool__(self) -> bool:
        return bool(self.customers or self.invoices)

    def of(self, customer_id: int, invoice_id: int | None = None) -> Overrides:
        """Those of the customer alone, where no invoice is named."""
        own = self.invoices.get(invoice_id, ()) if invoice_id is not None else ()
        if customer_id not in self.customers and not own:
            return NO_OVERRIDES
        return overrides_of(self.customers.get(customer_id, ()), own)

    def on(self, day: dt.date) -> Decided:
        """Those of which the last day is not over on `day`, either."""
        return Decided(_not_over(self.customers, day), _not_over(self.invoices, day))


def _not_over(decided: Mapping[int, Sequence[Override]], day: dt.date) -> dict[int, list[Override]]:
    counting = {key: [each for each in own if each.until is None or each.until >= day] for key, own in decided.items()}
    return {key: own for key, own in counting.items() if own}


def decided_for(rows: Iterable[OverrideRow | Row[Any]], current: Callable[[str], str]) -> Decided:
    customers: dict[int, list[Override]] = defaultdict(list)
    invoices: dict[int, list[Override]] = defaultdict(list)
    for row in rows:
        (customers[row.customer_id] if row.invoice_id is None else invoices[row.invoice_id]).append(override_of(row, current))
    return Decided(customers, invoices)


def read_overrides(session: Session, within: ColumnElement[bool] | None, today: dt.date, current: Callable[[str], str]) -> Decided:
    """Those of customers `within`, or all, as they count on `today`. Later ones win, should two of a kind stand beside each other."""
    query = select(*OVERRIDE).where(counts_on(today)).order_by(OVERRIDE.id)
    return decided_for(session.execute(query if within is None else query.where(within)).all(), current)


def decided_by_people(session: Session, today: dt.date) -> Mapping[int, Sequence[int]]:
    """Open invoices, by customer, that a person has put on a ladder or has said to leave alone: no condition in SQL knows of that."""
    query = select(OVERRIDE.customer_id, OVERRIDE.invoice_id).where(counts_on(today), OVERRIDE.kind.in_(BEYOND_CONDITIONS))
    found: dict[int, list[int]] = defaultdict(list)
    whole: set[int] = set()
    for customer_id, invoice_id in session.execute(query):
        if invoice_id is None:
            whole.add(customer_id)
        else:
            found[customer_id].append(invoice_id)
    if whole:
        opened = select(INVOICE.customer_id, INVOICE.id).where(INVOICE.status == "open", INVOICE.customer_id.in_(whole))
        for customer_id, invoice_id in session.execute(opened):
            found[customer_id].append(invoice_id)
    return found


def rungs_of(session: Session, invoice_ids: Collection[int]) -> Mapping[int, Sequence[str]]:
    """All rungs that were sent for these invoices and have not come back, by invoice."""
    if not invoice_ids:
        return {}
    query = select(INVOICE.id, INVOICE.rungs).where(
        INVOICE.id.in_(bindparam(None, list(invoice_ids), expanding=True, literal_execute=True))
    )
    return {invoice_id: [rung["rung"] for rung in rungs] for invoice_id, rungs in session.execute(query)}
