"""Amounts and unknown facts: zero needs no currency, two currencies do not compare, and a comparison with the unknown is false."""

from __future__ import annotations

import operator

from hypothesis import given, settings
from hypothesis import strategies as st

from cobranza_rules.facts.vocabulary import Scope, Value
from cobranza_rules.rules.native import NativeEngine
from tests.rules.decide_books import rules_of

COMPARISONS = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def holds(condition: str, facts: dict[str, Value]) -> bool:
    text = f"version: 1\nrules:\n  - {{id: r, for: invoice, when: '{condition}', do: [{{task: t, assign: boss}}]}}\n"
    (found,) = NativeEngine(rules_of(text).conditions()).evaluate(Scope.INVOICE, [facts])
    return "rule:r" in found


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 3).map(lambda cents: cents * 50),
    st.integers(0, 3),
    st.sampled_from(["MXN", "USD", "EUR"]),
    st.sampled_from([*COMPARISONS]),
)
def test_amounts_compare_within_a_currency_and_zero_in_every_one(balance: int, half: int, currency: str, sign: str) -> None:
    facts: dict[str, Value] = {"balance": balance, "currency": currency}
    assert holds(f"balance {sign} 0", facts) is COMPARISONS[sign](balance, 0)
    meant = currency == "MXN" and COMPARISONS[sign](balance, half * 50)
    amount = f"{half * 50 // 100}.{half * 50 % 100:02} MXN"
    assert holds(f"balance {sign} {amount}", facts) is meant
    assert holds(f"not (balance {sign} {amount})", facts) is not meant


@settings(max_examples=60, deadline=None)
@given(st.none() | st.integers(-5, 5), st.integers(-5, 5), st.sampled_from([*COMPARISONS]))
def test_a_comparison_with_the_unknown_is_false_and_not_turns_the_whole_of_it(overdue: int | None, figure: int, sign: str) -> None:
    facts: dict[str, Value] = {} if overdue is None else {"days_overdue": overdue}
    meant = overdue is not None and COMPARISONS[sign](overdue, figure)
    assert holds(f"days_overdue {sign} {figure}", facts) is meant
    assert holds(f"not (days_overdue {sign} {figure})", facts) is not meant
    assert holds(f"days_overdue is known and not (days_overdue {sign} {figure})", facts) is (overdue is not None and not meant)
