"""Claims: what may happen once happens once, whatever comes in between."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from cobranza_rules.rules.subjects import Claims
from cobranza_rules.rules.testing_book import Stage
from cobranza_rules.rules.testing_model import RuleTest
from tests.rules.decide_books import MONDAY, book, invoice, plan_for
from tests.rules.random_books import RULES
from tests.semantics.stories import Watched, watched, weeks

Key = tuple[str, int, str, int]
carefully = settings(max_examples=40, deadline=None)


def keys_of(simulation: Watched, number: int) -> list[Key]:
    action = simulation.action(number)
    return [(action.subject, item.subject_id, item.rule_id, item.occurrence) for item in action.items]


@carefully
@given(weeks())
def test_a_claim_is_unique_over_all_states_but_failed_and_cancelled(test: RuleTest) -> None:
    simulation = watched(test)
    for evening in simulation.evenings:
        live = [number for number, stage in evening.stages.items() if stage is not Stage.GONE]
        claims = Counter(key for number in live for key in keys_of(simulation, number))
        assert [key for key, times in claims.items() if times > 1] == [], evening.on


@carefully
@given(weeks())
def test_the_occurrence_is_the_number_of_confirmed_sends_and_one_those_that_came_back_included(test: RuleTest) -> None:
    """Counted by hand: everything that was once confirmed counts, on whatever day that came to be known."""
    simulation = watched(test)
    confirmed: Counter[tuple[int, str]] = Counter()
    known: set[int] = set()
    for morning, evening in zip(simulation.mornings, simulation.evenings, strict=True):
        for hour in (morning, evening):
            new = [number for number, stage in hour.stages.items() if stage in (Stage.SENT, Stage.UNDONE) and number not in known]
            for number in new:
                for item in simulation.action(number).items:
                    assert item.occurrence == confirmed[item.subject_id, item.rule_id] + 1
                    confirmed[item.subject_id, item.rule_id] += 1
            known.update(new)


@carefully
@given(weeks())
def test_what_came_back_is_the_only_thing_that_is_sent_again_on_a_ladder(test: RuleTest) -> None:
    simulation = watched(test)
    last = simulation.evenings[-1].stages
    standing = Counter(
        (item.subject_id, item.rule_id)
        for leaving in simulation.left
        if leaving.action.ladder and last[leaving.number] is Stage.SENT
        for item in leaving.action.items
    )
    assert [pair for pair, times in standing.items() if times > 1] == []


PENDING = [Claims(), Claims(), Claims(waiting=True), Claims(1, 0, MONDAY), Claims(2, 2)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PENDING), st.sampled_from(["MXN", "USD"])), min_size=1, max_size=5))
def test_what_joins_a_waiting_letter_has_a_claim_of_its_own(pending: list[tuple[Claims, str]]) -> None:
    """A delivery is planned for every invoice that has none under way and none that arrived, whatever others of its customer wait for."""
    found = [
        invoice(key, currency=currency, facts={"delivery": "pending"}, claims={"transmittal": claims})
        for key, (claims, currency) in enumerate(pending, 1)
    ]
    wanted = {(key, currency, claims.sent + 1) for key, (claims, currency) in enumerate(pending, 1) if claims in (Claims(), Claims(2, 2))}
    letters = [action for action in plan_for(RULES, book(*found)).actions if action.rule_id == "transmittal"]
    assert {(item.subject_id, action.currency, item.occurrence) for action in letters for item in action.items} == wanted
    assert len(letters) == len({currency for _key, currency, _occurrence in wanted})
