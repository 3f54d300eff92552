"""A book in chunks of customers: which ones, and which of their open invoices have to be looked at."""

from __future__ import annotations

import datetime as dt
import heapq
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, or_, select
from sqlalchemy.orm import Session

from cobranza_rules.store.overrides import decided_beyond_conditions
from cobranza_rules.store.sieve import Sieve
from cobranza_rules.store.tables import ActionRow, ClaimRow, InvoiceRow, ReceivedRow

# Tables, not classes: rows are read as they are, without what the mapping of objects costs.
ACTION, CLAIM, INVOICE, RECEIVED = (row.__table__.c for row in (ActionRow, ClaimRow, InvoiceRow, ReceivedRow))
CHUNK = 1000  # Customers in one book: some thousand invoices, so that memory stays flat however large the whole is.
SAMPLE = 100  # One in so many invoices that were left out is looked at all the same.

Within = Callable[[ColumnElement[Any]], ColumnElement[bool]]  # Whether a column has one of some ids
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """`customers` in the order of their ids, `within` says which they are.

    `invoices` are rows of some of their open invoices with the columns that were asked for, `invoice_among` says which they are.
    """

    customers: Sequence[int]
    within: Within
    invoices: Sequence[Row]
    invoice_among: Within


@dataclass(frozen=True, slots=True)
class Chunks:
    """Reads invoices with `columns`, of which the first two are id and customer_id."""

    session: Session
    columns: Sequence[str]

    def of(self, customers: Sequence[int]) -> Chunk:
        """All open invoices of these customers."""
        return self._all_within(customers, one_of(customers))

    def everything(self) -> Iterator[Chunk]:
        """Every customer with an open invoice or a waiting reply."""
        last = 0
        while customers := self._busy_after(last):
            last = customers[-1]
            yield self._all_within(customers, _between(customers[0], last))

    def sifted(self, sieve: Sieve) -> Iterator[Chunk]:
        """Customers with an invoice that the sieve lets through, with a waiting reply, or with something under way or decided by people."""
        decided = decided_beyond_conditions(self.session, sieve.today)
        under_way = _merged(self._under_way(), decided)
        waiting = self.session.scalars(select(RECEIVED.customer_id).where(RECEIVED.state == "open").distinct())
        always = sorted({*under_way, *(customer_id for customer_id in waiting if customer_id is not None)})
        found = heapq.merge(self._through(sieve), ((None, customer_id) for customer_id in always), key=itemgetter(1))
        by_customer = groupby(found, itemgetter(1))
        while part := [(customer_id, [row for row in rows if row[0] is not None]) for customer_id, rows in islice(by_customer, CHUNK)]:
            customers = [customer_id for customer_id, _rows in part]
            through = {row[0]: row for _customer_id, rows in part for row in rows}
            opened = {invoice_id for customer_id in customers for invoice_id in under_way.get(customer_id, ())}
            few = {row[1] for row in through.values() if row[-1]} | (decided.keys() & set(customers))
            if others := opened - through.keys():
                through.update((row[0], row) for row in self._read(_these(sorted(others))))
            if few:
                through.update((row[0], row) for row in self._read(and_(_open(one_of(sorted(few))), sieve.beside)))
            yield Chunk(customers, one_of(customers), list(through.values()), one_of(list(through)))

    def left_out(self, sieve: Sieve, today: dt.date) -> Iterator[Chunk]:
        """One in SAMPLE invoices that the sieve leaves out. Each day takes others: every invoice has its turn within SAMPLE days."""
        turn = (INVOICE.id + today.toordinal()) % SAMPLE == 0
        left_out = case((or_(sieve.ruled, sieve.climbing), 1), else_=0) == 0
        rows = sorted(self._read(and_(INVOICE.status == "open", turn, left_out)), key=itemgetter(1, 0))
        for start in range(0, len(rows), CHUNK):
            part = rows[start : start + CHUNK]
            customers = sorted({row[1] for row in part})
            yield Chunk(customers, one_of(customers), part, one_of([row[0] for row in part]))

    def _all_within(self, customers: Sequence[int], within: Within) -> Chunk:
        ids = select(INVOICE.id).where(_open(within))
        return Chunk(customers, within, self._read(_open(within)), lambda column: column.in_(ids))

    def _read(self, which: ColumnElement[bool]) -> list[Row]:
        return [tuple(row) for row in self.session.execute(select(*(INVOICE[name] for name in self.columns)).where(which)).all()]

    def _busy_after(self, last: int) -> list[int]:
        """The next customers, at most a chunk of them, in the order of their ids."""
        found: set[int] = set()
        for column, state in ((INVOICE.customer_id, INVOICE.status), (RECEIVED.customer_id, RECEIVED.state)):
            query = select(column).where(state == "open", column > last).distinct().order_by(column).limit(CHUNK)
            found.update(customer_id for customer_id in self.session.scalars(query) if customer_id is not None)
        return sorted(found)[:CHUNK]

    def _through(self, sieve: Sieve) -> Iterator[Row]:
        """Invoices that come through, each with 1 at its end where it is small; ordered by customer, and never all of them at once."""
        query = select(*(INVOICE[name] for name in self.columns), case((sieve.small, 1), else_=0))
        query = query.where(INVOICE.status == "open", or_(sieve.ruled, sieve.climbing)).order_by(INVOICE.customer_id, INVOICE.id)
        for row in self.session.execute(query, execution_options={"yield_per": CHUNK}):
            yield tuple(row)

    def _under_way(self) -> Mapping[int, Sequence[int]]:
        """Invoices for which something is under way, by customer. The claims of a sent action have their day of sending.

        Two ranges of states, because SQLite uses no index to find what something is not; and what the claims say of themselves is looked
        at here, and the join is an outer one, because SQLite would begin with all claims that there are.
        """
        query = select(ACTION.customer_id, CLAIM.subject, CLAIM.subject_id, CLAIM.live, CLAIM.sent_on)
        query = query.join(ClaimRow, CLAIM.action_id == ACTION.id, isouter=True).where(or_(ACTION.state < "sent", ACTION.state > "sent"))
        found: dict[int, list[int]] = defaultdict(list)
        for customer_id, subject, subject_id, live, sent_on in self.session.execute(query):
            if subject == "invoice" and live and sent_on is None:
                found[customer_id].append(subject_id)
        return found


def _merged(*found: Mapping[int, Sequence[int]]) -> dict[int, list[int]]:
    return {key: [each for part in found for each in part.get(key, ())] for key in {key for part in found for key in part}}


def _open(within: Within) -> ColumnElement[bool]:
    return and_(INVOICE.status == "open", within(INVOICE.customer_id))


def _these(ids: Sequence[int]) -> ColumnElement[bool]:
    """That they are open is said in a way that SQLite does not take for an index, because it would read all that are open."""
    return and_(one_of(ids)(INVOICE.id), INVOICE.status.concat("") == "open")


def one_of(ids: Sequence[int]) -> Within:
    """They are written into the statement: databases take no more than some ten thousand parameters, and a customer may have more invoices."""
    return lambda column: column.in_(bindparam(None, list(ids), expanding=True, literal_execute=True))


def _between(first: int, last: int) -> Within:
    """A range costs less than its hundreds of numbers, and idle customers in it are few."""
    return lambda column: column.between(first, last)
