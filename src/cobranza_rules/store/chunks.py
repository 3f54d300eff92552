"""A book in chunks of customers: which ones, and which of their open invoices have to be looked at."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Label, Select, and_, bindparam, case, or_, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NULLTYPE, UserDefinedType

from cobranza_rules.store.beyond_conditions import beyond_conditions
from cobranza_rules.store.driver_rows import Row, fetched
from cobranza_rules.store.sieve import Sieve
from cobranza_rules.store.tables import ActionRow, ClaimRow, InvoiceRow, ReceivedRow

# Tables, not classes: rows are read as they are, without what the mapping of objects costs.
ACTION, CLAIM, INVOICE, RECEIVED = (row.__table__.c for row in (ActionRow, ClaimRow, InvoiceRow, ReceivedRow))
# So much of a book is read at once that memory stays flat however large the whole is, and that what is looked at lies near the processor:
# invoices, and those of them that come through the sieve, of nearly as many customers.
ROWS, SIFTED_ROWS = 1000, 2000
CHUNK = 1000  # Customers, where not their invoices are what is looked at
SAMPLE = 100  # One in so many invoices that the sieve leaves out is looked at all the same.
LET_THROUGH, SMALL, SAMPLED = 0, 1, 2  # What the sieve says of a row that it gives

Within = Callable[[ColumnElement[Any]], ColumnElement[bool]]  # Whether a column has one of some ids


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
        decided = beyond_conditions(self.session, today)
        busy = _merged(self._under_way(), decided)
        opened = frozenset(invoice_id for invoices in busy.values() for invoice_id in invoices)
        rows = self._ordered(select(*self._selected()).where(INVOICE.status == "open"), ROWS)
        for customers, through in self._with_customers(rows, busy):
            yield Chunk(customers, one_of(customers), through, opened)

    def sifted(self, sieve: Sieve) -> Iterator[Chunk]:
        """Customers with an invoice that the sieve lets through, with a waiting reply, or with something under way or decided by people.

        One in SAMPLE of the invoices that the sieve leaves out comes too. Each day takes others: all have their turn within SAMPLE days.
        """
        decided = beyond_conditions(self.session, sieve.today)
        busy = _merged(self._under_way(), decided)
        for customers, through in self._with_customers(self._through(sieve), busy):
            yield self._completed(customers, through, busy, decided.keys(), sieve)

    def _with_customers(
        self, parts: Iterable[Sequence[Row]], busy: Mapping[int, Sequence[int]]
    ) -> Iterator[tuple[Sequence[int], Sequence[Row]]]:
        """Parts of the book's rows with their customers, and with those who come in any case: somebody has written, or something is busy."""
        waiting = self.session.scalars(select(RECEIVED.customer_id).where(RECEIVED.state == "open").distinct())
        always = sorted({*busy, *(customer_id for customer_id in waiting if customer_id is not None)})
        done = 0
        for rows in parts:
            upto = bisect_right(always, rows[-1][1])
            yield sorted({*always[done:upto], *map(itemgetter(1), rows)}), rows
            done = upto
        for start in range(done, len(always), CHUNK):
            yield always[start : start + CHUNK], ()

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

    def _through(self, sieve: Sieve) -> Iterator[Sequence[Row]]:
        """What comes through, and a sample of what does not, each with what the sieve says of it at its end."""
        through, turn = or_(sieve.ruled, sieve.climbing), (INVOICE.id + sieve.today.toordinal()) % SAMPLE
        says = case((sieve.small, SMALL), (turn != 0, LET_THROUGH), (through, LET_THROUGH), else_=SAMPLED)
        query = select(*self._selected(), says).where(INVOICE.status == "open", or_(through, turn == 0))
        return self._ordered(query, SIFTED_ROWS)

    def _ordered(self, query: Select[Any], count: int) -> Iterator[Sequence[Row]]:
        """Rows by customer, never all of them at once, and all of a customer together."""
        begun: Sequence[Row] = ()
        for following in fetched(self.session, query.order_by(INVOICE.customer_id, INVOICE.id), count):
            rows = [*begun, *following]
            is_last = len(following) < count
            whole = len(rows) if is_last else bisect_left(rows, rows[-1][1], key=itemgetter(1))
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
