from __future__ import annotations

import base64
import contextlib
import datetime as dt
import gc
import socket
import ssl
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from cobranza_rules.mail.compose import compose
from cobranza_rules.mail.message import Attachment, Delivery, DeliveryReport, OutgoingMessage
from cobranza_rules.mail.smtp_sink import PATIENCE_AFTER_DATA, SmtpSink

SinkAt = Callable[..., SmtpSink]
StartServer = Callable[..., int]

SENDER = "cobranza@escuela.example"
TO = "pagos@kernel.example"
ALSO = "compras@kernel.example"
COPY = "gerencia@escuela.example"
MESSAGE = OutgoingMessage(
    message_id="abcdefghijklmnop23456789@escuela.example",
    sender=SENDER,
    sender_name="Cobranza",
    to=(TO,),
    cc=(COPY,),
    subject="Recordatorio de pago, señores",
    text=".\n..\nEstimada señora\n",
    html="<p>.</p>\n.\n",
    dated=dt.datetime(2026, 3, 2, tzinfo=dt.UTC),
    attachments=(Attachment("f.xml", "application/xml", b"<a/>\n"),),
)
RAW = compose(MESSAGE)


@pytest.fixture
def sink_at() -> Iterator[Callable[..., SmtpSink]]:
    with contextlib.ExitStack() as opened:

        def made(port: int, **options: Any) -> SmtpSink:
            sink = SmtpSink("127.0.0.1", port, **{"security": "none", "timeout_seconds": 2, **options})
            opened.callback(sink.close)
            return sink

        yield made


def deliver(sink: SmtpSink, to: tuple[str, ...] = (TO,), copies: tuple[str, ...] = (COPY,), raw: bytes = RAW) -> DeliveryReport:
    return sink.deliver(raw, SENDER, [*to, *copies], to)


def test_a_message_arrives_byte_for_byte_at_everybody(handler: Any, port: int, sink_at: SinkAt) -> None:
    assert deliver(sink_at(port)) == DeliveryReport(Delivery.SENT, "after-data", "250 2.0.0 queued as 4711")
    assert handler.accepted == [(SENDER, [TO, COPY], RAW)]


def test_one_connection_serves_many_messages(handler: Any, port: int, sink_at: SinkAt) -> None:
    sink = sink_at(port)
    handler.rcpt = {ALSO: "550 5.1.1 no such user"}
    outcomes = [deliver(sink, (address,)).outcome for address in (TO, ALSO, TO)]
    assert outcomes == [Delivery.SENT, Delivery.REFUSED, Delivery.SENT]
    assert len(handler.accepted) == 2
    assert len(handler.sessions) == 1


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("550 5.1.1 no such user", Delivery.REFUSED),
        ("450 4.2.0 greylisted", Delivery.POSTPONED),
        ("421 4.3.2 going down", Delivery.POSTPONED),
        ("530 5.7.0 authentication required", Delivery.POSTPONED),
        ("999 what", Delivery.POSTPONED),
        ("drop", Delivery.POSTPONED),
    ],
)
def test_a_recipient_that_is_not_accepted_gets_nothing_and_neither_do_the_copies(
    handler: Any, port: int, sink_at: SinkAt, answer: str, outcome: Delivery
) -> None:
    handler.rcpt = {TO: answer}
    report = deliver(sink_at(port))
    assert (report.outcome, report.phase) == (outcome, "envelope")
    assert handler.accepted == []
    if answer != "drop":
        assert report.refused == ((TO, answer),)


def test_a_copy_alone_is_not_a_send(handler: Any, port: int, sink_at: SinkAt) -> None:
    handler.rcpt = {TO: "550 no such user", ALSO: "550 no such user", COPY: "250 OK"}
    report = deliver(sink_at(port), (TO, ALSO))
    assert report == DeliveryReport(
        Delivery.REFUSED, "envelope", "no To recipient was accepted", ((TO, "550 no such user"), (ALSO, "550 no such user"))
    )
    assert handler.accepted == []
    assert handler.resets == 1


def test_one_recipient_who_may_be_reached_later_is_reason_enough_to_try_again(handler: Any, port: int, sink_at: SinkAt) -> None:
    handler.rcpt = {TO: "550 no such user", ALSO: "451 busy"}
    report = deliver(sink_at(port), (TO, ALSO))
    assert (report.outcome, report.phase, report.detail) == (Delivery.POSTPONED, "envelope", "no To recipient was accepted")


def test_a_server_that_leaves_at_a_copy_has_taken_nothing(handler: Any, port: int, sink_at: SinkAt) -> None:
    handler.rcpt = {COPY: "421 4.3.2 going down"}
    report = deliver(sink_at(port))
    assert report == DeliveryReport(Delivery.POSTPONED, "envelope", "421 4.3.2 going down", ((COPY, "421 4.3.2 going down"),))
    assert handler.accepted == []


def test_the_final_dot_does_not_wait_for_an_acknowledgement(port: int, sink_at: SinkAt) -> None:
    sink = sink_at(port)
    deliver(sink)
    assert sink._client is not None
    assert sink._client.sock is not None
    assert sink._client.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_partly_refused_recipients_are_named(handler: Any, port: int, sink_at: SinkAt) -> None:
    handler.rcpt = {ALSO: "550 5.1.1 no such user", COPY: "452 4.2.2 mailbox full"}
    report = deliver(sink_at(port), (TO, ALSO))
    assert report.outcome is Delivery.SENT
    assert report.refused == ((ALSO, "550 5.1.1 no such user"), (COPY, "452 4.2.2 mailbox full"))
    assert [recipients for _, recipients, _ in handler.accepted] == [[TO]]


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("451 4.3.0 try later", Delivery.POSTPONED),
        ("421 4.3.0 going down", Delivery.POSTPONED),
        ("554 5.7.1 refused as spam", Delivery.REFUSED),
        ("drop before accepting", Delivery.UNCERTAIN),
        ("drop after accepting", Delivery.UNCERTAIN),
        ("garbage after accepting", Delivery.UNCERTAIN),
    ],
)
def test_after_the_final_dot_only_the_server_s_word_counts(handler: Any, port: int, sink_at: SinkAt, fault: str, outcome: Delivery) -> None:
    handler.data = [fault]
    sink = sink_at(port)
    report = deliver(sink)
    assert (report.outcome, report.phase) == (outcome, "after-data")
    assert report.detail
    # Whatever happened, the next message goes out.
    assert deliver(sink).outcome is Delivery.SENT
    assert handler.accepted[-1] == (SENDER, [TO, COPY], RAW)


def test_a_server_that_stalls_after_the_dot_leaves_the_message_uncertain(handler: Any, port: int, sink_at: SinkAt) -> None:
    handler.data = ["stall after accepting"]
    started = time.monotonic()
    report = deliver(sink_at(port, timeout_seconds=0.2))
    assert (report.outcome, report.phase) == (Delivery.UNCERTAIN, "after-data")
    assert 0.2 * PATIENCE_AFTER_DATA <= time.monotonic() - started < 10


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [("552 5.3.4 too big", Delivery.REFUSED), ("451 try later", Delivery.POSTPONED), ("530 log in first", Delivery.POSTPONED)],
)
def test_a_sender_that_is_not_accepted(handler: Any, port: int, sink_at: SinkAt, answer: str, outcome: Delivery) -> None:
    handler.mail = [answer]
    assert deliver(sink_at(port)) == DeliveryReport(outcome, "connect" if answer.startswith("530") else "envelope", answer)
    assert handler.accepted == []


def test_a_message_over_the_server_s_limit_is_refused_before_it_is_sent(handler: Any, start: StartServer, sink_at: SinkAt) -> None:
    report = deliver(sink_at(start(data_size_limit=500)))
    assert (report.outcome, report.phase) == (Delivery.REFUSED, "envelope")
    assert report.detail.startswith("552 ")
    assert handler.accepted == []


@pytest.mark.parametrize("answer", ["drop", "421 4.7.0 too many messages on this connection"])
def test_a_connection_that_went_stale_is_made_anew_at_once(handler: Any, port: int, sink_at: SinkAt, answer: str) -> None:
    sink = sink_at(port)
    assert deliver(sink).outcome is Delivery.SENT
    handler.mail = [answer]
    assert deliver(sink).outcome is Delivery.SENT
    assert len(handler.accepted) == 2


def test_a_fresh_connection_is_not_tried_twice_in_one_delivery(handler: Any, port: int, sink_at: SinkAt) -> None:
    handler.mail = ["drop", "drop"]
    report = deliver(sink_at(port))
    assert (report.outcome, report.phase, handler.mail) == (Delivery.POSTPONED, "envelope", ["drop"])


def test_nobody_listens(sink_at: SinkAt) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    report = deliver(sink_at(port))
    assert (report.outcome, report.phase) == (Delivery.POSTPONED, "connect")
    assert "refused" in report.detail


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "ñ" * 70])
def test_a_host_that_does_not_exist(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo

    def offline(name: Any, *rest: Any, **options: Any) -> Any:
        if name == "no-such-host.invalid":  # Nothing in the tests asks a name server.
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(name, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", offline)
    report = SmtpSink(host, 25, security="none", timeout_seconds=1).deliver(RAW, SENDER, [TO], [TO])
    assert (report.outcome, report.phase) == (Delivery.POSTPONED, "connect")


def lines_of(connection: socket.socket) -> Iterator[bytes]:
    with connection.makefile("rb") as file:
        yield from file


def conversation(connection: socket.socket, at_data: bytes = b"354 go on\r\n") -> Iterator[bytes]:
    """Speaks until DATA, then hands out the lines of the message."""
    connection.sendall(b"220 relay.example ESMTP\r\n")
    lines = lines_of(connection)
    for line in lines:
        if line.upper().startswith(b"DATA"):
            connection.sendall(at_data)
            break
        connection.sendall(b"250 OK\r\n")
    yield from lines


def test_a_connection_cut_before_the_final_dot_has_delivered_nothing(raw_server: StartServer, sink_at: SinkAt) -> None:
    received: list[bytes] = []

    def cut(connection: socket.socket) -> None:
        for line in conversation(connection):
            received.append(line)
            if len(received) == 5:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # Closing resets the connection.
                return

    large = compose(
        OutgoingMessage(
            **{name: getattr(MESSAGE, name) for name in MESSAGE.__slots__} | {"attachments": (Attachment("a", "a/b", bytes(30_000_000)),)}
        )
    )
    report = deliver(sink_at(raw_server(cut)), raw=large)
    assert (report.outcome, report.phase) == (Delivery.POSTPONED, "data")
    assert len(received) == 5


def test_a_server_that_does_not_go_on_with_data(raw_server: StartServer, sink_at: SinkAt) -> None:
    for answer, outcome in (
        (b"451 later\r\n", Delivery.POSTPONED),
        (b"554 no\r\n", Delivery.REFUSED),
        (b"250 what\r\n", Delivery.POSTPONED),
    ):
        received: list[bytes] = []
        port = raw_server(lambda connection, answer=answer, received=received: received.extend(conversation(connection, answer)))
        sink = sink_at(port, timeout_seconds=0.3)
        report = deliver(sink)
        sink.close()
        assert (report.outcome, report.phase, report.detail) == (outcome, "data", answer.decode().strip())
        assert [line for line in received if line.upper() not in (b"RSET\r\n", b"QUIT\r\n")] == []


@pytest.mark.parametrize(
    "greeting", [b"554 5.3.2 no service here\r\n", b"421 busy\r\n", b"nonsense\r\n", b"", b"220 " + b"x" * 20000 + b"\r\n"]
)
def test_a_greeting_that_is_none_postpones(raw_server: StartServer, sink_at: SinkAt, greeting: bytes) -> None:
    report = deliver(sink_at(raw_server(lambda connection: connection.sendall(greeting))))
    assert (report.outcome, report.phase) == (Delivery.POSTPONED, "connect")


def test_a_silent_server_costs_one_time_limit(raw_server: StartServer, sink_at: SinkAt) -> None:
    started = time.monotonic()
    report = deliver(sink_at(raw_server(lambda connection: next(lines_of(connection), None)), timeout_seconds=0.3))
    assert (report.outcome, report.phase) == (Delivery.POSTPONED, "connect")
    assert time.monotonic() - started < 5


def test_a_slow_line_is_no_fault(raw_server: StartServer, sink_at: SinkAt) -> None:
    """The message takes longer than the time limit in all, but something moves all the time."""
    raw = compose(
        OutgoingMessage(
            **{name: getattr(MESSAGE, name) for name in MESSAGE.__slots__} | {"attachments": (Attachment("a", "a/b", bytes(6_000_000)),)}
        )
    )
    received = bytearray()

    def slow(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        connection.sendall(b"220 relay.example\r\n")
        for _ in range(4):  # EHLO, MAIL and two RCPT
            connection.recv(1000)
            connection.sendall(b"250 OK\r\n")
        connection.recv(1000)
        connection.sendall(b"354 go on\r\n")
        while not received.endswith(b"\r\n.\r\n"):
            piece = connection.recv(1_000_000)
            if not piece:
                return  # The sink gave up.
            received.extend(piece)
            time.sleep(0.03)
        connection.sendall(b"250 OK\r\n")

    started = time.monotonic()
    report = deliver(sink_at(raw_server(slow), timeout_seconds=1), raw=raw)
    assert report.outcome is Delivery.SENT
    assert time.monotonic() - started > 1
    assert bytes(received) == raw.replace(b"\r\n.", b"\r\n..") + b".\r\n"


def test_delivery_reports_are_asked_for_where_they_are_offered(handler: Any, port: int, sink_at: SinkAt) -> None:
    handler.dsn = "understood"
    sink = sink_at(port)
    assert deliver(sink, ("a+b@kernel.example",), ()).outcome is Delivery.SENT
    assert handler.noted == [
        "RET=HDRS ENVID=abcdefghijklmnop23456789@escuela.example",
        "NOTIFY=FAILURE,DELAY ORCPT=rfc822;a+2Bb@kernel.example",
    ]


def test_a_server_that_offers_delivery_reports_and_does_not_know_them_still_gets_the_letter(
    handler: Any, port: int, sink_at: SinkAt
) -> None:
    handler.dsn = "only offered"
    assert deliver(sink_at(port)).outcome is Delivery.SENT
    assert handler.accepted == [(SENDER, [TO, COPY], RAW)]


def test_starttls_with_verification(
    handler: Any, start: StartServer, server_tls: ssl.SSLContext, client_tls: ssl.SSLContext, sink_at: SinkAt
) -> None:
    sink = sink_at(start(tls_context=server_tls, require_starttls=True), security="starttls", tls=client_tls)
    assert deliver(sink).outcome is Delivery.SENT
    assert len(handler.accepted) == 1


def test_tls_from_the_first_byte(
    handler: Any, start: StartServer, server_tls: ssl.SSLContext, client_tls: ssl.SSLContext, sink_at: SinkAt
) -> None:
    sink = sink_at(start(implicit_tls=server_tls), security="tls", tls=client_tls)
    assert deliver(sink).outcome is Delivery.SENT
    assert len(handler.accepted) == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # aiosmtpd's own, of the handshake that we broke off
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_cannot_be_verified_stops_the_mail(
    handler: Any, start: StartServer, server_tls: ssl.SSLContext, sink_at: SinkAt, security: str
) -> None:
    port = start(tls_context=server_tls) if security == "starttls" else start(implicit_tls=server_tls)
    sink = sink_at(port, security=security, user="cobranza", password=SecretStr("correcto"))
    report = deliver(sink)
    assert (report.outcome, report.phase) == (Delivery.POSTPONED, "connect")
    assert "CERTIFICATE_VERIFY_FAILED" in report.detail
    assert (handler.accepted, handler.logins) == ([], [])
    gc.collect()


def test_a_server_without_starttls_gets_neither_mail_nor_password(handler: Any, port: int, sink_at: SinkAt) -> None:
    sink = sink_at(port, security="starttls", user="cobranza", password=SecretStr("correcto"))
    assert deliver(sink) == DeliveryReport(Delivery.POSTPONED, "connect", "STARTTLS extension not supported by server.")
    assert (handler.accepted, handler.logins) == ([], [])


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # aiosmtpd, of the server that the test sets up
@pytest.mark.parametrize("password", ["correcto", "contraseña"])
def test_a_user_logs_in(handler: Any, start: StartServer, sink_at: SinkAt, password: str) -> None:
    port = start(authenticator=handler.authenticate, auth_require_tls=False, auth_required=True)
    assert deliver(sink_at(port, user="cobranza", password=SecretStr(password))).outcome is Delivery.SENT
    assert handler.logins == [(b"cobranza", password.encode())]


@pytest.mark.parametrize("password", ["falsa-y-secreta", "falsa-ñ-secreta"])
def test_a_wrong_password_is_our_fault_and_refuses_no_message(handler: Any, start: StartServer, sink_at: SinkAt, password: str) -> None:
    port = start(authenticator=handler.authenticate, auth_require_tls=False)
    report = deliver(sink_at(port, user="cobranza", password=SecretStr(password)))
    assert (report.outcome, report.phase) == (Delivery.POSTPONED, "connect")
    assert report.detail.startswith("535 ")
    assert handler.accepted == []


def test_a_server_that_repeats_the_password_does_not_bring_it_into_a_report(raw_server: StartServer, sink_at: SinkAt) -> None:
    password = "muy-secreta"

    def parrot(connection: socket.socket) -> None:
        connection.sendall(b"220 relay.example\r\n")
        for line in lines_of(connection):
            if line.upper().startswith(b"EHLO"):
                connection.sendall(b"250-relay.example\r\n250 AUTH PLAIN\r\n")
            else:
                plain = base64.b64decode(line.split()[-1]).rpartition(b"\0")[2]
                connection.sendall(b"535 I do not know " + line.strip() + b" that is " + plain + b"\r\n")

    sink = sink_at(raw_server(parrot), user="cobranza", password=SecretStr(password))
    report = deliver(sink)
    assert report == DeliveryReport(Delivery.POSTPONED, "connect", "535 I do not know AUTH PLAIN *** that is ***")
    assert password not in repr(sink) + repr(vars(sink)) + repr(report)


def test_a_password_outside_ascii_needs_plain_and_is_in_no_exception(
    raw_server: StartServer, sink_at: SinkAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def said(_self: SmtpSink, error: Exception) -> str:
        seen.append("".join(traceback.format_exception(error)) + repr(vars(error)))
        return ""

    monkeypatch.setattr(SmtpSink, "_said", said)

    def only_cram(connection: socket.socket) -> None:
        connection.sendall(b"220 relay.example\r\n")
        for _ in lines_of(connection):
            connection.sendall(b"250-relay.example\r\n250 AUTH CRAM-MD5\r\n")

    assert deliver(sink_at(raw_server(only_cram), user="cobranza", password=SecretStr("señal-secreta"))).outcome is Delivery.POSTPONED
    assert len(seen) == 1
    assert "secreta" not in seen[0]


def test_malformed_recipients_never_reach_the_wire(handler: Any, port: int, sink_at: SinkAt) -> None:
    bad = "otro@kernel.example>\r\nDATA"
    report = sink_at(port).deliver(RAW, SENDER, [TO, bad, COPY], [TO, bad])
    assert report.outcome is Delivery.SENT
    assert [address for address, _ in report.refused] == [bad]
    assert handler.accepted == [(SENDER, [TO, COPY], RAW)]


@pytest.mark.parametrize(("sender", "to"), [("cobranza", TO), (SENDER, "pagos@kernel"), (SENDER, "")])
def test_an_envelope_without_sender_or_recipient_is_refused(handler: Any, port: int, sink_at: SinkAt, sender: str, to: str) -> None:
    report = sink_at(port).deliver(RAW, sender, [to, COPY], [to])
    assert (report.outcome, report.phase) == (Delivery.REFUSED, "envelope")
    assert handler.accepted == []


def test_addresses_are_given_once_and_in_ascii(handler: Any, port: int, sink_at: SinkAt) -> None:
    sink_at(port).deliver(RAW, SENDER, ["pagos@españa.example", COPY, "pagos@xn--espaa-rta.example", COPY], ["pagos@españa.example"])
    assert [recipients for _, recipients, _ in handler.accepted] == [["pagos@xn--espaa-rta.example", COPY]]


@pytest.mark.parametrize("tail", [b"\n.\nMAIL FROM:<x@y.example>\r\n", b"\r.\r\n", b"\n.\r\n", b"a\rb\r\n"])
def test_a_second_message_cannot_be_smuggled_in(handler: Any, port: int, sink_at: SinkAt, tail: bytes) -> None:
    report = deliver(sink_at(port), raw=RAW + tail)
    assert (report.outcome, report.phase) == (Delivery.REFUSED, "connect")
    assert handler.accepted == []


def test_a_lone_dot_in_the_message_does_not_end_it(handler: Any, port: int, sink_at: SinkAt) -> None:
    sink = sink_at(port)
    messages = [b"Message-ID: <a@b.example>\r\n\r\n.\r\n..\r\nend\r\n", b".\r\n.\r\n\r\n.", b".x: y\r\n\r\n.."]
    assert [deliver(sink, raw=raw).outcome for raw in messages] == [Delivery.SENT] * 3
    assert [content for _, _, content in handler.accepted] == [raw if raw.endswith(b"\r\n") else raw + b"\r\n" for raw in messages]


def test_smtp_cannot_tell_what_was_delivered(port: int, sink_at: SinkAt) -> None:
    assert sink_at(port).was_delivered(MESSAGE.message_id) is None


def test_closing_twice_or_after_a_lost_connection_is_harmless(handler: Any, port: int, sink_at: SinkAt) -> None:
    sink = sink_at(port)
    handler.data = ["drop before accepting"]
    deliver(sink)
    sink.close()
    sink.close()
    assert deliver(sink).outcome is Delivery.SENT


ANSWERS = ("250 OK", "550 5.1.1 no such user", "451 4.3.0 busy")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(to=st.lists(st.sampled_from(ANSWERS), min_size=1, max_size=4), copies=st.lists(st.sampled_from(ANSWERS), max_size=2))
def test_a_message_is_sent_if_at_least_one_to_recipient_accepts_whatever_the_copy_says(
    handler: Any, port: int, sink_at: SinkAt, to: list[str], copies: list[str]
) -> None:
    """Else it is tried again while one of them may still accept, and refused for good where none will."""
    addresses = tuple(f"to-{number}@kernel.example" for number in range(len(to)))
    beside = tuple(f"copy-{number}@escuela.example" for number in range(len(copies)))
    handler.rcpt = dict(zip((*addresses, *beside), (*to, *copies), strict=True))
    handler.accepted.clear()
    sink = sink_at(port)
    report = deliver(sink, addresses, beside)
    sink.close()
    accepted = [address for address, answer in handler.rcpt.items() if answer.startswith("250")]
    if {*addresses} & {*accepted}:
        assert report.outcome is Delivery.SENT
        assert [recipients for _sender, recipients, _raw in handler.accepted] == [accepted]
    else:
        assert report.outcome is (Delivery.POSTPONED if any(answer.startswith("4") for answer in to) else Delivery.REFUSED)
        assert handler.accepted == []
