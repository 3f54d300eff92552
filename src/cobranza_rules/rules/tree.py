"""A checked condition as a tree: `and`, `or`, `not` over comparisons, and the elementary tests that a comparison stands for.

Every test names all facts that it needs. A test whose fact is unknown is false; `negated` belongs to the test itself (`!=`, `not in`), so it
is false then too. `Negation` turns the whole truth around and is true then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from cobranza_rules.facts.vocabulary import Value


class Order(StrEnum):
    EQUAL = "=="
    NOT_EQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    GREATER = ">"
    AT_LEAST = ">="

    @property
    def opposite(self) -> Order:
        """True exactly where this one is false."""
        return _OPPOSITE[self]

    @property
    def mirrored(self) -> Order:
        """The same with both sides exchanged."""
        return _MIRRORED[self]


_OPPOSITE = {
    Order.EQUAL: Order.NOT_EQUAL,
    Order.NOT_EQUAL: Order.EQUAL,
    Order.LESS: Order.AT_LEAST,
    Order.AT_LEAST: Order.LESS,
    Order.GREATER: Order.AT_MOST,
    Order.AT_MOST: Order.GREATER,
}
_MIRRORED = {
    Order.EQUAL: Order.EQUAL,
    Order.NOT_EQUAL: Order.NOT_EQUAL,
    Order.LESS: Order.GREATER,
    Order.GREATER: Order.LESS,
    Order.AT_MOST: Order.AT_LEAST,
    Order.AT_LEAST: Order.AT_MOST,
}


@dataclass(frozen=True, slots=True)
class Known:
    fact: str


@dataclass(frozen=True, slots=True)
class Unknown:
    fact: str


@dataclass(frozen=True, slots=True)
class Holds:
    """A boolean fact that is true. An unknown one is as good as false here."""

    fact: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """`values` are texts in NFC, or truths, whole numbers, minor units or ordinals of the fact's type."""

    fact: str
    values: tuple[Value, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class SameValue:
    """Two text facts, or two boolean facts."""

    fact: str
    other: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Contains:
    """`folded` is the searched text after `texts.folded`."""

    fact: str
    folded: str
    negated: bool = False


Term = tuple[int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Compare:
    """The sum of `terms` (a coefficient and one or two facts that are multiplied) stands in `order` to `constant`; all exact whole numbers.

    `facts` are all that were named, those too that cancelled out.
    """

    terms: tuple[Term, ...]
    order: Order
    constant: int
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Never:
    """Holds for no fact."""


Test = Known | Unknown | Holds | OneOf | SameValue | Contains | Compare | Never


@dataclass(frozen=True, slots=True)
class Leaf:
    """One comparison as the analyst wrote it. It holds where all its `tests` do; no tests hold always."""

    text: str
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    of: Node


@dataclass(frozen=True, slots=True)
class AllOf:
    of: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    of: tuple[Node, ...]


Node = Leaf | Negation | AllOf | AnyOf


def facts_of_test(test: Test) -> tuple[str, ...]:
    match test:
        case Compare(facts=facts):
            return facts
        case SameValue(fact=fact, other=other):
            return (fact, other)
        case Never():
            return ()
        case _:
            return (test.fact,)


def leaves(node: Node) -> Iterator[Leaf]:
    match node:
        case Leaf():
            yield node
        case Negation(of=inner):
            yield from leaves(inner)
        case AllOf(of=parts) | AnyOf(of=parts):
            for part in parts:
                yield from leaves(part)


def facts_of(node: Node) -> frozenset[str]:
    return frozenset(fact for leaf in leaves(node) for test in leaf.tests for fact in facts_of_test(test))


def depth_of(node: Node) -> int:
    match node:
        case Leaf():
            return 1
        case Negation(of=inner):
            return 1 + depth_of(inner)
        case AllOf(of=parts) | AnyOf(of=parts):
            return 1 + max(map(depth_of, parts), default=0)


def size_of(node: Node) -> int:
    """Leaves; a shared part counts each time that it appears."""
    match node:
        case Leaf():
            return 1
        case Negation(of=inner):
            return size_of(inner)
        case AllOf(of=parts) | AnyOf(of=parts):
            return sum(map(size_of, parts))
