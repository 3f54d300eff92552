"""Mail is taken first and read then: what keeps one mailbox or one message from being read keeps no other back."""

from __future__ import annotations

import datetime as dt
import errno
import os
import shutil
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select

from cobranza_rules.config_sections import MailInSection
from cobranza_rules.language import Sentence
from cobranza_rules.mail import ingest
from cobranza_rules.mail.mailbag import FOLDER, bags_in
from cobranza_rules.mail.maildir_mailbox import make_maildir
from cobranza_rules.mail.taking import take_new
from cobranza_rules.store.heartbeat import MAILBOX, last_beats
from cobranza_rules.store.tables import QuarantineRow, TakenRow
from cobranza_rules.workspace import Workspace
from tests.stories.desk import Desk

PROMISE = "El pago quedará hecho el viernes 6 de marzo de 2026."
TUESDAY, WEDNESDAY = dt.date(2026, 3, 3), dt.date(2026, 3, 4)


@pytest.fixture
def reminded(desk: Desk) -> Desk:
    """The first reminder left on Monday."""
    desk.tick()
    return desk


def taken(desk: Desk) -> Counter[str]:
    with desk.workspace.database.reading() as session:
        return Counter(session.scalars(select(TakenRow.state)))


def beats(desk: Desk) -> dict[str, dt.date]:
    with desk.workspace.database.reading() as session:
        return {name: at.date() for name, at in last_beats(session).items() if name.startswith(MAILBOX)}


def with_mailboxes(workspace: Workspace, *sections: MailInSection) -> None:
    """The workspace as its settings would name these mailboxes."""
    mail = workspace.settings.mail.model_copy(update={"incoming": sections})
    workspace.settings = workspace.settings.model_copy(update={"mail": mail})
    workspace.__dict__.pop("mailboxes", None)


def test_what_was_taken_is_read_by_the_next_run(reminded: Desk) -> None:
    reminded.on(TUESDAY).write(PROMISE, answers=reminded.last_id())
    assert take_new(reminded.workspace) == []
    assert take_new(reminded.workspace) == []
    assert taken(reminded) == {"waiting": 1}
    assert reminded.invoice("FA-1").promised_on is None
    assert reminded.tick().received == {"promise": 1}
    assert reminded.invoice("FA-1").promised_on == dt.date(2026, 3, 6)
    assert taken(reminded) == {"read": 1}


def test_a_message_that_ends_the_program_is_set_aside_at_the_fourth_try(reminded: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    reminded.on(TUESDAY).write("fatal", sender="a@otro.example")
    reminded.write(PROMISE, answers=reminded.last_id())
    real = ingest._receive

    def ended(keeper: Any, workspace: Any, message: Any, row: TakenRow) -> Any:
        if "fatal" in message.text:
            raise SystemExit(9)
        return real(keeper, workspace, message, row)

    monkeypatch.setattr(ingest, "_receive", ended)
    for _try in range(ingest.MOST_TRIES):
        with pytest.raises(SystemExit):
            reminded.tick()
    assert reminded.tick().received == {"unreadable": 1, "promise": 1}
    assert taken(reminded) == {"quarantined": 1, "read": 1}
    with reminded.workspace.database.reading() as session:
        (row,) = session.scalars(select(QuarantineRow))
    assert str(Sentence.from_json(row.problems[0]["what"])) == "reading it has ended the program 3 times"
    assert reminded.tick().received == {}


def test_a_mailbox_that_is_away_keeps_no_other_back(reminded: Desk) -> None:
    workspace = reminded.workspace
    own = workspace.settings.mail.incoming[0]
    north = MailInSection(name="norte", path=own.path)
    south = MailInSection(name="sur", path=own.path.with_name("sur"))
    make_maildir(workspace.base / south.path)
    with_mailboxes(workspace, north, south)
    reminded.on(TUESDAY).tick()
    assert beats(reminded)[MAILBOX] == TUESDAY

    shutil.rmtree(workspace.base / south.path)
    reminded.on(WEDNESDAY).write(PROMISE, answers=reminded.last_id())
    report = reminded.tick()
    assert report.received == {"promise": 1}
    assert [str(problem) for problem in report.mailbox_problems] == [f"there is no Maildir at '{workspace.base / south.path}'"]
    assert (beats(reminded)["mailbox:norte"], beats(reminded)["mailbox:sur"], beats(reminded)[MAILBOX]) == (WEDNESDAY, TUESDAY, TUESDAY)


def test_senders_are_vouched_for_by_the_server_of_the_mailbox_that_they_wrote_to(reminded: Desk) -> None:
    """The other mailbox is of a server whose word is not known."""
    workspace = reminded.workspace
    own = workspace.settings.mail.incoming[0]
    with_mailboxes(workspace, own.model_copy(update={"authserv_id": "mx.other.example"}))
    reminded.on(TUESDAY).write(PROMISE, answers=reminded.last_id())
    reminded.tick()
    assert reminded.invoice("FA-1").promised_on is None
    assert [row.sender_authenticated for row in reminded.received()] == [False]


FULL = "the disk cannot be written: No space left on device"


def full(*_arguments: object) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "mailbag")


def test_a_disk_that_is_full_while_mail_is_taken_loses_nothing(reminded: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tick goes on, says why, and the next one takes what this one could not; until then the mailbox counts as unread."""
    reminded.on(TUESDAY).write(PROMISE, answers=reminded.last_id())
    for call in ("pwrite", "fsync"):
        with monkeypatch.context() as patched:
            patched.setattr(f"cobranza_rules.mail.mailbag.os.{call}", full)
            assert [str(trouble) for trouble in take_new(reminded.workspace)] == [FULL]
        assert taken(reminded) == {}
        assert MAILBOX not in beats(reminded) or beats(reminded)[MAILBOX] < TUESDAY
    report = reminded.tick()
    assert (report.mailbox_problems, report.received) == ([], {"promise": 1})
    assert bags_in(reminded.workspace.archive.root) == []


def test_a_disk_that_is_full_when_mail_is_read_ends_no_tick(reminded: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    reminded.on(TUESDAY).write(PROMISE, answers=reminded.last_id())
    with monkeypatch.context() as patched:
        patched.setattr(reminded.workspace.archive, "put_all", full)
        report = reminded.tick()
    assert [str(trouble) for trouble in report.mailbox_problems] == [FULL]
    assert (report.received, report.plan is not None, taken(reminded)) == ({}, True, {"waiting": 1})
    report = reminded.tick()
    assert (report.mailbox_problems, report.received) == ([], {"promise": 1})
    assert bags_in(reminded.workspace.archive.root) == []


def test_what_a_killed_taking_has_begun_is_swept(reminded: Desk) -> None:
    root = reminded.workspace.archive.root
    (root / FOLDER).mkdir(exist_ok=True)
    for begun in (root / FOLDER / "0123456789abcdef", root / ".incoming-0123456789abcdef-0"):
        begun.write_bytes(b"half of a mess")
    reminded.on(TUESDAY).write(PROMISE, answers=reminded.last_id())
    assert take_new(reminded.workspace) == []
    assert len(bags_in(root)) == 1
    assert not list(root.glob(".incoming-*"))
    assert reminded.tick().received == {"promise": 1}
    assert bags_in(root) == []


def test_a_message_whose_mailbag_is_damaged_is_set_aside_with_its_bytes(reminded: Desk) -> None:
    root = reminded.workspace.archive.root
    reminded.on(TUESDAY).write(PROMISE, answers=reminded.last_id())
    assert take_new(reminded.workspace) == []
    (bag,) = bags_in(root)
    (root / FOLDER / bag).write_bytes(b"?")
    assert reminded.tick().received == {"unreadable": 1}
    assert bags_in(root) == [bag]
