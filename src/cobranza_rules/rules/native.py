"""The native engine: the conditions of a scope compiled once into one Python function, through syntax trees and never through source text."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from cobranza_rules.facts.table import FactTable
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.rules.engine import Conditions, Facts
from cobranza_rules.rules.python_code import condition_code, prelude, prelude_of_row
from cobranza_rules.rules.texts import composed, folded
from cobranza_rules.rules.tree import Node, facts_of

Names = frozenset[str]
Evaluate = Callable[[Sequence[Any]], list[int]]


class NativeEngine:
    def __init__(self, conditions: Conditions) -> None:
        self._programs = {scope: _Program(scope, conditions) for scope in Scope}

    def evaluate(self, scope: Scope, facts: Sequence[Facts]) -> list[Names]:
        return self._programs[scope].run(facts)

    def close(self) -> None:
        """It holds nothing."""


class _Program:
    """Which conditions hold is a whole number with a bit for each; few combinations occur, so each becomes a set of names once."""

    def __init__(self, scope: Scope, conditions: Conditions) -> None:
        own = {name: condition.tree for name, (of, condition) in conditions.items() if of is scope}
        self._names = list(own)
        self._sets: dict[int, Names] = {}
        self._scope, self._trees = scope, list(own.values())
        self._evaluate = compile_conditions(scope, self._trees)
        self._of_columns: dict[tuple[str, ...], Evaluate] = {}

    def run(self, facts: Sequence[Facts]) -> list[Names]:
        sets = self._sets
        found = self._evaluate_table(facts) if isinstance(facts, FactTable) else self._evaluate(facts)
        for bits in set(found).difference(sets):
            sets[bits] = frozenset(name for index, name in enumerate(self._names) if bits >> index & 1)
        return [sets[bits] for bits in found]

    def _evaluate_table(self, table: FactTable) -> list[int]:
        if (evaluate := self._of_columns.get(table.names)) is None:
            evaluate = self._of_columns[table.names] = compile_conditions(self._scope, self._trees, table.names)
        return evaluate(table.rows)


def compile_conditions(scope: Scope, trees: list[Node], columns: tuple[str, ...] | None = None) -> Evaluate:
    """A function from facts to whole numbers: bit n is set where tree n holds. With `columns` it takes rows of a table that has them."""
    used = sorted(frozenset[str]().union(*map(facts_of, trees)))
    names = {fact: f"fact_{index}" for index, fact in enumerate(used)}
    begin = prelude(scope, names) if columns is None else prelude_of_row(scope, names, columns)
    body: list[ast.stmt] = [*begin, ast.Assign([ast.Name("bits", ast.Store())], ast.Constant(0))]
    for index, tree in enumerate(trees):
        add = ast.AugAssign(ast.Name("bits", ast.Store()), ast.BitOr(), ast.Constant(1 << index))
        body.append(ast.If(condition_code(tree, names), [add], []))
    body.append(ast.Expr(ast.Call(ast.Name("append", ast.Load()), [ast.Name("bits", ast.Load())], [])))
    return _function(body)


def _function(body: list[ast.stmt]) -> Evaluate:
    module = ast.parse(
        "def evaluate(facts):\n    found = []\n    append = found.append\n    for fact in facts:\n        pass\n    return found\n"
    )
    function = module.body[0]
    assert isinstance(function, ast.FunctionDef)
    loop = function.body[2]
    assert isinstance(loop, ast.For)
    loop.body = body
    names: dict[str, object] = {"composed": composed, "folded": folded}
    exec(compile(ast.fix_missing_locations(module), "<conditions>", "exec"), names)  # noqa: S102 (the tree is built from checked nodes)
    evaluate: Evaluate = names["evaluate"]  # type: ignore[assignment] # exec has put the function there
    return evaluate
