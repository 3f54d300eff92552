"""Amounts and unknown facts: zero needs no currency, two currencies do not compare, and a comparison with the unknown is false."""

from __future__ import annotations

import operator

from hypothesis import given, settings
from hypothesis import strategies as st

from cobranza_rules.facts.vocabulary import Scope, Value
from cobranza_rules.rules.expression import Definitions, parse_condition
from cobranza_rules.rules.native import NativeEngine
from cobranza_rules.rules.planned import Outcome
from tests.rules.decide_books import book, invoice, outcomes, plan_for, reasons, rules_of
from tests.rules.random_books import RULES
from tests.semantics.stories import PLACE

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


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([1, 24_999, 25_000, 30_000]), st.sampled_from(["MXN", "MXN", "USD"]), st.booleans(), st.integers(-3, 9)),
        min_size=1,
        max_size=4,
    )
)
def test_less_than_the_minimum_that_is_overdue_and_not_on_hold_silences_a_group_and_is_said_to_do_so(
    drawn: list[tuple[int, str, bool, int]],
) -> None:
    """The minimum is 500.00 MXN; of dollars, which are not named, there is none."""
    found = [
        invoice(
            key, balance=balance, currency=currency, overdue=overdue, facts={"delivery": "sent", "dispute_open": held, "acknowledged": True}
        )
        for key, (balance, currency, held, overdue) in enumerate(drawn, 1)
    ]
    plan = plan_for(RULES, book(*found))
    due = {key: currency for key, (_balance, currency, held, overdue) in enumerate(drawn, 1) if overdue >= 1 and not held}
    pesos = sum(drawn[key - 1][0] for key, currency in due.items() if currency == "MXN")
    written = {item.subject_id for action in plan.actions for item in action.items}
    assert written == {key for key, currency in due.items() if currency == "USD" or pesos >= 50_000}
    silenced = {key for key in due if outcomes(plan, key)["first"] is Outcome.BELOW_MINIMUM}
    assert silenced == due.keys() - written
    assert {reasons(plan, "first", key)[-1] for key in silenced} <= {"less than the minimum of ladder 'collection' is overdue"}


def warnings_of(condition: str) -> list[str]:
    read = parse_condition(condition, Scope.INVOICE, PLACE, Definitions({}))
    return [str(problem) for problem in read.warnings]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["days_overdue", "credit_days", "workdays_since_delivery"]), st.sampled_from([*COMPARISONS]), st.integers(0, 40))
def test_the_check_warns_of_not_over_what_may_be_unknown_and_what_it_proposes_helps(fact: str, sign: str, figure: int) -> None:
    negated = f"not ({fact} {sign} {figure})"
    (warning,) = warnings_of(negated)
    assert warning.endswith(f"this is true too where '{fact}' is unknown; add '{fact} is known' if that is not meant")
    assert holds(negated, {})
    mended = f"{fact} is known and {negated}"
    assert (warnings_of(mended), holds(mended, {})) == ([], False)
    for known in (figure - 1, figure, figure + 1):
        assert holds(mended, {fact: known}) is holds(negated, {fact: known}) is not COMPARISONS[sign](known, figure)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["MXN", "USD", "EUR"]), st.sampled_from([*COMPARISONS]), st.integers(1, 40))
def test_the_check_warns_of_not_over_an_amount_that_other_currencies_make_true_and_what_it_proposes_helps(
    currency: str, sign: str, pesos: int
) -> None:
    negated = f"not (balance {sign} {pesos}.00 {currency})"
    other: dict[str, Value] = {"balance": 100, "currency": "CAD"}
    (warning,) = warnings_of(negated)
    proposed = f'currency == "{currency}"'
    what = f"this is true too where the amount is in another currency than {currency}"
    assert warning.endswith(f"{what}; add '{proposed}' if that is not meant")
    assert holds(negated, other)
    mended = f"{proposed} and {negated}"
    assert (warnings_of(mended), holds(mended, other)) == ([], False)
