"""Deliveries that a person carries: they count when their task is done, with the acknowledgement that it brings."""

from __future__ import annotations

import datetime as dt

import pytest

from cobranza_rules.booking.task_answers import Acknowledger
from tests.cfdi_files import invoice, receipt
from tests.conftest import DAY
from tests.stories.desk import UNIVERSITY, Desk, days
from tests.stories.fixtures import DeskMaker

TUESDAY = DAY + dt.timedelta(days=1)
SIGNER = "administration_manager"


@pytest.fixture
def by_hand(make_desk: DeskMaker) -> Desk:
    """A customer to whom invoices are carried; the letter of today's is signed."""
    desk = make_desk(UNIVERSITY.replace(",correo,", ",en persona,"))
    desk.take(invoice("FA-1", day=DAY))
    desk.tick()
    desk.approve(SIGNER)
    desk.tick()
    return desk


def test_it_waits_for_its_task_and_nothing_is_mailed(by_hand: Desk) -> None:
    assert by_hand.mails() == []
    assert by_hand.outgoing() == []
    action = by_hand.action("transmittal")
    assert action.state == "approved"
    assert by_hand.invoice("FA-1").delivery == "pending"
    task = by_hand.task("transmittal")
    assert (task.action_id, task.assigned_to) == (action.id, "collections_analyst")
    assert set(by_hand.documents(action)) == {"letter", "letter_word", "cfdi", "acknowledgement_form"}
    for day in days(TUESDAY, 5):
        by_hand.run(day)
    assert len(by_hand.tasks()) == 1
    assert by_hand.invoice("FA-1").delivery == "pending"


def test_done_it_counts_as_delivered_with_its_acknowledgement(by_hand: Desk) -> None:
    by_hand.on(TUESDAY).done(by_hand.task("transmittal").id, acknowledged=Acknowledger("Alma Prueba", "Recepción", "55 0000 0001"))
    assert by_hand.tick().states == {"sent": 1}
    row = by_hand.invoice("FA-1")
    assert (row.delivery, row.delivered_on, row.acknowledged) == ("sent", TUESDAY, True)
    for day in days(TUESDAY, 20):  # Acknowledged: nobody asks for that any more.
        assert by_hand.run(day).entered == 0
    by_hand.assert_whole()


@pytest.mark.parametrize("waited", [0, 1, 4, 11, 15])
def test_whenever_its_task_is_done_that_is_the_day_of_the_delivery_and_none_before(by_hand: Desk, waited: int) -> None:
    for day in days(TUESDAY, waited):
        by_hand.run(day)
        assert by_hand.invoice("FA-1").delivery == "pending"
    done_on = TUESDAY + dt.timedelta(days=waited)
    by_hand.on(done_on).done(by_hand.task("transmittal").id)
    by_hand.tick()
    assert (by_hand.invoice("FA-1").delivery, by_hand.invoice("FA-1").delivered_on) == ("sent", done_on)


def test_what_is_on_its_way_is_not_changed_any_more(by_hand: Desk) -> None:
    by_hand.on(TUESDAY).take(receipt("P-1", {"FA-1": "560.00"}, day=TUESDAY))
    by_hand.tick()
    assert by_hand.action("transmittal").revision == 1
    by_hand.done(by_hand.task("transmittal").id)
    by_hand.tick()
    assert by_hand.invoice("FA-1").delivery == "sent"


def test_without_an_acknowledgement_it_is_asked_for(by_hand: Desk) -> None:
    by_hand.on(TUESDAY).done(by_hand.task("transmittal").id)
    by_hand.tick()
    left = [day for day in days(TUESDAY, 15) if by_hand.run(day).states["sent"]]
    assert left[:2] == [dt.date(2026, 3, 6), dt.date(2026, 3, 11)]
    assert by_hand.actions("acknowledgement-missing")[0].state == "sent"


def test_after_two_requests_a_person_calls(by_hand: Desk) -> None:
    by_hand.on(TUESDAY).done(by_hand.task("transmittal").id)
    for day in days(TUESDAY, 20):
        by_hand.run(day)
    assert len(by_hand.mails()) == 2
    task = by_hand.task("call-for-acknowledgement")
    assert task.opened_on == dt.date(2026, 3, 17)  # Three business days after the second request; the 16th is a holiday.
    by_hand.done(task.id, answer="acknowledged")
    assert by_hand.invoice("FA-1").acknowledged
