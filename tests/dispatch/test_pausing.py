"""While sending is paused nothing leaves to customers, whatever else happens; and everybody is told."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from cobranza_rules.booking.task_answers import Acknowledger
from cobranza_rules.diagnosis import examine
from cobranza_rules.digest.gathering import gather_digest
from cobranza_rules.digest.wording import notes_of
from cobranza_rules.dispatch import handing_over
from cobranza_rules.dispatch.pausing import pause, resume
from cobranza_rules.problems import ProblemError
from tests.cfdi_files import invoice
from tests.conftest import DAY
from tests.stories.desk import FALLBACK, PAYER, UNIVERSITY, Desk
from tests.stories.fixtures import DeskMaker
from tests.stories.mail_server import MailServer
from tests.stories.spoken import spoken

TUESDAY, THURSDAY = DAY + dt.timedelta(days=1), DAY + dt.timedelta(days=3)
WHO, WHY = "supervision@kemper.example", "el banco mandó mal los depósitos"
SAID = f"{WHO} has paused sending until somebody resumes it: {WHY}"


def paused(desk: Desk, until: dt.date | None = None) -> Desk:
    with desk.workspace.database.writing() as session:
        pause(session, WHO, WHY, until, desk.workspace.clock.now(), desk.today)
    return desk


def resumed(desk: Desk) -> None:
    with desk.workspace.database.writing() as session:
        resume(session, WHO, desk.workspace.clock.now(), desk.today)


def test_what_is_ready_waits_and_leaves_when_it_is_resumed(wired: Desk, server: MailServer) -> None:
    report = paused(wired).tick()
    assert (report.states, report.kept_back, report.problems) == ({"approved": 1}, {"paused": 1}, [])
    assert str(report.paused) == SAID
    assert server.accepted == []
    resumed(wired)
    assert wired.tick().states == {"sent": 1}


def test_signatures_are_asked_for_meanwhile(supervised: Desk) -> None:
    paused(supervised).tick()
    supervised.approve("collections_analyst")
    assert supervised.tick().kept_back == {"paused": 1}
    assert supervised.mails() == []


def test_it_ends_with_its_last_day(wired: Desk, server: MailServer) -> None:
    paused(wired, TUESDAY).tick()
    assert wired.run(TUESDAY).kept_back == {"paused": 1}
    assert wired.run(THURSDAY).states == {"sent": 1}
    assert len(server.accepted) == 1


def test_somebody_who_still_has_to_get_a_message_waits_too(wired: Desk, server: MailServer) -> None:
    with wired.workspace.database.writing() as session:
        contact = session.merge(next(contact for contact in wired.contacts() if contact.email == FALLBACK))
        contact.role = "collections_contact"
    server.handler.rcpt = {FALLBACK: "450 4.7.1 greylisted"}
    wired.tick()
    server.handler.rcpt = {}
    assert paused(wired).later(minutes=6).tick().kept_back == {"paused": 1}
    resumed(wired)
    wired.later(minutes=1).tick()
    assert server.recipients[1:] == [[FALLBACK]]


def test_a_pause_in_the_middle_of_a_run_counts_at_once(wired: Desk, server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look at a message and its sending somebody pauses."""
    real = handing_over._hand_over

    def paused_meanwhile(*arguments: Any) -> Any:
        paused(wired)
        return real(*arguments)

    monkeypatch.setattr(handing_over, "_hand_over", paused_meanwhile)
    assert wired.tick().kept_back == {"paused": 1}
    assert (server.accepted, wired.action("first-reminder").state) == ([], "approved")
    assert [row.attempts for row in wired.outgoing("approved")] == [0]
    monkeypatch.undo()
    resumed(wired)
    assert wired.tick().states == {"sent": 1}


def test_a_delivery_by_hand_is_not_begun_and_one_under_way_is_finished(make_desk: DeskMaker) -> None:
    desk = make_desk(UNIVERSITY.replace(",correo,", ",en persona,"))
    desk.take(invoice("FA-1", day=DAY))
    desk.tick()
    desk.approve("administration_manager")
    assert paused(desk).tick().kept_back == {"paused": 1}
    assert desk.tasks() == []
    resumed(desk)
    desk.tick()
    task = desk.task("transmittal")
    paused(desk).done(task.id, acknowledged=Acknowledger("Alma Prueba", "Recepción", "55 0000 0001"))
    assert desk.tick().states == {"sent": 1}


def test_it_is_told_everywhere(wired: Desk) -> None:
    wired.tick()
    paused(wired)
    found = gather_digest(wired.workspace)
    assert str(found.out_of_order.paused) == SAID
    assert [str(note) for note in notes_of(found)] == [
        f"Nothing leaves: {SAID}",
        "The coming days are shown as if sending were not paused.",
    ]
    assert len(notes_of(gather_digest(wired.workspace, week=False))) == 1
    assert [str(look.detail) for look in examine(wired.workspace) if look.name == "pauses"] == [
        f"{SAID}; end it with 'cobranza outbox resume'"
    ]
    wired.workspace.close()
    line = f"No sale nada: {WHO} pausó los envíos hasta que alguien los reanude: {WHY}"
    assert line in spoken(wired, "plan")[1]
    assert line in spoken(wired, "outbox", "list")[1]
    assert spoken(wired, "explain", "FA-1")[1][-2:] == [line, "Lo que sigue se dice como si los envíos no estuvieran en pausa."]
    told = json.loads("\n".join(spoken(wired, "explain", "FA-1", "--json")[1]))["paused"]
    assert told == line.removeprefix("No sale nada: ")


def test_what_is_wrong_with_a_pause_is_told_at_once(desk: Desk) -> None:
    with pytest.raises(ProblemError) as raised, desk.workspace.database.writing() as session:
        pause(session, WHO, " ", dt.date(2026, 3, 1), desk.workspace.clock.now(), desk.today)
    assert [str(problem) for problem in raised.value.problems] == [
        "a pause needs its reason; say why with --reason",
        "the last day of the pause, 2026-03-01, is over; give today or a later day with --until",
    ]
    paused(desk)
    with pytest.raises(ProblemError) as raised, desk.workspace.database.writing() as session:
        pause(session, WHO, WHY, None, desk.workspace.clock.now(), desk.today)
    assert [str(problem) for problem in raised.value.problems] == [f"{SAID}; end that pause first: 'cobranza outbox resume'"]
    resumed(desk)
    with pytest.raises(ProblemError, match="sending is not paused"):
        resumed(desk)


def test_the_company_is_told_as_ever(wired: Desk, server: MailServer) -> None:
    """The digest goes out in a pause: it says that there is one."""
    section = wired.workspace.settings.digest.model_copy(update={"to": ("supervisor",)})
    wired.workspace.settings = wired.workspace.settings.model_copy(update={"digest": section})
    paused(wired).tick()
    assert server.recipients == [[WHO]]
    assert PAYER not in str(server.recipients)
