"""The value of a decision: what is to be done, for which invoices, why; and what is not, and why not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from cobranza_rules.domain.requested_delivery import RequestedDelivery
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import Sentence
from cobranza_rules.rules.model import Step


class Outcome(StrEnum):
    """The named reasons of a decision; everything but DUE means that nothing happens now."""

    DUE = "due"
    NOT_MATCHING = "not_matching"
    HELD = "held"
    EXCLUDED = "excluded"  # a person has said that nothing is to be done with it
    WAITING = "waiting"  # for a day
    UNDER_WAY = "under_way"  # an action for it has not left yet
    UNCERTAIN = "uncertain"  # nobody knows whether the last message left
    DONE = "done"  # as often as the rule wants
    BELOW_MINIMUM = "below_minimum"
    LIMITED = "limited"
    NOT_A_WORKDAY = "not_a_workday"
    NO_ADDRESS = "no_address"
    NOBODY = "nobody"  # of the company has the role that is to be told
    UNKNOWN_RUNG = "unknown_rung"  # the rules file has lost the rung on which it stands
    PER_RUN = "per_run"


class Verdict(NamedTuple):
    """Why a rule or rung does or does not act for one subject. `until` is the day on which this would change by itself, if there is one."""

    subject: str  # The scope of what it is about: "invoice", "reply", "task" ...
    subject_id: int
    rule_id: str
    outcome: Outcome
    reason: Sentence
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """An invoice that an action is for: `rule_id` is its own rung, which may be a lower one than the message's, `sets` what that one sets.

    Or whatever else the action's rule looks at: `balance` is then the amount of a payment, and 0 of anything that has no amount.
    """

    subject_id: int
    number: str
    rule_id: str
    occurrence: int
    balance: int = 0
    sets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HeldItem:
    """An invoice that would belong to the message and is on hold: shown apart, outside the total claimed."""

    subject_id: int
    number: str
    balance: int
    hold_id: str


@dataclass(frozen=True, slots=True)
class PlannedAction:
    """One thing to do. `rule_id` is the rung or rule that gives template, copies and tasks; `subject` is what its items are.

    `currency` is "" where it is about all of a customer, or about nothing that has an amount. `recipients` and `copies` are addresses,
    resolved for the chain's message; `next_contact` is the day on which the ladder acts next.
    """

    rule_id: str
    ladder: str
    procedure_step: int
    subject: str
    customer_id: int
    customer: str
    currency: str
    on: dt.date
    items: tuple[Item, ...]
    held: tuple[HeldItem, ...]
    steps: tuple[Step, ...]
    recipients: tuple[str, ...]
    copies: tuple[str, ...]
    sets: Mapping[str, str] = field(default_factory=dict)
    next_contact: dt.date | None = None
    closing: bool = False  # What a rule does after its last repetition
    requested: RequestedDelivery | None = None  # What the billing requests of all its invoices say of the delivery
    reason: Sentence = field(default_factory=lambda: Sentence(""))

    @property
    def total(self) -> int:
        return sum(item.balance for item in self.items)

    @property
    def invoices(self) -> tuple[str, ...]:
        """Numbers of its invoices, or names of whatever else its rule looks at."""
        return tuple(item.number for item in self.items)

    @property
    def invoice_ids(self) -> list[int]:
        """None where its rule looks at something else."""
        return [item.subject_id for item in self.items] if self.subject == Scope.INVOICE else []


class Held(NamedTuple):
    """`of_customer` tells a hold on the whole customer from one on the invoice."""

    subject: str
    subject_id: int
    number: str
    customer_id: int
    hold_id: str
    blocks: tuple[str, ...]
    reason: Sentence
    of_customer: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """`stopped` says why nothing of it may leave (a run beyond its limit)."""

    on: dt.date
    rules_digest: str
    actions: tuple[PlannedAction, ...] = ()
    held: tuple[Held, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    stopped: Sentence | None = None
