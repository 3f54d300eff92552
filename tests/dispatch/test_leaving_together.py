"""Messages that are ready leave together: nobody gets two, and what comes in between keeps the others back."""

from __future__ import annotations

import datetime as dt

import pytest

from cobranza_rules.clock import FixedClock
from cobranza_rules.dispatch import handing_over, last_look
from cobranza_rules.mail.message import Delivery
from cobranza_rules.mail.smtp_sink import SmtpSink
from tests.cfdi_files import invoice
from tests.mail_out.conftest import free_port
from tests.stories.desk import Desk
from tests.stories.fixtures import OPENING, DeskMaker, over_smtp
from tests.stories.hand_clock import HandClock
from tests.stories.mail_server import MailServer

NIGHT, MORNING = (
    dt.datetime(2026, 3, day, hour, tzinfo=dt.UTC) for day, hour in ((3, 3), (3, 16))
)  # Nine in the evening, ten in the morning
ABROAD = "XEXX010101000"
COUNT = 4


@pytest.fixture
def ready(make_desk: DeskMaker, server: MailServer) -> Desk:
    """Four reminders that were made ready at night, each to a customer of its own."""
    names = [f"CUSTOMER {number} LLC" for number in range(1, COUNT + 1)]
    desk = make_desk(*(f"C-{n},{name},{ABROAD},extranjero,en,30,correo,f@c{n}.example,p@c{n}.example," for n, name in enumerate(names, 1)))
    for number, name in enumerate(names, 1):
        desk.take(invoice(f"FA-{number}", "900.00", receiver=(ABROAD, name)), opening=OPENING)
    over_smtp(desk, server)
    desk.workspace.clock = HandClock(NIGHT)
    assert desk.tick().states == {"approved": COUNT}
    desk.workspace.clock = HandClock(MORNING)
    return desk


def test_each_leaves_once(ready: Desk, server: MailServer) -> None:
    assert ready.tick().states == {"sent": COUNT}
    assert sorted(to[0] for to in server.recipients) == [f"p@c{number}.example" for number in range(1, COUNT + 1)]
    assert ready.tick().states == {}
    ready.assert_whole()


def test_when_the_hours_end_in_between_the_others_wait(ready: Desk, server: MailServer) -> None:
    clock = HandClock(MORNING)
    ready.workspace.clock = clock
    it_grows_late(ready, clock)
    done = ready.tick()
    assert (done.states, done.kept_back) == ({"sent": 1, "approved": COUNT - 1}, {"after_hours": COUNT - 1})
    assert len(server.accepted) == 1
    assert [row.attempts for row in ready.outgoing("approved")] == [0] * (COUNT - 1)
    assert ready.why(ready.actions(state="approved")[0]) == "not sent yet: the contact hours are over"


def test_when_the_real_hours_end_in_between_the_others_wait_whatever_day_was_given(ready: Desk, server: MailServer) -> None:
    wall = HandClock(MORNING)
    ready.workspace.clock = FixedClock(MORNING.date(), ready.workspace.settings.timezone, wall)
    it_grows_late(ready, wall)
    done = ready.tick()
    assert (done.states, done.kept_back) == ({"sent": 1, "approved": COUNT - 1}, {"real_hours": COUNT - 1})
    assert len(server.accepted) == 1
    why = "not sent yet: by the real clock the contact hours of a business day are over"
    assert [ready.why(row) for row in ready.actions(state="approved")] == [why] * (COUNT - 1)


def it_grows_late(desk: Desk, clock: HandClock) -> None:
    """With the first message that leaves."""
    real = desk.workspace.sink.deliver

    def late(*arguments: object) -> object:
        clock.at = dt.datetime(2026, 3, 4, 0, tzinfo=dt.UTC)  # Six in the evening
        return real(*arguments)  # type: ignore[arg-type]

    desk.workspace.sink.deliver = late  # type: ignore[method-assign, assignment]


def test_a_server_that_is_away_is_asked_once(ready: Desk) -> None:
    ready.workspace.sink.close()
    ready.workspace.sink = SmtpSink("127.0.0.1", free_port(), security="none", timeout_seconds=1)
    assert ready.tick().states == {"approved": COUNT}
    assert sorted(row.attempts for row in ready.outgoing("approved")) == [0] * (COUNT - 1) + [1]


def test_what_leaves_late_is_looked_at_again(ready: Desk, server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handing_over, "LOOK_HOLDS", 0.0)
    looked: list[int] = []
    real = last_look.looks_at

    def counted(*arguments: object) -> object:
        looked.append(len(arguments[2]))  # type: ignore[arg-type]
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("cobranza_rules.dispatch.handing_over.looks_at", counted)
    assert ready.tick().states == {"sent": COUNT}
    assert len(server.accepted) == COUNT
    assert looked[0] == COUNT
    assert len(looked) > 1 or COUNT == 1
    ready.assert_whole()


def test_what_was_killed_in_between_leaves_one_in_doubt(ready: Desk, server: MailServer) -> None:
    class StoppedError(BaseException):
        """As if the process were no more."""

    real = ready.workspace.sink.deliver
    seen: list[object] = []

    def stopped(*arguments: object) -> object:
        if len(seen) == 2:
            raise StoppedError
        seen.append(arguments)
        return real(*arguments)  # type: ignore[arg-type]

    ready.workspace.sink.deliver = stopped  # type: ignore[method-assign, assignment]
    with pytest.raises(StoppedError):
        ready.tick()
    assert {row.state for row in ready.outgoing()} == {"sending"}
    ready.workspace.sink.close()
    ready.workspace.sink = SmtpSink("127.0.0.1", server.port, security="none", timeout_seconds=5)
    report = ready.tick()
    assert report.states == {"sent": 1}  # The fourth; the first two had left, and of the third nobody can know.
    assert [row.state for row in ready.outgoing()].count("uncertain") == 1
    assert [row.state for row in ready.outgoing()].count(Delivery.SENT) == COUNT - 1
    assert len(server.accepted) == COUNT - 1
    ready.assert_whole()


def test_nothing_leaves_without_its_release_once_the_mode_is_supervised(ready: Desk, server: MailServer) -> None:
    """What was made ready while nobody had to agree is shown to the analyst first."""
    ready.workspace.settings = ready.workspace.settings.model_copy(update={"mode": "supervised"})
    assert ready.tick().states == {"awaiting_signature": COUNT}
    assert server.accepted == []
    ready.approve("collections_analyst")
    assert ready.tick().states == {"sent": COUNT}
    assert len(server.accepted) == COUNT
