"""A part of the book before anything is decided on: rows of invoices and their customers, of which facts are built, and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NULLTYPE

from cobranza_rules.facts.build import OF_CUSTOMER, Facts, customer_facts
from cobranza_rules.facts.days import as_date
from cobranza_rules.facts.invoices import InvoiceFacts
from cobranza_rules.facts.table import FactTable
from cobranza_rules.facts.vocabulary import PROMISES_KEPT, Value
from cobranza_rules.store.chunks import CUSTOMER_ID, ID, WIDTH, Within, one_of, open_of, these
from cobranza_rules.store.driver_rows import Row, all_fetched
from cobranza_rules.store.overrides import Decided
from cobranza_rules.store.tables import CustomerRow, InvoiceRow, ReceivedRow

# Tables, not classes: rows are read as they are, without what the mapping of objects costs.
CUSTOMER, INVOICE, RECEIVED = (row.__table__.c for row in (CustomerRow, InvoiceRow, ReceivedRow))

Contacted = Mapping[int, Mapping[str, Sequence[dt.date]]]  # Days by customer and currency


class Customer(NamedTuple):
    """What a customer's row says of it; its fields are columns. Rows of the database library are slow to ask."""

    id: int
    code: str
    kind: str
    status: str
    language: str
    delivery: str
    credit_days: int | None
    segment: str
    credit_stopped_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Background:
    """What is read once for a run, because there is little of it however large the book is.

    `company` are the facts that are the same for everybody, `waiting` tells how many open messages a customer has sent, `contacted` the days of
    the ladder messages that the limit counts, `decided` what people decided, `uncertain` by which ladders and rules, and in which currency, it is
    unknown whether a message has left, `promises_kept` how many in a hundred a customer keeps, empty where nobody asks;
    `on_account` the facts of those who have paid what covers no invoice, None where nobody asks.
    """

    company: Facts
    waiting: Mapping[int, int]
    contacted: Contacted
    decided: Decided
    uncertain: Mapping[int, frozenset[tuple[str, str]]]
    promises_kept: Mapping[int, int]
    on_account: Mapping[int, Facts] | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Invoices as `rows` with the columns of `invoice_facts`, and `customers`, theirs among them; their ids are `within`.

    Of the facts those are built that are `wanted`, all where it is None.
    """

    customers: Mapping[int, Customer]
    rows: Sequence[Row]
    background: Background
    invoice_facts: InvoiceFacts
    wanted: frozenset[str] | None = None

    @property
    def within(self) -> Within:
        return one_of(sorted(self.customers))

    @property
    def facts(self) -> FactTable:
        """Of the invoices, in the order of the rows."""
        columns = list(zip(*self.rows, strict=True)) or [()] * len(self.invoice_facts.columns)
        return self.invoice_facts.table(columns, self._of_customers(columns[1]))

    def _of_customers(self, ids: Sequence[int]) -> dict[str, Sequence[Value | None]]:
        """What the invoices' customers say, a value for each invoice."""
        found: dict[str, Sequence[Value | None]] = {}
        background = self.background
        for name, find in OF_CUSTOMER.items():
            if self._is_wanted(name):
                of_customer = {customer_id: find(row) for customer_id, row in self.customers.items()}
                found[name] = list(map(of_customer.__getitem__, ids))
        for name, value in background.company.items():
            if self._is_wanted(name):
                found[name] = list(repeat(value, len(ids)))
        if self._is_wanted("inbox_open"):
            found["inbox_open"] = [background.waiting.get(customer_id, 0) for customer_id in ids]
        if self._is_wanted(PROMISES_KEPT):
            found[PROMISES_KEPT] = list(map(background.promises_kept.get, ids))
        return found

    def _is_wanted(self, fact: str) -> bool:
        return self.wanted is None or fact in self.wanted

    @property
    def waiting(self) -> list[int]:
        """Customers with an open message."""
        return [customer_id for customer_id in self.background.waiting if customer_id in self.customers]

    def facts_of_customers(self) -> Callable[[Customer], Facts]:
        """Most customers are alike but for their codes."""
        alike: dict[tuple[Any, ...], Facts] = {}
        waiting, company, kept = self.background.waiting, self.background.company, self.background.promises_kept

        def of(customer: Customer) -> Facts:
            _number, code, *rest = customer
            inbox_open = waiting.get(customer.id, 0)
            promises_kept = kept.get(customer.id)
            key = (inbox_open, promises_kept, *rest)
            if (facts := alike.get(key)) is None:
                facts = alike[key] = customer_facts(customer, inbox_open, company, promises_kept=promises_kept)
            return {**facts, "customer": code}

        return of


@dataclass(frozen=True, slots=True)
class Parts:
    """Reads parts of a book."""

    session: Session
    background: Background
    invoice_facts: InvoiceFacts
    wanted: frozenset[str] | None = None

    def of(self, customers: Sequence[int]) -> Part:
        """These customers with all their open invoices."""
        return self._part(customers, self._rows(open_of(one_of(customers))))

    def with_what_was_read(self, part: Part) -> Part:
        """A part that was read on another day, with the background and the facts of this one."""
        return replace(part, background=self.background, invoice_facts=self.invoice_facts)

    def of_lines(self, lines: Sequence[Row], customers: Iterable[int] = ()) -> Part:
        """The invoices of these lines, in any order, with their customers, and these customers too."""
        at_hand = not lines or len(lines[0]) > WIDTH
        rows = [line[WIDTH:] for line in lines] if at_hand else self._rows(these([line[ID] for line in lines]))
        return self._part(sorted({*customers, *map(itemgetter(CUSTOMER_ID), lines)}), rows)

    def without_invoices(self, customers: Sequence[int]) -> Part:
        return self._part(customers, [])

    def _part(self, customers: Sequence[int], rows: Sequence[Row]) -> Part:
        query = select(*(CUSTOMER[name] for name in Customer._fields)).where(one_of(customers)(CUSTOMER.id))
        read = {customer.id: customer for customer in map(_customer, all_fetched(self.session, query))}
        return Part(read, rows, self.background, self.invoice_facts, self.wanted)

    def _rows(self, which: ColumnElement[bool]) -> Sequence[Row]:
        """Columns without their types: to make Python's dates of them costs more than to read them, and few are looked at."""
        columns: list[ColumnElement[Any]] = [type_coerce(INVOICE[name], NULLTYPE).label(name) for name in self.invoice_facts.columns]
        return list(all_fetched(self.session, select(*columns).where(which)))


def _customer(row: Row) -> Customer:
    """Of the few dates Python's are made."""
    customer = Customer._make(row)
    stopped_on = customer.credit_stopped_on
    return customer if stopped_on is None else customer._replace(credit_stopped_on=as_date(stopped_on))


def open_messages(session: Session, within: Within | None) -> dict[int, int]:
    """How many each customer has sent, of those that are `within`."""
    query = select(RECEIVED.customer_id, func.count()).where(RECEIVED.state == "open")
    if within is not None:
        query = query.where(within(RECEIVED.customer_id))
    return {customer_id: count for customer_id, count in session.execute(query.group_by(RECEIVED.customer_id)) if customer_id}
