"""A reminder is approved by mail, sent through Postfix to Dovecot, read and answered in mutt; writes docs/mail-demonstration.md and its pictures.

Needs root, a Debian 12 with postfix, dovecot-imapd, dovecot-lmtpd, mutt, tmux and libsasl2-modules, and nothing beyond loopback.
"""

from __future__ import annotations

import email
import email.policy
import hashlib
import os
import re
import shutil
import sys
import tempfile
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from sqlalchemy import select

from cobranza_rules.store.tables import OutgoingRow
from cobranza_rules.workspace import open_workspace
from tests.cfdi_files import invoice
from tests.mail_demonstration import page
from tests.mail_demonstration.screen import Mutt, draw
from tests.mail_demonstration.servers import DOVECOT, NAME, POSTFIX, Servers, running
from tests.stories.desk import UNIVERSITY, customer_list
from tests.stories.folders import ROOT, make_folder
from tests.stories.program import Program

MONDAY, LATER = "2026-03-02", "2026-03-12"
OURS, ANALYST, CUSTOMER = "cobranza@kemper.example", "analista@kemper.example", "pagos@robotica.example"
OTHERS = ("supervision@kemper.example", "administracion@kemper.example", "ventas@kemper.example", "facturas@robotica.example")
PAGE = ROOT / "docs" / "mail-demonstration.md"
ATTACHED = re.compile(r"^\s*A?\s*(?P<number>\d+)\s.*?(?P<name>[\w.&-]+\.(?:pdf|docx|xlsx|xml))[\s\[]")  # A line of mutt's list of parts
NEEDED = (POSTFIX, DOVECOT, "mutt", "tmux")


@dataclass
class Demonstration:
    program: Program
    servers: Servers
    folder: Path
    story: page.Page = field(default_factory=page.Page)

    def call(self, *arguments: str, code: int = 0) -> None:
        self.story.command(arguments, self.program(*arguments, code=code))

    def see(self, mutt: Mutt, name: str, what: str) -> None:
        screen = mutt.screen()
        draw(screen, PAGE.with_suffix("") / f"{name}.png")
        self.story.screen(what, name, screen)

    def mutt(self, name: str, user: str) -> Mutt:
        servers = self.servers
        return Mutt(self.folder, name, user, imap=servers.imap, smtp=servers.smtp, password=servers.password)


def missing() -> list[str]:
    lacking = [name for name in NEEDED if shutil.which(name) is None]
    return lacking if os.geteuid() == 0 else ["root", *lacking]


def main() -> None:
    if lacking := missing():
        sys.exit(f"mail-demonstration needs: {', '.join(lacking)}\n{__doc__}")
    PAGE.with_suffix("").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="cobranza-mail-", dir="/tmp") as name, ExitStack() as open_programs:
        folder = Path(name)
        folder.chmod(0o755)
        root = folder / "servers"
        root.mkdir()
        with running(root, [OURS, ANALYST, CUSTOMER, *OTHERS]) as servers:
            shown = Demonstration(Program(workspace(folder, servers)), servers, folder)
            play(shown, open_programs)
    PAGE.write_text(shown.story.text(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")


def workspace(folder: Path, servers: Servers) -> Path:
    """The sample company's, sending through Postfix and reading its mailbox in Dovecot; the analyst releases by mail."""
    base = make_folder(folder / "workspace")
    settings = base / "cobranza.toml"
    text = settings.read_text(encoding="utf-8")
    head, _out, _rest = text.partition("[mail.out]\n")
    (base / "secrets").mkdir(exist_ok=True)
    (base / "secrets" / "imap").write_text(servers.password, encoding="ascii")
    settings.write_text(
        head
        + f'[mail.out]\nkind = "smtp"\nhost = "127.0.0.1"\nport = {servers.smtp}\nsecurity = "none"\n\n'
        + f'[mail.incoming]\nkind = "imap"\nhost = "127.0.0.1"\nport = {servers.imap}\nsecurity = "none"\nuser = "{OURS}"\n'
        + f'password_file = "secrets/imap"\nauthserv_id = "{NAME}"\n\n'
        + '[approvals]\nby_mail = ["collections_analyst"]\n',
        encoding="utf-8",
    )
    files = folder / "apertura"
    files.mkdir()
    (files / "CLIENTES.csv").write_bytes(customer_list(UNIVERSITY + "direccion@robotica.example"))
    (files / "FA-1.xml").write_bytes(invoice("FA-1", "1160.00"))
    Program(base)("import", str(files), "--opening", "2026-02-27", "--payments-through", MONDAY, "--on", MONDAY)
    return base


def play(shown: Demonstration, programs: ExitStack) -> None:
    servers, story = shown.servers, shown.story
    story.say(page.ASKED)
    shown.call("run", "--on", MONDAY, code=3)
    servers.wait_for(ANALYST, 1)
    analyst = programs.enter_context(closing(shown.mutt("Benito Muestra Ejemplo", ANALYST)))
    approve(shown, analyst)

    story.say(page.SENT)
    servers.wait_for(OURS, 1)
    shown.call("run", "--on", MONDAY)
    shown.call("outbox", "list")
    (delivered,) = servers.wait_for(CUSTOMER, 1)
    customer = programs.enter_context(closing(shown.mutt("Pagos Robótica", CUSTOMER)))
    read(shown, customer)
    compare(shown, delivered)

    story.say(page.ANSWERED)
    answer(shown, customer)
    servers.wait_for(OURS, 2)
    shown.call("run", "--on", MONDAY)
    shown.call("explain", "FA-1", "--on", MONDAY)

    story.say(page.THREADED)
    shown.program("import", str(shown.folder / "apertura"), "--payments-through", LATER, "--on", LATER)
    shown.call("run", "--on", LATER, code=3)
    shown.call("approvals", "approve", "--all", "--who", "collections_analyst", "--on", LATER)
    shown.call("run", "--on", LATER, code=3)
    thread(shown, customer)


def approve(shown: Demonstration, mutt: Mutt) -> None:
    mutt.wait_for(lambda screen: "[apr " in screen or "Cobranza" in screen)
    shown.see(mutt, "request", "The analyst's mailbox")
    mutt.press("Enter")
    mutt.wait_for("Subject:")
    shown.see(mutt, "request-open", "The request, opened")
    reply(mutt, "Apruebo.\n\n")
    shown.see(mutt, "approval", "His answer, as it left")
    mutt.press("i")


def reply(mutt: Mutt, text: str) -> None:
    """Written by the editor, sent, and its copy opened."""
    mutt.answer.write_text(text, encoding="utf-8")
    mutt.press("r")
    mutt.wait_for("Compose")
    mutt.press("y")
    if "i:Exit" in mutt.wait_for(lambda screen: "i:Exit" in screen or "q:Quit" in screen):
        mutt.press("i")
    mutt.wait_for("q:Quit")
    mutt.look_for("[Msgs:2")
    mutt.press("End", "Enter")
    mutt.wait_for("In-Reply-To")


def read(shown: Demonstration, mutt: Mutt) -> None:
    mutt.wait_for("recordatorio de pago")
    shown.see(mutt, "reminder-listed", "The customer's mailbox")
    mutt.press("Enter")
    mutt.wait_for("Subject:")
    shown.see(mutt, "reminder", "The reminder, opened")
    mutt.press("v")
    mutt.wait_for(".xlsx")
    shown.see(mutt, "attachments", "What is attached")
    save_attachments(shown, mutt)
    mutt.press("q", "i")


def save_attachments(shown: Demonstration, mutt: Mutt) -> None:
    """By mutt itself, each under its name."""
    saved = shown.folder / "saved"
    saved.mkdir()
    for line in mutt.screen().splitlines():
        if found := ATTACHED.search(line):
            file = saved / found["name"]
            mutt.press(found["number"], "Enter", "s", "C-u", str(file), "Enter")
            mutt.wait_for("Attachment saved")
            assert file.exists()


def compare(shown: Demonstration, delivered: bytes) -> None:
    """What lies in the mailbox beside what the archive says has left, and what mutt has saved beside what was attached."""
    space = open_workspace(shown.program.base)
    with closing(space), space.database.reading() as session:
        outgoing = session.scalars(select(OutgoingRow)).one()
        raw = space.archive.get(outgoing.raw)
    kept = raw.replace(b"\r\n", b"\n")
    assert delivered.replace(b"\r\n", b"\n").endswith(kept), "the message has changed on its way"
    added = len(delivered.replace(b"\r\n", b"\n")) - len(kept)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    arrived = email.message_from_bytes(delivered, policy=email.policy.default)
    assert arrived["Subject"] == message["Subject"]
    rows = [("message", len(kept), hashlib.sha256(kept).hexdigest()[:16], f"the same, under {added} bytes of Received and the like")]
    for part in message.iter_attachments():
        content = part.get_content()
        content = content if isinstance(content, bytes) else content.encode()
        saved = (shown.folder / "saved" / str(part.get_filename())).read_bytes()
        assert saved == content, part.get_filename()
        rows.append((str(part.get_filename()), len(content), hashlib.sha256(content).hexdigest()[:16], "as mutt has saved it"))
    shown.story.compared(str(message["Subject"]), str(message["Message-ID"]), rows)


def answer(shown: Demonstration, mutt: Mutt) -> None:
    mutt.wait_for("recordatorio de pago")
    reply(mutt, "Buenas tardes:\nPagamos esta factura el viernes 6 de marzo de 2026.\nSaludos\n\n")
    shown.see(mutt, "answer", "The customer's answer, as it left")
    mutt.press("i")
    mutt.wait_for("q:Quit")
    shown.see(mutt, "answer-threaded", "The customer's mailbox: the copy of his answer stands under the reminder")


def thread(shown: Demonstration, mutt: Mutt) -> None:
    shown.servers.wait_for(CUSTOMER, 3)
    mutt.look_for("[Msgs:3")
    mutt.press("Home")
    shown.see(mutt, "thread", "The whole conversation in the customer's mailbox")


if __name__ == "__main__":
    main()
