"""Next contact: the printed day is stored with the claim, the ladder acts on it, and only a new fact moves it; the limit defers new contacts."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.rules.overrides import Override, OverrideKind, Overrides
from cobranza_rules.rules.testing_book import Stage, TestedAction
from cobranza_rules.rules.testing_given import CONTACTS
from cobranza_rules.rules.testing_model import Event, GivenCustomer, RuleTest
from tests.rules.decide_books import DESK, MONDAY, book, done, invoice, plan_for, rules_of, workdays
from tests.rules.random_books import KEEPING, RUNGS
from tests.semantics.stories import HAPPENINGS, PLACE, WAITS, Watched, given_invoice, watched, weeks, writes

carefully = settings(max_examples=30, deadline=None)


@carefully
@given(weeks())
def test_the_printed_day_is_the_wait_of_the_next_rung_and_stored_with_each_invoice_of_the_message(test: RuleTest) -> None:
    """Counted from the highest rung; none is printed where the next rung writes to nobody."""
    after = {rung: WAITS[following] for rung, following in pairwise(RUNGS) if following != "handover"}
    simulation = watched(test)
    evenings = {evening.on: evening for evening in simulation.evenings}
    for leaving in simulation.left:
        if not leaving.action.ladder:
            continue
        wait = after.get(leaving.action.rule_id)
        assert leaving.action.next_contact == (workdays(wait, leaving.on) if wait else None)
        for item in leaving.action.items:
            (stored,) = [sent for sent in evenings[leaving.on].states[item.subject_id].rungs if sent.action == leaving.number]
            assert (stored.rung, stored.next_contact) == (item.rule_id, leaving.action.next_contact)


def following(simulation: Watched, tested: TestedAction, invoice_id: int) -> list[TestedAction]:
    """What was planned on the ladder for an invoice after that."""
    return [
        each
        for each in simulation.book.actions
        if each.id > tested.id and each.action.ladder and invoice_id in {item.subject_id for item in each.action.items}
    ]


@carefully
@given(weeks())
def test_nobody_is_written_to_before_the_day_that_was_announced_whatever_happens(test: RuleTest) -> None:
    """What came back announced nothing; a CFDI that takes another's place is another invoice here."""
    simulation = watched(test)
    for tested in simulation.book.actions:
        announced = tested.action.next_contact
        if tested.stage is Stage.SENT and announced is not None:
            for item in tested.action.items:
                assert [each for each in following(simulation, tested, item.subject_id) if each.planned_on < announced] == []


@carefully
@given(weeks(most=10, kinds=HAPPENINGS))
def test_the_ladder_acts_on_the_announced_day_unless_something_happened_to_the_customer(test: RuleTest) -> None:
    """Other contacts of the customer in between, and so the limit, move nothing."""
    simulation = watched(test, KEEPING)
    happened = [(event.on, next(one.customer for one in test.invoices if one.id == event.invoices[0])) for event in test.events[:-1]]
    for tested in simulation.book.actions:
        sent_on, announced = tested.sent_on, tested.action.next_contact
        if sent_on is None or announced is None or announced > test.last_day:
            continue
        if any(sent_on < on <= announced and customer == tested.action.customer for on, customer in happened):
            continue
        for item in tested.action.items:
            (first, *_later) = following(simulation, tested, item.subject_id)
            assert first.planned_on == announced
            rungs = {one.subject_id: one.rule_id for one in first.action.items}
            assert RUNGS.index(rungs[item.subject_id]) == RUNGS.index(item.rule_id) + 1


@carefully
@given(weeks(most=6, kinds=HAPPENINGS))
def test_the_limit_defers_every_contact_that_was_not_announced(test: RuleTest) -> None:
    simulation = watched(test)
    letters = [leaving for leaving in simulation.left if leaving.action.ladder and writes(leaving.action)]
    for index, leaving in enumerate(letters):
        last = {item.subject_id: leaving.before[item.subject_id].last_rung for item in leaving.action.items}
        if any(sent is not None and sent.next_contact is not None and sent.next_contact <= leaving.on for sent in last.values()):
            continue
        for earlier in letters[:index]:
            if (earlier.action.customer, earlier.action.currency) == (leaving.action.customer, leaving.action.currency):
                assert workdays(3, earlier.on) <= leaving.on


# Overrides

TWO = rules_of(
    DESK
    + """
  - id: gentle
    when: balance > 0
    rungs:
      - {id: soft, when: days_overdue >= 1, do: [{email: first, to: collections_contact}]}
      - {id: softer, wait: 3 workdays, do: [{email: second, to: collections_contact}]}
      - {id: softest, wait: 8 workdays, do: [{email: third, to: collections_contact}]}
"""
)
GENTLE = ("soft", "softer", "softest")
TO_GENTLE = Override(1, OverrideKind.LADDER, Scope.INVOICE, "ana@kemper.example", "old friends", ladder="gentle")
AWAY = workdays(-20)


@carefully
@given(
    st.sampled_from(RUNGS[:3]),
    st.sampled_from([(), ("soft",), ("soft", "softer")]),
    st.integers(0, 30).map(lambda days: AWAY + dt.timedelta(days=days)),
)
def test_another_ladder_keeps_the_day_that_the_one_before_has_promised(rung: str, before: tuple[str, ...], promised: dt.date) -> None:
    """Whatever its own rung waits, on whichever rung it begins."""
    wanted = GENTLE[len(before)]
    for ahead in range(-3, 4):
        day = promised + dt.timedelta(days=ahead)
        one = invoice(
            today=day,
            overdue=200,
            rung=rung,
            rung_on=AWAY,
            next_contact=promised,
            facts={"delivery": "sent", "acknowledged": True},
            overrides=Overrides(ladder=TO_GENTLE),
            climbed=(*before, rung),
        )
        acts = ahead >= 0 and day.weekday() < 5
        assert done(plan_for(TWO, book(one), day)) == ([(wanted, ("F-1",))] if acts else [])


# Two ladders of one customer

LARGE_AND_SMALL = rules_of(
    """
version: 1
calendar: {holidays: none}
limit: {per_customer: 1 in 3 workdays, per_run: 500}
ladders:
  - id: large
    when: customer_ready and balance > 0 and total >= 500.00 MXN
    group_by: [customer, currency]
    rungs:
      - {id: l1, when: days_overdue >= 1, do: [{email: first, to: collections_contact}]}
      - {id: l2, wait: 5 workdays, do: [{email: second, to: collections_contact}]}
      - {id: l3, wait: 1 workdays, do: [{email: third, to: collections_contact}]}
  - id: small
    when: customer_ready and balance > 0 and total < 500.00 MXN
    group_by: [customer, currency]
    rungs:
      - {id: s1, when: days_overdue >= 1, do: [{email: first, to: collections_contact}]}
      - {id: s2, wait: 2 workdays, do: [{email: second, to: collections_contact}]}
      - {id: s3, wait: 8 workdays, do: [{email: third, to: collections_contact}]}
"""
)


def quiet_weeks(*invoices: tuple[int, int]) -> RuleTest:
    """One customer to whom nothing happens. Of each invoice its total in minor units, and how many days after Monday it is due."""
    given = [
        given_invoice(f"F-{number}", "A", "MXN", total, MONDAY + dt.timedelta(days=due), MONDAY - dt.timedelta(days=90), delivered=True)
        for number, (total, due) in enumerate(invoices, 1)
    ]
    last = Event(MONDAY + dt.timedelta(days=45), "facts", PLACE)
    customer = GivenCustomer("A", "domestic", "es", "email", CONTACTS)
    return RuleTest("weeks", PLACE, MONDAY, (customer,), tuple(given), events=(last,))


def letters(simulation: Watched) -> list[tuple[dt.date, str, tuple[str, ...]]]:
    return [(leaving.on, leaving.action.rule_id, leaving.action.invoices) for leaving in simulation.left]


def test_two_ladders_that_have_announced_one_day_both_write_on_it() -> None:
    simulation = watched(quiet_weeks((90_000, -1), (20_000, -1)), LARGE_AND_SMALL)
    assert letters(simulation)[:4] == [
        (MONDAY, "l1", ("F-1",)),
        (workdays(3), "s1", ("F-2",)),
        (workdays(5), "l2", ("F-1",)),
        (workdays(5), "s2", ("F-2",)),
    ]


def test_a_new_contact_that_gives_way_to_another_ladder_does_not_keep_an_announced_one_waiting() -> None:
    """On Thursday both ladders would write for the first time about an invoice; the one that gives way must not hold Monday's letter up."""
    simulation = watched(quiet_weeks((90_000, -1), (20_000, -1), (80_000, 2)), LARGE_AND_SMALL)
    assert sorted(letters(simulation)[:4]) == [
        (MONDAY, "l1", ("F-1",)),
        (workdays(3), "s1", ("F-2",)),
        (workdays(5), "l2", ("F-1", "F-3")),
        (workdays(5), "s2", ("F-2",)),
    ]


@carefully
@given(st.lists(st.tuples(st.sampled_from([20_000, 90_000]), st.integers(-5, 12)), min_size=2, max_size=6))
def test_every_ladder_keeps_the_days_that_it_has_announced_whatever_the_others_announce(invoices: list[tuple[int, int]]) -> None:
    simulation = watched(quiet_weeks(*invoices), LARGE_AND_SMALL)
    announced: dict[int, dt.date | None] = {}
    for leaving in simulation.left:
        for item in leaving.action.items:
            assert announced.get(item.subject_id) in (None, leaving.on)
            announced[item.subject_id] = leaving.action.next_contact


RIDING = rules_of(
    """\
version: 1
ladders:
  - id: collection
    when: balance > 0
    group_by: [customer, currency]
    rungs:
      - {id: first, when: days_overdue >= 1, do: [{email: first, to: collections_contact}]}
      - {id: second, when: days_overdue >= 10, do: [{email: second, to: collections_contact}]}
      - {id: handover, when: days_overdue >= 10, do: [{task: call, assign: sales_manager}]}
"""
)


@carefully
@given(st.integers(-10, 10).map(workdays), st.integers(-15, -1).map(workdays), st.integers(1, 40), st.integers(0, 15).map(workdays))
def test_a_rung_without_a_wait_keeps_the_day_that_a_higher_one_has_announced_and_a_task_need_not(
    announced: dt.date, rode_on: dt.date, overdue: int, today: dt.date
) -> None:
    """An invoice that rode in a message whose rung is followed after a wait of its own."""
    rode = invoice(1, today=today, overdue=overdue, rung="first", rung_on=rode_on, next_contact=announced)
    writes = today >= announced and overdue >= 10 and RIDING.calendar.is_workday(today)
    assert done(plan_for(RIDING, book(rode), today)) == ([("second", ("F-1",))] if writes else [])
    assert done(plan_for(RIDING, book(rode._replace(rung="second")), today)) == ([("handover", ("F-1",))] if overdue >= 10 else [])
