"""A ladder's minimum counts what is overdue: of invoices in instalments that may be less than their balance."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from tests.rules.decide_books import book, invoice, plan_for, rules_of

MINIMUM = 50_000
INVOICES = st.lists(st.tuples(st.integers(1, 60_000), st.none() | st.integers(0, 60_000)), min_size=1, max_size=5)


@given(INVOICES)
@example([(60_000, 49_999)])
@example([(60_000, 50_000)])
def test_a_group_reaches_the_minimum_by_what_is_overdue_of_it(amounts: list[tuple[int, int | None]]) -> None:
    """`None` is one that is not in instalments: all of it is overdue."""
    known = [(balance, None if part is None else min(part, balance)) for balance, part in amounts]
    subjects = [invoice(key, balance=balance, overdue=10)._replace(overdue=part) for key, (balance, part) in enumerate(known, 1)]
    overdue = sum(balance if part is None else part for balance, part in known)
    plan = plan_for(rules_of(), book(*subjects))
    assert bool(plan.actions) is (overdue >= MINIMUM)
    assert all(action.total == sum(balance for balance, _part in known) for action in plan.actions)
