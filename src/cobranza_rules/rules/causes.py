"""Why a condition holds or does not: the fewest comparisons that settle it, with the facts that they looked at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial

from cobranza_rules.facts.vocabulary import VOCABULARY, Fact, FactType, Scope, Value
from cobranza_rules.language import Sentence, _, joined
from cobranza_rules.money import Money
from cobranza_rules.rules.expression import Condition
from cobranza_rules.rules.native import Evaluate, compile_conditions
from cobranza_rules.rules.tree import AnyOf, Leaf, Negation, Node, facts_of_test, leaves

MOST_KEPT = 256  # Causes of one comparison
MOST_KNOWN = 1024  # Conditions


@dataclass(frozen=True, slots=True)
class Cause:
    """A comparison as written, whether it holds, and its facts with values as people read them: `2026-03-06`, `1,200.00 MXN`, unknown."""

    text: str
    holds: bool
    facts: tuple[tuple[str, Sentence | str], ...]
    sentence: Sentence = field(compare=False)

    def __str__(self) -> str:
        return str(self.sentence)


def _sentence(text: str, facts: tuple[tuple[str, Sentence | str], ...]) -> Sentence:
    """`days_overdue >= 1 (days_overdue: 0)`; a fact alone as `acknowledged: no`; the text where it names no fact."""
    if not facts:
        return Sentence("{text}", {"text": text})
    if facts[0][0] == text:
        return Sentence("{name}: {value}", {"name": text, "value": facts[0][1]})
    if len(facts) == 1:
        return Sentence("{text} ({name}: {value})", {"text": text, "name": facts[0][0], "value": facts[0][1]})
    pairs = [Sentence("{name}: {value}", {"name": name, "value": value}) for name, value in facts]
    return Sentence("{text} ({facts})", {"text": text, "facts": joined(pairs)})


def why_true(condition: Condition, facts: Mapping[str, Value]) -> tuple[Cause, ...]:
    """The smallest set of comparisons that makes it hold; nothing where it does not hold."""
    return _causes(condition, facts, wanted=True)


def why_false(condition: Condition, facts: Mapping[str, Value]) -> tuple[Cause, ...]:
    """The smallest set of comparisons that keeps it from holding; nothing where it holds."""
    return _causes(condition, facts, wanted=False)


def _causes(condition: Condition, facts: Mapping[str, Value], *, wanted: bool) -> tuple[Cause, ...]:
    asked = _asked(condition)
    (bits,) = asked.evaluate([facts])
    found, deciding = asked.settle(bits)
    if found is not wanted:
        return ()
    return tuple(asked.causes[number](bits >> number & 1 == 1, facts) for number in deciding)


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A tree without its leaves: a leaf is its number."""

    parts: tuple[_Numbered | int, ...]
    any_is_enough: bool = False  # to make it true; else all are needed
    negated: bool = False  # of one part alone


@dataclass(frozen=True, slots=True)
class _Asked:
    """Every reason asks for the same few conditions: what is always so of one, by the number of its leaf, is worked out once."""

    evaluate: Evaluate  # Bit n of what it gives tells whether leaf n holds
    settle: Callable[[int], tuple[bool, tuple[int, ...]]]  # From these bits
    causes: tuple[Callable[[bool, Mapping[str, Value]], Cause], ...]


_known: dict[int, tuple[Condition, _Asked]] = {}  # By identity: to compare trees takes longer than to answer


def _asked(condition: Condition) -> _Asked:
    if (known := _known.get(id(condition))) is not None:
        return known[1]
    if len(_known) >= MOST_KNOWN:
        _known.clear()
    asked = _prepared(condition.scope, condition.tree)
    _known[id(condition)] = condition, asked
    return asked


def _prepared(scope: Scope, tree: Node) -> _Asked:
    numbers = {leaf: number for number, leaf in enumerate(dict.fromkeys(leaves(tree)))}
    causes = tuple(_cause_of(leaf, VOCABULARY[scope]) for leaf in numbers)
    settle = lru_cache(maxsize=256)(partial(_settled, _numbered(tree, numbers)))
    return _Asked(compile_conditions(scope, list(numbers)), settle, causes)


def _cause_of(leaf: Leaf, described: Mapping[str, Fact]) -> Callable[[bool, Mapping[str, Value]], Cause]:
    """Most facts have few values: what is said of them is kept."""
    names = tuple(dict.fromkeys(name for test in leaf.tests for name in facts_of_test(test)))
    shown = _shown(names, described)
    looked_at = tuple(dict.fromkeys((*names, *(fact.currency_fact for fact in shown if fact.currency_fact))))

    kept: dict[tuple[Value | None, ...], Cause] = {}

    def said(holding: bool, facts: Mapping[str, Value], key: tuple[Value | None, ...]) -> Cause:
        if len(kept) >= MOST_KEPT:
            kept.clear()
        read = tuple((fact.name, readable(fact, facts)) for fact in shown)
        found = kept[key] = Cause(leaf.text, holding, read, _sentence(leaf.text, read))
        return found

    def of_one(holding: bool, facts: Mapping[str, Value]) -> Cause:
        key = (holding, facts.get(looked_at[0]))
        return kept.get(key) or said(holding, facts, key)

    def of_more(holding: bool, facts: Mapping[str, Value]) -> Cause:
        key = (holding, *map(facts.get, looked_at))
        return kept.get(key) or said(holding, facts, key)

    return of_one if len(looked_at) == 1 else of_more


def _numbered(node: Node, numbers: Mapping[Leaf, int]) -> _Numbered | int:
    if isinstance(node, Leaf):
        return numbers[node]
    if isinstance(node, Negation):
        return _Numbered((_numbered(node.of, numbers),), negated=True)
    return _Numbered(tuple(_numbered(part, numbers) for part in node.of), isinstance(node, AnyOf))


def _shown(names: tuple[str, ...], described: Mapping[str, Fact]) -> tuple[Fact, ...]:
    """The currency of an amount is shown with the amount."""
    currencies = {described[name].currency_fact for name in names}
    return tuple(described[name] for name in names if name not in currencies or len(names) == 1)


def _settled(node: _Numbered | int, bits: int) -> tuple[bool, tuple[int, ...]]:
    """Whether it holds, and the leaves that make it so: one part is enough to break an `and` or to make an `or`, else all are needed."""
    if isinstance(node, int):
        return bool(bits >> node & 1), (node,)
    settled = [_settled(part, bits) for part in node.parts]
    if node.negated:
        ((found, deciding),) = settled
        return not found, deciding
    choices = [deciding for found, deciding in settled if found is node.any_is_enough]
    if choices:
        return node.any_is_enough, min(choices, key=len)
    return not node.any_is_enough, tuple(dict.fromkeys(number for _found, deciding in settled for number in deciding))


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
