"""What is ready outside of the contact hours leaves when they begin."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from cobranza_rules.rules.contact_hours import may_write_at
from cobranza_rules.rules.document import read_rules
from tests.stories.desk import Desk
from tests.stories.hand_clock import HandClock

RULES, _warnings = read_rules([("r.yaml", b'version: 1\ncalendar: {timezone: America/Mexico_City, contact_hours: "09:00-18:00"}\n')])


@pytest.mark.parametrize(
    ("utc", "may"),
    [("2026-03-02T14:59:59", False), ("2026-03-02T15:00:00", True), ("2026-03-02T23:59:59", True), ("2026-03-03T00:00:00", False)],
)
def test_the_hours_are_those_of_the_companys_zone(utc: str, may: bool) -> None:
    instant = dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)
    assert may_write_at(RULES, instant) is may
    assert may_write_at(replace(RULES, contact_hours=("00:00", "24:00")), instant)


def test_at_night_a_message_is_made_ready_and_leaves_in_the_morning_once(desk: Desk) -> None:
    night = HandClock(dt.datetime(2026, 3, 3, 3, tzinfo=dt.UTC))  # Nine in the evening of Monday
    desk.workspace.clock = night
    report = desk.tick()
    assert (report.kept_back, report.states) == ({"after_hours": 1}, {"approved": 1})
    assert [row.state for row in desk.outgoing()] == ["approved"]
    night.at = dt.datetime(2026, 3, 3, 15, 1, tzinfo=dt.UTC)
    report = desk.tick()
    assert (report.kept_back, report.states) == ({}, {"sent": 1})
    assert [row.state for row in desk.outgoing()] == ["sent"]
    assert desk.tick().states == {}
