"""The IMAP mailbox against a real server, and against one that misbehaves by script."""

from __future__ import annotations

import contextlib
import socketserver
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import SecretStr

from cobranza_rules.config_sections import MailInSection
from cobranza_rules.mail.adapters import open_mailboxes
from cobranza_rules.mail.imap_fetching import PIECE
from cobranza_rules.mail.imap_mailbox import ImapMailbox
from cobranza_rules.mail.mailbox import MailboxUnavailable, Watermark
from cobranza_rules.mail.maildir_mailbox import MaildirMailbox
from cobranza_rules.mail.mime import LARGEST_MESSAGE
from cobranza_rules.problems import ProblemError

from .dovecot import PASSWORD, USER, Dovecot, free_port, missing
from .polling import TakenBefore, each, polled

needs_dovecot = pytest.mark.skipif(bool(missing()), reason=missing() or "present")


def letter(number: int, body: str = "Recibido.") -> bytes:
    head = f"From: a@cliente.example\r\nTo: cobranza@kemper.example\r\nSubject: {number}\r\nMessage-ID: <{number}@cliente.example>\r\n"
    return f"{head}Date: Tue, 03 Mar 2026 10:00:00 -0600\r\n\r\n{body}\r\n".encode()


@pytest.fixture(scope="module")
def one_server() -> Iterator[Dovecot]:
    with tempfile.TemporaryDirectory(prefix="dovecot-") as folder:
        Path(folder).chmod(0o755)
        dovecot = Dovecot(Path(folder))
        try:
            dovecot.start()
            yield dovecot
        finally:
            dovecot.stop()


@pytest.fixture
def server(one_server: Dovecot) -> Dovecot:
    """The module's server, with a user whose mailbox is empty."""
    one_server.next_user()
    return one_server


def reading(server: Dovecot, **more: object) -> ImapMailbox:
    return mailbox(server.port, "none", user=server.user, **more)


def settings(port: int, security: str = "none", **more: object) -> MailInSection:
    return MailInSection.model_validate(
        {"kind": "imap", "host": "127.0.0.1", "port": port, "security": security, "user": USER, "timeout_seconds": 5, **more}
    )


def mailbox(port: int, security: str = "none", **more: object) -> ImapMailbox:
    return ImapMailbox(settings(port, security, **more), SecretStr(PASSWORD))


@needs_dovecot
def test_a_second_poll_gives_nothing_new_and_flags_stay(server: Dovecot) -> None:
    sent = [letter(number) for number in range(3)]
    for raw in sent:
        server.append(raw)
    first = polled(reading(server))
    assert [one.raw for one in first] == sent
    assert [one.complete for one in first] == [True, True, True]
    assert len({one.origin for one in first}) == 3
    last = first[-1].watermark
    assert first[-1].origin == f"INBOX/{last.uidvalidity}/{last.last_uid}"
    assert polled(reading(server), TakenBefore(last)) == []
    client = server.client()
    client.select("INBOX", readonly=True)
    _kind, flags = client.fetch("1:*", "(FLAGS)")
    client.logout()
    assert len(flags) == 3
    assert not any(b"\\Seen" in one for one in flags if isinstance(one, bytes))
    server.append(letter(9))
    assert [one.raw for one in polled(reading(server), TakenBefore(last))] == [letter(9)]


@needs_dovecot
def test_deleted_marks_of_other_programs_are_not_carried_out(server: Dovecot) -> None:
    server.append(letter(1), flags="(\\Deleted)")
    assert len(polled(reading(server))) == 1
    assert len(polled(reading(server))) == 1


@needs_dovecot
def test_a_folder_that_is_numbered_anew_is_read_again(server: Dovecot) -> None:
    server.append(letter(1))
    (found,) = polled(reading(server))
    before = found.watermark
    after = Watermark(before.folder, before.uidvalidity - 1, before.last_uid + 100)
    (again,) = polled(reading(server), TakenBefore(after))
    assert again.raw == letter(1)
    assert again.mark == before


@needs_dovecot
def test_the_server_really_renumbers_a_folder_that_was_made_again(server: Dovecot) -> None:
    client = server.client()
    client.create("Respuestas")
    client.append("Respuestas", "", "", letter(1))
    (found,) = polled(reading(server, folders=["Respuestas"]))
    client.delete("Respuestas")
    client.logout()
    client = server.client()
    client.create("Respuestas")
    client.append("Respuestas", "", "", letter(2))
    client.logout()
    (again,) = polled(reading(server, folders=["Respuestas"]), TakenBefore(found.watermark))
    assert again.raw == letter(2)
    assert again.watermark.uidvalidity != found.watermark.uidvalidity


@needs_dovecot
def test_messages_that_vanish_while_reading_do_not_end_it(server: Dovecot) -> None:
    body = "x" * 5_000_000  # Two of them pass the bytes of one command, so that the later ones are fetched afterwards.
    for number in range(4):
        server.append(letter(number, body))
    found = []
    coming = each(reading(server))
    found.append(next(coming))
    client = server.client()
    client.select("INBOX")
    client.store("2:3", "+FLAGS", "(\\Deleted)")
    client.expunge()
    client.logout()
    found.extend(coming)
    subjects = [one.raw.split(b"Subject: ")[1][:1] for one in found]
    assert subjects[0] == b"0"
    assert subjects[-1] == b"3"
    assert all(one.complete for one in found)


@needs_dovecot
def test_bytes_are_those_of_the_server_whatever_they_are(server: Dovecot) -> None:
    odd = b"From: a@b.example\r\nSubject: se\xf1or) UID 77 {3}\r\n\r\n) BODY[] {12}\r\n* 1 FETCH (UID 99)\r\n\xff\xfe\r\n"
    server.append(odd)
    server.append(letter(2))
    assert [one.raw for one in polled(reading(server))] == [odd, letter(2)]


@needs_dovecot
def test_a_wrong_password_is_said_without_it(server: Dovecot) -> None:
    wrong = ImapMailbox(settings(server.port, user=server.user), SecretStr("clave-equivocada"))
    with pytest.raises(MailboxUnavailable) as raised:
        polled(wrong)
    assert str(raised.value) == (
        f"the mail server 127.0.0.1 does not accept the user {server.user} with this password; "
        "check mail.incoming.user and where its password comes from"
    )
    assert "clave" not in repr(wrong) + str(raised.value.__dict__)


@needs_dovecot
def test_a_folder_that_is_not_there(server: Dovecot) -> None:
    with pytest.raises(MailboxUnavailable) as raised:
        polled(reading(server, folders=["Ninguna"]))
    assert str(raised.value) == "the mailbox has no folder 'Ninguna' that can be opened; correct its folder under mail.incoming"


@needs_dovecot
@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_that_nobody_signed_is_refused(server: Dovecot, security: str) -> None:
    if not (server.root / "cert.pem").exists():
        pytest.skip("openssl is not installed, so no certificate could be made")
    port = server.tls_port if security == "tls" else server.port
    with pytest.raises(MailboxUnavailable) as raised:
        polled(mailbox(port, security))
    assert str(raised.value).startswith("the mail server 127.0.0.1 has no certificate that can be trusted: ")


def test_no_server_and_no_password() -> None:
    with pytest.raises(MailboxUnavailable) as raised:
        polled(mailbox(free_port()))
    assert str(raised.value).startswith("the mail server 127.0.0.1 cannot be reached, or left: ")
    with pytest.raises(MailboxUnavailable) as raised:
        polled(ImapMailbox(settings(1), None))
    assert str(raised.value) == (
        "there is no password for the mailbox of cobranza; set password_file, password_env, password_command or token_command under mail.incoming"
    )


def test_the_configuration_chooses(tmp_path: Path) -> None:
    (tmp_path / "clave").write_text("secreto\n")
    imap = settings(143, password_file="clave")
    several = open_mailboxes([imap, MailInSection(kind="none", name="b"), MailInSection(name="c", path=Path("correo"))], tmp_path)
    assert [(type(each), each.name) for each in several] == [(ImapMailbox, "incoming"), (MaildirMailbox, "c")]


def test_everything_that_is_missing_of_several_mailboxes_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as raised:
        open_mailboxes([MailInSection(kind="imap", name="norte"), MailInSection(kind="imap", name="sur", host="x.example")], tmp_path)
    assert [str(problem) for problem in raised.value.problems] == [
        f"cobranza.toml (mail.incoming): the IMAP mailbox '{name}' needs a host and a user; set 'host' and 'user' in its block of mail.incoming"
        for name in ("norte", "sur")
    ]


class Scripted(socketserver.StreamRequestHandler):
    """An IMAP server that answers FETCH by its class's script and anything else with OK."""

    sizes: ClassVar[dict[int, int]] = {}
    bodies: ClassVar[dict[int, bytes]] = {}
    refused: frozenset[int] = frozenset()
    cut_after = 0

    def handle(self) -> None:
        self.wfile.write(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
        with contextlib.suppress(OSError):
            while line := self.rfile.readline():
                tag, _space, command = line.strip().partition(b" ")
                self.answer(command.upper())
                if self.closed_by_script:
                    return
                if not self.denied:
                    self.wfile.write(tag + b" OK done\r\n")
                else:
                    self.wfile.write(tag + b" NO cannot\r\n")

    def answer(self, command: bytes) -> None:
        self.denied = self.closed_by_script = False
        if command.startswith(b"CAPABILITY"):
            self.wfile.write(b"* CAPABILITY IMAP4rev1\r\n")
        elif command.startswith(b"EXAMINE"):
            self.wfile.write(b"* 9 EXISTS\r\n* OK [UIDVALIDITY 7] valid\r\n")
        elif command.startswith(b"UID SEARCH"):
            self.wfile.write(b"* SEARCH " + b" ".join(str(uid).encode() for uid in self.sizes) + b"\r\n")
        elif command.startswith(b"UID FETCH"):
            self.fetch([int(uid) for uid in command.split()[2].split(b",")], command)
        elif command.startswith(b"LOGOUT"):
            self.wfile.write(b"* BYE\r\n")

    def fetch(self, uids: list[int], command: bytes) -> None:
        self.wfile.write(b"* 4 FETCH (FLAGS (\\Seen) UID 99)\r\n")
        if b"RFC822.SIZE" in command:
            for uid in uids:
                self.wfile.write(f"* {uid} FETCH (UID {uid} RFC822.SIZE {self.sizes[uid]})\r\n".encode())
            return
        if self.refused & set(uids):
            self.denied = True
            return
        for uid in uids:
            body = self.bodies[uid]
            self.wfile.write(f"* {uid} FETCH (BODY[] {{{len(body)}}}\r\n".encode())
            if self.cut_after:
                self.wfile.write(body[: self.cut_after])
                self.closed_by_script = True
                return
            self.wfile.write(body + f" FLAGS () UID {uid})\r\n".encode())


@contextlib.contextmanager
def scripted(handler: type[Scripted]) -> Iterator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()
            thread.join(5)


def test_one_message_that_the_server_cannot_give_keeps_no_other_back() -> None:
    class Handler(Scripted):
        sizes: ClassVar[dict[int, int]] = {1: 5, 2: 5, 3: 5}
        bodies: ClassVar[dict[int, bytes]] = {1: b"uno..", 3: b"tres."}
        refused = frozenset({2})

    with scripted(Handler) as port:
        found = polled(mailbox(port))
    assert [(one.raw, one.complete, one.origin) for one in found] == [
        (b"uno..", True, "INBOX/7/1"),
        (b"", False, "INBOX/7/2"),
        (b"tres.", True, "INBOX/7/3"),
    ]


def test_a_size_that_is_only_an_estimate_is_settled_by_reading_twice() -> None:
    class Handler(Scripted):
        sizes: ClassVar[dict[int, int]] = {1: 999}
        bodies: ClassVar[dict[int, bytes]] = {1: b"whole"}

    with scripted(Handler) as port:
        (found,) = polled(mailbox(port))
    assert (found.raw, found.complete) == (b"whole", True)


def test_a_message_that_is_too_large_gives_its_head_only() -> None:
    class Handler(Scripted):
        sizes: ClassVar[dict[int, int]] = {1: LARGEST_MESSAGE + 1, 2: 5}
        bodies: ClassVar[dict[int, bytes]] = {1: b"From: a@b.example\r\n", 2: b"small"}

    with scripted(Handler) as port:
        found = polled(mailbox(port))
    assert [(one.raw, one.complete) for one in found] == [(b"From: a@b.example\r\n", False), (b"small", True)]


def test_a_connection_that_is_cut_inside_a_message_gives_no_half_of_it() -> None:
    class Handler(Scripted):
        sizes: ClassVar[dict[int, int]] = {1: 100}
        bodies: ClassVar[dict[int, bytes]] = {1: b"y" * 100}
        cut_after = 40

    with scripted(Handler) as port, pytest.raises(MailboxUnavailable) as raised:
        polled(mailbox(port))
    assert str(raised.value).startswith("the mail server 127.0.0.1 cannot be reached, or left: ")


def test_the_last_message_is_not_given_again() -> None:
    class Handler(Scripted):
        sizes: ClassVar[dict[int, int]] = {5: 5}
        bodies: ClassVar[dict[int, bytes]] = {5: b"known"}

    with scripted(Handler) as port:
        assert polled(mailbox(port), TakenBefore(Watermark("INBOX", 7, 5))) == []


@needs_dovecot
def test_a_folder_is_compared_as_a_whole_where_that_is_due(server: Dovecot) -> None:
    """What a restored mailbox brings back has low numbers; what was taken is not fetched again."""
    for number in range(4):
        server.append(letter(number))
    found = polled(reading(server))
    last, taken = found[-1].watermark, frozenset(one.origin.rpartition("/")[2] for one in found if one is not found[1])
    assert last is not None
    assert polled(reading(server), TakenBefore(last, taken)) == []
    (again,) = polled(reading(server), TakenBefore(last, taken, compare=True))
    assert (again.raw, again.watermark) == (letter(1), last)


@needs_dovecot
def test_several_folders_each_have_their_mark(server: Dovecot) -> None:
    client = server.client()
    client.create("Respuestas")
    client.append("Respuestas", "", "", letter(2))
    client.logout()
    server.append(letter(1))
    found = polled(reading(server, folders=["INBOX", "Respuestas"]))
    assert [one.raw for one in found] == [letter(1), letter(2)]
    assert [one.watermark.folder for one in found if one.mark] == ["INBOX", "Respuestas"]
    server.append(letter(3))
    (third,) = polled(reading(server, folders=["INBOX"]), TakenBefore(found[0].watermark))
    assert third.raw == letter(3)


@needs_dovecot
def test_a_large_message_comes_in_pieces(server: Dovecot) -> None:
    large = letter(1, "x" * 9_000_000)
    server.append(large)
    server.append(letter(2))
    (first, size), (second, _size) = [
        ([bytes(piece) for piece in one.pieces], one.size) for one in reading(server).fetch_new(TakenBefore())
    ]
    assert (b"".join(first), second) == (large, [letter(2)])
    assert size == len(large)
    assert max(map(len, first)) <= PIECE


def test_a_large_message_that_breaks_off_between_two_pieces_is_a_mailbox_that_is_away() -> None:
    class Handler(Scripted):
        sizes: ClassVar[dict[int, int]] = {1: 5_000_000}
        bodies: ClassVar[dict[int, bytes]] = {1: b"y" * PIECE}

        def fetch(self, uids: list[int], command: bytes) -> None:
            if f"<{PIECE}.".encode() in command:
                self.closed_by_script = True
                return
            super().fetch(uids, command)

    with scripted(Handler) as port, pytest.raises(MailboxUnavailable) as raised:
        polled(mailbox(port))
    assert str(raised.value).startswith("the mail server 127.0.0.1 cannot be reached, or left: ")
