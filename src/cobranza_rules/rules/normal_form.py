"""A condition as alternatives ("arms"): it holds where all tests of at least one arm hold. No `not` is left; every test says its own.

This is what an engine that knows only conjunctions can carry out, and what shows that a condition can never hold.
"""

from __future__ import annotations

import math
from itertools import product

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
    SameValue,
    Test,
    Unknown,
    facts_of_test,
)

Arm = tuple[Test, ...]


NONE: frozenset[str] = frozenset()


def opposite(test: Test, certain: frozenset[str] = NONE) -> tuple[Test, ...]:
    """The alternatives that hold exactly where `test` does not; `certain` facts are known always. For Never see `_leaf_arms`."""
    return tuple(test for test in _opposite(test) if not (isinstance(test, Unknown) and test.fact in certain))


def _opposite(test: Test) -> tuple[Test, ...]:
    match test:
        case Known(fact=fact):
            return (Unknown(fact),)
        case Unknown(fact=fact):
            return (Known(fact),)
        case Holds(fact=fact):
            return (Unknown(fact), OneOf(fact, (False,)))
        case OneOf(fact=fact, values=values, negated=negated):
            return (Unknown(fact), OneOf(fact, values, not negated))
        case SameValue(fact=fact, other=other, negated=negated):
            return (Unknown(fact), Unknown(other), SameValue(fact, other, not negated))
        case Contains(fact=fact, folded=folded, negated=negated):
            return (Unknown(fact), Contains(fact, folded, not negated))
        case Compare(terms=terms, order=order, constant=constant, facts=facts):
            return (*map(Unknown, facts), Compare(terms, order.opposite, constant, facts))
        case Never():
            return ()


def _leaf_arms(leaf: Leaf, certain: frozenset[str], *, negated: bool) -> list[Arm]:
    if not negated:
        return [] if Never() in leaf.tests else [leaf.tests]
    if Never() in leaf.tests:
        return [()]
    return [(alternative,) for test in leaf.tests for alternative in opposite(test, certain)]


def count_arms(node: Node, certain: frozenset[str] = NONE, *, negated: bool = False) -> int:
    """How many `arms` would give, without the work of making them."""
    match node:
        case Leaf():
            return len(_leaf_arms(node, certain, negated=negated))
        case Negation(of=inner):
            return count_arms(inner, certain, negated=not negated)
        case AllOf(of=parts) | AnyOf(of=parts):
            counts = [count_arms(part, certain, negated=negated) for part in parts]
            return sum(counts) if isinstance(node, AnyOf) is not negated else math.prod(counts)


def arms(node: Node, certain: frozenset[str] = NONE, *, negated: bool = False) -> list[Arm]:
    """By De Morgan down to the tests. `certain` facts are never unknown. No arm: it never holds; an empty arm: it always does. Each arm names a test once."""
    match node:
        case Leaf():
            return _leaf_arms(node, certain, negated=negated)
        case Negation(of=inner):
            return arms(inner, certain, negated=not negated)
        case AllOf(of=parts) | AnyOf(of=parts):
            of_parts = [arms(part, certain, negated=negated) for part in parts]
            if isinstance(node, AnyOf) is not negated:
                return list(dict.fromkeys(arm for alternatives in of_parts for arm in alternatives))
            joined = (tuple(dict.fromkeys(test for arm in chosen for test in arm)) for chosen in product(*of_parts))
            return [arm for arm in dict.fromkeys(joined) if not _contradicts_itself(arm)]


def _contradicts_itself(arm: Arm) -> bool:
    """A fact that is unknown and is needed."""
    unknown = {test.fact for test in arm if isinstance(test, Unknown)}
    return bool(unknown) and any(fact in unknown for test in arm if not isinstance(test, Unknown) for fact in facts_of_test(test))
