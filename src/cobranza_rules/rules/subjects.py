"""What a decision is about: invoices, customers, replies and queues with their facts, and what has already been done for each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import NamedTuple

from cobranza_rules.domain.requested_delivery import RequestedDelivery
from cobranza_rules.facts.vocabulary import Scope, Value
from cobranza_rules.rules.overrides import NO_OVERRIDES, Overrides


@dataclass(frozen=True, slots=True)
class Claims:
    """What one rule or rung has done for one subject: confirmed sends, how many of them came back, and what is still open.

    `last_sent_on` is the day of the last that did not come back.
    `waiting` means that one is under way, `uncertain` that nobody knows whether the last one left.
    """

    sent: int = 0
    undone: int = 0
    last_sent_on: dt.date | None = None
    waiting: bool = False
    uncertain: bool = False

    @property
    def standing(self) -> int:
        return self.sent - self.undone

    def and_one(self, sent_on: dt.date | None, *, undone: bool = False, uncertain: bool = False) -> Claims:
        """With one claim more: one that was sent, perhaps in vain, or one that is still open, where `sent_on` is None."""
        if sent_on is None:
            return replace(self, waiting=True, uncertain=self.uncertain or uncertain)
        if undone:
            return replace(self, sent=self.sent + 1, undone=self.undone + 1)
        return replace(self, sent=self.sent + 1, last_sent_on=max(sent_on, self.last_sent_on or sent_on))


NOTHING_CLAIMED = Claims()


NO_CLAIMS: Mapping[str, Claims] = MappingProxyType({})


class InvoiceSubject(NamedTuple):
    """An open invoice. `balance` and `total` in minor units, `claims` by rule or rung id.

    `rung` is the last that was really sent, "" before the first; `waits_from` the last reversal or end of a dispute; `next_contact` the
    day that the last message has promised. `overrides` are what people decided for it, or for its customer; of an invoice that they put
    on a ladder `climbed` are all rungs that were sent. `requested` is what its billing request says of the delivery; `overdue` is what is overdue of one in instalments, None of any other. A tuple, because a run makes one for every open invoice: a frozen dataclass takes
    five times as long to make.
    """

    id: int
    customer_id: int
    number: str
    currency: str
    total: int
    balance: int
    issued_on: dt.date
    due_on: dt.date | None
    facts: Mapping[str, Value]
    ladder: str = ""
    rung: str = ""
    rung_on: dt.date | None = None
    waits_from: dt.date | None = None
    next_contact: dt.date | None = None
    claims: Mapping[str, Claims] = NO_CLAIMS
    overrides: Overrides = NO_OVERRIDES
    climbed: tuple[str, ...] = ()
    requested: RequestedDelivery | None = None
    overdue: int | None = None

    @property
    def scope(self) -> Scope:
        return Scope.INVOICE


class CustomerSubject(NamedTuple):
    """`addresses` by role of the customer; `contacted` are the days of ladder messages by currency, latest last.

    `facts` are those that everything of the customer shares, `portfolio` those that only rules and holds about the customer itself ask for.
    `uncertain` are the messages of which nobody knows whether they left, as rule, rung or ladder and currency: their invoices may be closed by now.
    """

    id: int
    code: str
    facts: Mapping[str, Value]
    addresses: Mapping[str, tuple[str, ...]]
    contacted: Mapping[str, tuple[dt.date, ...]] = MappingProxyType({})
    portfolio: Mapping[str, Value] = MappingProxyType({})
    uncertain: frozenset[tuple[str, str]] = frozenset()

    @property
    def own_facts(self) -> Mapping[str, Value]:
        return {**self.facts, **self.portfolio} if self.portfolio else self.facts


@dataclass(frozen=True, slots=True)
class ReplySubject:
    """`invoices` are those of the message that was answered."""

    id: int
    customer_id: int
    facts: Mapping[str, Value]
    invoices: tuple[int, ...]
    claims: Mapping[str, Claims] = field(default_factory=dict)

    @property
    def scope(self) -> Scope:
        return Scope.REPLY


@dataclass(frozen=True, slots=True)
class QueueSubject:
    """Something that waits, and is no invoice or reply: an open task, an approval, a payment, or a customer as a whole.

    `name` is what people call it: the task, the rule whose message waits, the customer's code. `asked` is the role that it waits for, "" where
    it waits for nobody. `overrides` are what people decided for the customer: they keep back what it would be written.
    """

    scope: Scope
    id: int
    customer_id: int
    name: str
    facts: Mapping[str, Value]
    asked: str = ""
    claims: Mapping[str, Claims] = field(default_factory=dict)
    overrides: Overrides = NO_OVERRIDES


@dataclass(frozen=True, slots=True)
class Book:
    """What is known for a decision. `company` are the addresses of the company's people by role. Invoices come ordered by customer."""

    customers: Mapping[int, CustomerSubject]
    invoices: Sequence[InvoiceSubject]
    replies: Sequence[ReplySubject] = ()
    company: Mapping[str, str] = field(default_factory=dict)
    queues: Sequence[QueueSubject] = ()
