"""What payments, sales and administration do to an invoice on its ladder: taken off, kept on its rung, put back, or told where to go on."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cobranza_rules.domain.entry import Entry, EntryKind
from cobranza_rules.domain.invoice import InvoiceState, fold
from cobranza_rules.money import Money
from cobranza_rules.rules.testing_model import Event, RuleTest
from tests.rules.decide_books import DESK, MONDAY, book, done, invoice, plan_for, rules_of
from tests.rules.random_books import RULES, RUNGS
from tests.semantics.stories import PLACE, given_customer, given_invoice, watched

TOTAL = 200_000
# Without the rung that asks administration as well.
NOBODY_TAKES = rules_of("\n".join(line for line in DESK.splitlines() if "id: handover" not in line))
LONG_AGO = MONDAY - dt.timedelta(days=90)
carefully = settings(max_examples=25, deadline=None)
payments = st.lists(st.tuples(st.integers(0, 35), st.integers(1, 150_000), st.booleans()), max_size=5)


@carefully
@given(payments)
def test_full_payment_takes_an_invoice_off_part_of_it_keeps_it_on_its_rung_and_a_reversal_puts_it_back(
    acts: list[tuple[int, int, bool]],
) -> None:
    """What is claimed is what is left on the day, nothing while nothing is left; rungs go on in their order, each once."""
    events: list[Event] = []
    applied: list[int] = []
    for ahead, minor, reverses in sorted(acts):
        on = MONDAY + dt.timedelta(days=ahead)
        if reverses and applied:
            events.append(Event(on, "reversal", PLACE, ("F-1",)))
            applied.pop()
        elif not reverses:
            events.append(Event(on, "payment", PLACE, ("F-1",), data={"amount": Money(minor, "MXN")}))
            applied.append(minor)
    one = given_invoice("F-1", "A", "MXN", TOTAL, MONDAY - dt.timedelta(days=9), LONG_AGO, delivered=True)
    last = Event(MONDAY + dt.timedelta(days=45), "facts", PLACE)
    simulation = watched(RuleTest("money", PLACE, MONDAY, (given_customer("A"),), (one,), events=(*events, last)))
    left = [leaving for leaving in simulation.left if leaving.action.ladder]
    for leaving in left:
        balance = leaving.before[1].balance
        assert (leaving.action.items[0].balance, balance > 0) == (balance, True)
    assert [leaving.action.rule_id for leaving in left] == list(RUNGS[: len(left)])
    for before, after in pairwise(simulation.evenings):
        if not any(leaving.on == after.on for leaving in left):
            assert after.states[1].rungs == before.states[1].rungs


@given(st.lists(st.integers(1, 90_000), min_size=1, max_size=4), st.data())
def test_a_reversal_leaves_everything_as_it_was_before_the_payment_but_for_the_day_from_which_the_wait_counts(
    amounts: list[int], data: Any
) -> None:
    begun = [
        Entry(EntryKind.ISSUED, LONG_AGO, {"minor": TOTAL}),
        Entry(EntryKind.RUNG_SENT, MONDAY, {"ladder": "collection", "rung": "first"}),
    ]
    paid = [Entry(EntryKind.PAYMENT_APPLIED, MONDAY, {"payment": number, "minor": minor}) for number, minor in enumerate(amounts)]
    taken_back = data.draw(st.integers(0, len(amounts) - 1))
    back = Entry(EntryKind.PAYMENT_REVERSED, MONDAY + dt.timedelta(days=3), {"payment": taken_back})
    without = fold([*begun, *(entry for entry in paid if entry.data["payment"] != taken_back)])
    after = fold([*begun, *paid, back])
    assert after == replace(without, reversed_on=back.happened_on)
    assert after.balance == TOTAL - sum(amounts) + amounts[taken_back]


@st.composite
def staggered(draw: Any) -> RuleTest:
    """Invoices of one customer that fall due one after the other, so that some ride along with a higher rung; and what sales answer."""
    due = draw(st.lists(st.integers(-12, 12), min_size=2, max_size=4))
    found = [
        given_invoice(f"F-{number}", "A", "MXN", 60_000, MONDAY + dt.timedelta(days=ahead), LONG_AGO, delivered=True)
        for number, ahead in enumerate(due, 1)
    ]
    answers = draw(st.lists(st.tuples(st.integers(0, 30), st.sampled_from(found)), max_size=4))
    said = {"answer": "no_agreement", "pay_on": None}
    events = [Event(MONDAY + dt.timedelta(days=ahead), "intervention", PLACE, (one.id,), data=said) for ahead, one in answers]
    last = Event(MONDAY + dt.timedelta(days=35), "facts", PLACE)
    ordered = tuple(sorted([*events, last], key=lambda event: event.on))
    return RuleTest("sales", PLACE, MONDAY, (given_customer("A"),), tuple(found), events=ordered)


@carefully
@given(staggered())
def test_the_intervention_of_an_invoice_is_the_task_that_its_own_rung_opened_or_joined(test: RuleTest) -> None:
    """Who only rode along in the message of a higher rung has asked nobody; an answer reaches those whose rung has asked, and no others."""
    simulation = watched(test, NOBODY_TAKES)
    asked: dict[int, str] = {}  # What each invoice's intervention is, for those whose own rung has asked
    for morning, evening in zip(simulation.mornings, simulation.evenings, strict=True):
        for event in (each for each in test.events if each.on == morning.on and each.kind == "intervention"):
            if asked.get(simulation.book.invoice_id(event.invoices[0])) == "open":
                asked |= {key: "no_agreement" for key, answer in asked.items() if answer == "open"}
        assert {key: state.intervention for key, state in morning.states.items() if state.intervention != "none"} == asked, morning.on
        for tested in (each for each in simulation.book.actions if each.sent_on == evening.on and each.action.rule_id == "second"):
            asked |= {item.subject_id: "open" for item in tested.action.items if item.rule_id == "second"}


@given(st.sampled_from(["", *RUNGS[:3]]), st.integers(0, 30))
def test_a_case_that_comes_back_goes_on_from_the_named_rung_or_with_the_last_message_again(named: str, waits: int) -> None:
    """The ladder's last rung has handed it over; after it the named one is sent, with the wait that it has from the one before."""
    sent = [
        Entry(EntryKind.RUNG_SENT, LONG_AGO + dt.timedelta(days=20 * place), {"ladder": "collection", "rung": rung})
        for place, rung in enumerate(RUNGS)
    ]
    moved = Entry(EntryKind.CASE_MOVED, MONDAY, {"case_status": "with_administration"})
    back = Entry(EntryKind.CASE_RETURNED, MONDAY + dt.timedelta(days=waits), {"task": 1, "rung": named})
    state = fold([Entry(EntryKind.ISSUED, LONG_AGO, {"minor": TOTAL}), *sent, moved, back])
    assert (state.case_status, state.intervention, state.intervention_task) == ("collections", "none", None)
    wanted = named or RUNGS[-2]
    assert [rung.rung for rung in state.rungs] == list(RUNGS[: RUNGS.index(wanted)])
    assert done(plan_for(RULES, book(as_subject(state)), MONDAY + dt.timedelta(days=42))) == [(wanted, ("F-1",))]


def as_subject(state: InvoiceState) -> Any:
    last = state.last_rung
    return invoice(
        today=MONDAY + dt.timedelta(days=42),
        overdue=200,
        rung=last.rung if last else "",
        rung_on=last.on if last else None,
        facts={"delivery": "sent", "acknowledged": True},
    )
