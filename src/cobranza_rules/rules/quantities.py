"""Sums and products in conditions, with their types: whole numbers, amounts and dates, reckoned exactly and never through a float.

number + number, number * number; amount + amount, amount * number; date + number, date - date (days). Decimals such as 0.5 are factors:
both sides of a comparison are multiplied until they are whole.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from cobranza_rules.facts.vocabulary import Fact, FactType
from cobranza_rules.language import Sentence, _
from cobranza_rules.money import MINOR_UNITS
from cobranza_rules.rules.tree import Compare, Known, Never, OneOf, Order, SameValue, Test

MOST_DIGITS = 15
MOST_FACTORS = 2  # Facts that may be multiplied with one another

TYPE_NAMES = {
    FactType.TEXT: _("a text"),
    FactType.BOOLEAN: _("a yes-or-no fact"),
    FactType.NUMBER: _("a number"),
    FactType.AMOUNT: _("an amount"),
    FactType.DATE: _("a date"),
}


class TypeFault(Exception):  # noqa: N818 (it becomes a Problem as soon as the place is known; it is no error of the program)
    def __init__(self, what: Sentence, hint: Sentence | None = None) -> None:
        self.what, self.hint = what, hint
        super().__init__(str(what))


@dataclass(frozen=True, slots=True)
class Quantity:
    """`terms` maps the facts that are multiplied to their coefficient. `facts` are all that were named, those too that cancelled out.

    `currencies` are those of amounts that were written out, `currency_facts` those of amount facts.
    """

    type: FactType
    terms: Mapping[tuple[str, ...], Fraction] = field(default_factory=dict)
    constant: Fraction = Fraction(0)
    facts: tuple[str, ...] = ()
    currencies: frozenset[str] = frozenset()
    currency_facts: tuple[str, ...] = ()

    @property
    def is_zero(self) -> bool:
        return not self.facts and self.constant == 0

    @property
    def single_fact(self) -> str:
        """The fact where this is a fact and nothing else; else empty."""
        return self.facts[0] if len(self.facts) == 1 and self.terms == {self.facts: 1} and not self.constant else ""


def of_fact(fact: Fact) -> Quantity:
    currency = (fact.currency_fact,) if fact.type is FactType.AMOUNT else ()
    return Quantity(fact.type, {(fact.name,): Fraction(1)}, facts=(fact.name,), currency_facts=currency)


def of_number(text: str) -> Quantity:
    if len(text) > MOST_DIGITS:
        raise TypeFault(_("the number has more than {limit} digits", limit=MOST_DIGITS), _("write a smaller number"))
    return Quantity(FactType.NUMBER, constant=Fraction(text))


def of_amount(text: str) -> Quantity:
    """`500.00 MXN`, in the currency's minor units."""
    figure, currency = text[:-3].rstrip(), text[-3:]
    if currency not in MINOR_UNITS:
        raise TypeFault(_("unknown currency '{currency}'", currency=currency), _("known are {names}", names=", ".join(sorted(MINOR_UNITS))))
    digits = MINOR_UNITS[currency]
    if len(figure.partition(".")[2]) > digits:
        raise TypeFault(
            _("{currency} has {digits} decimals", currency=currency, digits=digits), _("write the amount with no more decimals")
        )
    if len(figure) > MOST_DIGITS:
        raise TypeFault(_("the amount has more than {limit} digits", limit=MOST_DIGITS), _("write a smaller amount"))
    return Quantity(FactType.AMOUNT, constant=Fraction(figure) * 10**digits, currencies=frozenset({currency}))


def of_date(text: str) -> Quantity:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise TypeFault(_("there is no day {date}", date=text), _("write dates as year-month-day, like 2026-03-06")) from None
    return Quantity(FactType.DATE, constant=Fraction(day.toordinal()))


def plus(left: Quantity, right: Quantity, sign: int = 1) -> Quantity:
    """Left + right, or left - right where `sign` is -1. Raises TypeFault."""
    left, right = _with_zero_as_amount(left, right)
    result = _sum_type(left.type, right.type, sign)
    if result is None:
        word = _("added") if sign > 0 else _("subtracted")
        raise TypeFault(
            _("{left} and {right} cannot be {word}", left=TYPE_NAMES[left.type], right=TYPE_NAMES[right.type], word=word),
            _mixing_hint(left.type, right.type),
        )
    terms = dict(left.terms)
    for facts, coefficient in right.terms.items():
        terms[facts] = terms.get(facts, Fraction(0)) + sign * coefficient
    return _joined(left, right, result, {facts: value for facts, value in terms.items() if value}, left.constant + sign * right.constant)


def minus(left: Quantity, right: Quantity) -> Quantity:
    return plus(left, right, -1)


def negative(quantity: Quantity) -> Quantity:
    """Raises TypeFault for a date."""
    return times(Quantity(FactType.NUMBER, constant=Fraction(-1)), quantity)


def _with_zero_as_amount(left: Quantity, right: Quantity) -> tuple[Quantity, Quantity]:
    if left.type is FactType.AMOUNT and right.type is FactType.NUMBER and right.is_zero:
        return left, replace(right, type=FactType.AMOUNT)
    if right.type is FactType.AMOUNT and left.type is FactType.NUMBER and left.is_zero:
        return replace(left, type=FactType.AMOUNT), right
    return left, right


def _sum_type(left: FactType, right: FactType, sign: int) -> FactType | None:
    if (left, right) == (FactType.DATE, FactType.DATE):
        return FactType.NUMBER if sign < 0 else None
    if (left, right) == (FactType.DATE, FactType.NUMBER) or ((left, right) == (FactType.NUMBER, FactType.DATE) and sign > 0):
        return FactType.DATE
    return left if left is right else None


def _mixing_hint(left: FactType, right: FactType) -> Sentence | None:
    if {left, right} == {FactType.AMOUNT, FactType.NUMBER}:
        return _("write the amount with its currency, like 500.00 MXN")
    if {left, right} == {FactType.DATE, FactType.NUMBER}:
        return _("write dates as year-month-day, like 2026-03-06")
    return None


def _joined(left: Quantity, right: Quantity, kind: FactType, terms: Mapping[tuple[str, ...], Fraction], constant: Fraction) -> Quantity:
    currencies = left.currencies | right.currencies
    if len(currencies) > 1:
        raise TypeFault(
            _("amounts in {names} cannot be reckoned together", names=", ".join(sorted(currencies))),
            _("write a condition for each currency"),
        )
    facts = tuple(dict.fromkeys(left.facts + right.facts))
    return Quantity(kind, terms, constant, facts, currencies, tuple(dict.fromkeys(left.currency_facts + right.currency_facts)))


def times(left: Quantity, right: Quantity) -> Quantity:
    """Raises TypeFault for amounts or dates that are multiplied with one another, and beyond MOST_FACTORS facts in a product."""
    kinds = {left.type, right.type}
    if FactType.DATE in kinds or (left.type is FactType.AMOUNT and right.type is FactType.AMOUNT):
        raise TypeFault(_("{left} and {right} cannot be multiplied", left=TYPE_NAMES[left.type], right=TYPE_NAMES[right.type]))
    terms: dict[tuple[str, ...], Fraction] = {}
    constant = Fraction(0)
    for facts, one in (*left.terms.items(), ((), left.constant)):
        for others, other in (*right.terms.items(), ((), right.constant)):
            product = tuple(sorted(facts + others))
            if len(product) > MOST_FACTORS:
                raise TypeFault(
                    _("at most {limit} facts can be multiplied with one another", limit=MOST_FACTORS), _("simplify the condition")
                )
            if product:
                terms[product] = terms.get(product, Fraction(0)) + one * other
            else:
                constant += one * other
    kind = FactType.AMOUNT if FactType.AMOUNT in kinds else FactType.NUMBER
    return _joined(left, right, kind, {facts: value for facts, value in terms.items() if value}, constant)


def compare(left: Quantity, order: Order, right: Quantity) -> tuple[Test, ...]:
    """The tests that `left order right` stands for: currencies first, then the figures. Raises TypeFault."""
    left, right = _with_zero_as_amount(left, right)
    if left.type is not right.type:
        raise TypeFault(
            _("{left} cannot be compared with {right}", left=TYPE_NAMES[left.type], right=TYPE_NAMES[right.type]),
            _mixing_hint(left.type, right.type),
        )
    difference = minus(left, right)
    if not difference.facts:
        raise TypeFault(_("the comparison names no fact, so that it is always the same"), _("compare a fact with a value"))
    return (*currency_tests(difference), *_figures(difference, order))


def currency_tests(quantity: Quantity) -> tuple[Test, ...]:
    """Amounts compare only within one currency: that of the amounts written out, else that of the first amount fact."""
    names = quantity.currency_facts
    if quantity.currencies:
        (currency,) = quantity.currencies
        return tuple(OneOf(name, (currency,)) for name in names)
    return tuple(SameValue(names[0], other) for other in names[1:])


def _figures(difference: Quantity, order: Order) -> tuple[Test, ...]:
    scale = math.lcm(*(value.denominator for value in (*difference.terms.values(), difference.constant)))
    terms = tuple(sorted(((int(value * scale), facts) for facts, value in difference.terms.items()), key=lambda term: term[1]))
    constant = int(-difference.constant * scale)
    if not terms:
        known = tuple(Known(fact) for fact in difference.facts)
        return known if stands(0, order, constant) else (Never(),)
    if terms[0][0] < 0:
        terms, constant, order = tuple((-coefficient, facts) for coefficient, facts in terms), -constant, order.mirrored
    return (Compare(terms, order, constant, difference.facts),)


def stands(left: int, order: Order, right: int) -> bool:
    match order:
        case Order.EQUAL:
            return left == right
        case Order.NOT_EQUAL:
            return left != right
        case Order.LESS:
            return left < right
        case Order.AT_MOST:
            return left <= right
        case Order.GREATER:
            return left > right
        case Order.AT_LEAST:
            return left >= right
