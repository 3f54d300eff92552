"""What a change of rules changes: the plans that two sets of rules make of one book, laid side by side. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from cobranza_rules.language import Sentence, _
from cobranza_rules.rulebook.differing import differing
from cobranza_rules.rulebook.reconsidering import Reconsidered
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.planned import Item, Plan, PlannedAction

Subject = tuple[str, int]  # What it is ("invoice", "reply" ...) and its id


@dataclass(frozen=True, slots=True)
class Doing:
    """What one set of rules does with a subject: its rule or rung, and the action to which that belongs."""

    rule_id: str
    item: Item
    action: PlannedAction


@dataclass(frozen=True, slots=True)
class Change:
    """Of one subject. `before` and `after` are rule ids, "" for nothing; `why` says what the new rules say of it.

    Where both are the same rule, `otherwise` says what it does in another way.
    """

    subject: str
    subject_id: int
    customer_id: int
    customer: str
    number: str
    currency: str
    balance: int
    before: str
    after: str
    why: Sentence
    otherwise: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class Total:
    """Of one rule or rung under one set of rules: messages or tasks, invoices, and the money behind them by currency, in minor units."""

    actions: int
    invoices: int
    amounts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`before` and `after` are totals by rule id; `held` are the numbers of subjects that each hold keeps back under either set.

    `waiting` are the messages that wait already and of which the next run makes something else under the new rules.
    """

    changes: tuple[Change, ...]
    before: Mapping[str, Total]
    after: Mapping[str, Total]
    held: Mapping[str, tuple[int, int]]
    stopped: Sentence | None = None
    waiting: tuple[Reconsidered, ...] = ()

    @property
    def customers(self) -> int:
        return len({change.customer_id for change in self.changes} | {one.customer_id for one in self.waiting})


def compare(old: Plan, new: Plan, new_rules: RuleSet) -> Comparison:
    """Both plans are of one book and day. What the new rules only call by another name is no change."""
    before, after = _doings(old, new_rules), _doings(new, new_rules)
    subjects = sorted({*before, *after})
    changes = [change for subject in subjects for change in _changes(subject, before.get(subject, {}), after.get(subject, {}))]
    return Comparison(tuple(changes), _totals(before.values()), _totals(after.values()), _held(old, new), new.stopped)


def _held(old: Plan, new: Plan) -> Mapping[str, tuple[int, int]]:
    before, after = (
        Counter(hold for hold, _subject in {(held.hold_id, (held.subject, held.subject_id)) for held in plan.held}) for plan in (old, new)
    )
    return {hold: (before[hold], after[hold]) for hold in sorted({*before, *after})}


def _doings(plan: Plan, rules: RuleSet) -> dict[Subject, dict[str, Doing]]:
    found: dict[Subject, dict[str, Doing]] = defaultdict(dict)
    for action in plan.actions:
        for item in action.items:
            rule_id = rules.current(item.rule_id)
            found[action.subject, item.subject_id][rule_id] = Doing(rule_id, item, action)
    return found


def _changes(subject: Subject, before: Mapping[str, Doing], after: Mapping[str, Doing]) -> Iterable[Change]:
    gone = [doing for rule_id, doing in before.items() if rule_id not in after]
    come = [doing for rule_id, doing in after.items() if rule_id not in before]
    for rule_id in sorted(before.keys() & after.keys()):
        if otherwise := differing(before[rule_id].action, after[rule_id].action):
            yield replace(_change(subject, before[rule_id], after[rule_id]), otherwise=otherwise)
    for position in range(max(len(gone), len(come))):
        yield _change(subject, gone[position] if position < len(gone) else None, come[position] if position < len(come) else None)


def _change(subject: Subject, before: Doing | None, after: Doing | None) -> Change:
    shown = after or before
    assert shown is not None
    action = shown.action
    why = after.action.reason if after is not None else _("nothing any more")
    return Change(
        *subject,
        customer_id=action.customer_id,
        customer=action.customer,
        number=shown.item.number,
        currency=action.currency,
        balance=shown.item.balance,
        before=before.rule_id if before else "",
        after=after.rule_id if after else "",
        why=why,
    )


def _totals(found: Iterable[Mapping[str, Doing]]) -> Mapping[str, Total]:
    actions: dict[str, set[int]] = defaultdict(set)
    invoices: Counter[str] = Counter()
    amounts: dict[str, Counter[str]] = defaultdict(Counter)
    for doings in found:
        for rule_id, doing in doings.items():
            actions[rule_id].add(id(doing.action))
            invoices[rule_id] += doing.action.subject == "invoice"
            if doing.action.currency:
                amounts[rule_id][doing.action.currency] += doing.item.balance
    return {rule_id: Total(len(actions[rule_id]), invoices[rule_id], dict(amounts[rule_id])) for rule_id in sorted(actions)}
