"""The round trip through real mail servers: a reminder leaves by SMTP, its answer is read from an IMAP mailbox, and the next decision heeds it."""

from __future__ import annotations

import datetime as dt
import email.message
import email.policy
import email.utils
import re
import tempfile
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from cobranza_rules.booking.importing import Importing
from cobranza_rules.intake.sources import SourceFile
from cobranza_rules.store.heartbeat import BANK, beat
from cobranza_rules.workspace import open_workspace
from tests.cfdi_files import invoice
from tests.conftest import DAY
from tests.mail.dovecot import PASSWORD, Dovecot, missing
from tests.stories.desk import PAYER, UNIVERSITY, customer_list
from tests.stories.folders import ask_by_mail, make_folder
from tests.stories.mail_server import MailServer
from tests.stories.program import Program

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "present")
TUESDAY, SECOND_DUE, RELEASED = "2026-03-03", "2026-03-09", "2026-03-11"


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    with tempfile.TemporaryDirectory(prefix="dovecot-") as folder:
        Path(folder).chmod(0o755)
        started = Dovecot(Path(folder))
        try:
            started.start()
            yield started
        finally:
            started.stop()


@pytest.fixture
def program(tmp_path: Path, server: MailServer, dovecot: Dovecot) -> Program:
    """In automatic mode, with one reminder due, sending to the one server and reading from the other."""
    wires = {
        'kind = "maildir"             # cada mensaje queda como archivo; con kind = "smtp" sale por el servidor de correo\npath = "correo-enviado"': (
            f'kind = "smtp"\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"'
        ),
        'kind = "maildir"\npath = "correo-recibido"': (
            f'kind = "imap"\nhost = "127.0.0.1"\nport = {dovecot.port}\nsecurity = "none"\nuser = "{dovecot.user}"\npassword_file = "secret"'
        ),
    }
    base = make_folder(tmp_path / "workspace", **{'mode = "supervised"': 'mode = "automatic"', **wires})
    ask_by_mail(base)
    (base / "secret").write_text(PASSWORD)
    workspace = open_workspace(base, DAY)
    importing = Importing(workspace.database, workspace.archive, workspace.clock, workspace.company.rfc, DAY)
    importing.take([SourceFile("customers", customer_list(UNIVERSITY)), SourceFile("invoice", invoice("FA-1"))])
    workspace.close()
    return Program(base)


def bank(program: Program, day: str) -> None:
    workspace = open_workspace(program.base, dt.date.fromisoformat(day))
    with workspace.database.writing() as session:
        beat(session, BANK, workspace.clock.now())
    workspace.close()


def run(program: Program, day: str, code: int = 0) -> dict[str, int]:
    bank(program, day)
    report = program.json("run", "--on", day, code=code)
    assert report["mailbox_problems"] == []
    return {"sent": report["states"].get("sent", 0), "recorded": report["recorded"]}


def answer(message_id: str, text: str) -> bytes:
    lines = [
        "Authentication-Results: mx.kemper.example; dmarc=pass header.from=robotica.example",
        f"From: Alma Prueba <{PAYER}>",
        "To: cobranza@kemper.example",
        "Subject: Re: Recordatorio de pago",
        "Message-ID: <respuesta@robotica.example>",
        f"Date: {email.utils.format_datetime(dt.datetime(2026, 3, 3, 15, tzinfo=dt.UTC))}",
        f"In-Reply-To: {message_id}",
        f"References: {message_id}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    ]
    return ("\r\n".join(lines) + f"\r\n\r\n{text}\r\n").encode()


def flags(dovecot: Dovecot) -> list[str]:
    client = dovecot.client()
    client.select("INBOX", readonly=True)
    _kind, found = client.fetch("1:*", "(FLAGS)")
    client.logout()
    return [re.sub(rb"\s*\\Recent\s*", b"", re.search(rb"FLAGS \((.*?)\)", line)[1]).decode() for line in found if isinstance(line, bytes)]  # type: ignore[index]  # (every line has its flags)


def test_a_reminder_its_answer_and_what_comes_of_it(program: Program, server: MailServer, dovecot: Dovecot) -> None:
    assert run(program, DAY.isoformat()) == {"sent": 1, "recorded": 0}
    (reminder,) = server.accepted
    assert reminder["To"] == PAYER

    dovecot.append(answer(str(reminder["Message-ID"]), "El pago de la factura FA-1 quedará hecho el viernes 6 de marzo de 2026."))
    dovecot.append(
        answer("<other@elsewhere.example>", "x").replace(b"<respuesta@", b"<vista@").replace(PAYER.encode(), b"a@b.example"),
        flags=r"(\Seen)",
    )
    assert run(program, TUESDAY, code=3) == {"sent": 0, "recorded": 1}
    assert flags(dovecot) == ["", r"\Seen"]  # Neither marked as read nor deleted: the mailbox belongs to people.

    assert run(program, SECOND_DUE) == {"sent": 0, "recorded": 0}
    held = program.json("plan", "--on", SECOND_DUE)["held"]
    assert [(one["invoice"], one["by"]) for one in held] == [("FA-1", "promise-to-pay")]
    assert len(server.accepted) == 1

    assert run(program, RELEASED, code=3) == {"sent": 1, "recorded": 0}  # And a task for sales
    second = server.accepted[1]
    assert second["In-Reply-To"] == reminder["Message-ID"]
    assert run(program, RELEASED) == {"sent": 0, "recorded": 0}


def test_what_is_attached_to_an_answer_is_listed_and_written(program: Program, dovecot: Dovecot, tmp_path: Path) -> None:
    mail = email.message.EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = PAYER, "cobranza@kemper.example", "Comprobante", "<c1@robotica.example>"
    mail.set_content("Adjunto el comprobante.")
    for content in (b"%PDF-1.7 uno", b"%PDF-1.7 dos"):
        mail.add_attachment(content, maintype="application", subtype="pdf", filename="../SPEI.pdf")
    dovecot.append(mail.as_bytes(policy=email.policy.SMTP))
    run(program, DAY.isoformat(), code=3)
    shown = program.json("inbox", "show", "1", "-o", str(tmp_path / "out"))
    assert [(each["name"], each["media_type"], each["size"]) for each in shown["attachments"]] == [("SPEI.pdf", "application/pdf", 12)] * 2
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == {
        "SPEI.pdf": b"%PDF-1.7 uno",
        "SPEI-2.pdf": b"%PDF-1.7 dos",
    }
    assert "attached: SPEI.pdf (application/pdf, 12 bytes)" in program("inbox", "show", "1")


def test_a_mailbox_that_is_away_keeps_the_reminders_here(program: Program, server: MailServer, dovecot: Dovecot) -> None:
    dovecot.stop()
    bank(program, DAY.isoformat())
    report = program.json("run", "--on", DAY.isoformat())
    assert report["mailbox_problems"]
    assert (report["planned"], server.accepted) == (0, [])
    assert {one["by"] for one in program.json("plan", "--on", DAY.isoformat())["held"]} == {"mailbox-stale"}


def signed_by_mail(request: EmailMessage, text: str, *, sender: str = "administracion@kemper.example") -> bytes:
    """As Outlook answers: above the quoted mail, with a name below."""
    raw = answer(
        str(request["Message-ID"]),
        f"{text}\r\n\r\nAdela Muestra Ejemplo\r\n\r\nDe: Cobranza\r\nEnviado: lunes\r\nPara: Adela\r\nAsunto: x\r\n\r\napruebo",
    )
    return (
        raw.replace(PAYER.encode(), sender.encode())
        .replace(b"header.from=robotica", b"header.from=kemper")
        .replace(b"<respuesta@", f"<{sender}".encode())
    )


def test_a_letter_is_signed_by_mail_passed_on_and_leaves_with_what_was_shown(
    program: Program, server: MailServer, dovecot: Dovecot, tmp_path: Path
) -> None:
    day = DAY.isoformat()
    (tmp_path / "FA-7.xml").write_bytes(invoice("FA-7", "500.00", DAY))
    program("import", str(tmp_path / "FA-7.xml"), "--on", day)
    run(program, day, code=3)
    (request,) = (mail for mail in server.accepted if "[apr " in str(mail["Subject"]))
    assert request["To"] == "administracion@kemper.example"

    dovecot.append(signed_by_mail(request, "Apruebo", sender="ventas@kemper.example"))
    run(program, day, code=3)
    assert [one["id"] for one in program.json("approvals", "list", "--on", day)["approvals"]] == [1]
    assert program.json("inbox", "list")["messages"][0]["kind"] == "decision"

    said = program("approvals", "delegate", "1", "9", "--who", "administration_manager", "--to", "supervisor", "--comment", "viaje", code=1)
    assert said.splitlines() == [
        "1 passed from Adela Muestra Ejemplo to Celia Muestra Ejemplo",
        "there is no approval 9; 'cobranza approvals list' shows those that wait",
    ]
    run(program, day, code=3)
    (again,) = (mail for mail in server.accepted if mail["To"] == "supervision@kemper.example")
    program("approvals", "show", "2", "-o", str(tmp_path / "shown"), "--on", day)
    shown = next((tmp_path / "shown").glob("*.pdf")).read_bytes()
    assert shown in [part.get_content() for part in again.iter_attachments()]

    dovecot.append(signed_by_mail(again, "Apruebo", sender="supervision@kemper.example"))
    assert run(program, day) == {"sent": 1, "recorded": 0}
    assert server.accepted[-1]["To"] == "facturas@robotica.example"
    assert "signed by supervision@kemper.example" in program("case", "C-001")
