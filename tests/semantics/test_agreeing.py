"""Who agrees to what: shown is what leaves; what waits ages, reminds, goes to the substitute, is written anew; the modes differ in this alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from cobranza_rules.money import Money
from cobranza_rules.rules.document import read_rules
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.rules.recipients import reaches_customer
from cobranza_rules.rules.testing_book import Stage
from cobranza_rules.rules.testing_model import Event, GivenSettings, RuleTest
from cobranza_rules.rules.testing_simulation import SimulatedDay
from tests.conftest import DAY
from tests.rules.decide_books import MONDAY, engine_of, rules_of
from tests.rules.random_books import RULES
from tests.semantics.letters_shown import LENGTH, SIGNER, SUBSTITUTE, SUBSTITUTE_AFTER, Shown, business_days, is_open
from tests.semantics.stories import HAPPENINGS, PLACE, Watched, given_customer, given_invoice, weeks
from tests.stories.desk import days

ROOT = Path(__file__).resolve().parents[2]
SHIPPED, _WARNINGS = read_rules([("collections.yaml", (ROOT / "rules/collections.yaml").read_bytes())])
carefully = settings(max_examples=30, deadline=None)
# Every letter, mail and reminder has somebody who agrees to it.
ASKING = GivenSettings(mode="supervised", rubric="gate", renew_after=7)
WITH_SUBSTITUTE = rules_of(
    f"""
version: 1
calendar: {{holidays: MX}}
rules:
  - id: letter
    for: invoice
    when: balance > 0 and delivery == "pending"
    do:
      - {{letter: transmittal, sign: {SIGNER}, sign_substitute: {{{SUBSTITUTE}: {SUBSTITUTE_AFTER} workdays}}}}
      - {{email: transmittal, to: collections_contact, attach: [letter]}}
    sets: {{delivery: sent}}
"""
)
ahead = st.integers(1, LENGTH)


def one_letter(happened: Sequence[Event]) -> RuleTest:
    """An invoice that is to be delivered by a letter which somebody has to sign."""
    one = given_invoice("F-1", "A", "MXN", 100_000, DAY + dt.timedelta(days=200), DAY, delivered=False)
    last = Event(DAY + dt.timedelta(days=LENGTH), "facts", PLACE)
    events = sorted([*happened, last], key=lambda event: event.on)
    return RuleTest("letter", PLACE, DAY, (given_customer("A"),), (one,), events=tuple(events))


def paid(on: dt.date) -> Event:
    return Event(on, "payment", PLACE, ("F-1",), data={"amount": Money(1_000, "MXN")})


def signed(on: dt.date, rule: str) -> Event:
    return Event(on, "signed", PLACE, rule_id=rule)


def played(test: RuleTest, rules: RuleSet) -> tuple[Watched, dict[dt.date, SimulatedDay]]:
    simulation = Watched(test, rules, engine_of(rules))
    return simulation, {day.on: day for day in simulation.run()}


@carefully
@given(payments=st.sets(ahead), signed_after=ahead)
def test_a_letter_is_asked_of_its_signer_then_of_the_substitute_and_anew_when_it_says_something_else_or_has_waited_too_long(
    payments: set[int], signed_after: int
) -> None:
    """What was signed leaves on that day, or on the next business day; what has changed by then is asked of the same person once more."""
    paid_on = {DAY + dt.timedelta(days=day) for day in payments}
    signed_on = DAY + dt.timedelta(days=signed_after)
    simulation, by_date = played(one_letter([*map(paid, sorted(paid_on)), signed(signed_on, "letter")]), WITH_SUBSTITUTE)
    assert [asking.gate.role for asking in by_date[DAY].asked] == [SIGNER]
    shown = Shown()
    for today in days(DAY + dt.timedelta(days=1), LENGTH):
        shown.changed = shown.changed or today in paid_on
        asked = [asking.gate.role for asking in by_date[today].asked]
        if today < signed_on or not is_open(today):
            assert (asked, by_date[today].sent) == ([shown.role] if shown.morning(today) else [], []), today
            continue
        assert (asked, len(by_date[today].sent)) == ([shown.role] if shown.changed else [], 1), today
        break
    assert len(simulation.left) <= 1


@carefully
@given(payments=st.sets(ahead, max_size=6), signed_after=ahead)
def test_who_has_to_sign_is_reminded_every_two_business_days_until_he_has_whatever_is_written_anew(
    payments: set[int], signed_after: int
) -> None:
    paid_on = {DAY + dt.timedelta(days=day) for day in payments}
    signed_on = DAY + dt.timedelta(days=signed_after)
    _simulation, by_date = played(one_letter([*map(paid, sorted(paid_on)), signed(signed_on, "transmittal")]), SHIPPED)
    since = DAY
    for today in days(DAY, LENGTH):
        told = [action for action in by_date[today].told if action.rule_id == "signature-reminder"]
        expected = today < signed_on and is_open(today) and business_days(since, today) >= 2
        assert len(told) == expected, today
        since = today if expected else since


def claims(action: PlannedAction) -> set[tuple[int, str, int]]:
    return {(item.subject_id, item.rule_id, item.occurrence) for item in action.items}


@carefully
@given(weeks().map(lambda test: replace(test, settings=ASKING)))
def test_what_leaves_is_what_was_shown_last_to_all_who_have_to_agree(test: RuleTest) -> None:
    """The same invoices with the same balances, to the same addresses, whatever came between."""
    simulation, by_date = played(test, RULES)
    asked = [asking for day in by_date.values() for asking in day.asked]
    for leaving in (leaving for leaving in simulation.left if leaving.action.recipients):
        until = leaving.on
        about = [each.action for each in asked if each.action.on <= until and claims(each.action) & claims(leaving.action)]
        assert (about[-1].items, about[-1].recipients, about[-1].copies) == (
            leaving.action.items,
            leaving.action.recipients,
            leaving.action.copies,
        )
        assert [item.balance for item in leaving.action.items] == [leaving.before[item.subject_id].balance for item in leaving.action.items]


@carefully
@given(weeks(kinds=(*HAPPENINGS, "signed", "rejected", "bounced", "uncertain", "refused")))
def test_whatever_happens_the_modes_decide_the_same_and_nothing_leaves_in_shadow(test: RuleTest) -> None:
    """Supervised with everybody agreeing is automatic; in shadow the first day is decided alike, and nobody is asked or moved."""
    found = {mode: played(replace(test, settings=GivenSettings(mode=mode)), RULES) for mode in ("automatic", "supervised", "shadow")}
    left = {
        mode: [(one.on, one.action.rule_id, one.action.items) for one in simulation.left] for mode, (simulation, _days) in found.items()
    }
    assert left["automatic"] == left["supervised"]
    first = {
        mode: [(action.rule_id, action.items, action.recipients) for action in by_date[MONDAY].actions]
        for mode, (_simulation, by_date) in found.items()
    }
    assert first["automatic"][: len(first["shadow"])] == first["supervised"][: len(first["shadow"])] == first["shadow"]
    shadow, by_date = found["shadow"]
    assert (shadow.left, [asking for day in by_date.values() for asking in day.asked]) == ([], [])
    assert {state.rungs for evening in shadow.evenings for state in evening.states.values()} <= {()}
    released = [asking for day in found["automatic"][1].values() for asking in day.asked if asking.gate.kind == "release"]
    assert released == []


@carefully
@given(weeks(kinds=("delivered", "delivered", "acknowledged", "dispute")))
def test_what_is_carried_counts_from_the_day_on_which_it_is_delivered_and_not_before(test: RuleTest) -> None:
    """And at once where nothing is said of it; the customer's other messages go by mail."""
    by_hand = replace(test, customers=tuple(replace(customer, delivery="in_person") for customer in test.customers))
    simulation, _by_date = played(by_hand, RULES)
    for tested in (each for each in simulation.book.actions if each.action.rule_id == "transmittal"):
        said = [
            event.on
            for event in test.events
            if (event.kind, event.rule_id) == ("delivered", "transmittal") and event.customer in ("", tested.action.customer)
        ]
        delivered_on = next((on for on in said if on >= tested.planned_on), tested.planned_on)
        assert tested.sent_on == delivered_on
        for evening in simulation.evenings:
            states = [evening.states[key] for key in tested.action.invoice_ids]
            expected = ("sent", delivered_on) if evening.on >= delivered_on else ("pending", None)
            assert {(state.delivery, state.delivered_on) for state in states} == {expected}


@carefully
@given(weeks())
def test_a_task_or_a_record_counts_when_it_is_written_and_a_message_when_its_chain_is_done(test: RuleTest) -> None:
    """What stays in the house waits for nobody: it is done on the day on which it is planned, whoever signs what."""
    simulation, _by_date = played(replace(test, settings=ASKING), RULES)
    for tested in simulation.book.actions:
        if not reaches_customer(tested.action.steps):
            assert (tested.stage, tested.sent_on) == (Stage.SENT, tested.planned_on)
        elif tested.sent_on is not None:
            assert tested.sent_on >= tested.planned_on
