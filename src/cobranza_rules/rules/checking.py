"""From a syntax tree to a checked condition: names, types, choices and currencies. All problems are collected, none stops the others."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from cobranza_rules.facts.vocabulary import VOCABULARY, Scope
from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem
from cobranza_rules.rules import operands, quantities
from cobranza_rules.rules.operands import Operand, Truth
from cobranza_rules.rules.quantities import Quantity, TypeFault
from cobranza_rules.rules.suggestions import nearest, suggestion
from cobranza_rules.rules.tree import (
    AllOf,
    AnyOf,
    Compare,
    Holds,
    Known,
    Leaf,
    Negation,
    Never,
    Node,
    OneOf,
    Order,
    Test,
    Unknown,
    facts_of_test,
    leaves,
)
from cobranza_rules.rules.written import Written

if TYPE_CHECKING:
    from lark import Token, Tree

    Parsed = Tree[Token]

Inline = Callable[[str], Node | None]
_SUMS = frozenset({"plus", "minus", "times", "opposite", "number", "amount", "date"})
_COMPARISONS = frozenset({"compare", "one_of", "none_of", "known", "unknown", "contains"})


class Checker:
    """Of one condition. `inline` gives the tree of a defined name, or None where that name's own text is at fault.

    `problems` are errors and warnings in the order in which they were found. `negated` are facts under a `not`, with its offset, that may
    be unknown, or that are the currency of an amount, which stands behind them then: whether they deserve a warning is only known when the
    whole condition is.
    """

    def __init__(self, written: Written, scope: Scope, defined: frozenset[str], inline: Inline) -> None:
        self.written, self.scope, self.defined, self.inline = written, scope, defined, inline
        self.facts = VOCABULARY[scope]
        self.problems: list[Problem] = []
        self.negated: list[tuple[int, str, str]] = []

    def problem(self, tree: Parsed, what: Sentence, hint: Sentence | None = None) -> None:
        self.problems.append(self.written.problem(tree.meta.start_pos, what, hint))

    def formula(self, tree: Parsed) -> Node | None:
        kind = str(tree.data)
        if kind in ("all_of", "any_of"):
            parts = [self.formula(child) for child in _children(tree)]
            found = tuple(part for part in parts if part is not None)
            return None if len(found) < len(parts) else (AllOf(found) if kind == "all_of" else AnyOf(found))
        if kind == "negation":
            return self._negation(tree)
        if kind in _COMPARISONS:
            tests = self._comparison(tree, kind)
            return None if tests is None else Leaf(self._text(tree), tests)
        if kind in ("yes", "no"):
            return Leaf("true", ()) if kind == "yes" else Leaf("false", (Never(),))
        if kind == "name":
            return self._alone(tree, str(tree.children[0]))
        self.problem(tree, _("a condition is expected here, not a value"), _("compare the value with a fact"))
        return None

    def _text(self, tree: Parsed) -> str:
        return " ".join(self.written.text[tree.meta.start_pos : tree.meta.end_pos].split())

    def _negation(self, tree: Parsed) -> Node | None:
        inner = self.formula(_children(tree)[0])
        if inner is None:
            return None
        for leaf in leaves(inner):
            for test in leaf.tests:
                if not isinstance(test, Known | Unknown | Holds):
                    doubtful = (fact for fact in facts_of_test(test) if self.facts[fact].may_be_unknown)
                    self.negated += [(tree.meta.start_pos, fact, "") for fact in doubtful]
            self.negated += [(tree.meta.start_pos, fact, currency) for fact, currency in currencies_of(leaf)]
        return Negation(inner)

    def _alone(self, tree: Parsed, name: str) -> Node | None:
        if name in self.defined:
            return self.inline(name)
        operand = self._named(tree, name, self.defined)
        if operand is None:
            return None
        if isinstance(operand, Truth):
            return Leaf(name, (Holds(name),))
        self.problem(
            tree,
            _("'{name}' is {type} and cannot stand alone", name=name, type=operands.type_name(operand)),
            _("compare it, like {example}", example=self.facts[name].example),
        )
        return None

    def _named(self, tree: Parsed, name: str, more: frozenset[str] = frozenset()) -> Operand | None:
        fact = self.facts.get(name)
        if fact is not None:
            return operands.of_fact(fact)
        if name in self.defined:
            self.problem(tree, _("'{name}' is a defined condition, not a value", name=name), _("let it stand alone, or after not"))
        elif (elsewhere := next((scope for scope, facts in VOCABULARY.items() if name in facts), None)) is not None:
            self.problem(
                tree,
                _("'{name}' is no fact of 'for: {scope}'", name=name, scope=self.scope),
                _("it belongs to 'for: {scope}'", scope=elsewhere),
            )
        else:
            meant = nearest(name, {*self.facts, *more})
            hint = suggestion(name, {*self.facts, *more}) if meant else _("'cobranza rules facts' lists all facts")
            self.problem(tree, _("unknown fact '{name}'", name=name), hint)
        return None

    def _comparison(self, tree: Parsed, kind: str) -> tuple[Test, ...] | None:
        children = _children(tree)
        left = self.operand(children[0])
        if kind in ("known", "unknown"):
            return None if left is None else self._knowledge(tree, left, kind)
        if kind == "compare":
            order, right = Order(str(children[1])), self.operand(children[2])
            return None if left is None or right is None else self._tests(children[2], lambda: operands.compare(left, order, right))
        if kind == "contains":
            searched = self.operand(children[1])
            return None if left is None or searched is None else self._tests(tree, lambda: operands.contains(left, searched))
        return self._membership(tree, left, _children(children[1]), negated=kind == "none_of")

    def _membership(self, tree: Parsed, left: Operand | None, written: list[Parsed], *, negated: bool) -> tuple[Test, ...] | None:
        """Each value is compared by itself first, so that a wrong one is shown at its own place."""
        values = [self.operand(child) for child in written]
        if left is None:
            return None
        good: list[Operand] = []
        for child, value in zip(written, values, strict=True):
            if value is not None and (
                operands.facts_of(value) or self._tests(child, partial(operands.compare, left, Order.EQUAL, value)) is not None
            ):
                good.append(value)
        if len(good) < len(written):
            return None
        return self._tests(tree, lambda: operands.one_of(left, good, negated=negated))

    def _tests(self, tree: Parsed, make: Callable[[], tuple[Test, ...]]) -> tuple[Test, ...] | None:
        try:
            return make()
        except TypeFault as fault:
            self.problem(tree, fault.what, fault.hint)
            return None

    def _knowledge(self, tree: Parsed, operand: Operand, kind: str) -> tuple[Test, ...] | None:
        fact = operand.single_fact if isinstance(operand, Quantity) else operand.fact
        if not fact:
            self.problem(tree, _("only a fact can be known or unknown"), _("name one fact before 'is'"))
            return None
        return (Known(fact),) if kind == "known" else (Unknown(fact),)

    def operand(self, tree: Parsed) -> Operand | None:
        kind = str(tree.data)
        if kind == "name":
            return self._named(tree, str(tree.children[0]))
        if kind == "text":
            return operands.of_text(str(tree.children[0]))
        if kind in ("yes", "no"):
            return Truth(value=kind == "yes")
        if kind in _SUMS:
            return self._sum(tree, kind)
        self.problem(tree, _("a fact or a value is expected here, not a condition"), _("join conditions with and, or and not only"))
        return None

    def _sum(self, tree: Parsed, kind: str) -> Quantity | None:
        if kind in ("number", "amount", "date"):
            make = {"number": quantities.of_number, "amount": quantities.of_amount, "date": quantities.of_date}[kind]
            return self._quantity(tree, lambda: make(str(tree.children[0])))
        parts = [self._number(child) for child in _children(tree)]
        if any(part is None for part in parts):
            return None
        known = cast("list[Quantity]", parts)
        if kind == "opposite":
            return self._quantity(tree, lambda: quantities.negative(known[0]))
        reckon = {"plus": quantities.plus, "minus": quantities.minus, "times": quantities.times}[kind]
        return self._quantity(tree, lambda: reckon(known[0], known[1]))

    def _number(self, tree: Parsed) -> Quantity | None:
        operand = self.operand(tree)
        if operand is None or isinstance(operand, Quantity):
            return operand
        self.problem(
            tree, _("{type} cannot be reckoned with", type=operands.type_name(operand)), _("reckon with numbers, amounts and dates")
        )
        return None

    def _quantity(self, tree: Parsed, make: Callable[[], Quantity]) -> Quantity | None:
        try:
            return make()
        except TypeFault as fault:
            self.problem(tree, fault.what, fault.hint)
            return None


def currencies_of(leaf: Leaf) -> list[tuple[str, str]]:
    """The fact that holds the currency, and the currency, of an amount that a comparison has written out."""
    if not any(isinstance(test, Compare) for test in leaf.tests):
        return []
    return [(test.fact, str(test.values[0])) for test in leaf.tests if isinstance(test, OneOf)]


def _children(tree: Parsed) -> list[Parsed]:
    """Only trees are asked of a child; the one token among them, the order of a comparison, is read as a text."""
    return cast("list[Parsed]", tree.children)
