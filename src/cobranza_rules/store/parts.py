"""A part of the book before anything is decided on: rows of invoices, of which the facts that the rules name can be built, and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cobranza_rules.facts.alike import AlikeInvoices, Key
from cobranza_rules.facts.build import OF_CUSTOMER, Facts, customer_facts
from cobranza_rules.facts.invoices import Column, InvoiceFacts
from cobranza_rules.facts.table import FactTable
from cobranza_rules.facts.vocabulary import Value
from cobranza_rules.store.chunks import Chunk, Within, one_of
from cobranza_rules.store.driver_rows import Row, all_fetched
from cobranza_rules.store.overrides import Decided
from cobranza_rules.store.tables import CustomerRow, ReceivedRow

# Tables, not classes: rows are read as they are, without what the mapping of objects costs.
CUSTOMER, RECEIVED = (row.__table__.c for row in (CustomerRow, ReceivedRow))

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


@dataclass(frozen=True, slots=True)
class Background:
    """What is read once for a run, because there is little of it however large the book is.

    `company` are the facts that are the same for everybody, `waiting` tells how many open messages a customer has sent, `contacted` the days of
    the ladder messages that the limit counts, `decided` what people decided, `uncertain` by which ladders and rules, and in which currency, it is
    unknown whether a message has left.
    """

    company: Facts
    waiting: Mapping[int, int]
    contacted: Contacted
    decided: Decided
    uncertain: Mapping[int, frozenset[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Part:
    """`customers` are rows by id; `invoice_facts` builds those facts of the chunk's invoices that are `wanted`, all where it is None."""

    chunk: Chunk
    customers: Mapping[int, Customer]
    background: Background
    invoice_facts: InvoiceFacts
    wanted: frozenset[str] | None = None

    def columns(self, rows: Sequence[Row]) -> list[Column]:
        """Their values side by side. What the sieve says of a row stands at its end, and not of all rows."""
        return list(zip(*rows, strict=False)) or [()] * len(self.invoice_facts.columns)

    def facts(self, rows: Sequence[Row]) -> FactTable:
        columns = self.columns(rows)
        return self.invoice_facts.table(columns, self._of_customers(columns[1]))

    def keys(self, columns: Sequence[Column], alike: AlikeInvoices) -> list[Key]:
        """One for each of the rows that have these columns."""
        return alike.keys(columns, self._of_customers(columns[1]))

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
        waiting, company = self.background.waiting, self.background.company

        def of(customer: Customer) -> Facts:
            _number, code, *rest = customer
            inbox_open = waiting.get(customer.id, 0)
            key = (inbox_open, *rest)
            if (facts := alike.get(key)) is None:
                facts = alike[key] = customer_facts(customer, inbox_open, company)
            return {**facts, "customer": code}

        return of

    def is_sampled(self, position: int) -> bool:
        """The sieve has left it out, and it is looked at all the same."""
        return self.rows[position][0] in self.chunk.sampled

    @property
    def rows(self) -> Sequence[Row]:
        return self.chunk.invoices

    def only(self, positions: Sequence[int]) -> Part:
        """These invoices with their customers, and the customers with an open message."""
        rows = [self.rows[position] for position in positions]
        customers = {customer_id: self.customers[customer_id] for customer_id in (*(row[1] for row in rows), *self.waiting)}
        return self._with(rows, customers, self.chunk.sampled)

    def and_those_of(self, others: Sequence[Part]) -> Part:
        """Parts of one book as one."""
        rows, customers, sampled = list(self.rows), dict(self.customers), self.chunk.sampled
        for other in others:
            rows += other.rows
            customers.update(other.customers)
            sampled |= other.chunk.sampled
        return self._with(rows, customers, sampled)

    def _with(self, rows: Sequence[Row], customers: Mapping[int, Customer], sampled: frozenset[int]) -> Part:
        ids = sorted(customers)
        chunk = Chunk(ids, one_of(ids), rows, sampled=sampled)
        return replace(self, chunk=chunk, customers=customers)


def read_part(session: Session, chunk: Chunk, facts: InvoiceFacts, wanted: frozenset[str] | None, background: Background) -> Part:
    """`wanted` are the facts that are asked for, all where it is None."""
    return Part(chunk, _customers(session, chunk), background, facts, wanted)


def customers_only(session: Session, customers: Sequence[int], within: Within, facts: InvoiceFacts, background: Background) -> Part:
    """A part without invoices."""
    chunk = Chunk(customers, within, ())
    return Part(chunk, _customers(session, chunk), background, facts)


def _customers(session: Session, chunk: Chunk) -> dict[int, Customer]:
    query = select(*(CUSTOMER[name] for name in Customer._fields)).where(chunk.within(CUSTOMER.id))
    return {customer.id: customer for customer in map(Customer._make, all_fetched(session, query))}


def open_messages(session: Session, within: Within | None) -> dict[int, int]:
    """How many each customer has sent, of those that are `within`."""
    query = select(RECEIVED.customer_id, func.count()).where(RECEIVED.state == "open")
    if within is not None:
        query = query.where(within(RECEIVED.customer_id))
    return {customer_id: count for customer_id, count in session.execute(query.group_by(RECEIVED.customer_id)) if customer_id}
