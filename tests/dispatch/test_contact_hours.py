"""What is ready outside of the contact hours leaves when they begin."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from cobranza_rules.cli.planning import show_report
from cobranza_rules.cli.screen import Screen
from cobranza_rules.clock import FixedClock
from cobranza_rules.rules.contact_hours import is_contact_time, may_write_at
from cobranza_rules.rules.document import read_rules
from tests.conftest import DAY
from tests.stories.desk import Desk
from tests.stories.hand_clock import HandClock
from tests.stories.mail_server import MailServer

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


@pytest.mark.parametrize(
    ("utc", "is_one"),
    [
        ("2026-03-02T15:00:00", True),
        ("2026-03-01T18:00:00", False),  # A Sunday
        ("2026-03-16T18:00:00", False),  # A holiday
        ("2026-03-07T02:00:00", False),  # In Mexico City still Friday, at eight in the evening
    ],
)
def test_customers_are_written_to_in_the_hours_of_business_days(utc: str, is_one: bool) -> None:
    instant = dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)
    assert is_contact_time(RULES, instant) is is_one


@pytest.mark.parametrize("wall", ["2026-03-03T03:00:00", "2026-03-01T16:00:00"], ids=["at night", "on a Sunday"])
def test_a_day_that_is_given_puts_nothing_on_the_wire_outside_of_real_hours(
    wired: Desk, server: MailServer, wall: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It decides and writes all the same; what is ready leaves once the real clock allows it, once."""
    real = HandClock(dt.datetime.fromisoformat(wall).replace(tzinfo=dt.UTC))
    wired.workspace.clock = FixedClock(DAY, wired.workspace.settings.timezone, real)
    report = wired.tick()
    assert (report.kept_back, report.states) == ({"real_hours": 1}, {"approved": 1})
    assert server.accepted == []
    show_report(Screen("en"), report)
    told = "Ready, and waiting for the contact hours of a business day by the real clock, whatever day was given: 1\n"
    assert told in capsys.readouterr().out
    real.at = dt.datetime(2026, 3, 2, 16, tzinfo=dt.UTC)
    assert wired.tick().states == {"sent": 1}
    assert wired.tick().states == {}
    assert len(server.accepted) == 1


def test_files_are_placed_at_any_real_hour(desk: Desk) -> None:
    """What goes into a folder of the machine reaches nobody's mailbox: demonstrations and trials work at night too."""
    real = HandClock(dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC))
    desk.workspace.clock = FixedClock(DAY, desk.workspace.settings.timezone, real)
    assert desk.tick().states == {"sent": 1}
