"""Holds: looked at when planning and again before the wire, so that nothing leaves that was held meanwhile."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from hypothesis import given, settings
from hypothesis import strategies as st

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.facts.days import Day
from cobranza_rules.facts.invoices import OF_A_DATE
from cobranza_rules.facts.vocabulary import Value
from cobranza_rules.money import Money
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.recipients import reaches_customer
from cobranza_rules.rules.testing_model import Event, RuleTest
from tests.dispatch.test_sending import shipped_rules
from tests.rules.decide_books import DESK, MONDAY, book, invoice, plan_for, rules_of, workdays
from tests.semantics.stories import PLACE, given_customer, given_invoice, watched, weeks, writes

NO_MINIMUM = rules_of(DESK.replace("    minimum_total: {MXN: 500.00}\n", ""))
HOLDING = ("dispute", "dispute", "dispute_closed", "promise", "payment_claimed", "payment", "signed", "signed", "reversal")


@settings(max_examples=60, deadline=None)
@given(weeks(kinds=HOLDING))
def test_whatever_came_between_the_plan_and_the_wire_nothing_on_hold_is_claimed(test: RuleTest) -> None:
    """A promise and a notice of payment hold for so many business days, counted by hand, only the first one of each, and until it is kept."""
    for leaving in watched(test).left:
        if not (leaving.action.ladder and writes(leaving.action)):
            continue
        for item in leaving.action.items:
            state = leaving.before[item.subject_id]
            assert state.balance > 0
            assert item.balance == state.balance
            assert not state.dispute_open
            kept = 0 < state.promised_minor <= state.promise_paid
            if state.promised_on is not None and state.promise_count == 1 and not kept:
                assert leaving.on >= workdays(3, state.promised_on)
            if state.claimed_on is not None and state.claim_count == 1:
                assert leaving.on >= workdays(6, state.claimed_on)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 30), st.integers(0, 30))
def test_a_promise_is_not_late_before_its_day_has_passed(promised: int, asked: int) -> None:
    on, today = MONDAY + dt.timedelta(days=promised), MONDAY + dt.timedelta(days=asked)
    _column, known, _without = OF_A_DATE["promise_workdays_late"]
    late = known(Day(today, BusinessCalendar(holidays="none"), ()))[on]
    by_hand = sum((on + dt.timedelta(days=ahead)).weekday() < 5 for ahead in range(1, (today - on).days + 1))
    assert late == by_hand
    if today <= on:
        assert late == 0


DUE = MONDAY - dt.timedelta(days=9)
PROMISED_TOTAL = 60_000


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 12), st.sampled_from([0, 10_000]), st.lists(st.tuples(st.integers(0, 12), st.integers(1, 18_000)), max_size=3))
def test_a_promise_that_is_kept_in_part_holds_the_rest_until_its_day_and_grace_are_over(
    ahead: int, amount: int, payments: list[tuple[int, int]]
) -> None:
    """A promise of an amount ends as soon as so much was paid; one of the whole when nothing is left. Payments come after the promise."""
    pay_on = MONDAY + dt.timedelta(days=ahead)
    one = given_invoice("F-1", "A", "MXN", PROMISED_TOTAL, DUE, DUE - dt.timedelta(days=60), delivered=True)
    promise = Event(MONDAY, "promise", PLACE, ("F-1",), data={"amount": Money(amount, "MXN") if amount else None, "pay_on": pay_on})
    paid = [
        Event(MONDAY + dt.timedelta(days=day), "payment", PLACE, ("F-1",), data={"amount": Money(minor, "MXN")})
        for day, minor in sorted(payments)
    ]
    last = Event(MONDAY + dt.timedelta(days=30), "facts", PLACE)
    simulation = watched(RuleTest("a promise", PLACE, MONDAY, (given_customer("A"),), (one,), events=(promise, *paid, last)), NO_MINIMUM)
    free = workdays(3, pay_on)
    so_far = 0
    for event in paid:
        so_far += event.data["amount"].minor
        if amount and so_far >= amount:
            free = min(free, max(event.on, MONDAY))
            break
    while free.weekday() >= 5:
        free += dt.timedelta(days=1)
    first = simulation.left[0]
    assert (first.on, first.action.rule_id) == (free, "first")
    assert first.action.total == PROMISED_TOTAL - sum(event.data["amount"].minor for event in paid if event.on <= free)


BLOCKING = """
version: 1
calendar: {holidays: none}
holds:
  - {id: disputed, for: invoice, when: dispute_open, blocks: [BLOCKS]}
rules:
  - {id: deliver, for: invoice, when: delivery == "pending", do: [{deliver: letter, to: invoice_contact}]}
  - {id: ask, for: invoice, when: delivery == "sent" and not acknowledged, every: 3 workdays, do: [{email: ask, to: invoice_contact}]}
  - {id: move, for: invoice, when: cancellation_pending, do: [{task: look, assign: analyst}], sets: {case_status: legal}}
  - {id: call, for: invoice, when: cancellation_pending, do: [{task: call, assign: analyst}]}
ladders:
  - id: collection
    when: acknowledged
    rungs:
      - {id: remind, when: days_overdue >= 1, do: [{email: remind, to: collections_contact}]}
      - {id: hand-over, wait: 1 workdays, do: [{task: decide, assign: boss}], sets: {case_status: with_administration}}
  - id: harsh
    when: delivery == "pending"
    rungs:
      - {id: last-word, when: days_overdue >= 1, do: [{email: last, to: collections_contact}], sets: {case_status: legal}}
"""
# What each deed is, in the words of the sentence: messages of ladders and rules with `every`, other messages, and cases that are moved.
KIND_OF = {
    "deliver": {"delivery"},
    "ask": {"contact"},
    "move": {"escalation"},
    "call": set(),
    "remind": {"contact"},
    "hand-over": {"escalation"},
    "last-word": {"contact", "escalation"},
}
blocked = st.sets(st.sampled_from(["contact", "delivery", "escalation"]), min_size=1)


@settings(max_examples=60, deadline=None)
@given(blocked, st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=4))
def test_a_hold_keeps_back_what_it_blocks_and_nothing_else(blocks: set[str], drawn: list[tuple[bool, ...]]) -> None:
    rules = blocking(", ".join(sorted(blocks)))
    found = []
    wanted = set()
    for key, (disputed, pending, acknowledged, leaving, climbed) in enumerate(drawn, 1):
        deeds = {"deliver"} if pending else set() if acknowledged else {"ask"}
        deeds |= {"move", "call"} if leaving else set()
        deeds |= {"hand-over" if climbed else "remind"} if acknowledged else {"last-word"} if pending and not climbed else set()
        wanted |= {(deed, key) for deed in deeds if not (disputed and KIND_OF[deed] & blocks)}
        facts: dict[str, Value] = {
            "dispute_open": disputed,
            "delivery": "pending" if pending else "sent",
            "acknowledged": acknowledged,
            "cancellation_pending": leaving,
        }
        rung_on = MONDAY - dt.timedelta(days=30) if climbed else None
        found.append(invoice(key, of=key, facts=facts, rung="remind" if climbed else "", rung_on=rung_on))
    plan = plan_for(rules, book(*found))
    assert {(action.rule_id, item.subject_id) for action in plan.actions for item in action.items} == wanted


@lru_cache
def blocking(blocks: str) -> RuleSet:
    return rules_of(BLOCKING.replace("BLOCKS", blocks))


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["promise", "payment_notice"]), st.booleans(), st.integers(1, 60)), max_size=5)
)
def test_a_second_promise_or_notice_of_payment_or_one_far_ahead_goes_to_a_person(said: list[tuple[int, str, bool, int]]) -> None:
    """What was recorded by itself was the first of its kind, and near; all else waits, and nobody is written to meanwhile."""
    shipped = shipped_rules()
    one = given_invoice("F-1", "A", "MXN", PROMISED_TOTAL, DUE, DUE - dt.timedelta(days=60), delivered=True)
    days = [MONDAY + dt.timedelta(days=sum(gap for gap, *_rest in said[: place + 1])) for place in range(len(said))]
    events = [
        Event(
            day,
            "reply",
            PLACE,
            ("F-1",),
            "A",
            data={**TRUSTED, "kind": kind, "decided_by_person": decided, "read": read_on(day, kind, far)},
        )
        for day, (_gap, kind, decided, far) in zip(days, said, strict=True)
    ]
    last = Event(MONDAY + dt.timedelta(days=25), "facts", PLACE)
    simulation = watched(RuleTest("words", PLACE, MONDAY, (given_customer("A"),), (one,), events=(*events, last)), shipped)
    counts, waits_since = {"promise": 0, "payment_notice": 0}, None
    for day, (_gap, kind, decided, far) in zip(days, said, strict=True):
        near = kind != "promise" or working_days_between(day, far) <= 20
        if decided or (counts[kind] == 0 and near):
            counts[kind] += 1
        else:
            waits_since = waits_since or day
    state = simulation.book.states[1]
    assert (state.promise_count, state.claim_count) == (counts["promise"], counts["payment_notice"])
    assert len(simulation.book.replies) == len(said) - sum(counts.values())
    written = [leaving.on for leaving in simulation.left if reaches_customer(leaving.action.steps)]
    assert not [on for on in written if waits_since is not None and on >= waits_since]


TRUSTED = {
    "answers": "",
    "sender_authenticated": True,
    "sender_known": True,
    "answers_our_message": True,
    "doubtful": False,
}


def read_on(day: dt.date, kind: str, far: int) -> dict[str, object]:
    return {"pay_on": day + dt.timedelta(days=far)} if kind == "promise" else {}


def working_days_between(day: dt.date, far: int) -> int:
    """The shipped rules know the holiday of 16 March."""
    ahead = (day + dt.timedelta(days=count) for count in range(1, far + 1))
    return sum(each.weekday() < 5 and each not in (dt.date(2026, 3, 16), dt.date(2026, 5, 1)) for each in ahead)
