"""Invoices as debts that bear interest: when each part was due, and on which day what was covered."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.domain.due_basis import basis_of_json
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.domain.late_interest import Debt
from cobranza_rules.domain.schedule import DuePart
from cobranza_rules.store.tables import EntryRow, InvoiceRow

COVERING = {
    EntryKind.PAYMENT_APPLIED.value: ("p", "payment"),
    EntryKind.CREDIT_APPLIED.value: ("c", "credit_note"),
    EntryKind.DISCOUNT_APPLIED.value: ("d", "discount"),
}


def debts_of(session: Session, rows: Sequence[InvoiceRow]) -> list[Debt]:
    """In the order of the rows. What is cancelled or substituted is no debt; what has no due date bears nothing."""
    days = _covered_on(session, [row.id for row in rows if row.applied])
    return [_debt(row, days[row.id]) for row in rows]


def _debt(row: InvoiceRow, days: dict[str, dt.date]) -> Debt:
    if row.closed:
        return Debt()
    parts = basis_of_json(row.due_basis).parts if row.due_basis else ()
    if not parts and row.due_on is not None:
        parts = (DuePart(row.due_on, row.total),)
    return Debt(parts, tuple(sorted((days.get(key, row.issued_on), minor) for key, minor in row.applied.items())))


def _covered_on(session: Session, ids: Sequence[int]) -> dict[int, dict[str, dt.date]]:
    """By invoice, the day of each payment, credit note and discount that was ever applied to it: the last one where it was applied again."""
    found: dict[int, dict[str, dt.date]] = defaultdict(dict)
    if ids:
        query = select(EntryRow).where(EntryRow.invoice_id.in_(ids), EntryRow.kind.in_(COVERING)).order_by(EntryRow.id)
        for entry in session.scalars(query):
            letter, named = COVERING[entry.kind]
            found[entry.invoice_id][f"{letter}{entry.data[named]}"] = entry.happened_on
    return found
