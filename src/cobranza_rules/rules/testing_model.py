"""A rule test as values: what is given, what happens on which day, and what is expected of the rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cobranza_rules.domain.invoice import InvoiceState
from cobranza_rules.domain.requested_delivery import RequestedDelivery
from cobranza_rules.domain.tax_days import TaxDays
from cobranza_rules.facts.vocabulary import Value
from cobranza_rules.rules.place import Place


@dataclass(frozen=True, slots=True)
class GivenCustomer:
    """`contacts` are the roles that somebody there holds; `facts` those that a test sets whatever the book says, None for unknown."""

    id: str
    kind: str
    language: str
    delivery: str
    contacts: tuple[str, ...]
    credit_days: int | None = None
    segment: str = ""
    credit_stopped_on: dt.date | None = None
    ready: bool = True
    inbox_open: int = 0
    facts: Mapping[str, Value | None] = field(default_factory=dict)
    credit_limits: Mapping[str, int] = field(default_factory=dict)  # Minor units by currency


@dataclass(frozen=True, slots=True)
class GivenInvoice:
    """`state` is that of the test's first day, without what `history` tells; the fields in `stated` hold whatever that tells.

    Until `issued_on` the invoice is not in the book. `requested` is what its billing request says of the delivery.
    """

    id: str
    customer: str
    currency: str
    issued_on: dt.date
    payment_method: str
    state: InvoiceState
    stated: tuple[str, ...] = ()
    requested: RequestedDelivery | None = None


@dataclass(frozen=True, slots=True)
class SentBefore:
    """An action of a rule or rung that was confirmed before the test begins; without `invoices` it was about all of `customer`."""

    on: dt.date
    rule_id: str
    invoices: tuple[str, ...]
    customer: str = ""


SHADOW = "shadow"
MODES, RUBRICS = ("automatic", "supervised", SHADOW), ("automatic", "gate")


class Fate(StrEnum):
    """What becomes of an action that is not simply signed and sent on the day on which it is planned."""

    SIGNED = "signed"
    REJECTED = "rejected"
    DELIVERED = "delivered"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    LEFT = "left"
    NOT_LEFT = "not_left"
    BOUNCED = "bounced"


# An action waits for the first of these that is about it.
OF_SIGNERS = frozenset({Fate.SIGNED, Fate.REJECTED})
# These meet what would leave on their day; the others what has left, or may have left, before.
ON_THE_WIRE = frozenset({Fate.REFUSED, Fate.UNCERTAIN})
# What is looked up when an action comes so far, beside what happens to the book in the morning.
OF_ACTIONS = OF_SIGNERS | ON_THE_WIRE | {Fate.DELIVERED}


@dataclass(frozen=True, slots=True)
class Event:
    """`kind` is the word of the file; `data` what its reader made of the rest. Without `invoices` it is about all of `customer`."""

    on: dt.date
    kind: str
    place: Place
    invoices: tuple[str, ...] = ()
    customer: str = ""
    rule_id: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GivenSettings:
    """Those of `cobranza.toml` that say who has to agree; what a test does not say is sent without anybody's release or rubric."""

    mode: str = "automatic"
    rubric: str = "automatic"
    renew_after: int = 10
    tax_days: TaxDays = field(default_factory=TaxDays)


@dataclass(frozen=True, slots=True)
class ExpectedAction:
    """`wanted` holds what the test names beside the rule or rung; the rest is not compared."""

    rule_id: str
    place: Place
    wanted: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExpectedDay:
    """None under a key that the test does not name. `held` are pairs of an invoice, or whatever else is kept back, and the hold.

    `told` are actions about what waits and stays inside, `asked` is who was asked to agree to what.
    """

    on: dt.date
    place: Place
    actions: tuple[ExpectedAction, ...] | None = None
    sent: tuple[ExpectedAction, ...] | None = None
    held: frozenset[tuple[str, str]] | None = None
    told: tuple[ExpectedAction, ...] | None = None
    asked: tuple[ExpectedAction, ...] | None = None


@dataclass(frozen=True, slots=True)
class RuleTest:
    """Invoices, events and expected days are in the order of their days."""

    name: str
    place: Place
    start: dt.date
    customers: tuple[GivenCustomer, ...]
    invoices: tuple[GivenInvoice, ...]
    history: tuple[SentBefore, ...] = ()
    events: tuple[Event, ...] = ()
    expected: tuple[ExpectedDay, ...] = ()
    quiet: bool = False
    settings: GivenSettings = GivenSettings()

    @property
    def last_day(self) -> dt.date:
        return max([self.start, *(event.on for event in self.events), *(day.on for day in self.expected)])
