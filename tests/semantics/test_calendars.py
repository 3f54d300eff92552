"""Calendars defer and never shift a due date; a run beyond `per_run` lets nothing out; contact hours are those of the company's zone."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from functools import lru_cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.facts.vocabulary import Value
from cobranza_rules.rules.contact_hours import may_write_at
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.planned import Outcome
from cobranza_rules.rules.testing_model import Event, RuleTest
from cobranza_rules.rules.testing_present import as_of
from tests.cfdi_files import invoice as cfdi
from tests.conftest import publish_anew
from tests.rules.decide_books import DESK, MONDAY, book, done, invoice, outcomes, plan_for, rules_of, until
from tests.rules.random_books import RULES
from tests.semantics.stories import PLACE, WAITS, given_customer, given_invoice, watched, writes
from tests.stories.desk import Desk, customer_list, days
from tests.stories.fixtures import OPENING, DeskMaker, make_desk

__all__ = ["make_desk"]
SPAN = 60
working = st.lists(st.integers(0, 6), min_size=1, max_size=7, unique=True)
closures = st.lists(st.integers(0, SPAN), max_size=12, unique=True)


def open_days(workdays: list[int], closed: list[int]) -> list[dt.date]:
    """Far beyond the span, so that the last waits end."""
    shut = {MONDAY + dt.timedelta(days=ahead) for ahead in closed}
    return [day for day in days(MONDAY, 400) if day.weekday() in workdays and day not in shut]


def rules_with(workdays: list[int], closed: list[int]) -> RuleSet:
    extra = frozenset(MONDAY + dt.timedelta(days=ahead) for ahead in closed)
    return replace(RULES, calendar=BusinessCalendar(workdays=frozenset(workdays), holidays="none", extra=extra))


@settings(max_examples=25, deadline=None)
@given(working, closures, st.integers(-10, 40))
def test_a_day_off_defers_what_is_due_to_the_next_day_that_is_open_and_the_due_date_stays(
    workdays: list[int], closed: list[int], ahead: int
) -> None:
    """The first reminder on the first open day after the due date, each later one after as many open days as its wait."""
    due, opened = MONDAY + dt.timedelta(days=ahead), open_days(workdays, closed)
    rules = rules_with(workdays, closed)
    one = given_invoice("F-1", "A", "MXN", 60_000, due, MONDAY - dt.timedelta(days=90), delivered=True)
    last = Event(MONDAY + dt.timedelta(days=SPAN), "facts", PLACE)
    simulation = watched(RuleTest("days off", PLACE, MONDAY, (given_customer("A"),), (one,), events=(last,)), rules)
    expected = [next(day for day in opened if day > due)]
    for rung in ("second", "third"):
        expected.append(opened[opened.index(expected[-1]) + WAITS[rung]])
    assert [leaving.on for leaving in simulation.left if writes(leaving.action)] == [day for day in expected if day <= last.on]
    for day in days(MONDAY, SPAN):
        (subject,) = as_of(simulation.book, day).invoices
        assert (subject.due_on, subject.facts["days_overdue"]) == (due, (day - due).days)


@settings(max_examples=25, deadline=None)
@given(working, closures, st.integers(0, SPAN))
def test_what_a_day_off_keeps_back_is_told_with_the_day_on_which_it_goes(workdays: list[int], closed: list[int], ahead: int) -> None:
    rules, opened, today = rules_with(workdays, closed), open_days(workdays, closed), MONDAY + dt.timedelta(days=ahead)
    plan = plan_for(rules, book(invoice(today=today, facts={"delivery": "sent", "acknowledged": True})), today)
    if today in opened:
        assert done(plan) == [("first", ("F-1",))]
    else:
        assert (done(plan), outcomes(plan)["first"]) == ([], Outcome.NOT_A_WORKDAY)
        assert until(plan, "first") == next(day for day in opened if day > today)


@lru_cache
def limited_to(limit: int) -> RuleSet:
    return rules_of(DESK.replace("per_run: 500", f"per_run: {limit}"))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 4), st.integers(0, 6), st.integers(0, 4))
def test_a_run_that_would_exceed_its_limit_stops_and_what_stays_in_the_house_counts_for_nothing(
    limit: int, messages: int, inside: int
) -> None:
    known: dict[str, Value] = {"delivery": "sent", "acknowledged": True}
    late = [invoice(key, of=key, facts=known) for key in range(1, messages + 1)]
    given_over = [invoice(key, of=key, rung="third", rung_on=MONDAY - dt.timedelta(days=90), facts=known) for key in range(11, 11 + inside)]
    plan = plan_for(limited_to(limit), book(*late, *given_over))
    assert Counter(action.rule_id for action in plan.actions) == Counter(first=messages, handover=inside)
    if messages > limit:
        assert str(plan.stopped).startswith(f"{messages} messages would leave, and the rules allow {limit} a run")
    else:
        assert plan.stopped is None


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 4), st.integers(1, 6))
def test_nothing_of_a_run_beyond_its_limit_is_claimed_or_leaves(limit: int, messages: int) -> None:
    people = [given_customer(f"C-{number}") for number in range(messages)]
    due, issued = MONDAY - dt.timedelta(days=9), MONDAY - dt.timedelta(days=90)
    found = [given_invoice(f"F-{number}", each.id, "MXN", 60_000, due, issued, delivered=True) for number, each in enumerate(people)]
    last = Event(MONDAY + dt.timedelta(days=3), "facts", PLACE)
    simulation = watched(RuleTest("a limit", PLACE, MONDAY, tuple(people), tuple(found), events=(last,)), limited_to(limit))
    assert [leaving.on for leaving in simulation.left] == ([] if messages > limit else [MONDAY] * messages)
    assert len(simulation.book.actions) == len(simulation.left)


ABROAD = "XEXX010101000"
READY = 4


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 4), min_size=1, max_size=4))
def test_not_even_what_was_agreed_to_on_several_days_leaves_together_beyond_the_limit(make_desk: DeskMaker, agreed: list[int]) -> None:
    """The real run, with two messages a run: as many as were released leave, or none, until some are sent back."""
    desk = _waiting_for_release(make_desk, str(agreed))
    ready = 0
    for day, count in zip(days(MONDAY, len(agreed)), agreed, strict=True):
        desk.on(day)
        waiting = [approval.id for approval in desk.approvals("waiting")][:count]
        if waiting:
            desk.approve("collections_analyst", only=waiting)
        ready += len(waiting)
        before = len(desk.mails())
        report = desk.tick()
        left = ready if ready <= 2 else 0
        assert len(desk.mails()) - before == left
        assert (report.plan is not None and report.plan.stopped is not None) is (ready > 2)
        ready -= left


def _waiting_for_release(make_desk: DeskMaker, folder: str) -> Desk:
    """A reminder to each of several customers waits for the analyst; then the rules allow two messages a run. In a folder of its own."""
    desk = make_desk(folder=f"limit-{folder}")
    desk.workspace.settings = desk.workspace.settings.model_copy(update={"mode": "supervised"})
    names = [f"CUSTOMER {number}" for number in range(READY)]
    rows = [f"X-{n},{name},{ABROAD},extranjero,es,30,correo,f@x{n}.example,p@x{n}.example," for n, name in enumerate(names)]
    desk.take(customer_list(*rows), *(cfdi(f"FX-{n}", receiver=(ABROAD, name)) for n, name in enumerate(names)), opening=OPENING)
    desk.tick()
    rules = desk.workspace.base / "rules" / "collections.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("per_run: 500", "per_run: 2"), encoding="utf-8")
    publish_anew(desk.workspace)
    return desk


hours = st.tuples(st.integers(0, 24 * 60 - 2), st.integers(2, 24 * 60)).filter(lambda both: both[0] < both[1])
EVERY_DAY = rules_of("version: 1\ncalendar: {timezone: America/Mexico_City}\n")


@given(hours, st.integers(0, 360), st.sampled_from(["first", "last"]), st.integers(-2, 2))
def test_customers_are_written_to_from_the_first_minute_of_the_hours_on_and_not_at_the_last(
    both: tuple[int, int], ahead: int, near: str, minutes: int
) -> None:
    """Around either end of the hours. Mexico City has been six hours behind UTC all year round since 2022."""
    first, last = both
    rules = replace(EVERY_DAY, contact_hours=(f"{first // 60:02}:{first % 60:02}", f"{last // 60:02}:{last % 60:02}"))
    there = ((first if near == "first" else last) + minutes) % (24 * 60)
    instant = dt.datetime.combine(MONDAY + dt.timedelta(days=ahead), dt.time(), dt.UTC) + dt.timedelta(minutes=there, hours=6)
    assert may_write_at(rules, instant) is (first <= there < last)
