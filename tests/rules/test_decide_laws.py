"""Laws of the decision over random books and days, and over random weeks that are played through."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cobranza_rules.rules.planned import Plan
from cobranza_rules.rules.recipients import reaches_customer
from cobranza_rules.rules.subjects import NOTHING_CLAIMED, Book
from cobranza_rules.rules.testing_book import Stage, TestedAction
from cobranza_rules.rules.testing_model import Event, GivenInvoice, RuleTest
from cobranza_rules.rules.testing_present import as_of
from tests.rules.decide_books import MONDAY, plan_for
from tests.rules.random_books import KEEPING, LADDER_OF, RULES, RUNGS, books
from tests.semantics.stories import PLACE, given_customer, given_invoice, watched, weeks

slowly = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@slowly
@given(books())
def test_no_claim_is_made_twice_and_none_that_is_still_open(case: tuple[Book, dt.date]) -> None:
    known = {each.id: each for each in case[0].invoices}
    plan = plan_for(RULES, *case)
    made = [(item.subject_id, item.rule_id, item.occurrence) for action in plan.actions for item in action.items]
    assert len(made) == len(set(made))
    for subject, rule, occurrence in made:
        before = known[subject].claims.get(rule, NOTHING_CLAIMED)
        assert not before.waiting
        assert not before.uncertain
        assert occurrence == before.sent + 1


@slowly
@given(books())
def test_what_is_on_hold_is_never_written_about(case: tuple[Book, dt.date]) -> None:
    known = {each.id: each for each in case[0].invoices}
    for action in plan_for(RULES, *case).actions:
        for item in action.items:
            facts = known[item.subject_id].facts
            if reaches_customer(action.steps) and action.rule_id != "transmittal":
                assert not facts["dispute_open"]
                assert not facts["inbox_open"]
            if action.rule_id == "handover":
                assert not facts["promise_open"]
                assert not facts["inbox_open"]
        assert not {held.subject_id for held in action.held} & {item.subject_id for item in action.items}
        assert action.total == sum(known[item.subject_id].balance for item in action.items)


@slowly
@given(books())
def test_no_rung_is_skipped_and_none_is_climbed_before_its_wait_is_over(case: tuple[Book, dt.date]) -> None:
    known = {each.id: each for each in case[0].invoices}
    for action in plan_for(RULES, *case).actions:
        for item in action.items if action.ladder else ():
            before = known[item.subject_id]
            assert RUNGS.index(item.rule_id) == (RUNGS.index(before.rung) + 1 if before.rung else 0)
            assert RUNGS.index(item.rule_id) <= RUNGS.index(action.rule_id)
            if before.rung_on is not None and before.next_contact is None:
                assert RULES.calendar.between(before.rung_on, case[1]) >= LADDER_OF.rungs[RUNGS.index(item.rule_id)].wait_workdays


@slowly
@given(books())
def test_a_message_is_of_one_customer_and_currency_and_reaches_nobody_else(case: tuple[Book, dt.date]) -> None:
    known = {each.id: each for each in case[0].invoices}
    company = set(case[0].company.values())
    for action in plan_for(RULES, *case).actions:
        about = {(known[item.subject_id].customer_id, known[item.subject_id].currency) for item in action.items}
        assert about == {(action.customer_id, action.currency)}
        own = {address for addresses in case[0].customers[action.customer_id].addresses.values() for address in addresses}
        assert set(action.recipients) <= own
        assert set(action.copies) <= own | company
        assert not set(action.recipients) & set(action.copies)


@slowly
@given(books())
def test_nothing_goes_to_a_customer_on_a_day_without_business(case: tuple[Book, dt.date]) -> None:
    if case[1].weekday() >= 5:
        assert not any(reaches_customer(action.steps) for action in plan_for(RULES, *case).actions)


def as_sets(plan: Plan) -> Counter[tuple[Any, ...]]:
    """A plan whatever the order in which its book came: reasons quote one of several invoices."""
    return Counter(
        (
            action.rule_id,
            action.closing,
            action.customer,
            action.currency,
            frozenset((item.subject_id, item.rule_id, item.occurrence, item.balance) for item in action.items),
            frozenset((held.subject_id, held.hold_id) for held in action.held),
            action.recipients,
            action.copies,
            action.next_contact,
        )
        for action in plan.actions
    ) + Counter(("held", held.subject_id, held.hold_id) for held in plan.held)


@slowly
@given(books(), st.randoms(use_true_random=False))
def test_a_decision_is_the_same_whatever_the_order_of_the_book(case: tuple[Book, dt.date], chance: Any) -> None:
    found, today = case
    shuffled, customers = list(found.invoices), list(found.customers.items())
    chance.shuffle(shuffled)
    chance.shuffle(customers)
    assert plan_for(RULES, found, today) == plan_for(RULES, found, today)
    assert as_sets(plan_for(RULES, Book(dict(customers), shuffled, (), found.company), today)) == as_sets(plan_for(RULES, found, today))


def part_of(whole: Book, keys: set[int]) -> Book:
    return Book(
        {key: each for key, each in whole.customers.items() if key in keys},
        [each for each in whole.invoices if each.customer_id in keys],
        (),
        whole.company,
    )


@slowly
@given(books(), st.integers(0, 4))
def test_the_plans_of_chunks_are_the_plan_of_the_whole(case: tuple[Book, dt.date], cut: int) -> None:
    found, today = case
    first = {key for key in found.customers if key <= cut}
    parts = [plan_for(RULES, part_of(found, keys), today) for keys in (first, set(found.customers) - first)]
    whole = plan_for(RULES, found, today)
    assert as_sets(parts[0]) + as_sets(parts[1]) == as_sets(whole)
    assert said_in(parts[0]) + said_in(parts[1]) == said_in(whole)


def said_in(plan: Plan) -> Counter[tuple[Any, ...]]:
    return Counter((each.subject, each.subject_id, each.rule_id, each.outcome, str(each.reason), each.until) for each in plan.verdicts)


# Weeks that are played through, from what is given and what happens.


@st.composite
def quiet_weeks(draw: Any) -> RuleTest:
    """Invoices of two customers, all delivered and acknowledged, and nothing that happens to them."""
    given_invoices = tuple(
        given_invoice(
            f"F-{number}",
            draw(st.sampled_from(["A", "B"])),
            draw(st.sampled_from(["MXN", "USD"])),
            draw(st.sampled_from([10_000, 60_000, 90_000])),
            MONDAY + dt.timedelta(days=draw(st.integers(-40, 20))),
            MONDAY - dt.timedelta(days=90),
            delivered=True,
        )
        for number in range(draw(st.integers(1, 6)))
    )
    customers = tuple(map(given_customer, "AB"))
    last = Event(MONDAY + dt.timedelta(days=60), "facts", PLACE)
    return RuleTest("a quiet time", PLACE, MONDAY, customers, given_invoices, events=(last,))


@settings(max_examples=25, deadline=None)
@given(quiet_weeks())
def test_what_a_message_promises_is_the_day_on_which_the_ladder_acts_next(test: RuleTest) -> None:
    simulation = watched(test, KEEPING)
    sent = [tested for tested in simulation.book.actions if tested.stage is Stage.SENT]
    for tested in sent:
        promised = tested.action.next_contact
        if promised is None or promised > test.last_day:
            continue
        for item in tested.action.items:
            later = [
                each.sent_on for each in sent if each.id > tested.id and item.subject_id in {one.subject_id for one in each.action.items}
            ]
            assert later[0] == promised, (item.number, tested.sent_on, promised, later)


@settings(max_examples=25, deadline=None)
@given(weeks())
def test_whatever_happens_rungs_are_climbed_in_order_and_no_claim_is_made_twice(test: RuleTest) -> None:
    simulation = watched(test)
    live = [tested for tested in simulation.book.actions if tested.stage is not Stage.GONE]
    claims = Counter(claim for tested in live for claim in claims_made(tested))
    assert [claim for claim, count in claims.items() if count > 1] == []
    for state in simulation.book.states.values():
        assert tuple(sent.rung for sent in state.rungs) == RUNGS[: len(state.rungs)]
        days = [sent.on for sent in state.rungs]
        assert days == sorted(days)


def claims_made(tested: TestedAction) -> list[tuple[int, str, int]]:
    return [(item.subject_id, item.rule_id, item.occurrence) for item in tested.action.items]


@settings(max_examples=25, deadline=None)
@given(weeks(), st.integers(0, 40))
def test_deciding_twice_on_one_day_changes_nothing(test: RuleTest, ahead: int) -> None:
    until = MONDAY + dt.timedelta(days=ahead)
    events = (*(event for event in test.events if event.on <= until), Event(until, "facts", PLACE))
    simulation = watched(RuleTest(test.name, PLACE, MONDAY, test.customers, test.invoices, events=events))
    again = plan_for(RULES, as_of(simulation.book, until), until)
    refused = [tested for tested in simulation.book.actions if tested.stage is Stage.GONE and tested.planned_on == until]
    claimed = {claim for tested in refused for claim in claims_made(tested)}
    # What the run itself has delivered is a new fact: the ladder of these rules may begin at once.
    delivered = {key for key, state in simulation.book.states.items() if state.delivered_on == until}
    assert [
        action.rule_id
        for action in again.actions
        if not claimed & {(i.subject_id, i.rule_id, i.occurrence) for i in action.items}
        and not delivered & {i.subject_id for i in action.items}
    ] == []


@settings(max_examples=25, deadline=None)
@given(quiet_weeks())
def test_in_a_quiet_time_every_rung_is_sent_once_and_the_end_of_the_ladder_is_reached(test: RuleTest) -> None:
    simulation = watched(test)
    for key, state in simulation.book.states.items():
        given_one: GivenInvoice = simulation.book.invoices[key]
        owed = sum(
            other.state.total for other in test.invoices if (other.customer, other.currency) == (given_one.customer, given_one.currency)
        )
        assert len({sent.rung for sent in state.rungs}) == len(state.rungs)
        if owed >= 50_000 or given_one.currency == "USD":
            assert state.rungs, given_one.id
