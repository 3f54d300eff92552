"""Can a condition hold at all? Finds plain contradictions: a text that would have to be two things, a number below and above a bound."""

from __future__ import annotations

import math
from fractions import Fraction

from cobranza_rules.facts.vocabulary import VOCABULARY, FactType, Scope
from cobranza_rules.rules.normal_form import Arm, arms, count_arms
from cobranza_rules.rules.quantities import stands
from cobranza_rules.rules.tree import AllOf, Compare, Holds, Negation, Node, OneOf, Order, Test

MOST_ARMS = 300  # Beyond this many alternatives the question is left open.


def can_hold(node: Node, scope: Scope) -> bool:
    """False only where it is certain that no fact satisfies it."""
    if count_arms(node) > MOST_ARMS:
        return True
    return any(_possible(arm, scope) for arm in arms(node))


def implies(first: Node, second: Node, scope: Scope) -> bool:
    """True only where it is certain that whatever satisfies `first` satisfies `second`."""
    return not can_hold(AllOf((first, Negation(second))), scope)


def _possible(arm: Arm, scope: Scope) -> bool:
    by_fact: dict[str, list[Test]] = {}
    for test in arm:
        fact = _only_fact(test)
        if fact:
            by_fact.setdefault(fact, []).append(test)
    return all(_values_left(fact, tests, scope) and _range_left(tests) for fact, tests in by_fact.items())


def _only_fact(test: Test) -> str:
    match test:
        case Holds(fact=fact) | OneOf(fact=fact):
            return fact
        case Compare(terms=((_, (fact,)),)):
            return fact
        case _:
            return ""


def _values_left(fact: str, tests: list[Test], scope: Scope) -> bool:
    described = VOCABULARY[scope].get(fact) or VOCABULARY[Scope.CUSTOMER][fact]  # A hold on the customer stands on its invoices too.
    left: set[object] | None = set(described.choices) or None
    if described.type is FactType.BOOLEAN:
        left = {True, False}
    for test in (OneOf(fact, (True,)) if isinstance(test, Holds) else test for test in tests):
        if isinstance(test, OneOf) and not test.negated:
            left = set(test.values) if left is None else left & set(test.values)
    barred = {value for test in tests if isinstance(test, OneOf) and test.negated for value in test.values}
    if left is None:
        return True
    return any(value not in barred and _within(value, tests) for value in left)


def _within(value: object, tests: list[Test]) -> bool:
    return not isinstance(value, int) or all(
        stands(test.terms[0][0] * value, test.order, test.constant) for test in tests if isinstance(test, Compare)
    )


def _range_left(tests: list[Test]) -> bool:
    """Whether a whole number is left between the bounds."""
    lowest, highest = Fraction(-(10**40)), Fraction(10**40)
    for test in tests:
        if not isinstance(test, Compare):
            continue
        bound = Fraction(test.constant, test.terms[0][0])  # The first coefficient is positive: `quantities.compare` sees to that.
        match test.order:
            case Order.EQUAL:
                lowest, highest = max(lowest, bound), min(highest, bound)
            case Order.AT_LEAST:
                lowest = max(lowest, bound)
            case Order.GREATER:
                lowest = max(lowest, Fraction(math.floor(bound) + 1))
            case Order.AT_MOST:
                highest = min(highest, bound)
            case Order.LESS:
                highest = min(highest, Fraction(math.ceil(bound) - 1))
            case Order.NOT_EQUAL:
                pass
    return math.ceil(lowest) <= math.floor(highest)
