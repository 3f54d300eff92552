"""Which invoices a plan looks at closely: all of which it says something, found by what holds for them and where they stand."""

from __future__ import annotations

import datetime as dt

import pytest

from cobranza_rules.rules.concerned import Found, Standings, kept
from cobranza_rules.rules.document import read_rules
from cobranza_rules.rules.model import RuleSet
from tests.store.test_books import RULES

DUE = frozenset({"ladder:collection", "rung:collection/first-reminder"})
DONE = ("collection", "second-reminder", frozenset({"ladder:collection"}))  # Its escalation's condition does not hold


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    read, _warnings = read_rules([("rules/collections.yaml", RULES.read_bytes())])
    return read


def looked_at(
    rules: RuleSet,
    *invoices: tuple[int, str, str, frozenset[str]],
    busy: frozenset[int] = frozenset(),
    balance: int = 100,
    due_on: str | None = "2026-03-09",
    next_contact: str | None = None,
) -> list[int]:
    """Ids of those that are kept, of invoices as (customer, ladder, rung, what holds); their ids are 0, 1 ..."""
    standings, found = Standings(rules, dt.date(2026, 3, 10)), []
    for number, (customer, ladder, rung, names) in enumerate(invoices):
        row = (number, customer, ladder, rung, "MXN", balance, due_on, next_contact)
        found.append(Found(number, number, customer, balance, standings.of(row, names)))
    return [each.id for each in kept(found, busy)]


@pytest.mark.parametrize(
    ("ladder", "rung", "names"),
    [
        ("", "", frozenset({"rule:transmittal"})),
        ("", "", DUE),
        ("collection", "first-reminder", frozenset({"ladder:collection"})),  # The second needs nothing but its wait.
        ("collection", "second-reminder", frozenset({"ladder:collection", "rung:collection/escalation"})),
        ("collection", "forgotten", frozenset()),  # A rung that the rules do not have any more
    ],
)
def test_what_may_be_due_or_has_to_be_told_is_concerned(rules: RuleSet, ladder: str, rung: str, names: frozenset[str]) -> None:
    assert looked_at(rules, (1, ladder, rung, names)) == [0]


@pytest.mark.parametrize(
    ("ladder", "rung", "names"),
    [
        ("", "", frozenset()),
        ("", "", frozenset({"hold:dispute", "rung:collection/first-reminder"})),
        ("", "", frozenset({"ladder:collection"})),  # On the ladder, and not overdue yet
        DONE,
        ("collection", "first-reminder", frozenset({"hold:dispute"})),  # Taken off its ladder by the ladder's condition
    ],
)
def test_what_nothing_can_be_done_with_is_not(rules: RuleSet, ladder: str, rung: str, names: frozenset[str]) -> None:
    assert looked_at(rules, (1, ladder, rung, names)) == []


def test_what_is_busy_is_concerned_whatever_it_is(rules: RuleSet) -> None:
    assert looked_at(rules, (1, "", "", frozenset()), (1, "", "", frozenset()), busy=frozenset({1})) == [1]


def test_what_is_overdue_beside_it_counts_for_its_customer_alone(rules: RuleSet) -> None:
    """Where what is due does not reach the minimum by itself: 500 pesos."""
    invoices = (1, *DONE), (1, "", "", DUE), (2, *DONE), (2, "", "", frozenset[str]())
    assert looked_at(rules, *invoices, balance=49_999) == [1, 0]
    assert looked_at(rules, *invoices, balance=50_000) == [1]


@pytest.mark.parametrize(("promised", "own"), [("2026-03-09", [0]), ("2026-03-10", [0]), ("2026-03-11", []), (None, [0])])
def test_a_rung_whose_day_was_promised_is_looked_at_from_that_day_on(rules: RuleSet, promised: str | None, own: list[int]) -> None:
    waiting = (1, "collection", "first-reminder", frozenset({"ladder:collection"}))
    assert looked_at(rules, waiting, next_contact=promised) == own


def test_an_invoice_that_waits_for_its_day_counts_beside_one_that_is_due(rules: RuleSet) -> None:
    waiting, due = (1, "collection", "first-reminder", frozenset({"ladder:collection"})), (1, "", "", DUE)
    assert looked_at(rules, waiting, due, busy=frozenset({1}), next_contact="2026-03-11") == [1, 0]


def test_what_is_under_way_is_looked_at_before_the_promised_day_too(rules: RuleSet) -> None:
    waiting = (1, "collection", "first-reminder", frozenset({"ladder:collection"}))
    assert looked_at(rules, waiting, busy=frozenset({0}), next_contact="2026-03-11") == [0]


def test_what_is_not_overdue_never_reaches_a_minimum_by_itself(rules: RuleSet) -> None:
    """Its balance adds nothing to what is overdue, however large it is."""
    invoices = (1, *DONE), (1, "", "", DUE)
    assert looked_at(rules, *invoices, balance=10**9) == [1]
    for later in (None, "2026-03-10"):
        assert looked_at(rules, *invoices, balance=10**9, due_on=later) == [1, 0]
