"""A book thrown by a seed: what happened to some invoices, when, and when it came to be known; entered as the program enters it.

Beside it the naive reckoning: plain sums over the same events, which share nothing with the program's fold.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper, put_state
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.domain.invoice import InvoiceState
from cobranza_rules.store.tables import ApplicationRow, InvoiceRow, PaymentRow
from tests.store.rows import a_customer

FIRST = dt.date(2026, 1, 5)
NUMBERS = count(1)


@dataclass(frozen=True, slots=True)
class Event:
    """`known` is the day on which it came to be known, at noon in UTC."""

    known: dt.date
    happened: dt.date
    invoice: int
    kind: EntryKind
    data: dict[str, Any]

    @property
    def known_at(self) -> dt.datetime:
        return dt.datetime.combine(self.known, dt.time(12), dt.UTC)


@dataclass(slots=True)
class History:
    """`events` by invoice number in the order in which they come to be known; `invoices` with customer, currency and due date."""

    customers: list[str]
    invoices: dict[int, tuple[str, str, dt.date | None]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)  # Of the customers
    rows: dict[int, int] = field(default_factory=dict)


def throw(seed: int) -> History:
    random = Random(seed)
    made = History([f"R-{next(NUMBERS)}" for _ in range(random.randrange(1, 4))])
    for invoice in range(random.randrange(1, 9)):
        issued = FIRST + dt.timedelta(days=random.randrange(60))
        due = None if random.random() < 0.1 else issued + dt.timedelta(days=random.choice((0, 15, 30)))
        made.invoices[invoice] = (random.choice(made.customers), random.choice(("MXN", "MXN", "USD")), due)
        made.events += _life(random, invoice, issued, due)
    made.events.sort(key=lambda event: event.known)
    return made


def _life(random: Random, invoice: int, issued: dt.date, due: dt.date | None) -> Iterable[Event]:
    known = issued + dt.timedelta(days=random.randrange(3))
    data = {"minor": random.choice((10_000, 33, 99_999)), "due_on": due.isoformat() if due else None, "credit_days": None}
    yield Event(known, issued, invoice, EntryKind.ISSUED, data)
    paid: list[int] = []
    for _step in range(random.randrange(7)):
        known += dt.timedelta(days=random.randrange(20))
        happened = max(issued, known - dt.timedelta(days=random.randrange(8)))
        what = random.random()
        if what < 0.45 or (what < 0.6 and not paid):
            paid.append(next(NUMBERS))
            yield Event(
                known, happened, invoice, EntryKind.PAYMENT_APPLIED, {"payment": paid[-1], "minor": random.choice((33, 4_000, 60_000))}
            )
        elif what < 0.6:
            yield Event(known, known, invoice, EntryKind.PAYMENT_REVERSED, {"payment": paid.pop()})
        elif what < 0.7:
            yield Event(known, known, invoice, EntryKind.DISPUTE_OPENED, {"reason": "price"})
        elif what < 0.8:
            pay_on = (known + dt.timedelta(days=random.randrange(10))).isoformat()
            yield Event(known, known, invoice, EntryKind.PROMISED, {"pay_on": pay_on, "minor": random.choice((0, 4_000))})
        elif what < 0.85:
            yield Event(known, known, invoice, EntryKind.CANCELLED, {})
            for payment in paid:
                yield Event(known, known, invoice, EntryKind.PAYMENT_REVERSED, {"payment": payment})
            return


def enter(session: Session, history: History, upto: dt.date = dt.date.max, after: dt.date = dt.date.min) -> None:
    """What comes to be known after one day and by another."""
    if not history.ids:
        rows = [a_customer(code) for code in history.customers]
        session.add_all(rows)
        session.flush()
        history.ids = [row.id for row in rows]
    for event in history.events:
        if after < event.known <= upto:
            keeper = Bookkeeper(session, event.known_at)
            row = _row(session, history, event)
            keeper.enter(row, event.kind, event.happened, event.data)
            if row.closed and event.kind is EntryKind.PAYMENT_REVERSED:
                _set_free(session, history, row, event)
    session.flush()


def _set_free(session: Session, history: History, row: InvoiceRow, event: Event) -> None:
    """The payment stays beside the cancelled invoice, and covers nothing."""
    payment = event.data["payment"]
    minor = next(each.data["minor"] for each in history.events if each.data.get("payment") == payment and "minor" in each.data)
    of_it = {"customer_id": row.customer_id, "currency": row.currency, "amount": minor, "paid_on": event.happened}
    session.add(PaymentRow(id=payment, identity=f"thrown-{payment}", operation="", **of_it))
    session.flush()
    session.add(ApplicationRow(payment_id=payment, invoice_id=row.id, currency=row.currency, minor=minor, applied=False))
    session.flush()


def _row(session: Session, history: History, event: Event) -> InvoiceRow:
    if event.invoice in history.rows:
        return session.get_one(InvoiceRow, history.rows[event.invoice])
    customer, currency, _due = history.invoices[event.invoice]
    texts = dict.fromkeys(("payment_terms", "purchase_order"), "")
    row = InvoiceRow(
        customer_id=history.ids[history.customers.index(customer)],
        number=f"{customer}-{event.invoice}",
        currency=currency,
        issued_on=event.happened,
        payment_method="PPD",
        **texts,
    )
    put_state(row, InvoiceState())
    session.add(row)
    session.flush()
    history.rows[event.invoice] = row.id
    return row


def naive_freed(history: History, day: dt.date) -> int:
    """What was paid for invoices that are cancelled by then; both became known on the day on which they happened."""
    live: dict[int, dict[int, int]] = defaultdict(dict)
    freed = 0
    for event in history.events:
        if event.known <= day and event.kind is EntryKind.PAYMENT_APPLIED:
            live[event.invoice][event.data["payment"]] = event.data["minor"]
        elif event.known <= day and event.kind is EntryKind.CANCELLED:
            freed += sum(live.pop(event.invoice, {}).values())
        elif event.known <= day and event.kind is EntryKind.PAYMENT_REVERSED:
            live[event.invoice].pop(event.data["payment"], None)
    return freed


def naive_balances(history: History, day: dt.date, *, known_now: bool = False) -> dict[int, int]:
    """What is left of each invoice that is there and not cancelled: plain sums, below 0 where more was paid."""
    found: dict[int, int] = {}
    payments: dict[int, dict[int, int]] = defaultdict(dict)
    for event in history.events:
        if (event.happened if known_now else event.known) > day:
            continue
        if event.kind is EntryKind.ISSUED:
            found[event.invoice] = event.data["minor"]
        elif event.kind is EntryKind.PAYMENT_APPLIED:
            payments[event.invoice][event.data["payment"]] = event.data["minor"]
        elif event.kind is EntryKind.PAYMENT_REVERSED:
            payments[event.invoice].pop(event.data["payment"], None)
        elif event.kind is EntryKind.CANCELLED:
            found.pop(event.invoice, None)
    return {invoice: total - sum(payments[invoice].values()) for invoice, total in found.items()}
