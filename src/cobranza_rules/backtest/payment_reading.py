"""Reads payments out of the tables, as they came to be known."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.backtest.history import RecordedPayment
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.store.payment_columns import rep_missing, stands
from cobranza_rules.store.tables import EntryRow, InvoiceRow, PaymentRow

ENTRY, INVOICE, PAYMENT = (row.__table__.c for row in (EntryRow, InvoiceRow, PaymentRow))
OF_PAYMENTS = (EntryKind.PAYMENT_APPLIED.value, EntryKind.PAYMENT_REVERSED.value)

OF_A_DEPOSIT = "bank:"  # So begins the identity of a payment that the bank has told of first.
Part = tuple[dt.date, int, str]  # Day, minor units and currency


@dataclass(frozen=True, slots=True)
class PaymentReader:
    """`ends` is the end of the period; `counts_on` gives the first day of which a decision for a customer could know of an instant's fact."""

    session: Session
    ends: dt.datetime
    counts_on: Callable[[int, dt.datetime], dt.date]

    def of(self, ids: Sequence[int]) -> list[RecordedPayment]:
        """Of every customer from the first to the last of `ids`.

        A payment is known from the first invoice on that it is known to cover, else from the day on which it was paid.
        """
        parts = self._parts(ids)
        columns = (PAYMENT.id, PAYMENT.customer_id, PAYMENT.operation, PAYMENT.amount, PAYMENT.currency, PAYMENT.paid_on, PAYMENT.identity)
        missing = rep_missing().label("rep_missing")
        query = select(*columns, stands().label("stands"), missing).where(PAYMENT.customer_id.between(ids[0], ids[-1])).order_by(PAYMENT.id)
        found = []
        for row in self.session.execute(query).all():
            told = parts.get(row.id, [])
            own, covers = [part for part, _invoice in told], [invoice for _part, invoice in told]
            known_on = own[0][0] if own else row.paid_on
            gone_on = None if row.stands else own[-1][0] if own else known_on
            name = row.operation or row.paid_on.isoformat()
            known = (row.id, row.customer_id, name, row.amount, row.currency, row.paid_on, known_on, own, gone_on)
            found.append(RecordedPayment(*known, bool(row.rep_missing), covers, row.identity.startswith(OF_A_DEPOSIT)))
        return found

    def _parts(self, ids: Sequence[int]) -> dict[int, list[tuple[Part, int]]]:
        """By payment, what came to be known of it, in that order, with the invoice; what was taken back is below zero."""
        columns = (INVOICE.id, INVOICE.customer_id, INVOICE.currency, ENTRY.kind, ENTRY.data, ENTRY.known_at)
        query = select(*columns).join(InvoiceRow, INVOICE.id == ENTRY.invoice_id)
        query = query.where(INVOICE.customer_id.between(ids[0], ids[-1]), ENTRY.kind.in_(OF_PAYMENTS), ENTRY.known_at < self.ends)
        applied: dict[tuple[int, int], int] = {}
        found: dict[int, list[tuple[Part, int]]] = defaultdict(list)
        for invoice_id, customer_id, currency, kind, data, known_at in self.session.execute(query.order_by(ENTRY.id)).all():
            payment = int(data["payment"])
            minor = data["minor"] if kind == EntryKind.PAYMENT_APPLIED else -applied.get((payment, invoice_id), 0)
            applied[payment, invoice_id] = minor
            found[payment].append(((self.counts_on(customer_id, known_at), minor, currency), invoice_id))
        return found
