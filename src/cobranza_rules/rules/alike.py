"""Which values of a fact no condition can tell apart, so that an engine need be asked about one of them only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from cobranza_rules.facts.vocabulary import VOCABULARY, FactType, Scope
from cobranza_rules.rules.engine import Conditions
from cobranza_rules.rules.tree import Compare, Known, OneOf, Test, Unknown, facts_of_test, leaves

# Whole numbers of a fact, in ascending order: two values with as many of them at or below are alike. None: each value is like itself alone.
Points = tuple[int, ...] | None

_NUMBERS = frozenset({FactType.NUMBER, FactType.AMOUNT, FactType.DATE})


def points_of(scope: Scope, conditions: Conditions) -> Mapping[str, Points]:
    """By each fact that a condition of the scope asks for. An unknown value is like no known one."""
    tests = [test for of, condition in conditions.values() if of is scope for leaf in leaves(condition.tree) for test in leaf.tests]
    points: dict[str, set[int]] = defaultdict(set)
    apart = {fact for test in tests for fact in _told_apart(scope, test)}
    for test in tests:
        for fact in facts_of_test(test):
            points[fact].update(_points(test, fact))
    return {fact: None if fact in apart else tuple(sorted(found)) for fact, found in points.items()}


def _told_apart(scope: Scope, test: Test) -> Iterable[str]:
    """Facts of which the test may tell any two values apart: those that it compares with each other, and all that are no numbers."""
    if isinstance(test, Known | Unknown):
        return ()
    if isinstance(test, Compare) and (len(test.terms) > 1 or any(len(facts) > 1 for _factor, facts in test.terms)):
        return test.facts
    return [fact for fact in facts_of_test(test) if VOCABULARY[scope][fact].type not in _NUMBERS]


def _points(test: Test, fact: str) -> Iterable[int]:
    """Of one number and a constant only its place before, at or behind some whole number matters."""
    if isinstance(test, Compare):
        for factor, facts in test.terms:
            if facts == (fact,) and factor:
                edge = test.constant // factor
                return edge, edge + 1
    if isinstance(test, OneOf):
        return [edge for value in test.values if isinstance(value, int) for edge in (value, value + 1)]
    return ()
