"""A book in chunks of customers: which ones, and which of their open invoices have to be looked at."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Dialect, Select, and_, bindparam, case, literal, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.types import UserDefinedType

from cobranza_rules.store.beyond_conditions import beyond_conditions
from cobranza_rules.store.driver_rows import Row, all_fetched, fetched
from cobranza_rules.store.sieve import Sieve
from cobranza_rules.store.tables import ActionRow, ClaimRow, CustomerRow, InvoiceRow, ReceivedRow

# Tables, not classes: rows are read as they are, without what the mapping of objects costs.
ACTION, CLAIM, CUSTOMER, INVOICE, RECEIVED = (row.__table__.c for row in (ActionRow, ClaimRow, CustomerRow, InvoiceRow, ReceivedRow))
# So much of a book is read at once that memory stays flat however large the whole is, and that what is looked at lies near the processor:
# invoices, and those of them that come through the sieve, of nearly as many customers.
ROWS, SIFTED_ROWS = 1000, 2000
CHUNK = 1000  # Customers, where not their invoices are what is looked at
SAMPLE = 100  # One in so many invoices that the sieve leaves out is looked at all the same.
LET_THROUGH, SMALL, SAMPLED = 0, 1, 2  # What the sieve says of a row that it gives

Within = Callable[[ColumnElement[Any]], ColumnElement[bool]]  # Whether a column has one of some ids


class Line(NamedTuple):
    """What a row of an open invoice begins with. Lines with the same `alike` are alike in all that conditions ask.

    Where a sieve has chosen them, `sieve` is what it says of them, and the columns follow that were asked for: most will be needed.
    """

    id: int
    customer_id: int
    balance: int
    alike: str
    sieve: int


ID, CUSTOMER_ID, BALANCE, ALIKE, SIEVE = range(len(Line._fields))
WIDTH = len(Line._fields)


@dataclass(frozen=True, slots=True)
class Chunk:
    """`lines` begin with the fields of Line, of some open invoices; all of a customer stand in one chunk.

    `customers` come in any case: somebody has written, or something is busy. `busy` invoices have to be looked at whatever conditions say:
    something is under way for them, or a person has decided on them. The sieve has left out those of which the ids are `sampled`.
    """

    customers: Sequence[int]
    lines: Sequence[Row]
    busy: frozenset[int] = frozenset()
    sampled: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Chunks:
    """Reads lines of a book; `alike` is as `telling_apart.alike` makes it. `columns` are of invoices."""

    session: Session
    alike: ColumnElement[str]
    columns: Sequence[str] = ()

    def everything(self, today: dt.date) -> Iterator[Chunk]:
        """Every customer with an open invoice or a waiting reply."""
        decided = beyond_conditions(self.session, today)
        busy = _merged(self._under_way(), decided)
        opened = frozenset(invoice_id for invoices in busy.values() for invoice_id in invoices)
        lines = self._ordered(self._lines(literal(LET_THROUGH)).where(INVOICE.status == "open"), ROWS)
        for customers, through in self._with_customers(lines, busy):
            yield Chunk(customers, through, opened)

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
        """Parts of the book's lines with the customers up to there who come in any case."""
        waiting = self.session.scalars(select(RECEIVED.customer_id).where(RECEIVED.state == "open").distinct())
        always = sorted({*busy, *(customer_id for customer_id in waiting if customer_id is not None)})
        done = 0
        for lines in parts:
            upto = bisect_right(always, lines[-1][CUSTOMER_ID])
            yield always[done:upto], lines
            done = upto
        for start in range(done, len(always), CHUNK):
            yield always[start : start + CHUNK], ()

    def _completed(
        self, customers: Sequence[int], through: Sequence[Row], busy: Mapping[int, Sequence[int]], decided: AbstractSet[int], sieve: Sieve
    ) -> Chunk:
        """With what is busy, and with what else is overdue where that may count."""
        lines = {line[ID]: line for line in through}
        opened = {invoice_id for customer_id in customers for invoice_id in busy.get(customer_id, ())}
        few = {line[CUSTOMER_ID] for line in through if line[SIEVE] == SMALL} | (decided & set(customers))
        sampled = {line[ID] for line in through if line[SIEVE] == SAMPLED} - opened
        if others := opened - lines.keys():
            lines.update((line[ID], line) for line in self._read(these(sorted(others))))
        if few:
            beside = {line[ID]: line for line in self._read(and_(open_of(one_of(sorted(few))), sieve.beside))}
            sampled -= beside.keys()
            lines.update(beside)
        return Chunk(customers, list(lines.values()), frozenset(opened), frozenset(sampled))

    def _read(self, which: ColumnElement[bool]) -> Sequence[Row]:
        return list(all_fetched(self.session, self._lines(literal(LET_THROUGH), self.columns).where(which)))

    def _lines(self, says: ColumnElement[int], columns: Sequence[str] = ()) -> Select[Any]:
        """An outer join, which databases leave out where nothing of the customers is asked."""
        selected = INVOICE.id, INVOICE.customer_id, INVOICE.balance, self.alike.label("alike"), says.label("sieve")
        return select(*selected, *(INVOICE[name].label(f"of_{name}") for name in columns)).join(
            CustomerRow.__table__, INVOICE.customer_id == CUSTOMER.id, isouter=True
        )

    def _through(self, sieve: Sieve) -> Iterator[Sequence[Row]]:
        """What comes through, and a sample of what does not."""
        through, turn = or_(sieve.ruled, sieve.climbing), (INVOICE.id + sieve.today.toordinal()) % SAMPLE
        says = case((sieve.small, SMALL), (turn != 0, LET_THROUGH), (through, LET_THROUGH), else_=SAMPLED)
        return self._ordered(self._lines(says, self.columns).where(INVOICE.status == "open", or_(through, turn == 0)), SIFTED_ROWS)

    def _ordered(self, query: Select[Any], count: int) -> Iterator[Sequence[Row]]:
        """Lines by customer, never all of them at once, and all of a customer together."""
        begun: Sequence[Row] = ()
        for following in fetched(self.session, query.order_by(INVOICE.customer_id, INVOICE.id), count):
            lines = [*begun, *following]
            is_last = len(following) < count
            whole = len(lines) if is_last else bisect_left(lines, lines[-1][CUSTOMER_ID], key=itemgetter(CUSTOMER_ID))
            if whole:
                yield lines[:whole]
            begun = lines[whole:]
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
        for customer_id, subject, subject_id, live, sent_on in all_fetched(self.session, query):
            if subject == "invoice" and live and sent_on is None:
                found[customer_id].append(subject_id)
        return found


def _merged(*found: Mapping[int, Sequence[int]]) -> dict[int, list[int]]:
    return {key: [each for part in found for each in part.get(key, ())] for key in {key for part in found for key in part}}


def open_of(within: Within) -> ColumnElement[bool]:
    return and_(INVOICE.status == "open", within(INVOICE.customer_id))


def these(ids: Sequence[int]) -> ColumnElement[bool]:
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
