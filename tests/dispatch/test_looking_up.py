"""Uncertain messages and the archive mailbox, with a real Dovecot: what is there has left, what is not is a person's, and nothing leaves twice."""

from __future__ import annotations

import datetime as dt
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from cobranza_rules.config_sections import ArchiveSection, MailInSection, MailSection
from cobranza_rules.digest.gathering import gather_digest
from cobranza_rules.mail.adapters import open_archive
from cobranza_rules.mail.archive_mailbox import ImapArchive
from cobranza_rules.mail.mailbox import MailboxUnavailable
from cobranza_rules.problems import ProblemError
from tests.mail.dovecot import Dovecot, free_port, missing, running_dovecot
from tests.stories.archive import ARCHIVE, archive_of, deliver_copies, section, with_archive
from tests.stories.desk import PAYER, Desk
from tests.stories.mail_server import MailServer

FIRST = "first-reminder"
needs_dovecot = pytest.mark.skipif(bool(missing()), reason=missing() or "present")


@pytest.fixture(scope="module")
def one_dovecot() -> Iterator[Dovecot]:
    with running_dovecot() as dovecot:
        yield dovecot


@pytest.fixture
def dovecot(one_dovecot: Dovecot) -> Dovecot:
    one_dovecot.next_user()
    return one_dovecot


@pytest.fixture
def archived(wired: Desk, server: MailServer, dovecot: Dovecot) -> Desk:
    """The answer to the first message never comes, and nobody can say whether it left."""
    server.handler.data = ["drop after accepting"]
    with_archive(wired.workspace, section(dovecot))
    return wired


@needs_dovecot
def test_the_archive_gets_a_copy_that_nobody_sees(archived: Desk, server: MailServer) -> None:
    archived.tick()
    assert server.recipients == [[PAYER, "supervision@kemper.example", ARCHIVE]]
    assert ARCHIVE not in str(server.accepted[0])


@needs_dovecot
def test_a_message_that_is_in_the_archive_has_left(archived: Desk, server: MailServer, dovecot: Dovecot) -> None:
    report = archived.tick()
    assert (report.states, report.newly_waiting) == ({"uncertain": 1}, 0)  # Nobody is asked yet.
    deliver_copies(server, dovecot)
    archived.later(minutes=5).tick()
    assert archived.action(FIRST).state == "sent"
    assert archived.why(archived.action(FIRST)) == "a copy of it is in the archive mailbox"
    assert archived.invoice("FA-1").rung == FIRST
    assert archived.outgoing()[0].lookup == {"outcome": "found", "times": 1}
    assert len(server.accepted) == 1


@needs_dovecot
def test_one_that_is_not_there_waits_for_a_person_after_the_grace_and_is_never_sent_again(archived: Desk, server: MailServer) -> None:
    archived.tick()
    assert archived.later(minutes=20).tick().newly_waiting == 0
    assert [one.queue for one in gather_digest(archived.workspace).waiting if one.queue == "outbox"] == []
    assert archived.later(minutes=11).tick().newly_waiting == 1
    assert [(one.queue, one.count) for one in gather_digest(archived.workspace).waiting if one.queue == "outbox"] == [("outbox", 1)]
    for _time in range(8):
        archived.later(minutes=30).tick()
    out = archived.outgoing()[0]
    assert (out.state, out.lookup and out.lookup["outcome"]) == ("uncertain", "not_found")
    assert 4 <= (out.lookup or {})["times"] <= 7  # Ever more rarely
    assert len(server.accepted) == 1
    events = archived_events(archived)
    assert events.count(f"{FIRST}: no copy is in the archive mailbox; a person has to find out whether it left") == 1


def archived_events(desk: Desk) -> list[str]:
    from cobranza_rules.casefile.timeline import timeline

    with desk.workspace.database.reading() as session:
        return [str(event.sentence) for event in timeline(session, desk.customers()[0].id)]


@needs_dovecot
def test_a_late_copy_still_settles_it(archived: Desk, server: MailServer, dovecot: Dovecot) -> None:
    archived.tick()
    archived.later(minutes=40).tick()
    deliver_copies(server, dovecot)
    archived.later(minutes=6).tick()
    assert archived.action(FIRST).state == "sent"


@needs_dovecot
def test_an_id_that_a_provider_has_rewritten_is_found_by_our_own_header(archived: Desk, server: MailServer, dovecot: Dovecot) -> None:
    archived.tick()
    (_sender, _recipients, raw) = server.handler.accepted[0]
    dovecot.append(re.sub(rb"^Message-ID: <[^>]+>", b"Message-ID: <0100018-provider@mail.example>", raw))
    archived.later(minutes=1).tick()
    assert archived.action(FIRST).state == "sent"


@needs_dovecot
def test_what_only_quotes_the_id_proves_nothing(archived: Desk, server: MailServer, dovecot: Dovecot) -> None:
    archived.tick()
    message_id = archived.outgoing()[0].message_id
    dovecot.append(
        f"Message-ID: <x-{message_id}>\r\nReferences: <{message_id}>\r\nSubject: {message_id}\r\n\r\n<{message_id}>\r\n".encode()
    )
    archived.later(minutes=1).tick()
    assert archived.action(FIRST).state == "uncertain"


@needs_dovecot
def test_two_ids_of_many_are_told_apart(dovecot: Dovecot) -> None:
    for number in range(30):
        dovecot.append(f"Message-ID: <m{number}@kemper.example>\r\n\r\nx\r\n".encode())
    found = archive_of(section(dovecot)).which_are_there(["m7@kemper.example", "m77@kemper.example", "m29@kemper.example"])
    assert found == {"m7@kemper.example", "m29@kemper.example"}


@needs_dovecot
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"folder": "Ninguna"}, "the mailbox has no folder 'Ninguna' that can be opened; correct its folder under mail.archive"),
        (
            {"user": "nadie"},
            "the mail server 127.0.0.1 does not accept the user nadie with this password; check mail.archive.user and where its password comes from",
        ),
    ],
)
def test_an_archive_that_cannot_be_searched_is_told_and_decides_nothing(
    archived: Desk, server: MailServer, dovecot: Dovecot, changes: dict[str, object], said: str
) -> None:
    archived.tick()
    with_archive(archived.workspace, section(dovecot, **changes))
    deliver_copies(server, dovecot)
    report = archived.later(minutes=40).tick()
    assert [str(problem) for problem in report.problems] == [said]
    out = archived.outgoing()[0]
    assert (out.state, out.lookup and out.lookup["outcome"]) == ("uncertain", "unavailable")


def test_an_archive_that_stalls_does_not_hold_the_run_up(wired: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        stalled = ArchiveSection(host="127.0.0.1", port=silent.getsockname()[1], security="none", user="x", timeout_seconds=1)
        began = dt.datetime.now(dt.UTC)
        with pytest.raises(MailboxUnavailable):
            archive_of(stalled).which_are_there(["m@x.example"])
        assert dt.datetime.now(dt.UTC) - began < dt.timedelta(seconds=10)


def test_without_a_host_it_is_a_folder_of_the_incoming_mailbox(tmp_path: Path) -> None:
    incoming = MailInSection(kind="imap", host="127.0.0.1", port=free_port(), security="none", user="cobranza", password_env="HOME")
    mail = MailSection(address="cobranza@kemper.example", incoming=(incoming,), archive=ArchiveSection(folder="Archivo"))
    archive = open_archive(mail, tmp_path)
    assert isinstance(archive, ImapArchive)
    used = archive._connection.settings
    assert (used.host, used.port, used.user, archive._folder) == ("127.0.0.1", incoming.port, "cobranza", "Archivo")
    with pytest.raises(ProblemError) as raised:
        open_archive(MailSection(address="cobranza@kemper.example", archive=ArchiveSection()), tmp_path)
    assert [str(problem) for problem in raised.value.problems] == [
        "cobranza.toml (mail.archive): the archive mailbox has no host, and mail.incoming is no IMAP mailbox; set mail.archive.host and mail.archive.user"
    ]
    assert open_archive(MailSection(address="cobranza@kemper.example"), tmp_path) is None
