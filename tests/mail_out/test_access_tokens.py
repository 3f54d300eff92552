"""XOAUTH2: a token from a command, anew for each connection, refused or not, and in no report."""

from __future__ import annotations

import base64
import contextlib
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from tests.mail.polling import polled
from tests.mail_out.test_smtp_sink import RAW, SENDER, TO, lines_of

from cobranza_rules.config_sections import MailInSection, MailOutSection
from cobranza_rules.mail.adapters import open_mailboxes, open_sink
from cobranza_rules.mail.mailbox import MailboxUnavailable
from cobranza_rules.mail.message import Delivery, DeliveryReport
from cobranza_rules.mail.smtp_sink import SmtpSink
from cobranza_rules.problems import ProblemError

TOKEN = "ya29.muy-secreto"
StartServer = Callable[..., int]


def google(heard: list[bytes], *, good: str = TOKEN) -> Callable[[socket.socket], None]:
    """An SMTP server that takes one access token, and tells as Google does why it takes no other: in a challenge."""

    def serve(connection: socket.socket) -> None:
        connection.sendall(b"220 smtp.example\r\n")
        in_data = False
        for line in lines_of(connection):
            if in_data:
                in_data = line.rstrip() != b"."
                if not in_data:
                    connection.sendall(b"250 2.0.0 OK\r\n")
                continue
            heard.append(line.rstrip())
            verb = line[:4].upper()
            if verb == b"EHLO":
                connection.sendall(b"250-smtp.example\r\n250 AUTH LOGIN XOAUTH2\r\n")
            elif verb == b"AUTH":
                said = base64.b64decode(line.split()[2]).decode()
                refused = b"334 eyJzdGF0dXMiOiI0MDAifQ==\r\n"
                connection.sendall(b"235 2.7.0 Accepted\r\n" if said == f"user={SENDER}\1auth=Bearer {good}\1\1" else refused)
            elif not line.strip():
                connection.sendall(f"535 5.7.8 not accepted: {TOKEN}\r\n".encode())
            elif verb == b"DATA":
                in_data = True
                connection.sendall(b"354 go on\r\n")
            else:
                connection.sendall(b"250 OK\r\n")

    return serve


@pytest.fixture
def sink_at() -> Iterator[Callable[..., SmtpSink]]:
    with contextlib.ExitStack() as opened:

        def made(port: int, token: Callable[[], SecretStr | None]) -> SmtpSink:
            sink = SmtpSink("127.0.0.1", port, security="none", user=SENDER, token=token, timeout_seconds=2)
            opened.callback(sink.close)
            return sink

        yield made


def test_a_token_logs_in_and_is_asked_for_once_a_connection(raw_server: StartServer, sink_at: Any) -> None:
    heard: list[bytes] = []
    asked: list[int] = []

    def token() -> SecretStr:
        asked.append(1)
        return SecretStr(TOKEN)

    sink = sink_at(raw_server(google(heard)), token)
    assert [sink.deliver(RAW, SENDER, [TO], [TO]).outcome for _time in range(2)] == [Delivery.SENT] * 2
    assert len(asked) == 1
    sink.close()
    assert sink.deliver(RAW, SENDER, [TO], [TO]).outcome is Delivery.SENT
    assert len(asked) == 2
    assert sum(line.startswith(b"AUTH") for line in heard) == 2


def test_an_expired_token_puts_the_mail_off_and_stands_in_no_report(raw_server: StartServer, sink_at: Any) -> None:
    heard: list[bytes] = []
    sink = sink_at(raw_server(google(heard, good="another")), lambda: SecretStr(TOKEN))
    report = sink.deliver(RAW, SENDER, [TO], [TO])
    assert report == DeliveryReport(Delivery.POSTPONED, "connect", "535 5.7.8 not accepted: ***")
    assert heard[-1] == b""  # The challenge is answered with an empty line.
    assert TOKEN not in repr(sink) + repr(vars(sink)) + repr(report)


def test_a_server_without_tokens_gets_none(start: StartServer, handler: Any, sink_at: Any) -> None:
    report = sink_at(start(), lambda: SecretStr(TOKEN)).deliver(RAW, SENDER, [TO], [TO])
    assert (report.outcome, report.phase) == (Delivery.POSTPONED, "connect")
    assert report.detail == "the server does not take access tokens (AUTH XOAUTH2)"
    assert handler.logins == []


def section(**changes: object) -> MailOutSection:
    return MailOutSection.model_validate({"kind": "smtp", "host": "127.0.0.1", "security": "none", "user": SENDER, **changes})


@pytest.mark.parametrize("command", ["false", "no-such-command --now", "true", "echo 'never closed"])
def test_a_command_that_gives_no_token_is_told_and_keeps_the_mail(tmp_path: Path, raw_server: StartServer, command: str) -> None:
    settings = section(token_command=command, port=raw_server(google([])))
    with pytest.raises(ProblemError) as raised:
        settings.token()
    said = f"the token command '{command.split(maxsplit=1)[0]}' gives no token"
    assert str(raised.value.problems[0]) == f"{said}; run it by hand as the program's user, and see what it says"
    sink = open_sink(settings, tmp_path)
    report = sink.deliver(RAW, SENDER, [TO], [TO])
    assert (report.outcome, report.phase) == (Delivery.POSTPONED, "connect")
    assert report.detail == "the token command gives no token; 'cobranza doctor' tries it"


def test_what_a_failing_command_prints_is_repeated_nowhere(tmp_path: Path) -> None:
    script = tmp_path / "token"
    script.write_text(f"#!/bin/sh\necho {TOKEN}; echo {TOKEN} >&2; exit 1\n")
    script.chmod(0o755)
    with pytest.raises(ProblemError) as raised:
        section(token_command=str(script)).token()
    assert TOKEN not in str(raised.value.problems) + repr(raised.value) + str(raised.value.__cause__)


def test_settings_of_tokens_that_are_wrong(tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as raised:
        open_sink(section(user="", token_command="x", archive="archivo"), tmp_path)
    assert [str(problem) for problem in raised.value.problems] == [
        "cobranza.toml (mail.out.user): a token is for an account, and none is named; set user to the account's address",
        "cobranza.toml (mail.out.archive): 'archivo' is not an e-mail address; it must look like name@company.com; give the address of the archive mailbox",
    ]


def test_the_incoming_mailbox_takes_tokens_too(tmp_path: Path, raw_server: StartServer) -> None:
    heard: list[bytes] = []

    def imap(connection: socket.socket) -> None:
        connection.sendall(b"* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2] ready\r\n")
        asked = b""
        for line in lines_of(connection):
            heard.append(line)
            tag = line.split()[0] if line.split() else b"*"
            if b"AUTHENTICATE" in line.upper():
                asked = tag
                connection.sendall(b"+ \r\n")
            elif b"CAPABILITY" in line.upper():
                connection.sendall(b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\n" + tag + b" OK done\r\n")
            else:
                connection.sendall(asked + b" NO expired\r\n" if len(heard) < 4 else tag + b" OK done\r\n")

    settings = MailInSection(
        kind="imap", host="127.0.0.1", port=raw_server(imap), security="none", user=SENDER, token_command=f"echo {TOKEN}", timeout_seconds=2
    )
    (box,) = open_mailboxes([settings], tmp_path)
    with pytest.raises(MailboxUnavailable) as raised:
        polled(box)
    assert TOKEN not in str(raised.value)
    assert str(raised.value).startswith("the mail server 127.0.0.1 does not accept the user cobranza@escuela.example with this token; ")
    assert base64.b64decode(heard[2]).decode() == f"user={SENDER}\1auth=Bearer {TOKEN}\1\1"
