"""Whoever pays what was reminded of is thanked once, and a payment of which nobody had been reminded is not answered."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.cfdi_files import invoice, receipt
from tests.stories.desk import Desk
from tests.stories.fixtures import OPENING, DeskMaker

MONDAY, TUESDAY, WEDNESDAY = (dt.date(2026, 3, day) for day in (2, 3, 4))
RULE = "payment-confirmed"


@pytest.fixture
def desk(make_desk: DeskMaker) -> Desk:
    made = make_desk(accounting=True)
    made.take(invoice("FA-1", "1160.00"), opening=OPENING)
    return made


def test_what_settles_a_reminded_invoice_is_confirmed_once(desk: Desk) -> None:
    desk.run(MONDAY)
    desk.take(receipt("P-1", {"FA-1": "1160.00"}, day=MONDAY))
    for day in (TUESDAY, WEDNESDAY):
        desk.run(day)
    (action,) = desk.actions(RULE)
    assert action.state == "sent"


def test_a_part_of_it_and_what_nobody_was_reminded_of_are_not(desk: Desk) -> None:
    desk.run(MONDAY)
    desk.take(
        invoice("FA-2", "500.00", day=MONDAY),
        receipt("P-1", {"FA-1": "100.00"}, day=MONDAY),
        receipt("P-2", {"FA-2": "500.00"}, day=MONDAY),
    )
    desk.run(TUESDAY)
    assert desk.actions(RULE) == []
