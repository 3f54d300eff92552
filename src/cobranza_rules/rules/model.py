"""A rules file as values: what `document` reads, `decide` follows and `explain` quotes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.domain.tax_days import TaxDays
from cobranza_rules.facts.vocabulary import ON_ACCOUNT_FACTS, PORTFOLIO_FACTS, PROMISES_KEPT, Scope
from cobranza_rules.rules.expression import Condition
from cobranza_rules.rules.place import Place

__all__ = ["Blocks", "GroupBy", "Hold", "Ladder", "Limit", "Place", "Rule", "RuleSet", "Rung", "Step", "StepKind", "closing_claim"]


class Blocks(StrEnum):
    """What a hold keeps from happening: messages of ladders and of rules with `every`; other messages; packets and status."""

    CONTACT = "contact"
    DELIVERY = "delivery"
    ESCALATION = "escalation"


class GroupBy(StrEnum):
    CUSTOMER = "customer"
    CURRENCY = "currency"
    DAY = "day"  # of packets alone


class StepKind(StrEnum):
    """What a step of a `do` chain makes happen; the word is the step's first key in the rules file."""

    LETTER = "letter"
    DELIVER = "deliver"
    EMAIL = "email"
    TASK = "task"
    RECORD = "record"
    NOTICE = "notice"  # a mail to people of the company
    PACKET = "packet"  # papers for Accounting, or an escalated case for whoever decides, by mail


WRITING = frozenset({StepKind.EMAIL, StepKind.DELIVER})  # These bring something to the customer.
TELLING = frozenset({StepKind.NOTICE, StepKind.PACKET})  # These bring something to people of the company.
ASKED = "asked"  # Stands for the role that a task or an approval waits for


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `name` is the template (letter, deliver, email, notice), the task's or the record's name.

    `to` and `cc` are roles: of the customer (invoice_contact, collections_contact) or of the company (supervisor, sales_manager ...); a
    notice has only those of the company, and ASKED.
    `attach` names letter, cfdi, support, statement. `form` is the template of what the customer signs where a delivery is handed over in person;
    `assign` says who carries it. `sign` and `rubric` are roles of the company; after `substitute_after` business days without a signature
    `sign_substitute` is asked instead. `due_workdays` belongs to tasks, also to that of who carries. `memo` is the letter template of what
    goes with a task or a notice to people of the company.
    """

    kind: StepKind
    name: str
    place: Place
    to: str = ""
    cc: tuple[str, ...] = ()
    attach: tuple[str, ...] = ()
    sign: str = ""
    sign_substitute: str = ""
    substitute_after: int = 0
    rubric: str = ""
    assign: str = ""
    due_workdays: int = 0
    form: str = ""
    memo: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    id: str
    scope: Scope
    when: Condition
    blocks: frozenset[Blocks]
    place: Place
    name: str = field(init=False, compare=False)  # Under which engines know its condition

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", f"hold:{self.id}")


@dataclass(frozen=True, slots=True)
class Rule:
    """`writes` says whether its chain reaches the customer, `writes_at_last` that after its last repetition.

    `every_workdays` 0 means once per subject; `times` 0 means without end. `sets` holds facts that the chain's confirmation sets.
    """

    id: str
    procedure_step: int
    scope: Scope
    when: Condition
    group_by: tuple[GroupBy, ...]
    do: tuple[Step, ...]
    place: Place
    every_workdays: int = 0
    times: int = 0
    after_last: tuple[Step, ...] = ()
    sets: Mapping[str, str] = field(default_factory=dict)
    was: tuple[str, ...] = ()
    writes: bool = field(init=False, compare=False)
    writes_at_last: bool = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "writes", _brings_something(self.do))
        object.__setattr__(self, "writes_at_last", _brings_something(self.after_last))


@dataclass(frozen=True, slots=True)
class Rung:
    """`wait_workdays` counts from the previous rung's sending. `when` is None where only the wait counts.

    `was` are ids that it had before: what was sent under them counts as sent by it. `writes` says whether its chain reaches the customer.
    """

    id: str
    procedure_step: int
    when: Condition | None
    wait_workdays: int
    do: tuple[Step, ...]
    place: Place
    sets: Mapping[str, str] = field(default_factory=dict)
    was: tuple[str, ...] = ()
    writes: bool = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "writes", _brings_something(self.do))


def _brings_something(steps: tuple[Step, ...]) -> bool:
    return any(step.kind in WRITING for step in steps)


@dataclass(frozen=True, slots=True)
class Ladder:
    """`minimum_total` in minor units by currency; a currency that is not named has no minimum."""

    id: str
    when: Condition
    group_by: tuple[GroupBy, ...]
    rungs: tuple[Rung, ...]
    place: Place
    minimum_total: Mapping[str, int] = field(default_factory=dict)
    was: tuple[str, ...] = ()
    name: str = field(init=False, compare=False)  # Under which engines know its condition
    _positions: Mapping[str, int] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", f"ladder:{self.id}")
        object.__setattr__(self, "_positions", {rung.id: index for index, rung in enumerate(self.rungs)})

    def rung_index(self, rung_id: str) -> int:
        """Position of a rung; -1 where there is none of that id, as before the first."""
        return self._positions.get(rung_id, -1)


@dataclass(frozen=True, slots=True)
class Limit:
    """`per_customer` messages of ladders in `within_workdays`, a currency counted apart; `per_run` messages a run. 0 means no limit."""

    per_customer: int = 0
    within_workdays: int = 0
    per_run: int = 0


def asks_for_an_answer(step: Step, steps: Sequence[Step]) -> bool:
    """Whether the ladder waits for the answer to this task: of a rung's tasks the last one is its intervention, those before it are errands."""
    return step.kind is StepKind.TASK and step == [each for each in steps if each.kind is StepKind.TASK][-1]


def closing_claim(rule_id: str) -> str:
    """The id under which what a rule does after its last repetition is counted."""
    return f"{rule_id}:after-last"


@dataclass(frozen=True)
class RuleSet:
    """`digest` is the SHA-256 of the files' bytes: it names the version that a decision was taken with.

    `watched_accounts` are the numbers of the company's bank accounts whose statements are expected: the oldest tells how old bank data is.
    """

    calendar: BusinessCalendar
    aging_buckets: tuple[int, ...]
    limit: Limit
    holds: tuple[Hold, ...]
    rules: tuple[Rule, ...]
    ladders: tuple[Ladder, ...]
    digest: str
    contact_hours: tuple[str, str] = ("00:00", "24:00")
    watched_accounts: tuple[str, ...] = ()

    @cached_property
    def renamed(self) -> Mapping[str, str]:
        """The present id of a rule, rung or ladder by each id that it had before; what rules do after their last time included."""
        found = {old: rule.id for rule in self.rules for old in rule.was}
        for ladder in self.ladders:
            found |= dict.fromkeys(ladder.was, ladder.id) | {old: rung.id for rung in ladder.rungs for old in rung.was}
        return found | {closing_claim(old): closing_claim(new) for old, new in found.items()}

    @cached_property
    def hold_names(self) -> frozenset[str]:
        """Under which engines know the holds' conditions."""
        return frozenset(hold.name for hold in self.holds)

    def current(self, rule_id: str) -> str:
        """The id under which a rule, rung or ladder is known now."""
        return self.renamed.get(rule_id, rule_id)

    def with_tax_days(self, tax_days: TaxDays) -> RuleSet:
        """The same rules for a company whose settings say other days."""
        return self if tax_days == self.calendar.tax_days else replace(self, calendar=replace(self.calendar, tax_days=tax_days))

    def with_watched_accounts(self, accounts: tuple[str, ...]) -> RuleSet:
        """The same rules for a company that expects the statements of these accounts."""
        return self if accounts == self.watched_accounts else replace(self, watched_accounts=accounts)

    @cached_property
    def asks_for_portfolios(self) -> bool:
        """Whether a rule or hold about customers names what their open invoices amount to."""
        return not self._of_customers.isdisjoint(fact.name for fact in PORTFOLIO_FACTS)

    @cached_property
    def asks_for_cash_on_account(self) -> bool:
        """Whether a rule or hold about customers names what they have paid that covers no invoice."""
        return not self._of_customers.isdisjoint(fact.name for fact in ON_ACCOUNT_FACTS)

    @cached_property
    def _of_customers(self) -> frozenset[str]:
        named = (condition.facts for scope, condition in self.conditions().values() if scope is Scope.CUSTOMER)
        return frozenset[str]().union(*named)

    @cached_property
    def asks_for_promises_kept(self) -> bool:
        """Whether any condition names how well a customer keeps its promises."""
        return any(PROMISES_KEPT in condition.facts for _scope, condition in self.conditions().values())

    def conditions(self) -> dict[str, tuple[Scope, Condition]]:
        """Every condition that an engine evaluates, by its name: `hold:ID`, `rule:ID`, `ladder:ID`, `rung:LADDER/RUNG`."""
        named: dict[str, tuple[Scope, Condition]] = {hold.name: (hold.scope, hold.when) for hold in self.holds}
        named |= {f"rule:{rule.id}": (rule.scope, rule.when) for rule in self.rules}
        for ladder in self.ladders:
            named[ladder.name] = (Scope.INVOICE, ladder.when)
            named |= {f"rung:{ladder.id}/{rung.id}": (Scope.INVOICE, rung.when) for rung in ladder.rungs if rung.when is not None}
        return named
