"""What was agreed to is what leaves: held against hashes as it is decided, as the message is written, and before the wire."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import json

import pytest
from sqlalchemy import select

from cobranza_rules.dispatch.leaving import KeptBack
from cobranza_rules.dispatch.shown import shown_of
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.tables import CustomerRow, OutgoingRow
from tests.conftest import DAY, at
from tests.stories.desk import Desk, text_of

ANALYST, FIRST = "collections_analyst", "first-reminder"


def waiting(desk: Desk) -> list[tuple[int, str]]:
    return [(one.revision, one.state) for one in desk.approvals()]


def agreed_but_not_sent(desk: Desk) -> Desk:
    """Agreed to at night: the message is written and waits for the contact hours."""
    from cobranza_rules.clock import FixedClock

    class Night(FixedClock):
        def now(self) -> dt.datetime:
            return super().now().replace(hour=9)  # Three in the morning in Mexico City

    desk.tick()
    desk.workspace.clock = Night(DAY, desk.workspace.settings.timezone)
    desk.approve(ANALYST)
    assert desk.tick().kept_back == {KeptBack.AFTER_HOURS: 1}
    at(desk.workspace, DAY)
    return desk


def test_what_is_shown_holds_every_file_and_the_message_with_them(supervised: Desk) -> None:
    supervised.tick()
    (approval,) = supervised.approvals()
    files = {file.kind: file for file in shown_of(supervised.workspace, approval.shown).files}
    assert set(files) == {"letter", "letter_word", "statement", "message"}
    raw = supervised.workspace.archive.get(files["message"].digest)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert message["To"] == "pagos@robotica.example"
    attached = [part.get_payload(decode=True) for part in message.iter_attachments()]
    assert attached == [supervised.workspace.archive.get(files[kind].digest) for kind in ("letter", "statement")]


def test_nobody_agrees_to_what_the_archive_no_longer_shows(supervised: Desk) -> None:
    supervised.tick()
    (approval,) = supervised.approvals()
    letter = shown_of(supervised.workspace, approval.shown).files[0]
    supervised.workspace.archive.path_of(letter.digest).write_bytes(b"%PDF-1.4 another")
    with pytest.raises(ProblemError) as raised:
        supervised.approve(ANALYST)
    assert str(raised.value.problems[0].what) == (
        f"approval {approval.id}: the document in the archive is damaged: its bytes are not those that were put there"
    )
    assert waiting(supervised) == [(1, "waiting")]


def test_what_changes_beside_the_content_is_found_when_all_is_made_once_more_and_asked_again(supervised: Desk) -> None:
    supervised.tick()
    supervised.approve(ANALYST)
    with supervised.workspace.database.writing() as session:
        session.scalars(select(CustomerRow)).one().name = "OTRO NOMBRE"
    assert supervised.tick().states == {"awaiting_signature": 1}
    assert supervised.mails() == []
    assert waiting(supervised) == [(1, "outdated"), (2, "waiting")]
    assert "OTRO NOMBRE" in supervised.documents(supervised.action(FIRST))["letter"].decode()


def test_days_that_pass_alone_are_no_change(supervised: Desk) -> None:
    supervised.tick()
    supervised.on(DAY + dt.timedelta(days=4)).approve(ANALYST)
    assert supervised.tick().states == {"sent": 1}


def test_the_message_that_leaves_is_the_one_that_all_agreed_to_by_its_hash(supervised: Desk) -> None:
    agreed_but_not_sent(supervised)
    (approval,), (row,) = supervised.approvals(), supervised.outgoing()
    assert approval.leaves == row.raw
    assert supervised.tick().states == {"sent": 1}


def test_another_message_in_its_place_does_not_leave_and_is_asked_again(supervised: Desk) -> None:
    agreed_but_not_sent(supervised)
    (row,) = supervised.outgoing()
    forged = supervised.workspace.archive.get(row.raw).replace(b"BANCO", b"BANDO")
    with supervised.workspace.database.writing() as session:
        session.scalars(select(OutgoingRow)).one().raw = supervised.workspace.archive.put(forged)
    report = supervised.tick()
    number = supervised.action(FIRST).id
    what = f"action {number} did not leave: its message is not the one that was agreed to"
    hint = "the next run writes it anew and asks for it again; look who can write into the archive and the database"
    assert [str(problem) for problem in report.problems] == [f"{what}; {hint}"]
    assert supervised.mails() == []
    supervised.tick()
    assert waiting(supervised) == [(1, "outdated"), (2, "waiting")]
    supervised.approve(ANALYST)
    assert supervised.tick().states == {"sent": 1}
    assert "BANCO" in text_of(supervised.last_mail())


def test_damaged_bytes_do_not_leave_and_are_asked_again(supervised: Desk) -> None:
    agreed_but_not_sent(supervised)
    (row,) = supervised.outgoing()
    supervised.workspace.archive.path_of(row.raw).write_bytes(b"Subject: damaged\n\n")
    report = supervised.tick()
    assert "is damaged" in str(report.problems[0])
    assert supervised.mails() == []
    supervised.tick()
    assert waiting(supervised)[-1] == (2, "waiting")


def test_the_list_of_what_was_shown_lies_in_the_archive_by_its_hash(supervised: Desk) -> None:
    supervised.tick()
    (approval,) = supervised.approvals()
    listed = json.loads(supervised.workspace.archive.get(approval.shown))
    assert [kind for kind, _name, _type, _digest in listed["files"]] == ["letter", "letter_word", "statement", "message"]
    assert len(listed["said"]) == 64
