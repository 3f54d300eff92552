"""Conditions in the words of durable-rules: only conjunctions, six comparisons, sums, and whether a fact exists.

What durable-rules cannot say soundly (texts that contain, products of facts, figures that could leave 64 bits, too many alternatives) is
worked out in Python and handed over as one more yes-or-no fact; such a fact is a "computed" one and is always known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from cobranza_rules.rules.normal_form import Arm, arms, count_arms
from cobranza_rules.rules.tree import (
    AllOf,
    AnyOf,
    Compare,
    Contains,
    Holds,
    Known,
    Leaf,
    Negation,
    Never,
    Node,
    OneOf,
    Order,
    SameValue,
    Test,
    Unknown,
)

MOST_BRANCHES = 60  # Of one ruleset; durable-rules fails when more than 64 branches match one fact.
MOST_BARRED = 10  # Values of a `not in`
LARGEST_WHOLE = 2**53  # Facts beyond it never reach durable-rules
LARGEST_RESULT = 2**62
LONGEST_TEXT = 4096

_OPERATORS = {
    Order.NOT_EQUAL: "$neq",
    Order.LESS: "$lt",
    Order.AT_MOST: "$lte",
    Order.GREATER: "$gt",
    Order.AT_LEAST: "$gte",
}


def sayable_text(text: str) -> bool:
    """Short enough, and without what a C string or UTF-8 cannot hold."""
    return len(text) <= LONGEST_TEXT and "\0" not in text and (text.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in text))


@dataclass(slots=True)
class Computed:
    """Nodes that Python works out, by the name of the fact that stands for each."""

    nodes: dict[str, Node] = field(default_factory=dict)
    _by_node: dict[Node, str] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=count)

    def fact_for(self, node: Node) -> str:
        if node not in self._by_node:
            self._by_node[node] = f"?{next(self._numbers)}"
            self.nodes[self._by_node[node]] = node
        return self._by_node[node]

    def leaf_for(self, node: Node) -> Node:
        return Leaf("", (Holds(self.fact_for(node)),))


def branches_of(node: Node, certain: frozenset[str], computed: Computed) -> list[Arm]:
    """The alternatives of a condition, at most MOST_BRANCHES branches of durable-rules, of tests that it can say."""
    small = _within_budget(node, certain, computed, negated=False)
    known = certain | computed.nodes.keys()
    found = [tuple(_sayable(test, computed) for test in arm) for arm in arms(small, known)]
    found = [arm for arm in found if Never() not in arm]
    while branch_count(found) > MOST_BRANCHES:
        longest = max((test for arm in found for test in arm if _width(test) > 1), key=_width)
        stand_in = Holds(computed.fact_for(Leaf("", (longest,))))
        found = [tuple(stand_in if test == longest else test for test in arm) for arm in found]
    return found


def _width(test: Test) -> int:
    """Branches of durable-rules that a test takes: a list of values is an `or`."""
    return len(test.values) if isinstance(test, OneOf) and not test.negated else 1


def branch_count(found: Iterable[Arm]) -> int:
    total = 0
    for arm in found:
        width = 1
        for test in arm:
            width *= _width(test)
        total += width
    return total


def _within_budget(node: Node, certain: frozenset[str], computed: Computed, *, negated: bool) -> Node:
    """The same condition with its widest parts computed, until few enough alternatives are left."""
    if count_arms(node, certain | computed.nodes.keys(), negated=negated) <= MOST_BRANCHES:
        return node
    if isinstance(node, Negation):
        return Negation(_within_budget(node.of, certain, computed, negated=not negated))
    if isinstance(node, Leaf):
        return computed.leaf_for(node)
    parts = [_within_budget(part, certain, computed, negated=negated) for part in node.of]
    make = AllOf if isinstance(node, AllOf) else AnyOf

    def width(part: Node) -> int:
        return count_arms(part, certain | computed.nodes.keys(), negated=negated)

    while width(make(tuple(parts))) > MOST_BRANCHES:
        widest = max(range(len(parts)), key=lambda index: width(parts[index]))
        if width(parts[widest]) <= 1:  # Nothing but single tests, and still too many of them: an `or` of very many.
            return computed.leaf_for(node)
        parts[widest] = computed.leaf_for(node.of[widest])  # As written: a computed node rests on plain facts only
    return make(tuple(parts))


def _sayable(test: Test, computed: Computed) -> Test:
    if _can_say(test):
        return test
    return Holds(computed.fact_for(Leaf("", (test,))))


def _can_say(test: Test) -> bool:
    match test:
        case Contains():
            return False
        case OneOf(values=values, negated=negated):
            if negated and len(values) > MOST_BARRED:
                return False
            return all(sayable_text(value) if isinstance(value, str) else abs(value) < LARGEST_WHOLE for value in values)
        case Compare():
            return _can_reckon(test)
        case _:
            return True


def _can_reckon(test: Compare) -> bool:
    """One fact stands alone on the left; everything else must stay within 64 bits whatever the facts are."""
    if any(len(facts) > 1 for _coefficient, facts in test.terms) or not any(abs(coefficient) == 1 for coefficient, _facts in test.terms):
        return False
    return sum(abs(coefficient) for coefficient, _facts in test.terms) * LARGEST_WHOLE + abs(test.constant) < LARGEST_RESULT


def said(test: Test) -> list[dict[str, Any]]:
    """Members of a conjunction of durable-rules. A fact on the right of a comparison is asked for first: an absent one would match."""
    match test:
        case Known(fact=fact):
            return [{"$ex": {fact: 1}}]
        case Unknown(fact=fact):
            return [{"$nex": {fact: 1}}]
        case Holds(fact=fact):
            return [{fact: True}]
        case OneOf(fact=fact, values=values, negated=negated):
            if negated:
                return [{"$neq": {fact: value}} for value in values]
            return [{fact: values[0]} if len(values) == 1 else {"$or": [{fact: value} for value in values]}]
        case SameValue(fact=fact, other=other, negated=negated):
            same = {fact: {"$m": other}}
            return [{"$ex": {other: 1}}, {"$neq": same} if negated else same]
        case Compare():
            return _said_figures(test)
        case _:
            raise AssertionError(f"{test} is computed and never said")


def _said_figures(test: Compare) -> list[dict[str, Any]]:
    position = next(index for index, (coefficient, _facts) in enumerate(test.terms) if abs(coefficient) == 1)
    sign, (left,) = test.terms[position]
    order = test.order if sign == 1 else test.order.mirrored
    others = [(-sign * coefficient, fact) for index, (coefficient, (fact,)) in enumerate(test.terms) if index != position]
    figures = {left: _said_sum(others, sign * test.constant)}
    guards = [{"$ex": {fact: 1}} for fact in test.facts if fact != left]
    return [*guards, figures if order is Order.EQUAL else {_OPERATORS[order]: figures}]


def _said_sum(others: list[tuple[int, str]], constant: int) -> Any:
    total: Any = None
    for coefficient, fact in others:
        term: Any = {"$m": fact} if coefficient == 1 else {"$mul": {"$l": {"$m": fact}, "$r": coefficient}}
        total = term if total is None else {"$add": {"$l": total, "$r": term}}
    if total is None:
        return constant
    return {"$add": {"$l": total, "$r": constant}} if constant else total
