"""Mail servers on loopback that fail as they are told: aiosmtpd for whole conversations, a bare socket for those that no server means to have."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult


class ScriptedServer(SMTP):
    """Offers DSN (RFC 3461) where the handler says so: its parameters are noted, for aiosmtpd refuses all it does not know."""

    async def smtp_RCPT(self, arg: str | None) -> None:
        await super().smtp_RCPT(self._noted(arg, " NOTIFY="))

    async def smtp_MAIL(self, arg: str | None) -> None:
        await super().smtp_MAIL(self._noted(arg, " RET="))

    async def smtp_DATA(self, arg: str | None) -> None:
        answer = self.event_handler.go_ahead.pop(0) if self.event_handler.go_ahead else ""
        if answer == "drop":
            transport: Any = self.transport
            transport.write(b"354 go on\r\n")  # It leaves in the midst of the message.
            transport.close()
        elif answer and not answer.startswith("250"):
            await self.push(answer)
        else:
            await super().smtp_DATA(arg)

    def _noted(self, arg: str | None, mark: str) -> str | None:
        handler = self.event_handler
        if handler.dsn != "understood" or not arg or mark not in arg:
            return arg
        kept, _, rest = arg.partition(mark)
        handler.noted.append(mark.strip() + rest)
        return str(kept)


class Handler:
    """`rcpt` gives answers by address, `mail`, `go_ahead` and `data` one an attempt, in turn; what is not scripted succeeds.

    `go_ahead` answers the command DATA, `data` the final dot. With `greylisting` an address is turned away for now the first time.
    """

    def __init__(self) -> None:
        self.rcpt: dict[str, str] = {}
        self.mail: list[str] = []
        self.go_ahead: list[str] = []
        self.greylisting = False
        self.known: set[str] = set()
        self.data: list[str] = []
        self.dsn = ""
        self.noted: list[str] = []
        self.accepted: list[tuple[str, list[str], bytes]] = []
        self.resets = 0
        self.sessions: set[int] = set()
        self.logins: list[tuple[bytes, bytes]] = []

    async def handle_EHLO(self, _server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]) -> list[str]:
        session.host_name = hostname
        self.sessions.add(id(session))
        return [*responses[:-1], "250-DSN", responses[-1]] if self.dsn else responses

    async def handle_MAIL(self, server: Any, _session: Any, envelope: Any, address: str, _options: list[str]) -> str:
        answer = self.mail.pop(0) if self.mail else "250 OK"
        if answer == "drop":
            server.transport.abort()
        if answer == "stall":
            await asyncio.sleep(30)
        if answer.startswith("250"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(self, server: Any, _session: Any, envelope: Any, address: str, _options: list[str]) -> str:
        answer = self.rcpt.get(address, "250 OK")
        if self.greylisting and address not in self.known:
            self.known.add(address)
            answer = "451 4.7.1 greylisted, come back later"
        if answer == "drop":
            server.transport.abort()
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_RSET(self, _server: Any, _session: Any, _envelope: Any) -> str:
        self.resets += 1
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        fault = self.data.pop(0) if self.data else "250 2.0.0 queued as 4711"
        if fault == "drop before accepting":
            server.transport.abort()
            return "250 never heard"
        if fault.startswith("250") or fault in ("drop after accepting", "stall after accepting", "garbage after accepting"):
            self.accepted.append((envelope.mail_from, list(envelope.rcpt_tos), bytes(envelope.original_content)))
        if fault == "drop after accepting":
            server.transport.abort()
        if fault == "stall after accepting":
            await asyncio.sleep(30)
        return "hello there" if fault == "garbage after accepting" else fault

    def authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password in (b"correcto", "contraseña".encode()), handled=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


StartServer = Callable[..., int]


@pytest.fixture
def handler() -> Handler:
    return Handler()


@pytest.fixture
def start(handler: Handler) -> Iterator[StartServer]:
    """`start(**options of aiosmtpd's SMTP)` gives the port."""
    with contextlib.ExitStack() as running:

        def started(*, implicit_tls: ssl.SSLContext | None = None, **options: Any) -> int:
            class Here(Controller):
                def factory(self) -> Any:
                    return ScriptedServer(handler, hostname="relay.example", **options)

            controller = Here(handler, hostname="127.0.0.1", port=free_port(), ssl_context=implicit_tls)
            controller.start()
            running.callback(controller.stop)
            return int(controller.port)

        yield started


@pytest.fixture
def port(start: StartServer) -> int:
    return start()


RawServer = Callable[[Callable[[socket.socket], None]], int]


@pytest.fixture
def raw_server() -> Iterator[RawServer]:
    """`raw_server(script)` runs script(connection) for every connection and gives the port."""
    with contextlib.ExitStack() as running:

        def started(script: Callable[[socket.socket], None]) -> int:
            listener = socket.create_server(("127.0.0.1", 0))
            listener.settimeout(20)

            def serve() -> None:
                with contextlib.suppress(OSError):
                    while True:
                        connection, _ = listener.accept()
                        with connection, contextlib.suppress(OSError):
                            connection.settimeout(20)
                            script(connection)

            thread = threading.Thread(target=serve)
            thread.start()
            running.callback(thread.join)
            running.callback(listener.close)
            running.callback(listener.shutdown, socket.SHUT_RDWR)
            return int(listener.getsockname()[1])

        yield started


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """For 127.0.0.1, signed by itself, made anew each time so that no key stands in the repository."""
    if not shutil.which("openssl"):
        pytest.skip("the openssl program, which makes the certificate of the test, is not installed")
    folder = tmp_path_factory.mktemp("tls")
    subject = [
        "-subj",
        "/CN=relay.example",
        "-addext",
        "subjectAltName=IP:127.0.0.1,DNS:relay.example",
        "-addext",
        "keyUsage=digitalSignature,keyCertSign",
    ]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", "key.pem", "-out", "cert.pem", *subject]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def server_tls(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


@pytest.fixture
def client_tls(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate[0]))
