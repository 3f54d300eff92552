"""Messages to people of the company: at most once for each kind, key and recipient, whatever the wire does."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from cobranza_rules.dispatch.internal_mail import Written, send_internal, settle_interrupted_internal
from cobranza_rules.mail.maildir_sink import MaildirSink
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.tables import InternalMessageRow
from tests.dispatch.faulty_sink import CrashError, FaultySink
from tests.stories.desk import Desk
from tests.stories.mail_server import MailServer

ANALYST = "analista@kemper.example"
NEWS = Written("Aviso", "Hay una firma pendiente.", "<p>Hay una firma pendiente.</p>")


def rows(desk: Desk) -> list[InternalMessageRow]:
    with desk.workspace.database.reading() as session:
        return list(session.scalars(select(InternalMessageRow).order_by(InternalMessageRow.id)))


def mails(desk: Desk) -> list[EmailMessage]:
    folder = desk.workspace.base / desk.workspace.settings.mail.out.path / "new"
    read = (email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in sorted(folder.glob("*.eml")))
    return [message for message in read if isinstance(message, EmailMessage)]


def faulty(desk: Desk, *faults: str) -> FaultySink:
    sink = FaultySink(MaildirSink(desk.workspace.base / "correo-enviado"), lambda _message: None, list(faults))
    desk.workspace.sink = sink
    return sink


def send(desk: Desk, key: str = "7", to: str = ANALYST, written: Written = NEWS) -> str:
    return send_internal(desk.workspace, "notice", key, to, written)


def test_it_leaves_once_for_each_key_and_recipient(desk: Desk) -> None:
    assert [send(desk), send(desk), send(desk, key="8"), send(desk, to="supervision@kemper.example")] == ["sent"] * 4
    assert [(row.key, row.recipient, row.attempts) for row in rows(desk)] == [
        ("7", ANALYST, 1),
        ("8", ANALYST, 1),
        ("7", "supervision@kemper.example", 1),
    ]
    assert len(mails(desk)) == 3
    assert desk.outgoing() == []


def test_it_says_that_a_program_wrote_it(desk: Desk) -> None:
    send(desk)
    (mail,) = mails(desk)
    assert (mail["To"], mail["Auto-Submitted"], mail["Subject"]) == (ANALYST, "auto-generated", "Aviso")
    assert mail["Message-ID"] == f"<{rows(desk)[0].message_id}>"
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == "Hay una firma pendiente."


def test_what_has_not_left_leaves_later_with_the_bytes_that_it_was_written_with(desk: Desk) -> None:
    faulty(desk, "postponed")
    assert send(desk) == "ready"
    assert send(desk, written=Written("Otro aviso", "Otro", "<p>Otro</p>")) == "sent"
    assert [mail["Subject"] for mail in mails(desk)] == ["Aviso"]
    assert rows(desk)[0].attempts == 2


@pytest.mark.parametrize(
    ("fault", "state", "left"),
    [("uncertain, left", "uncertain", 1), ("uncertain, lost", "uncertain", 0), ("refused address", "failed", 0)],
)
def test_what_is_uncertain_or_refused_is_never_repeated(desk: Desk, fault: str, state: str, left: int) -> None:
    faulty(desk, fault)
    assert [send(desk), send(desk)] == [state, state]
    assert len(mails(desk)) == left
    assert rows(desk)[0].attempts == 1


def test_the_servers_answer_is_kept(desk: Desk) -> None:
    faulty(desk, "refused address")
    send(desk)
    assert rows(desk)[0].detail == f"{ANALYST}: 550 5.1.1 no such user"


@pytest.mark.parametrize(("moment", "state"), [("crash before", "ready"), ("crash after", "sent")])
def test_after_a_crash_the_maildir_is_asked(desk: Desk, moment: str, state: str) -> None:
    faulty(desk, moment)
    with pytest.raises(CrashError):
        send(desk)
    assert (rows(desk)[0].state, send(desk)) == ("sending", "sending")
    assert settle_interrupted_internal(desk.workspace) == 1
    assert rows(desk)[0].state == state
    assert send(desk) == "sent"
    assert len(mails(desk)) == 1


def test_after_a_crash_over_smtp_nobody_knows(wired: Desk, server: MailServer) -> None:
    real = wired.workspace.sink
    faulty(wired, "crash before")
    with pytest.raises(CrashError):
        send(wired)
    wired.workspace.sink = real
    wired.tick()
    assert (rows(wired)[0].state, send(wired)) == ("uncertain", "uncertain")
    assert not any(ANALYST in str(mail["To"]) for mail in server.accepted)


def test_one_that_comes_back_concerns_no_customer(desk: Desk) -> None:
    send(desk)
    desk.bounce(rows(desk)[0].message_id, ANALYST)
    desk.tick()
    (received,) = desk.received()
    assert (received.kind, received.customer_id, received.state) == ("bounce", None, "automatic")
    assert (rows(desk)[0].state, rows(desk)[0].detail) == ("returned", "5.1.1")
    assert send(desk) == "returned"


def test_a_copy_of_it_in_our_own_mailbox_is_a_loop(desk: Desk) -> None:
    send(desk)
    desk.deliver(mails(desk)[0].as_bytes())
    desk.tick()
    assert [(row.kind, row.customer_id, row.state) for row in desk.received()] == [("own_loop", None, "automatic")]


def test_an_address_that_cannot_be_written_to_is_a_problem(desk: Desk) -> None:
    with pytest.raises(ProblemError) as caught:
        send(desk, to="nadie en casa")
    assert "the message to nadie en casa cannot be written: " in str(caught.value)
    assert rows(desk) == []
