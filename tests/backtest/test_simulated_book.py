"""Which recorded entries a simulated book takes, and which it leaves to the tried rules."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from cobranza_rules.backtest.history import Happening, History, RecordedClaim, RecordedInvoice, RecordedTask
from cobranza_rules.backtest.simulated_book import SimulatedBook
from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.domain.entry import Entry, EntryKind
from cobranza_rules.rules.model import Step, StepKind
from cobranza_rules.rules.place import Place
from cobranza_rules.rules.planned import Item, PlannedAction
from cobranza_rules.rules.subjects import Claims
from tests.conftest import DAY

BEFORE = DAY - dt.timedelta(days=3)
CALENDAR = BusinessCalendar()
RUNG = {"ladder": "collection", "rung": "first-reminder", "next_contact": None}


def entry(kind: EntryKind, **data: Any) -> Entry:
    return Entry(kind, DAY, data)


def book(
    *known_before: Entry,
    claims: tuple[RecordedClaim, ...] = (),
    came_back: dict[int, dt.date] | None = None,
    tasks: tuple[RecordedTask, ...] = (),
) -> SimulatedBook:
    happenings = [Happening(BEFORE, 1, each) for each in (entry(EntryKind.ISSUED, minor=100_000), *known_before)]
    history = History(
        {},
        {1: RecordedInvoice(1, 1, {"currency": "MXN"}), 2: RecordedInvoice(2, 1, {"currency": "MXN"})},
        happenings,
        claims,
        (),
        tasks,
        came_back or {},
    )
    return SimulatedBook(history, CALENDAR, DAY)


@pytest.mark.parametrize(
    "deed",
    [
        entry(EntryKind.RUNG_SENT, action=7, **RUNG),
        entry(EntryKind.DELIVERED, action=7),
        entry(EntryKind.CASE_MOVED, action=7, case_status="legal"),
        entry(EntryKind.INTERVENTION_OPENED, task=3, due_on="2026-03-09"),
        entry(EntryKind.CASE_MOVED, undoes=7, case_status="legal"),
        entry(EntryKind.RUNG_UNDONE, action=7),
        entry(EntryKind.DELIVERY_UNDONE, action=7),
        entry(EntryKind.INTERVENTION_ANSWERED, task=3, answer="no_agreement"),
    ],
    ids=lambda deed: deed.kind.value,
)
def test_what_the_program_did_in_the_period_is_left_out(deed: Entry) -> None:
    played = book()
    before = played.states[1]
    played.learn(1, deed)
    assert played.states[1] == before


def test_what_people_did_is_taken() -> None:
    played = book()
    played.learn(1, entry(EntryKind.DELIVERED, opening=True))
    played.learn(1, entry(EntryKind.CASE_MOVED, case_status="legal"))
    assert (played.states[1].delivery, played.states[1].case_status) == ("sent", "legal")


def test_a_message_of_before_that_comes_back_is_undone() -> None:
    sent = (
        entry(EntryKind.RUNG_SENT, action=5, **RUNG),
        entry(EntryKind.DELIVERED, action=5),
        entry(EntryKind.CASE_MOVED, action=5, case_status="legal"),
    )
    claim = RecordedClaim(1, "first-reminder", 5, BEFORE)
    played = book(*sent, claims=(claim,), came_back={5: DAY})
    assert (len(played.states[1].rungs), played.states[1].case_status) == (1, "legal")
    assert played.claims_of(1) == {"first-reminder": Claims(sent=1, last_sent_on=BEFORE)}
    played.come_back(5)
    played.learn(1, entry(EntryKind.RUNG_UNDONE, action=5))
    played.learn(1, entry(EntryKind.DELIVERY_UNDONE, action=5))
    played.learn(1, entry(EntryKind.CASE_MOVED, undoes=5, case_status="collections"))
    state = played.states[1]
    assert (state.rungs, state.delivery, state.case_status) == ((), "pending", "collections")
    assert played.claims_of(1) == {"first-reminder": Claims(sent=1, undone=1)}


def test_a_claim_that_came_back_before_the_period_is_undone_from_the_start() -> None:
    claim = RecordedClaim(1, "first-reminder", 5, BEFORE)
    played = book(claims=(claim,), came_back={5: BEFORE})
    assert played.claims_of(1) == {"first-reminder": Claims(sent=1, undone=1)}


def test_a_substitute_inherits_the_simulated_state() -> None:
    played = book(entry(EntryKind.RUNG_SENT, action=5, **RUNG))
    played.learn(2, entry(EntryKind.ISSUED, minor=90_000))
    played.learn(2, entry(EntryKind.INHERITED, source=1, rungs=[], delivery="pending"))
    assert played.states[2].rungs == played.states[1].rungs
    assert played.open_of[1] == {1, 2}


def intervene(played: SimulatedBook, on: dt.date) -> tuple[int | None, dt.date | None]:
    """A rung opens its task: the number of the task and its deadline, as the invoice has them then."""
    step = Step(StepKind.TASK, "sales-intervention", Place("rules.yaml", 1, 1), assign="sales_manager", due_workdays=5)
    items = (Item(1, "F-1", "second-reminder", 1),)
    action = PlannedAction("second-reminder", "collection", 11, "invoice", 1, "C-1", "MXN", on, items, (), (step,), (), ())
    played.confirm(action, played.plan(action), on)
    return played.states[1].intervention_task, played.states[1].intervention_due


def recorded(done_on: dt.date | None) -> RecordedTask:
    return RecordedTask(3, 1, "sales-intervention", BEFORE, DAY, done_on)


@pytest.mark.parametrize("done_on", [None, DAY])
def test_a_rung_joins_the_task_that_was_open_when_the_period_began_and_its_deadline_stays(done_on: dt.date | None) -> None:
    assert intervene(book(tasks=(recorded(done_on),)), DAY) == (3, DAY)


def test_a_task_that_is_over_is_joined_no_more() -> None:
    deadline = DAY + dt.timedelta(days=7)
    number, due_on = intervene(book(tasks=(recorded(BEFORE),)), DAY)
    assert (number is not None and number < 0, due_on) == (True, deadline)
    played = book(tasks=(recorded(None),))
    played.close_task(1, "sales-intervention")
    assert intervene(played, DAY)[1] == deadline


def test_a_task_of_the_period_is_joined_while_nobody_has_done_it() -> None:
    played = book()
    first = intervene(played, DAY)
    assert intervene(played, DAY + dt.timedelta(days=1)) == first
