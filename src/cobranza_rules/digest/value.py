"""The digest as a value. Amounts are minor units by currency; currencies are never added together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cobranza_rules.domain.bank_coverage import Gap
from cobranza_rules.language import Sentence
from cobranza_rules.rules.model import TELLING, StepKind
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.rules.still_planned import Prospect

Amounts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Messages:
    """Messages of one rule or rung."""

    rule_id: str
    count: int
    customers: int
    invoices: int
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class Today:
    """`planned` leaves with the next run, and so does `ready`, which everybody has agreed to; `left` has left today."""

    planned: tuple[Messages, ...]
    ready: tuple[Messages, ...]
    left: tuple[Messages, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Things of one kind that wait for one person. `since` is the day of the oldest, `due_on` the nearest deadline, `late` how many have passed it.

    `who` is a role, "" where it is anybody's who looks after the queue. `name` is the gate of approvals, the task's name, else "".
    `workdays` are the business days since the oldest approval was asked for first, 0 in other queues.
    """

    queue: str  # One of digest.wording.QUEUES
    who: str
    name: str
    count: int
    since: dt.date | None = None
    due_on: dt.date | None = None
    late: int = 0
    amounts: Amounts = field(default_factory=dict)
    customers: tuple[str, ...] = ()
    workdays: int = 0


@dataclass(frozen=True, slots=True)
class NotLeaving:
    """Messages of one rule that wait and that would not leave today, agreed to or not: `prospect` tells a wait from an end, `why` the reason."""

    messages: Messages
    customers: tuple[str, ...]
    prospect: Prospect
    why: Sentence


@dataclass(frozen=True, slots=True)
class Holding:
    """What a hold keeps from happening today."""

    hold_id: str
    invoices: int
    customers: int
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class Failure:
    """A message that the mail server has refused since the last business day; `kind` is its rule, or the kind of an internal message."""

    to: tuple[str, ...]
    kind: str
    state: str
    detail: str


@dataclass(frozen=True, slots=True)
class Differences:
    """Open invoices of which the accounting system holds another amount open; `amounts` are our balances."""

    invoices: int
    customers: int
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class PuePayment:
    """A payment of an invoice issued as PUE that was made after the invoice's month (`late`), or covers a part of it only."""

    invoice: str
    customer: str
    paid_on: dt.date
    amounts: Amounts
    late: bool
    in_part: bool


@dataclass(frozen=True, slots=True)
class PutOff:
    """Messages that the mail server has not taken yet, some or all of their recipients; `why` says it of the last of them."""

    messages: int
    why: Sentence


@dataclass(frozen=True, slots=True)
class OutOfOrder:
    """`stale` are the holds that stand because mailbox or bank data were not read, beside why; `stopped` says why nothing leaves.

    `old_accounts` are the bank accounts whose statements were taken least far, each with its last day, None for none yet; `gaps` are days of
    an account that no statement covers. `paused` says who has said that nothing is to leave; `differences` are the open invoices of which the accounting system says otherwise, whether or not anything would be done with them today.
    """

    stopped: Sentence | None
    stale: tuple[tuple[str, Sentence], ...]
    holds: tuple[Holding, ...]
    failures: tuple[Failure, ...]
    incidents: tuple[str, ...]
    pue_payments: tuple[PuePayment, ...]
    hours_since_mailbox_poll: int | None
    workdays_since_bank_statement: int | None
    differences: Differences | None = None
    paused: Sentence | None = None
    old_accounts: tuple[tuple[str, dt.date | None], ...] = ()
    gaps: tuple[Gap, ...] = ()
    put_off: PutOff | None = None


@dataclass(frozen=True, slots=True)
class Inside:
    """What one rule or rung tells or asks people of the company: `kind` is notice or task, `name` the task's name, `who` their roles."""

    rule_id: str
    kind: str
    name: str
    who: tuple[str, ...]
    count: int
    customers: int


@dataclass(frozen=True, slots=True)
class ComingMessages:
    """A coming business day; `beyond_limit` says that its messages are more than the rules allow a run.

    `inside` is what people of the company are told and asked on it.
    """

    on: dt.date
    messages: tuple[Messages, ...]
    beyond_limit: bool
    inside: tuple[Inside, ...] = ()


@dataclass(frozen=True, slots=True)
class Digest:
    """`week` is empty where it was not asked for."""

    on: dt.date
    mode: str
    today: Today
    waiting: tuple[Waiting, ...]
    out_of_order: OutOfOrder
    week: tuple[ComingMessages, ...]
    not_leaving: tuple[NotLeaving, ...] = ()


def messages_of(actions: Iterable[PlannedAction]) -> tuple[Messages, ...]:
    """Counted by rule or rung, in the order in which they come."""
    by_rule: dict[str, list[PlannedAction]] = {}
    for action in actions:
        by_rule.setdefault(action.rule_id, []).append(action)
    return tuple(
        Messages(
            rule_id,
            len(of_rule),
            len({action.customer_id for action in of_rule}),
            sum(len(action.invoice_ids) for action in of_rule),
            summed((action.currency, action.total) for action in of_rule),
        )
        for rule_id, of_rule in by_rule.items()
    )


def inside_of(actions: Iterable[PlannedAction]) -> tuple[Inside, ...]:
    """Counted by rule or rung and by what it does, in the order in which they come."""
    found: dict[tuple[str, str, str, tuple[str, ...]], list[PlannedAction]] = {}
    for action in actions:
        for step in action.steps:
            if step.kind is StepKind.TASK:
                found.setdefault((action.rule_id, step.kind.value, step.name, (step.assign,)), []).append(action)
            elif step.kind in TELLING:
                found.setdefault((action.rule_id, step.kind.value, "", tuple(dict.fromkeys((step.to, *step.cc)))), []).append(action)
    return tuple(Inside(*key, len(told), len({action.customer_id for action in told})) for key, told in found.items())


def summed(amounts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Each currency for itself, by name; what is about no amount has none."""
    sums: dict[str, int] = {}
    for currency, minor in amounts:
        if currency:
            sums[currency] = sums.get(currency, 0) + minor
    return dict(sorted(sums.items()))
