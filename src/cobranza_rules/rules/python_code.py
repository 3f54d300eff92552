"""Python expressions for conditions, as syntax trees. A fact is a local variable that is None where the fact is unknown."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from cobranza_rules.facts.vocabulary import VOCABULARY, FactType, Scope, Value
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
    Term,
    Test,
    Unknown,
)

Names = Mapping[str, str]  # Local variable of each fact

_ORDERS: dict[Order, type[ast.cmpop]] = {
    Order.EQUAL: ast.Eq,
    Order.NOT_EQUAL: ast.NotEq,
    Order.LESS: ast.Lt,
    Order.AT_MOST: ast.LtE,
    Order.GREATER: ast.Gt,
    Order.AT_LEAST: ast.GtE,
}


def prelude(scope: Scope, names: Names) -> list[ast.stmt]:
    """Takes each fact that is used out of the mapping `fact`, texts in NFC."""
    statements: list[ast.stmt] = [_assign("get", ast.Attribute(_load("fact"), "get", ast.Load()))] if names else []
    for fact, variable in names.items():
        statements.append(_assign(variable, _call("get", ast.Constant(fact))))
        if VOCABULARY[scope][fact].type is FactType.TEXT:
            statements.append(_composed(variable))
    return statements


def prelude_of_row(scope: Scope, names: Names, columns: Sequence[str]) -> list[ast.stmt]:
    """Takes each fact that is used out of the tuple `fact`, whose values are those of `columns`, texts in NFC."""
    taken = ast.Tuple([ast.Name(names.get(column, "_"), ast.Store()) for column in columns], ast.Store())
    statements: list[ast.stmt] = [ast.Assign([taken], _load("fact"))] if names else []
    for fact, variable in names.items():
        if fact not in columns:
            statements.append(_assign(variable, ast.Constant(None)))
        elif VOCABULARY[scope][fact].type is FactType.TEXT:
            statements.append(_composed(variable))
    return statements


def _composed(variable: str) -> ast.stmt:
    return ast.If(_is_known(variable), [_assign(variable, _call("composed", _load(variable)))], [])


def condition_code(node: Node, names: Names) -> ast.expr:
    match node:
        case Leaf(tests=tests):
            return _joined(ast.And(), [part for test in tests for part in _test(test, names)], empty=True)
        case Negation(of=inner):
            return ast.UnaryOp(ast.Not(), condition_code(inner, names))
        case AllOf(of=parts):
            return _joined(ast.And(), [condition_code(part, names) for part in parts], empty=True)
        case AnyOf(of=parts):
            return _joined(ast.Or(), [condition_code(part, names) for part in parts], empty=False)


def _joined(operator: ast.boolop, parts: Sequence[ast.expr], *, empty: bool) -> ast.expr:
    if len(parts) < 2:
        return parts[0] if parts else ast.Constant(empty)
    return ast.BoolOp(operator, list(parts))


def _test(test: Test, names: Names) -> list[ast.expr]:
    """Expressions that must all be true; those that ask whether a fact is known come first."""
    match test:
        case Known(fact=fact):
            return [_is_known(names[fact])]
        case Unknown(fact=fact):
            return [ast.Compare(_load(names[fact]), [ast.Is()], [ast.Constant(None)])]
        case Holds(fact=fact):
            return [ast.Compare(_load(names[fact]), [ast.Is()], [ast.Constant(True)])]
        case OneOf(fact=fact, values=values, negated=negated):
            return _membership(names[fact], values, negated=negated)
        case SameValue(fact=fact, other=other, negated=negated):
            order: ast.cmpop = ast.NotEq() if negated else ast.Eq()
            return [_is_known(names[fact]), _is_known(names[other]), ast.Compare(_load(names[fact]), [order], [_load(names[other])])]
        case Contains(fact=fact, folded=folded, negated=negated):
            found = ast.Compare(ast.Constant(folded), [ast.NotIn() if negated else ast.In()], [_call("folded", _load(names[fact]))])
            return [_is_known(names[fact]), found]
        case Compare(terms=terms, order=order_, constant=constant, facts=facts):
            figures = ast.Compare(_sum(terms, names), [_ORDERS[order_]()], [ast.Constant(constant)])
            return [*(_is_known(names[fact]) for fact in facts), figures]
        case Never():
            return [ast.Constant(False)]


def _membership(variable: str, values: tuple[Value, ...], *, negated: bool) -> list[ast.expr]:
    """No guard is needed where the fact must equal something: an unknown one equals nothing."""
    if len(values) == 1:
        test = ast.Compare(_load(variable), [ast.NotEq() if negated else ast.Eq()], [ast.Constant(values[0])])
    else:
        listed = ast.Tuple([ast.Constant(value) for value in values], ast.Load())
        test = ast.Compare(_load(variable), [ast.NotIn() if negated else ast.In()], [listed])
    return [_is_known(variable), test] if negated else [test]


def _sum(terms: tuple[Term, ...], names: Names) -> ast.expr:
    total: ast.expr | None = None
    for coefficient, facts in terms:
        product: ast.expr | None = None if coefficient == 1 else ast.Constant(coefficient)
        for fact in facts:
            product = _load(names[fact]) if product is None else ast.BinOp(product, ast.Mult(), _load(names[fact]))
        assert product is not None
        total = product if total is None else ast.BinOp(total, ast.Add(), product)
    assert total is not None
    return total


def _is_known(variable: str) -> ast.expr:
    return ast.Compare(_load(variable), [ast.IsNot()], [ast.Constant(None)])


def _load(variable: str) -> ast.expr:
    return ast.Name(variable, ast.Load())


def _assign(variable: str, value: ast.expr) -> ast.stmt:
    return ast.Assign([ast.Name(variable, ast.Store())], value)


def _call(function: str, argument: ast.expr) -> ast.expr:
    return ast.Call(_load(function), [argument], [])
