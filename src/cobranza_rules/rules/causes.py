"""Why a condition holds or does not: the fewest comparisons that settle it, with the facts that they looked at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

from cobranza_rules.facts.vocabulary import VOCABULARY, Fact, FactType, Value
from cobranza_rules.language import Sentence, _
from cobranza_rules.money import Money
from cobranza_rules.rules.evaluation import holds
from cobranza_rules.rules.expression import Condition
from cobranza_rules.rules.tree import AnyOf, Leaf, Negation, Node, facts_of_test


@dataclass(frozen=True, slots=True)
class Cause:
    """A comparison as written, whether it holds, and its facts with values as people read them: `2026-03-06`, `1,200.00 MXN`, unknown."""

    text: str
    holds: bool
    facts: tuple[tuple[str, Sentence | str], ...]

    @property
    def sentence(self) -> Sentence:
        """`days_overdue >= 1 (days_overdue: 0)`; a fact alone as `acknowledged: no`; the text where it names no fact."""
        if not self.facts:
            return Sentence("{text}", {"text": self.text})
        if self.facts[0][0] == self.text:
            return Sentence("{name}: {value}", {"name": self.text, "value": self.facts[0][1]})
        pairs = [Sentence("{name}: {value}", {"name": name, "value": value}) for name, value in self.facts]
        listed = reduce(lambda before, pair: Sentence("{before}, {pair}", {"before": before, "pair": pair}), pairs)
        return Sentence("{text} ({facts})", {"text": self.text, "facts": listed})

    def __str__(self) -> str:
        return str(self.sentence)


def why_true(condition: Condition, facts: Mapping[str, Value]) -> tuple[Cause, ...]:
    """The smallest set of comparisons that makes it hold; nothing where it does not hold."""
    return _causes(condition, facts, wanted=True)


def why_false(condition: Condition, facts: Mapping[str, Value]) -> tuple[Cause, ...]:
    """The smallest set of comparisons that keeps it from holding; nothing where it holds."""
    return _causes(condition, facts, wanted=False)


def _causes(condition: Condition, facts: Mapping[str, Value], *, wanted: bool) -> tuple[Cause, ...]:
    if holds(condition.tree, facts) is not wanted:
        return ()
    described = VOCABULARY[condition.scope]
    deciding = dict.fromkeys(_deciding(condition.tree, facts, wanted=wanted))
    return tuple(_cause(leaf, described, facts) for leaf in deciding)


def _deciding(node: Node, facts: Mapping[str, Value], *, wanted: bool) -> tuple[Leaf, ...]:
    """Leaves that make `node`, which is `wanted`, what it is: one part is enough to break an `and` or to make an `or`, else all are needed."""
    if isinstance(node, Leaf):
        return (node,)
    if isinstance(node, Negation):
        return _deciding(node.of, facts, wanted=not wanted)
    if isinstance(node, AnyOf) is wanted:
        choices = [_deciding(part, facts, wanted=wanted) for part in node.of if holds(part, facts) is wanted]
        return min(choices, key=len)
    return tuple(leaf for part in node.of for leaf in _deciding(part, facts, wanted=wanted))


def _cause(leaf: Leaf, described: Mapping[str, Fact], facts: Mapping[str, Value]) -> Cause:
    names = dict.fromkeys(name for test in leaf.tests for name in facts_of_test(test))
    currencies = {described[name].currency_fact for name in names}
    shown = [name for name in names if name not in currencies or len(names) == 1]
    return Cause(leaf.text, holds(leaf, facts), tuple((name, readable(described[name], facts)) for name in shown))


def readable(fact: Fact, facts: Mapping[str, Value]) -> Sentence | str:
    """A fact's value as people read it."""
    value = facts.get(fact.name)
    if value is None:
        return _("unknown")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if fact.type is FactType.DATE and isinstance(value, int):
        return dt.date.fromordinal(value).isoformat() if 0 < value <= dt.date.max.toordinal() else str(value)
    if fact.type is FactType.AMOUNT and isinstance(value, int):
        currency = facts.get(fact.currency_fact)
        return (
            str(Money(value, str(currency)))
            if currency is not None
            else _("{amount} in an unknown currency", amount=Money(value, "").plain())
        )
    return str(value)
