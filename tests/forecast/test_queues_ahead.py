"""The coming days of what waits beside invoices: who will be reminded, asked and written to, if nothing new happens."""

from __future__ import annotations

import datetime as dt

import pytest

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.tasks import open_task
from cobranza_rules.digest.gathering import gather_digest
from cobranza_rules.digest.value import Inside
from cobranza_rules.explanation import explain_subject
from tests.cfdi_files import invoice, receipt
from tests.conftest import DAY
from tests.dispatch.test_customer_messages import STATEMENT, THANKS, WARNING, with_rules
from tests.stories.desk import PAYER, UNIVERSITY, Desk
from tests.stories.fixtures import DeskMaker

BOSS = "administracion@kemper.example"
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (DAY + dt.timedelta(days=ahead) for ahead in (1, 2, 3, 4))


@pytest.fixture
def signing(make_desk: DeskMaker) -> Desk:
    """Monday: a letter waits for the manager's signature."""
    desk = make_desk(UNIVERSITY)
    desk.take(invoice("FA-7", "1160.00", DAY))
    desk.tick()
    return desk


def coming(desk: Desk) -> list[tuple[str, dt.date | None, str, tuple[str, ...]]]:
    """What comes next to each thing beside invoices: what it is, the day, the rule, and to whom."""
    waiting = explain_subject(desk.workspace, "C-001").waiting
    return [
        (one.scope, one.next.on, one.next.rule_id, one.next.action.recipients if one.next.action else ())
        for one in waiting
        if one.next is not None
    ]


def inside(desk: Desk) -> list[tuple[dt.date, Inside]]:
    return [(day.on, one) for day in gather_digest(desk.workspace).week for one in day.inside]


def task(desk: Desk, due_on: dt.date) -> None:
    with desk.workspace.database.writing() as session:
        keeper = Bookkeeper(session, desk.workspace.clock.now())
        open_task(keeper, "find-address", desk.customers()[0].id, "collections_analyst", DAY, [], due_on=due_on)


def test_a_signature_is_reminded_of_on_the_day_on_which_it_will_be(signing: Desk) -> None:
    assert coming(signing) == [("approval", WEDNESDAY, "signature-reminder", (BOSS,))]
    signing.run(WEDNESDAY)
    assert coming(signing) == [("approval", FRIDAY, "signature-reminder", (BOSS,))]
    assert [rule for _day, rule in told(signing)] == ["signature-reminder"]


def told(desk: Desk) -> list[tuple[dt.date | None, str]]:
    return [(action.finished_on, action.rule_id) for action in desk.actions(state="sent") if action.rule_id.endswith("-reminder")]


def test_in_a_week_in_which_everybody_agrees_nobody_is_reminded_to_sign(signing: Desk) -> None:
    assert inside(signing) == []


def test_late_tasks_are_in_the_week_and_then_come_so(signing: Desk) -> None:
    task(signing, TUESDAY)
    reminder = ("notice", "", ("collections_analyst",), 1, 1)
    last = Inside("task-reminder", "notice", "", ("supervisor", "collections_analyst"), 1, 1)
    assert inside(signing) == [(WEDNESDAY, Inside("task-reminder", *reminder)), (FRIDAY, Inside("task-reminder", *reminder))]
    assert coming(signing)[0] == ("task", WEDNESDAY, "task-reminder", ("analista@kemper.example",))
    for ahead in range(1, 8):
        signing.run(DAY + dt.timedelta(days=ahead))
        if signing.today == TUESDAY:
            assert (DAY + dt.timedelta(days=8), last) in inside(signing)
    reminded = [day for day, rule in told(signing) if rule == "task-reminder"]
    assert reminded == [WEDNESDAY, FRIDAY]


def test_a_task_that_the_coming_days_open_is_reminded_of_in_them(desk: Desk) -> None:
    rule = """
  - {id: look, for: payment, when: workdays_since_payment >= 1, do: [{task: look, assign: supervisor, due: 1 workday}]}
  - {id: late, for: task, when: workdays_late >= 1, do: [{notice: task-waiting, to: asked}]}
"""
    with_rules(desk, rule).take(receipt("P-1", {"FA-1": "100.00"}, DAY))
    desk.tick()
    expected = [
        (TUESDAY, Inside("look", "task", "look", ("supervisor",), 1, 1)),
        (THURSDAY, Inside("late", "notice", "", ("supervisor",), 1, 1)),
    ]
    assert inside(desk) == expected
    assert coming(desk) == [("payment", TUESDAY, "look", ())]
    for day in (TUESDAY, WEDNESDAY, THURSDAY):
        desk.run(day)
    assert [(action.finished_on, action.rule_id) for action in desk.actions()] == [(day, one.rule_id) for day, one in expected]


def test_a_message_about_the_customer_is_foreseen_with_whom_it_waits_for(desk: Desk) -> None:
    with_rules(desk, STATEMENT)
    (waiting,) = explain_subject(desk.workspace, "C-001").waiting
    assert waiting.next is not None
    assert (waiting.next.on, waiting.next.rule_id) == (DAY, "monthly-statement")
    assert str(waiting.next.until) == "it is agreed to by administration_manager ('cobranza approvals list')"


def test_the_next_warning_is_in_the_week_on_its_day_and_is_then_sent(desk: Desk) -> None:
    with_rules(desk, WARNING + THANKS.replace("\nrules:", "")).tick()
    week = {day.on: [one.rule_id for one in day.messages] for day in gather_digest(desk.workspace).week}
    assert [day for day, rules in week.items() if rules] == [THURSDAY]
    assert coming(desk) == [("customer", THURSDAY, "overdue-warning", (PAYER,))]
    desk.run(THURSDAY)
    assert [action.finished_on for action in desk.actions("overdue-warning")] == [DAY, THURSDAY]


def test_what_is_ready_and_has_not_left_is_among_what_leaves_today(supervised: Desk) -> None:
    with_rules(supervised, WARNING).tick()
    supervised.approve("collections_analyst")
    assert [(one.rule_id, one.count) for one in gather_digest(supervised.workspace, week=False).today.ready] == [("overdue-warning", 1)]


def test_a_silent_signer_is_no_longer_reminded_once_another_is_asked(make_desk: DeskMaker) -> None:
    rule = """
  - id: statement
    for: customer
    when: open_invoices > 0 and customer_ready
    do:
      - {letter: account-statement, sign: administration_manager, sign_substitute: {supervisor: 2 workdays}}
      - {email: account-statement, to: collections_contact, attach: [letter]}
  - {id: remind, for: approval, when: workdays_waiting >= 3, every: 5 workdays, do: [{notice: signature-waiting, to: asked}]}
"""
    desk = make_desk(UNIVERSITY)
    desk.take(invoice("FA-7", "1160.00", DAY))
    with_rules(desk, rule).tick()
    assert coming(desk) == []
    for ahead in range(1, 9):
        desk.run(DAY + dt.timedelta(days=ahead))
    reminded = [(action.finished_on, tuple(action.plan["recipients"])) for action in desk.actions("remind")]
    assert reminded == [(DAY + dt.timedelta(days=7), ("supervision@kemper.example",))]


def test_whoever_carries_a_delivery_is_reminded_on_the_day_that_was_said(make_desk: DeskMaker) -> None:
    desk = make_desk(UNIVERSITY.replace(",correo,", ",en persona,"))
    desk.take(invoice("FA-7", "1160.00", DAY))
    desk.tick()
    desk.approve("administration_manager")
    desk.tick()
    assert coming(desk) == [("task", FRIDAY, "task-reminder", ("analista@kemper.example",))]
    for ahead in range(1, 5):
        desk.run(DAY + dt.timedelta(days=ahead))
    assert told(desk) == [(FRIDAY, "task-reminder")]
