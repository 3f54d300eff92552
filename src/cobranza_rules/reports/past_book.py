"""The book as it stood: present rows of what has not changed since, and a fold of entries of what has. A few customers at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import Session

from cobranza_rules.domain.due_basis import DueBasis, basis_of_json
from cobranza_rules.domain.entry import Entry, EntryKind
from cobranza_rules.domain.invoice import InvoiceState, InvoiceStatus, after
from cobranza_rules.reports.standing import Cut, Known, Own, Standing, standing_of
from cobranza_rules.store.chunks import one_of
from cobranza_rules.store.tables import BillingRequestRow, CustomerRow, EntryRow, InvoiceRow

CUSTOMERS_AT_ONCE = 200
ENTRY, INVOICE = EntryRow.__table__.c, InvoiceRow.__table__.c
# Of reports nothing rests on these; every other kind counts, those to come too.
BESIDE = [
    kind.value
    for kind in (
        *(EntryKind.RUNG_SENT, EntryKind.RUNG_UNDONE, EntryKind.REMINDED_BEFORE, EntryKind.CASE_RETURNED, EntryKind.CASE_MOVED),
        *(EntryKind.INTERVENTION_OPENED, EntryKind.INTERVENTION_ANSWERED, EntryKind.LEDGER_STATED),
        EntryKind.PLAN_STATED,
        *(EntryKind.SUPPORT_REQUIRED, EntryKind.SUPPORT_ATTACHED, EntryKind.SUPPORT_WITHDRAWN),
    )
]
OF_ITSELF = ("id", "customer_id", "number", "uuid", "currency", "issued_on", "request")
# Of the present row as much as a standing is made of; its names are those of the state.
OF_STATE = (
    *("total", "cancellation_pending", "due_on", "delivery", "delivered_on", "acknowledged"),
    *("promised_on", "promised_minor", "promise_paid", "claimed_on", "dispute_open", "cfdi_missing"),
)


@dataclass(frozen=True)
class PastBook:
    """Reads what stood at one or several cuts, the earliest first; without any it is the present."""

    session: Session
    cuts: Sequence[Cut] = ()

    def customers(self, only: Sequence[int] | None = None) -> Iterator[Sequence[Any]]:
        """Rows of id, code, name, segment and the day of a stop of credit as they are today, by code, in parts."""
        query = select(CustomerRow.id, CustomerRow.code, CustomerRow.name, CustomerRow.segment, CustomerRow.credit_stopped_on)
        if only is not None:
            query = query.where(CustomerRow.id.in_(only))
        rows = sorted(self.session.execute(query).all(), key=lambda row: (row.code or "", row.id))
        for start in range(0, len(rows), CUSTOMERS_AT_ONCE):
            yield rows[start : start + CUSTOMERS_AT_ONCE]

    def of(self, customers: Sequence[int]) -> Iterator[tuple[Cut | None, Standing]]:
        """At each cut what was in the book then: what is open, paid beyond its balance, or has changed since the first cut."""
        within = one_of(sorted(customers))(INVOICE.customer_id)
        for standing in self._unchanged(within):
            for cut in self.cuts or (None,):
                yield cut, standing
        if self.cuts:
            yield from self._folded(within)

    def _later(self) -> ColumnElement[bool]:
        """Something is known, or has happened, after the first cut."""
        if not self.cuts:
            return false()
        first = self.cuts[0]
        beyond = ENTRY.known_at > first.until if first.known is Known.THEN else ENTRY.happened_on > first.day
        return select(ENTRY.id).where(ENTRY.invoice_id == INVOICE.id, beyond).exists()

    def _unchanged(self, within: ColumnElement[bool]) -> Iterator[Standing]:
        columns = [INVOICE[name] for name in (*OF_ITSELF, *OF_STATE, "paid", "closed", "due_basis")]
        standing = or_(INVOICE.status == InvoiceStatus.OPEN.value, INVOICE.balance < 0)
        query = select(*columns).where(within, standing)
        if self.cuts:
            query = query.where(~self._later())
        for row in self.session.execute(query.order_by(INVOICE.id)).mappings():
            basis = DueBasis(row["issued_on"]) if row["due_basis"] is None else basis_of_json(row["due_basis"])
            closed = InvoiceStatus(row["closed"]) if row["closed"] else None
            state = InvoiceState(applied={"": row["paid"]}, closed=closed, due_basis=basis, **{name: row[name] for name in OF_STATE})
            yield self._standing(self._own(row), state)

    def _standing(self, own: Own, state: InvoiceState) -> Standing:
        """The fiscal folio of an invoice that waits for its CFDI may have come later: of a past day it is not told."""
        return standing_of(replace(own, uuid=None) if self.cuts and state.cfdi_missing else own, state)

    def _folded(self, within: ColumnElement[bool]) -> Iterator[tuple[Cut, Standing]]:
        last = self.cuts[-1]
        until = ENTRY.known_at <= last.until if last.known is Known.THEN else ENTRY.happened_on <= last.day
        changed = select(*(INVOICE[name] for name in OF_ITSELF)).where(within, self._later())
        owned = {row["id"]: self._own(row) for row in self.session.execute(changed).mappings()}
        query = select(ENTRY.invoice_id, ENTRY.known_at, ENTRY.kind, ENTRY.happened_on, ENTRY.data).where(
            ENTRY.invoice_id.in_(select(INVOICE.id).where(within, self._later())), until, ENTRY.kind.not_in(BESIDE)
        )
        rows = self.session.execute(query.order_by(ENTRY.invoice_id, ENTRY.id), execution_options={"yield_per": 1000})
        for invoice_id, entries in groupby(rows, itemgetter(0)):
            told = [(known_at, Entry(EntryKind(kind), day, data)) for _of, known_at, kind, day, data in entries]
            yield from self._at_cuts(owned[invoice_id], told)

    def _at_cuts(self, own: Own, told: list[tuple[dt.datetime, Entry]]) -> Iterator[tuple[Cut, Standing]]:
        """Entries stand in the order in which they came to be known, so that each cut goes on from the one before."""
        state, done, issued = InvoiceState(), 0, False
        for cut in self.cuts:
            while done < len(told) and (cut.known is Known.NOW or told[done][0] <= cut.until):
                issued = issued or told[done][1].kind is EntryKind.ISSUED
                state = after(state, told[done][1])
                done += 1
            if issued:
                yield cut, self._standing(own, state)

    def _own(self, row: Any) -> Own:
        known = {name: row[name] for name in OF_ITSELF if name != "request"}
        return Own(**known, seller=self._sellers.get(row["request"], ""))

    @cached_property
    def _sellers(self) -> dict[int | None, str]:
        query = select(BillingRequestRow.id, BillingRequestRow.requested_by).where(BillingRequestRow.requested_by != "")
        return {key: name for key, name in self.session.execute(query)}  # noqa: C416 (rows are no pairs to the type checker)

    def sales_of_closed(self) -> list[tuple[str, dt.date, int]]:
        """Currency, day of issue and total, summed by day, of what `of` leaves out: invoices that were paid before the first cut."""
        paid = (INVOICE.status == InvoiceStatus.PAID.value, INVOICE.balance == 0, ~self._later())
        query = select(INVOICE.currency, INVOICE.issued_on, func.sum(INVOICE.total)).where(*paid)
        rows = self.session.execute(query.group_by(INVOICE.currency, INVOICE.issued_on))
        return [(currency, day, int(minor)) for currency, day, minor in rows]
