"""The two sides of a comparison: facts and values with their types. What cannot be is a TypeFault, which the checker gives its place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cobranza_rules.facts.vocabulary import Fact, FactType
from cobranza_rules.language import Sentence, _
from cobranza_rules.rules import quantities
from cobranza_rules.rules.quantities import Quantity, TypeFault
from cobranza_rules.rules.suggestions import suggestion
from cobranza_rules.rules.texts import composed, folded
from cobranza_rules.rules.tree import Contains, OneOf, Order, SameValue, Test


@dataclass(frozen=True, slots=True)
class Words:
    """A text fact (`fact` set) or a text as written (`value`, in NFC). `choices` are those of a closed fact."""

    fact: str = ""
    value: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Truth:
    """A boolean fact (`fact` set), or true or false as written."""

    fact: str = ""
    value: bool = False


Operand = Quantity | Words | Truth


def of_fact(fact: Fact) -> Operand:
    if fact.type is FactType.TEXT:
        return Words(fact.name, choices=fact.choices)
    if fact.type is FactType.BOOLEAN:
        return Truth(fact.name)
    return quantities.of_fact(fact)


def of_text(quoted: str) -> Words:
    """A backslash keeps a quotation mark or another backslash; before anything else it is itself."""
    return Words(value=composed(re.sub(r"\\([\\\"'])", r"\1", quoted[1:-1])))


def type_name(operand: Operand) -> Sentence:
    if isinstance(operand, Words):
        return quantities.TYPE_NAMES[FactType.TEXT]
    return quantities.TYPE_NAMES[FactType.BOOLEAN if isinstance(operand, Truth) else operand.type]


def facts_of(operand: Operand) -> tuple[str, ...]:
    if isinstance(operand, Quantity):
        return operand.facts
    return (operand.fact,) if operand.fact else ()


def compare(left: Operand, order: Order, right: Operand) -> tuple[Test, ...]:
    """The tests that stand for `left order right`. Raises TypeFault."""
    if isinstance(left, Quantity) and isinstance(right, Quantity):
        return quantities.compare(left, order, right)
    if isinstance(left, Words) and isinstance(right, Words):
        return _compare_words(left, order, right)
    if isinstance(left, Truth) and isinstance(right, Truth):
        return _compare_truths(left, order, right)
    raise TypeFault(_("{left} cannot be compared with {right}", left=type_name(left), right=type_name(right)), _kind_hint(left, right))


def _kind_hint(left: Operand, right: Operand) -> Sentence | None:
    written = next((side for side in (left, right) if isinstance(side, Words) and not side.fact), None)
    if written is not None:
        return _("write numbers, amounts, dates, true and false without quotation marks")
    if any(isinstance(side, Words) for side in (left, right)):
        return _('write texts in quotation marks, like "open"')
    return None


def _only_equality(order: Order, what: Sentence) -> bool:
    """Whether the comparison is negated. Raises TypeFault for an order of texts or truths."""
    if order not in (Order.EQUAL, Order.NOT_EQUAL):
        raise TypeFault(_("{what} has no order, so that '{order}' says nothing of it", what=what, order=order), _("compare with == or !="))
    return order is Order.NOT_EQUAL


def _compare_words(left: Words, order: Order, right: Words) -> tuple[Test, ...]:
    negated = _only_equality(order, type_name(left))
    if left.fact and right.fact:
        return (SameValue(left.fact, right.fact, negated),)
    fact, written = (left, right) if left.fact else (right, left)
    _need_fact(fact.fact)
    return (OneOf(fact.fact, (_choice(fact, written.value),), negated),)


def _compare_truths(left: Truth, order: Order, right: Truth) -> tuple[Test, ...]:
    negated = _only_equality(order, type_name(left))
    if left.fact and right.fact:
        return (SameValue(left.fact, right.fact, negated),)
    fact, written = (left, right) if left.fact else (right, left)
    _need_fact(fact.fact)
    return (OneOf(fact.fact, (written.value,), negated),)


def _need_fact(name: str) -> None:
    if not name:
        raise TypeFault(_("the comparison names no fact, so that it is always the same"), _("compare a fact with a value"))


def _choice(fact: Words, value: str) -> str:
    if fact.choices and value not in fact.choices:
        raise TypeFault(_("'{fact}' is never '{value}'", fact=fact.fact, value=value), suggestion(value, fact.choices))
    return value


def contains(operand: Operand, searched: Operand) -> tuple[Test, ...]:
    """Raises TypeFault."""
    if not isinstance(operand, Words) or not operand.fact:
        raise TypeFault(
            _("'contains' looks into a text fact, not into {type}", type=type_name(operand)), _("name a text fact before 'contains'")
        )
    if not isinstance(searched, Words) or searched.fact:
        raise TypeFault(_("after 'contains' comes a text in quotation marks"), _('write it like contains "text"'))
    return (Contains(operand.fact, folded(searched.value)),)


def one_of(operand: Operand, values: list[Operand], *, negated: bool) -> tuple[Test, ...]:
    """Raises TypeFault. `values` are those of the list, which must be written out."""
    if not values:
        raise TypeFault(_("the list is empty"), _("put values into it, like [30, 60]"))
    if any(facts_of(value) for value in values):
        raise TypeFault(_("a list holds values, not facts"), _("compare with each fact and join the comparisons with or"))
    tests = [compare(operand, Order.EQUAL, value) for value in values]
    if isinstance(operand, Words):
        return (
            OneOf(
                operand.fact, tuple(dict.fromkeys(_choice(operand, value.value) for value in values if isinstance(value, Words))), negated
            ),
        )
    if isinstance(operand, Truth):
        return (OneOf(operand.fact, tuple(dict.fromkeys(value.value for value in values if isinstance(value, Truth))), negated),)
    return _number_in(operand, [value for value in values if isinstance(value, Quantity)], tests, negated=negated)


def _number_in(operand: Quantity, values: list[Quantity], tests: list[tuple[Test, ...]], *, negated: bool) -> tuple[Test, ...]:
    if not operand.single_fact or any(value.constant.denominator != 1 for value in values):
        raise TypeFault(_("'in' compares one fact with whole values"), _("name one fact before 'in', or join comparisons with or"))
    currencies = frozenset[str]().union(*(value.currencies for value in values))
    if len(currencies) > 1:
        raise TypeFault(
            _("amounts in {names} cannot be reckoned together", names=", ".join(sorted(currencies))),
            _("write a condition for each currency"),
        )
    currency = tests[0][:-1] if len(currencies) == 0 else tuple(OneOf(name, tuple(currencies)) for name in operand.currency_facts)
    return (*currency, OneOf(operand.single_fact, tuple(dict.fromkeys(int(value.constant) for value in values)), negated))
