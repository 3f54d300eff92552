"""Crashes between any two steps of a sending: what left is not repeated, and what did not leave is not forgotten."""

from __future__ import annotations

import datetime as dt

import pytest

from cobranza_rules.mail.maildir_sink import MaildirSink
from tests.cfdi_files import invoice
from tests.conftest import DAY
from tests.dispatch.faulty_sink import CrashError, FaultySink
from tests.stories.desk import Desk
from tests.stories.fixtures import OPENING, DeskMaker
from tests.stories.mail_server import MailServer

TUESDAY = DAY + dt.timedelta(days=1)
FIRST = "first-reminder"


def crash(desk: Desk, moment: str) -> None:
    real = desk.workspace.sink
    desk.workspace.sink = FaultySink(MaildirSink(desk.workspace.base / "correo-enviado"), lambda _message: None, [moment])
    with pytest.raises(CrashError):
        desk.tick()
    desk.workspace.sink = real


def test_a_crash_before_the_wire_sends_with_the_next_run(desk: Desk) -> None:
    crash(desk, "crash before")
    assert [row.state for row in desk.outgoing()] == ["sending"]
    assert desk.tick().states == {"sent": 1}
    assert len(desk.mails()) == 1
    desk.assert_whole()


def test_a_crash_after_the_wire_is_found_in_the_maildir(desk: Desk) -> None:
    crash(desk, "crash after")
    assert len(desk.mails()) == 1
    assert desk.tick().states == {}
    assert len(desk.mails()) == 1
    assert desk.action(FIRST).state == "sent"
    assert desk.outgoing()[0].detail == "looked up after an interruption"
    assert desk.invoice("FA-1").rung == FIRST
    assert desk.tick().states == {}


def test_a_crash_over_smtp_is_uncertain_and_never_repeated(wired: Desk, server: MailServer) -> None:
    crash(wired, "crash before")
    report = wired.tick()
    assert report.newly_waiting == 1
    assert wired.action(FIRST).state == "uncertain"
    assert wired.why(wired.action(FIRST)) == "it may have left (interrupted): the program was stopped while the message was on the wire"
    wired.run(TUESDAY)
    assert server.accepted == []


def test_a_damaged_document_stops_its_message_and_no_other(desk: Desk) -> None:
    """The archived CFDI of one customer's invoice is damaged: its transmittal cannot leave, the reminder of another invoice can."""
    desk.take(invoice("FA-2", day=DAY))
    path = desk.workspace.archive.path_of(str(desk.invoice("FA-2").document))
    path.chmod(0o600)
    path.write_bytes(b"damaged")
    report = desk.tick()
    assert report.states["sent"] == 1
    assert len(report.problems) == 1
    assert str(report.problems[0].what) == "the document in the archive is damaged: its bytes are not those that were put there"
    assert report.problems[0].file == str(path)
    desk.take(invoice("FA-2", day=DAY))  # Imported again, it is whole again.
    assert desk.tick().states == {"awaiting_signature": 1}


def test_a_document_that_is_gone_stops_its_message_and_no_other(desk: Desk) -> None:
    desk.take(invoice("FA-2", day=DAY))
    desk.workspace.archive.path_of(str(desk.invoice("FA-2").document)).unlink()
    report = desk.tick()
    assert report.states["sent"] == 1
    assert len(report.problems) == 1


def test_a_message_whose_bytes_are_gone_is_not_taken_for_one_on_the_wire(wired: Desk, server: MailServer) -> None:
    server.handler.data = ["451 4.3.0 try again later"]
    wired.tick()
    outgoing = wired.outgoing()[0]
    path = wired.workspace.archive.path_of(outgoing.raw)
    content = path.read_bytes()
    path.unlink()
    assert len(wired.later(minutes=6).tick().problems) == 1
    assert wired.outgoing()[0].state == "approved"
    path.write_bytes(content)
    assert wired.tick().states == {"sent": 1}


def test_a_server_without_its_password_leaves_nothing_uncertain(make_desk: DeskMaker) -> None:
    wire = {
        'kind = "maildir"             # cada mensaje queda como archivo; con kind = "smtp" sale por el servidor de correo\npath = "correo-enviado"': (
            'kind = "smtp"\nhost = "127.0.0.1"\nuser = "cobranza"\npassword_file = "missing"'
        )
    }
    desk = make_desk(**wire)
    desk.take(invoice("FA-1"), opening=OPENING)
    for _run in range(2):
        report = desk.tick()
        assert [str(problem) for problem in report.problems] == [
            "the password source 'missing' cannot be read; check that it exists and may be read"
        ]
        assert [row.state for row in desk.outgoing()] == ["approved"]
