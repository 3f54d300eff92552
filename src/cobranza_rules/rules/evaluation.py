"""The meaning of conditions, word for word: slow, plain, and what both engines are measured against."""

from __future__ import annotations

from collections.abc import Mapping

from cobranza_rules.facts.vocabulary import Value
from cobranza_rules.rules.quantities import stands
from cobranza_rules.rules.texts import composed, folded
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
)

Facts = Mapping[str, Value]


def holds(node: Node, facts: Facts) -> bool:
    """A fact that is absent, or None, is unknown."""
    match node:
        case Leaf(tests=tests):
            return all(passes(test, facts) for test in tests)
        case Negation(of=inner):
            return not holds(inner, facts)
        case AllOf(of=parts):
            return all(holds(part, facts) for part in parts)
        case AnyOf(of=parts):
            return any(holds(part, facts) for part in parts)


def passes(test: Test, facts: Facts) -> bool:
    match test:
        case Known(fact=fact):
            return facts.get(fact) is not None
        case Unknown(fact=fact):
            return facts.get(fact) is None
        case Holds(fact=fact):
            return facts.get(fact) is True
        case OneOf(fact=fact, values=values, negated=negated):
            value = _plain(facts.get(fact))
            return value is not None and (value in values) is not negated
        case SameValue(fact=fact, other=other, negated=negated):
            one, two = _plain(facts.get(fact)), _plain(facts.get(other))
            return one is not None and two is not None and (one == two) is not negated
        case Contains(fact=fact, folded=searched, negated=negated):
            text = facts.get(fact)
            return text is not None and (searched in folded(str(text))) is not negated
        case Compare():
            return _compares(test, facts)
        case Never():
            return False


def _plain(value: Value | None) -> Value | None:
    return composed(value) if isinstance(value, str) else value


def _compares(test: Compare, facts: Facts) -> bool:
    if any(facts.get(fact) is None for fact in test.facts):
        return False
    total = 0
    for coefficient, names in test.terms:
        factor = coefficient
        for name in names:
            factor *= int(facts[name])
        total += factor
    return stands(total, test.order, test.constant)
