"""The ledger's states: every step that there is, and none that there is not; claims and case events go with them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.casefile.chain_rows import verify_case_file
from cobranza_rules.language import _
from cobranza_rules.plan.ledger import move, planned, record_plan
from cobranza_rules.plan.numbers import next_number
from cobranza_rules.plan.states import ALLOWED, ForbiddenStepError, State
from cobranza_rules.rules.planned import Item, Plan, PlannedAction
from cobranza_rules.store.database import Database
from cobranza_rules.store.tables import ActionRow, CaseEventRow, ClaimRow, StepRow
from tests.conftest import DAY
from tests.store.rows import a_customer

NOW = dt.datetime(2026, 3, 2, 16, tzinfo=dt.UTC)
ENDS = {State.SENT, State.FAILED, State.CANCELLED}


def an_action(*invoices: int, customer_id: int = 1) -> PlannedAction:
    items = tuple(Item(number, f"FA-{number}", "first-reminder", 1) for number in invoices)
    return PlannedAction("first-reminder", "collection", 8, "invoice", customer_id, "C-001", "MXN", DAY, items, (), (), (), ())


def record(database: Database, *actions: PlannedAction) -> list[int]:
    with database.writing() as session:
        return record_plan(Bookkeeper(session, NOW), Plan(DAY, "0" * 64, actions))


@pytest.fixture
def ledger(database: Database) -> Database:
    """With one planned action of two claims; its id is 1."""
    with database.writing() as session:
        session.add(a_customer())
    assert record(database, an_action(7, 8)) == [1]
    return database


def live_claims(database: Database) -> int:
    with database.reading() as session:
        return session.execute(select(func.count()).select_from(ClaimRow).where(ClaimRow.live)).scalar_one()


def test_an_entered_action_has_its_claims_steps_and_event(ledger: Database) -> None:
    with ledger.reading() as session:
        row = session.get_one(ActionRow, 1)
        assert (row.state, row.revision, row.planned_on) == ("planned", 0, DAY)
        assert planned(row) == an_action(7, 8)
        assert session.scalars(select(StepRow)).all() == []
        assert [event.kind for event in session.scalars(select(CaseEventRow))] == ["action_planned"]
    assert live_claims(ledger) == 2


def test_the_same_plan_again_enters_nothing_and_leaves_no_trace(ledger: Database) -> None:
    assert record(ledger, an_action(7, 8)) == []
    with ledger.reading() as session:
        assert len(session.scalars(select(ActionRow)).all()) == 1
        verdict = verify_case_file(session)
    assert (verdict.intact, verdict.good) == (True, 1)
    assert live_claims(ledger) == 2


def test_one_claim_that_is_taken_leaves_the_whole_action_out_and_the_others_in(ledger: Database) -> None:
    assert len(record(ledger, an_action(8, 9), an_action(10))) == 1
    with ledger.reading() as session:
        assert [planned(row).invoices for row in session.scalars(select(ActionRow).order_by(ActionRow.id))] == [
            ("FA-7", "FA-8"),
            ("FA-10",),
        ]
        assert verify_case_file(session).intact


@pytest.mark.parametrize("start", State)
@pytest.mark.parametrize("goal", State)
def test_every_step_that_there_is_and_no_other(database: Database, start: State, goal: State) -> None:
    with database.writing() as session:
        session.add(a_customer())
    record(database, an_action(7))
    with database.writing() as session:
        keeper = Bookkeeper(session, NOW)
        row = session.get_one(ActionRow, 1)
        row.state = start.value
        if goal not in ALLOWED[start]:
            with pytest.raises(ForbiddenStepError, match=f"action 1: {start} -> {goal}"):
                move(keeper, row, goal, DAY, _("because"))
            assert row.state == start
            return
        move(keeper, row, goal, DAY, _("because"))
        assert (row.state, row.reason) == (goal, {"text": "because", "fields": {}})
        events = [event.kind for event in session.scalars(select(CaseEventRow).order_by(CaseEventRow.seq))]
    assert events == ["action_planned", f"action_{goal}"]
    assert live_claims(database) == (0 if goal in (State.FAILED, State.CANCELLED) else 1)


def test_what_left_or_ended_takes_no_step_back() -> None:
    """As it is meant: nothing leads out of an end, and only a person's word out of uncertainty, never back to the wire."""
    assert {state for state, goals in ALLOWED.items() if not goals} == ENDS
    assert ALLOWED[State.UNCERTAIN] == {State.SENT, State.FAILED}
    assert {state for state, goals in ALLOWED.items() if State.SENDING in goals} == {State.APPROVED}


def test_after_a_cancellation_the_same_may_be_claimed_again(ledger: Database) -> None:
    with ledger.writing() as session:
        move(Bookkeeper(session, NOW), session.get_one(ActionRow, 1), State.CANCELLED, DAY, _("paid"))
    assert record(ledger, an_action(7)) == [2]


def test_kept_claims_keep_the_same_away(ledger: Database) -> None:
    with ledger.writing() as session:
        move(Bookkeeper(session, NOW), session.get_one(ActionRow, 1), State.CANCELLED, DAY, _("rejected"), keep_claims=True)
    assert record(ledger, an_action(7)) == []


def test_the_next_occurrence_is_another_claim(ledger: Database) -> None:
    again = replace(an_action(7), items=(replace(an_action(7).items[0], occurrence=2),))
    assert record(ledger, again) == [2]


def test_numbers_run_on_within_a_year_and_begin_anew_in_the_next(database: Database) -> None:
    with database.writing() as session:
        keeper = Bookkeeper(session, NOW)
        given = [next_number(keeper, year) for year in (2026, 2026, 2027, 2026)]
    assert given == ["COB-2026-00001", "COB-2026-00002", "COB-2027-00001", "COB-2026-00003"]


def test_a_number_whose_letter_came_to_nothing_is_given_again(database: Database) -> None:
    with pytest.raises(RuntimeError), database.writing() as session:  # noqa: PT012 (what it does before it raises is what is tested)
        next_number(Bookkeeper(session, NOW), 2026)
        raise RuntimeError
    with database.writing() as session:
        assert next_number(Bookkeeper(session, NOW), 2026) == "COB-2026-00001"
