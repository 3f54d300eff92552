"""What is recorded of some customers: what was known when a period began, and what came to be known on each of its days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cobranza_rules.backtest.accounting_history import RecordedDeposit, RecordedDiscount, RecordedPacket
from cobranza_rules.domain.agreement import Limit
from cobranza_rules.domain.entry import Entry
from cobranza_rules.domain.promises import Promise
from cobranza_rules.domain.requested_delivery import RequestedDelivery
from cobranza_rules.facts.build import CustomerPresent
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.rules.overrides import Override


@dataclass(frozen=True, slots=True)
class Period:
    """Both days belong to it."""

    first: dt.date
    last: dt.date

    def days(self) -> list[dt.date]:
        return [self.first + dt.timedelta(days=ahead) for ahead in range((self.last - self.first).days + 1)]


@dataclass(frozen=True, slots=True)
class RecordedAddress:
    """`bounced_on` is the day from which on it is not written to."""

    role: str
    email: str
    bounced_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class RecordedCustomer:
    """`present` and `addresses` as they are today, for they are not kept in two times.

    `waiting` are the stretches of days in which a message of the customer waited for a person, the last day not counted: None while it
    waits still. `promises` are those of each invoice that was closed before the period began, where rules ask for them.
    """

    id: int
    present: CustomerPresent
    addresses: tuple[RecordedAddress, ...] = ()
    waiting: tuple[tuple[dt.date, dt.date | None], ...] = ()
    limits: tuple[Limit, ...] = ()
    promises: tuple[tuple[Promise, ...], ...] = ()

    def inbox_open(self, today: dt.date) -> int:
        return sum(first <= today and (until is None or today < until) for first, until in self.waiting)

    def valid_addresses(self, today: dt.date) -> dict[str, tuple[str, ...]]:
        """By role."""
        found: dict[str, tuple[str, ...]] = {}
        for address in self.addresses:
            if address.bounced_on is None or today < address.bounced_on:
                found[address.role] = (*found.get(address.role, ()), address.email)
        return found


@dataclass(frozen=True, slots=True)
class RecordedInvoice:
    """`values` are what the invoice says of itself (number, currency, issued_on ...): no entry changes them."""

    id: int
    customer_id: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Happening:
    """An entry and the day of the first decision that could know of it."""

    known_on: dt.date
    invoice_id: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class RecordedClaim:
    """What was done before the period; `undone` where it came back and nobody knows when. `subject` says what `subject_id` is of."""

    subject_id: int
    rule_id: str
    action: int
    sent_on: dt.date
    undone: bool = False
    subject: str = Scope.INVOICE.value


@dataclass(frozen=True, slots=True)
class RecordedContact:
    """A ladder's message that left before the period, as far back as the limit counts."""

    customer_id: int
    currency: str
    on: dt.date
    action: int


@dataclass(frozen=True, slots=True)
class RecordedTask:
    """`of_a_document` tells one that a document or a message brought, whatever the rules: a credit note that a person has to allocate."""

    id: int
    customer_id: int
    name: str
    opened_on: dt.date
    due_on: dt.date | None
    done_on: dt.date | None
    asked: str = ""
    of_a_document: bool = False


@dataclass(frozen=True, slots=True)
class RecordedPayment:
    """`parts` are days, minor units and currencies of what came to be known of it as covering invoices; what was taken back is below zero.

    `known_on` is the first day of which a decision could know of it, `gone_on` the first of which another receipt had taken its place.
    `rep_missing` says that none has come to this day: when one came is not recorded. `covers` are the ids of the invoices in `parts`, in their
    order; `of_a_deposit` tells one that the bank has told of first, so that what is left of it is the customer's.
    """

    id: int
    customer_id: int
    name: str
    amount: int
    currency: str
    paid_on: dt.date
    known_on: dt.date
    parts: Sequence[tuple[dt.date, int, str]] = ()
    gone_on: dt.date | None = None
    rep_missing: bool = False
    covers: Sequence[int] = ()
    of_a_deposit: bool = False

    def applied(self, today: dt.date) -> int | None:
        """Minor units; None where it covers an invoice in another currency."""
        known = [(minor, currency) for day, minor, currency in self.parts if day <= today]
        if any(currency != self.currency for _minor, currency in known):
            return None
        return sum(minor for minor, _currency in known)

    def covers_on(self, today: dt.date) -> set[int]:
        """Ids of the invoices that it covers on that day."""
        found: dict[int, int] = {}
        for (day, minor, _currency), invoice in zip(self.parts, self.covers, strict=True):
            if day <= today:
                found[invoice] = found.get(invoice, 0) + minor
        return {invoice for invoice, minor in found.items() if minor > 0}


@dataclass(frozen=True, slots=True)
class RecordedOverride:
    """`since` is the first day of which a decision could know of it, `ended` the first of which one knew that it had been ended."""

    customer_id: int
    invoice_id: int | None
    override: Override
    since: dt.date
    ended: dt.date | None

    def counts_on(self, today: dt.date) -> bool:
        until = self.override.until
        return self.since <= today and (self.ended is None or today < self.ended) and (until is None or today <= until)


@dataclass(frozen=True, slots=True)
class History:
    """`happenings` in the order in which they came to be known; `came_back` are the days on which messages did, by action.

    `requested` is what billing requests say of deliveries, by request.
    """

    customers: Mapping[int, RecordedCustomer]
    invoices: Mapping[int, RecordedInvoice]
    happenings: Sequence[Happening]
    claims: Sequence[RecordedClaim] = ()
    contacts: Sequence[RecordedContact] = ()
    tasks: Sequence[RecordedTask] = ()
    came_back: Mapping[int, dt.date] = field(default_factory=dict)
    overrides: Sequence[RecordedOverride] = ()
    payments: Sequence[RecordedPayment] = ()
    requested: Mapping[int, RequestedDelivery] = field(default_factory=dict)
    deposits: Sequence[RecordedDeposit] = ()
    discounts: Sequence[RecordedDiscount] = ()
    packets: Sequence[RecordedPacket] = ()
