"""Facts that are said to be alike are alike for every condition: the engine is asked about one of them only."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Hashable, Mapping

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from cobranza_rules.facts.vocabulary import FactType, Scope, Value
from cobranza_rules.rules.alike import Points, points_of
from cobranza_rules.rules.evaluation import holds
from cobranza_rules.rules.expression import parse_condition
from tests.rules.test_engines_agree import FACTS, PLACE, USED, edges, legal_conditions

near = st.integers(-4, 6) | st.integers(0, 9).map(lambda figure: 100 * figure + 50) | edges
few: Mapping[FactType, st.SearchStrategy[Value]] = {
    FactType.NUMBER: near,
    FactType.AMOUNT: near,
    FactType.DATE: st.integers(730_000, 730_003) | near,
    FactType.TEXT: st.sampled_from(["open", "paid", "MXN"]),
    FactType.BOOLEAN: st.booleans(),
}
facts_strategy = st.fixed_dictionaries({}, optional={name: few[FACTS[name].type] | st.none() for name in USED})


def key_of(facts: Mapping[str, Value], points: Mapping[str, Points]) -> Hashable:
    return tuple(_place(facts.get(fact), points[fact]) for fact in sorted(points))


def _place(value: Value | None, points: Points) -> Value | None:
    return value if value is None or points is None else bisect_right(points, value)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(legal_conditions, min_size=1, max_size=3), st.lists(facts_strategy, min_size=10, max_size=40))
def test_no_condition_tells_facts_with_one_key_apart(written: list[str], facts: list[Mapping[str, Value]]) -> None:
    conditions = {f"rule:{number}": (Scope.INVOICE, parse_condition(text, Scope.INVOICE, PLACE)) for number, text in enumerate(written)}
    points = points_of(Scope.INVOICE, conditions)
    answers = defaultdict(set)
    for each in facts:
        answers[key_of(each, points)].add(tuple(holds(condition.tree, each) for _scope, condition in conditions.values()))
    event("some are alike" if len(answers) < len(facts) else "none are alike")
    assert all(len(told) == 1 for told in answers.values())


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("days_overdue > 5", {"days_overdue": (5, 6)}),
        ("days_overdue * 2 <= 5", {"days_overdue": (2, 3)}),
        ("days_overdue * -2 <= 5", {"days_overdue": (-3, -2)}),
        ("promise_count in [1, 4]", {"promise_count": (1, 2, 4, 5)}),
        ("days_overdue > 5 and days_overdue < credit_days", {"days_overdue": None, "credit_days": None}),
        ("credit_days is known", {"credit_days": ()}),
        ('status == "open"', {"status": None}),
        ("dispute_open", {"dispute_open": None}),
    ],
)
def test_points_stand_where_a_condition_turns(text: str, points: Mapping[str, Points]) -> None:
    assert points_of(Scope.INVOICE, {"rule:x": (Scope.INVOICE, parse_condition(text, Scope.INVOICE, PLACE))}) == points


def test_conditions_of_other_scopes_ask_nothing_of_invoices() -> None:
    condition = parse_condition("inbox_open > 2", Scope.CUSTOMER, PLACE)
    assert points_of(Scope.INVOICE, {"rule:x": (Scope.CUSTOMER, condition)}) == {}
