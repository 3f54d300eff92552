"""A book in chunks of customers: which ones, and which of their open invoices have to be looked at."""

from __future__ import annotations

import datetime as dt
import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_, select
from sqlalchemy.orm import Session

from cobranza_rules.store.sieve import Sieve
from cobranza_rules.store.tables import ActionRow, ClaimRow, InvoiceRow, ReceivedRow

# Tables, not classes: rows are read as they are, without what the mapping of objects costs.
ACTION, CLAIM, INVOICE, RECEIVED = (row.__table__.c for row in (ActionRow, ClaimRow, InvoiceRow, ReceivedRow))
CHUNK = 1000  # Customers in one book: some thousand invoices, so that memory stays flat however large the whole is.
SAMPLE = 100  # One in so many invoices that were left out is looked at all the same.

Within = Callable[[ColumnElement[Any]], ColumnElement[bool]]  # Whether a column names one of the customers


@dataclass(frozen=True, slots=True)
class Chunk:
    """`customers` in the order of their ids, `within` says which they are, `invoices` which of their open invoices are meant."""

    customers: Sequence[int]
    within: Within
    invoices: ColumnElement[bool]


def chunk_of(customers: Sequence[int]) -> Chunk:
    """All open invoices of these customers."""
    within = _one_of(customers)
    return Chunk(customers, within, _open(within))


def _one_of(customers: Sequence[int]) -> Within:
    return lambda column: column.in_(customers)


def _open(within: Within) -> ColumnElement[bool]:
    return and_(INVOICE.status == "open", within(INVOICE.customer_id))


def all_chunks(session: Session) -> Iterator[Chunk]:
    """Every customer with an open invoice or a waiting reply."""
    last = 0
    while ids := _busy_after(session, last):
        last = ids[-1]
        within = _between(ids[0], last)
        yield Chunk(ids, within, _open(within))


def _between(first: int, last: int) -> Within:
    """A range costs less than its hundreds of numbers, and idle customers in it are few."""
    return lambda column: column.between(first, last)


def _busy_after(session: Session, last: int) -> list[int]:
    """The next customers, at most a chunk of them, in the order of their ids."""
    found: set[int] = set()
    for column, state in ((INVOICE.customer_id, INVOICE.status), (RECEIVED.customer_id, RECEIVED.state)):
        query = select(column).where(state == "open", column > last).distinct().order_by(column).limit(CHUNK)
        found.update(customer_id for customer_id in session.scalars(query) if customer_id is not None)
    return sorted(found)[:CHUNK]


def sifted_chunks(session: Session, sieve: Sieve) -> Iterator[Chunk]:
    """Customers with an invoice that the sieve lets through, with a waiting reply, or with something under way."""
    under_way = _under_way(session)
    waiting = session.scalars(select(RECEIVED.customer_id).where(RECEIVED.state == "open").distinct())
    always = sorted({*under_way, *(customer_id for customer_id in waiting if customer_id is not None)})
    through = groupby(heapq.merge(_through(session, sieve), ((customer_id, 0, 0) for customer_id in always)), itemgetter(0))
    while part := [(customer_id, list(rows)) for customer_id, rows in islice(through, CHUNK)]:
        ids = [customer_id for customer_id, _rows in part]
        found = {invoice_id for _customer_id, rows in part for _of, invoice_id, _climbing in rows if invoice_id}
        found.update(invoice_id for customer_id in ids for invoice_id in under_way.get(customer_id, ()))
        climbers = [customer_id for customer_id, rows in part if any(climbing for _of, _invoice_id, climbing in rows)]
        found.update(session.scalars(select(INVOICE.id).where(_open(_one_of(climbers)), sieve.beside)))
        yield Chunk(ids, _one_of(ids), _still_open(found))


def _still_open(ids: Iterable[int]) -> ColumnElement[bool]:
    """By their ids. That they are open is said in a way that SQLite does not take for an index, since it would read all that are open."""
    return and_(INVOICE.id.in_(sorted(ids)), INVOICE.status.concat("") == "open")


def _through(session: Session, sieve: Sieve) -> Iterator[tuple[int, int, int]]:
    """Customer, id, and 1 where it is climbing, of each invoice that comes through; ordered by customer, and never all of them at once."""
    query = select(INVOICE.customer_id, INVOICE.id, case((sieve.climbing, 1), else_=0))
    query = query.where(INVOICE.status == "open", or_(sieve.ruled, sieve.climbing)).order_by(INVOICE.customer_id, INVOICE.id)
    for customer_id, invoice_id, climbing in session.execute(query, execution_options={"yield_per": 10 * CHUNK}):
        yield customer_id, invoice_id, climbing


def _under_way(session: Session) -> dict[int, list[int]]:
    """Invoices for which something is under way, by customer. The claims of a sent action have their day of sending.

    Two ranges of states, because SQLite uses no index to find what something is not; and what the claims say of themselves is looked at
    here, and the join is an outer one, because SQLite would begin with all claims that there are.
    """
    query = select(ACTION.customer_id, CLAIM.subject, CLAIM.subject_id, CLAIM.live, CLAIM.sent_on)
    query = query.join(ClaimRow, CLAIM.action_id == ACTION.id, isouter=True)
    found: dict[int, list[int]] = defaultdict(list)
    for customer_id, subject, subject_id, live, sent_on in session.execute(query.where(or_(ACTION.state < "sent", ACTION.state > "sent"))):
        if subject == "invoice" and live and sent_on is None:
            found[customer_id].append(subject_id)
    return found


def sample_of_left_out(session: Session, sieve: Sieve, today: dt.date) -> Iterator[Chunk]:
    """One in SAMPLE invoices that the sieve leaves out. Each day takes others: every invoice has its turn within SAMPLE days."""
    turn = (INVOICE.id + today.toordinal()) % SAMPLE == 0
    left_out = case((or_(sieve.ruled, sieve.climbing), 1), else_=0) == 0
    sampled = select(INVOICE.customer_id, INVOICE.id).where(INVOICE.status == "open", turn, left_out).order_by(INVOICE.customer_id, INVOICE.id)
    rows = session.execute(sampled).all()
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        customers = sorted({customer_id for customer_id, _invoice_id in part})
        yield Chunk(customers, _one_of(customers), _still_open(invoice_id for _customer_id, invoice_id in part))
