"""A book in chunks of customers: which ones, and which of their open invoices have to be looked at."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Label, and_, bindparam, case, or_, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NULLTYPE, UserDefinedType

from cobranza_rules.store.overrides import decided_beyond_conditions
from cobranza_rules.store.sieve import Sieve
from cobranza_rules.store.tables import ActionRow, ClaimRow, InvoiceRow, ReceivedRow

# Tables, not classes: rows are read as they are, without what the mapping of objects costs.
ACTION, CLAIM, INVOICE, RECEIVED = (row.__table__.c for row in (ActionRow, ClaimRow, InvoiceRow, ReceivedRow))
CHUNK = 1000  # Customers in one book: some thousand invoices, so that memory stays flat however large the whole is.
SIFTED_CHUNK = 4000  # Customers of whom little more than one invoice each is read
SAMPLE = 100  # One in so many invoices that the sieve leaves out is looked at all the same.
LET_THROUGH, SMALL, SAMPLED = 0, 1, 2  # What the sieve says of a row that it gives

Within = Callable[[ColumnElement[Any]], ColumnElement[bool]]  # Whether a column has one of some ids
Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Chunk:
    """`customers` in the order of their ids, `within` says which they are.

    `invoices` are rows of some of their open invoices, in the order of the customers, that begin with the columns that were asked for. Their
    values are as the database's driver gives them, because a whole book has many. The sieve has left out those of which the ids are `sampled`;
    `busy` ones have to be looked at whatever conditions say: something is under way for them, or a person has decided on them.
    """

    customers: Sequence[int]
    within: Within
    invoices: Sequence[Row]
    busy: frozenset[int] = frozenset()
    sampled: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Chunks:
    """Reads invoices with `columns`, of which the first two are id and customer_id."""

    session: Session
    columns: Sequence[str]

    def of(self, customers: Sequence[int]) -> Chunk:
        """All open invoices of these customers."""
        within = one_of(customers)
        return Chunk(customers, within, self._read(_open(within)))

    def everything(self, today: dt.date) -> Iterator[Chunk]:
        """Every customer with an open invoice or a waiting reply."""
        found = _merged(self._under_way(), decided_beyond_conditions(self.session, today))
        busy = frozenset(invoice_id for invoices in found.values() for invoice_id in invoices)
        last = 0
        while customers := self._next_after(last):
            within = _between(customers[0], customers[-1])
            last = customers[-1]
            yield Chunk(customers, within, self._read(_open(within)), busy)

    def sifted(self, sieve: Sieve) -> Iterator[Chunk]:
        """Customers with an invoice that the sieve lets through, with a waiting reply, or with something under way or decided by people.

        One in SAMPLE of the invoices that the sieve leaves out comes too. Each day takes others: all have their turn within SAMPLE days.
        """
        decided = decided_beyond_conditions(self.session, sieve.today)
        busy = _merged(self._under_way(), decided)
        waiting = self.session.scalars(select(RECEIVED.customer_id).where(RECEIVED.state == "open").distinct())
        always = sorted({*busy, *(customer_id for customer_id in waiting if customer_id is not None)})
        done = 0
        for rows in self._through(sieve):
            upto = bisect_right(always, rows[-1][1])
            customers = sorted({*always[done:upto], *(row[1] for row in rows)})
            done = upto
            yield self._completed(customers, rows, busy, decided.keys(), sieve)
        for start in range(done, len(always), SIFTED_CHUNK):
            yield self._completed(always[start : start + SIFTED_CHUNK], (), busy, decided.keys(), sieve)

    def _completed(
        self, customers: Sequence[int], through: Sequence[Row], busy: Mapping[int, Sequence[int]], decided: AbstractSet[int], sieve: Sieve
    ) -> Chunk:
        """With what is busy, and with what else is overdue where that may count."""
        rows = {row[0]: row for row in through}
        opened = {invoice_id for customer_id in customers for invoice_id in busy.get(customer_id, ())}
        few = {row[1] for row in rows.values() if row[-1] == SMALL} | (decided & set(customers))
        sampled = {row[0] for row in rows.values() if row[-1] == SAMPLED} - opened
        if others := opened - rows.keys():
            rows.update((row[0], row) for row in self._read(_these(sorted(others))))
        if few:
            beside = {row[0]: row for row in self._read(and_(_open(one_of(sorted(few))), sieve.beside))}
            sampled -= beside.keys()
            rows.update(beside)
        return Chunk(customers, one_of(customers), sorted(rows.values(), key=itemgetter(1)), frozenset(opened), frozenset(sampled))

    def _read(self, which: ColumnElement[bool]) -> Sequence[Row]:
        return self.session.execute(select(*self._selected()).where(which).order_by(INVOICE.customer_id)).all()

    def _selected(self) -> list[Label[Any]]:
        """Columns without their types: to make Python's dates of them costs more than to read them, and few are looked at."""
        return [type_coerce(INVOICE[name], NULLTYPE).label(name) for name in self.columns]

    def _next_after(self, last: int) -> list[int]:
        """The next customers, at most a chunk of them, in the order of their ids."""
        found: set[int] = set()
        for column, state in ((INVOICE.customer_id, INVOICE.status), (RECEIVED.customer_id, RECEIVED.state)):
            query = select(column).where(state == "open", column > last).distinct().order_by(column).limit(CHUNK)
            found.update(customer_id for customer_id in self.session.scalars(query) if customer_id is not None)
        return sorted(found)[:CHUNK]

    def _through(self, sieve: Sieve) -> Iterator[Sequence[Row]]:
        """What comes through, and a sample of what does not, each with what the sieve says of it at its end.

        Never all of them at once, and all of a customer together.
        """
        through, turn = or_(sieve.ruled, sieve.climbing), (INVOICE.id + sieve.today.toordinal()) % SAMPLE
        says = case((sieve.small, SMALL), (turn != 0, LET_THROUGH), (through, LET_THROUGH), else_=SAMPLED)
        query = select(*self._selected(), says).where(INVOICE.status == "open", or_(through, turn == 0))
        begun: Sequence[Row] = ()
        ordered = query.order_by(INVOICE.customer_id, INVOICE.id)
        with self.session.execute(ordered, execution_options={"yield_per": SIFTED_CHUNK}) as read:
            for following in read.partitions():
                rows = [*begun, *following]
                whole = bisect_left(rows, rows[-1][1], key=itemgetter(1))
                if whole:
                    yield rows[:whole]
                begun = rows[whole:]
        if begun:
            yield begun

    def _under_way(self) -> Mapping[int, Sequence[int]]:
        """Invoices for which something is under way, by customer. The claims of a sent action have their day of sending.

        Two ranges of states, because SQLite uses no index to find what something is not; and what the claims say of themselves is looked
        at here, and the join is an outer one, because SQLite would begin with all claims that there are.
        """
        query = select(ACTION.customer_id, CLAIM.subject, CLAIM.subject_id, CLAIM.live, CLAIM.sent_on)
        query = query.join(ClaimRow.__table__, CLAIM.action_id == ACTION.id, isouter=True).where(
            or_(ACTION.state < "sent", ACTION.state > "sent")
        )
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


class _Ids(UserDefinedType[Sequence[int]]):
    """Whole numbers as a list of SQL."""

    cache_ok = True

    def literal_processor(self, dialect: Dialect) -> Callable[[Sequence[int]], str]:
        del dialect
        return lambda ids: f"({', '.join(map(str, ids)) or 'NULL'})"


def one_of(ids: Sequence[int]) -> Within:
    """They are written into the statement: databases take no more than some ten thousand parameters, and a customer may have more invoices."""
    return lambda column: column.bool_op("IN")(bindparam(None, ids, _Ids(), literal_execute=True))


def _between(first: int, last: int) -> Within:
    """A range costs less than its hundreds of numbers, and idle customers in it are few."""
    return lambda column: column.between(first, last)
