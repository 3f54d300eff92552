"""Mail handed to a server over SMTP (RFC 5321), with what is known about every failure.

The phases are spoken one by one, for smtplib raises the same exception whether the connection broke before the final dot, when nothing can
have left, or after it, when the message may have.
"""

from __future__ import annotations

import base64
import contextlib
import smtplib
import socket
import ssl
from collections.abc import Callable, Sequence
from typing import Literal

from pydantic import SecretStr

from cobranza_rules.mail.message import Delivery, DeliveryReport
from cobranza_rules.mail.sink import Envelope, check_envelope, message_id_of
from cobranza_rules.mail.smtp_login import LoginError, bearer, log_in, show_token
from cobranza_rules.problems import ProblemError

# RFC 5321 section 4.5.3.2 grants the answer to the final dot the longest wait of all, because giving up there leaves nobody knowing.
PATIENCE_AFTER_DATA = 10
CHUNK_BYTES = 65536
MAX_DETAIL = 500
MAX_ENVID = 100  # RFC 3461 section 4.4
_AUTHENTICATION_CODES = frozenset({530, 534, 535, 538})  # RFC 4954: what they refuse is our login, never the message.
COMMAND_FAILED = "the token command gives no token; 'cobranza doctor' tries it"
_CLOSING = 421  # RFC 5321 section 3.8
_UNKNOWN_PARAMETER_CODES = frozenset({501, 504, 555})
_WIRE_FAULTS = (OSError, smtplib.SMTPException)


class SmtpSink:
    """Keeps one connection over many messages and makes a fresh one after any fault. Not for several threads at once."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        security: Literal["starttls", "tls", "none"] = "starttls",
        user: str = "",
        password: SecretStr | None = None,
        token: Callable[[], SecretStr | None] | None = None,
        timeout_seconds: float = 30,
        tls: ssl.SSLContext | None = None,
        success_reports: bool = False,
    ) -> None:
        """`tls` stands in for the system's trusted authorities; certificate and name are verified either way.

        `token` gives an access token (XOAUTH2) in place of a password, anew for each connection, and may raise ProblemError.
        """
        self._host, self._port, self._security = host, port, security
        self._user, self._password, self._timeout = user, password, timeout_seconds
        self._tls, self._token = tls, token
        self._notify = "NOTIFY=SUCCESS,FAILURE,DELAY" if success_reports else "NOTIFY=FAILURE,DELAY"
        self._client: smtplib.SMTP | None = None
        self._reports_wanted = False

    def __repr__(self) -> str:
        return f"SmtpSink({self._host!r}, {self._port}, security={self._security!r})"

    def deliver(self, raw: bytes, sender: str, recipients: Sequence[str], to: Sequence[str]) -> DeliveryReport:
        if not raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r"):
            # A lone one is where servers disagree about the end of a message: a second message could be smuggled in.
            return DeliveryReport(Delivery.REFUSED, "connect", "the message has line ends other than CRLF")
        envelope = check_envelope(sender, recipients, to)
        refusal = envelope.refusal()
        if refusal:
            return refusal
        reused = self._client is not None
        report = self._attempt(raw, envelope)
        if reused and self._client is None and report.phase in ("connect", "envelope") and report.outcome is Delivery.POSTPONED:
            # Servers drop idle connections, or after so many messages; a fresh one settles whether this was such a case.
            report = self._attempt(raw, envelope)
        return report

    def was_delivered(self, message_id: str) -> bool | None:
        """Always None: SMTP has no question for it. An archive mailbox in the envelope can be searched instead."""
        del message_id
        return None

    def close(self) -> None:
        client, self._client = self._client, None
        if client:
            with contextlib.suppress(*_WIRE_FAULTS):
                client.quit()
            client.close()

    def _attempt(self, raw: bytes, envelope: Envelope) -> DeliveryReport:
        try:
            client = self._connected()
        except (*_WIRE_FAULTS, UnicodeError, LoginError, ProblemError) as error:
            # Whatever stands in the way here is about server, network or settings; the message itself was refused by nobody.
            self._drop()
            return DeliveryReport(Delivery.POSTPONED, "connect", self._said(error), envelope.malformed)
        exchange = _Exchange(client, envelope, self._timeout, self._notify if self._reports_wanted else "")
        try:
            report = exchange.run(raw)
        except _WIRE_FAULTS as error:
            self._drop()
            outcome = Delivery.UNCERTAIN if exchange.phase == "after-data" else Delivery.POSTPONED
            return DeliveryReport(outcome, exchange.phase, self._said(error), exchange.refused())
        self._reports_wanted = bool(exchange.notify)
        if not exchange.usable:
            self._drop()
        return DeliveryReport(report.outcome, report.phase, self._said(report.detail), report.refused)

    def _connected(self) -> smtplib.SMTP:
        if self._client is None:
            self._client = self._connect()
            self._reports_wanted = self._client.has_extn("dsn")
        return self._client

    def _connect(self) -> smtplib.SMTP:
        client: smtplib.SMTP
        if self._security == "tls":
            client = smtplib.SMTP_SSL(self._host, self._port, timeout=self._timeout, context=self._tls or ssl.create_default_context())
        else:
            client = smtplib.SMTP(self._host, self._port, timeout=self._timeout)
        try:
            assert client.sock is not None
            # The final dot goes as a packet of its own, which would otherwise wait for the acknowledgement of the one before.
            client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.ehlo_or_helo_if_needed()
            if self._security == "starttls":
                client.starttls(context=self._tls or ssl.create_default_context())
                client.ehlo()
            if self._token is not None:
                self._password = self._token()  # Kept, so that no server's answer brings it into a log.
                show_token(client, self._user, self._secret())
            elif self._user:
                log_in(client, self._user, self._secret())
        except BaseException:
            client.close()
            raise
        return client

    def _secret(self) -> str:
        return self._password.get_secret_value() if self._password else ""

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client:
            client.close()

    def _said(self, what: Exception | str) -> str:
        """One bounded line. A server that repeats what it was sent must not bring the password into a log."""
        if isinstance(what, ProblemError):
            return COMMAND_FAILED
        if isinstance(what, smtplib.SMTPResponseException):
            what = _answer(what.smtp_code, what.smtp_error)
        text = " ".join(str(what).split()) or type(what).__name__
        secret = self._secret()
        if secret:
            forms = (secret, f"\0{self._user}\0{secret}", bearer(self._user, secret))
            encoded = (base64.b64encode(form.encode()).decode("ascii") for form in forms)
            for shown in (secret, *encoded):
                text = text.replace(shown, "***")
        return text[:MAX_DETAIL]


class _Exchange:
    """One message on one connection. `phase` tells how far it came when an exception ended it; `usable`, whether the connection can go on."""

    def __init__(self, client: smtplib.SMTP, envelope: Envelope, timeout: float, notify: str) -> None:
        """`notify` says of what the servers on the way are to report (RFC 3461); empty where they are not asked."""
        self.phase = "envelope"
        self.usable = True
        self.notify = notify
        self._client, self._envelope, self._timeout = client, envelope, timeout
        self._answers: dict[str, tuple[int, str]] = {}  # Of each recipient that was not accepted

    def refused(self) -> tuple[tuple[str, str], ...]:
        return self._envelope.malformed + tuple((address, answer) for address, (_, answer) in self._answers.items())

    def run(self, raw: bytes) -> DeliveryReport:
        code, answer = self._mail(raw)
        if code == _CLOSING or code in _AUTHENTICATION_CODES:
            self.phase = "connect"  # It has not looked at the message: it takes none, or none of ours.
        if code // 100 != 2:
            return self._ended(code, answer)
        if not self._any_accepted(self._envelope.to):
            codes = [code for code, _ in self._answers.values()]
            later = next((code for code in codes if code // 100 != 5), 0)  # One that may work later is reason enough to try again.
            return self._ended(later or codes[0], "no To recipient was accepted")
        self._any_accepted(self._envelope.copies)
        return self._data(raw)

    def _mail(self, raw: bytes) -> tuple[int, str]:
        options = [f"SIZE={len(raw)}"] if self._client.has_extn("size") else []
        reporting = []
        if self.notify:
            name = _xtext(message_id_of(raw) or "")
            reporting = ["RET=HDRS", *([f"ENVID={name}"] if 0 < len(name) <= MAX_ENVID else [])]
        code, answer = self._client.mail(self._envelope.sender, [*options, *reporting])
        if reporting and code in _UNKNOWN_PARAMETER_CODES:
            self.notify = ""  # Offered and not understood: better without reports than without the letter.
            code, answer = self._client.mail(self._envelope.sender, options)
        return code, _answer(code, answer)

    def _any_accepted(self, addresses: Sequence[str]) -> bool:
        accepted = False
        for address in addresses:
            code, answer = self._recipient(address)
            if code // 100 == 2:
                accepted = True
            else:
                self._answers[address] = (code, _answer(code, answer))
            if code == _CLOSING:
                raise smtplib.SMTPResponseException(code, answer)
        return accepted

    def _recipient(self, address: str) -> tuple[int, bytes]:
        if self.notify:
            code, answer = self._client.rcpt(address, [self.notify, f"ORCPT=rfc822;{_xtext(address)}"])
            if code not in _UNKNOWN_PARAMETER_CODES:
                return code, answer
            self.notify = ""
        return self._client.rcpt(address)

    def _data(self, raw: bytes) -> DeliveryReport:
        self.phase = "data"
        client = self._client
        code, answer = client.docmd("DATA")
        if code != 354:
            return self._ended(code, _answer(code, answer))
        stuffed = (b"." + raw if raw.startswith(b".") else raw).replace(b"\r\n.", b"\r\n..")  # RFC 5321 section 4.5.2
        wire = client.sock
        assert wire is not None
        for start in range(0, len(stuffed), CHUNK_BYTES):  # The time limit counts for a whole call, and a slow line is no fault.
            wire.sendall(stuffed[start : start + CHUNK_BYTES])
        if not stuffed.endswith(b"\r\n"):
            wire.sendall(b"\r\n")
        self.phase = "after-data"
        wire.settimeout(self._timeout * PATIENCE_AFTER_DATA)
        wire.sendall(b".\r\n")
        code, answer = client.getreply()
        wire.settimeout(self._timeout)
        if code // 100 == 2:
            return DeliveryReport(Delivery.SENT, self.phase, _answer(code, answer), self.refused())
        return self._ended(code, _answer(code, answer))

    def _ended(self, code: int, answer: str) -> DeliveryReport:
        """The server's own words ended it: 5xx for good, 4xx for now (RFC 5321 section 4.2.1)."""
        if code // 100 == 5 and code not in _AUTHENTICATION_CODES:
            outcome = Delivery.REFUSED
        elif code // 100 != 4 and self.phase == "after-data" and code not in _AUTHENTICATION_CODES:
            outcome = Delivery.UNCERTAIN  # No answer that SMTP knows: nobody can say what became of the message.
        else:
            outcome = Delivery.POSTPONED
        report = DeliveryReport(outcome, self.phase, answer, self.refused())
        self.usable = code // 100 in (4, 5) and code != _CLOSING and self._reset()
        return report

    def _reset(self) -> bool:
        try:
            return self._client.rset()[0] // 100 == 2
        except _WIRE_FAULTS:
            return False


def _answer(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"{code} {' '.join(text.split())}"[:MAX_DETAIL]


def _xtext(text: str) -> str:
    """RFC 3461 section 4."""
    return "".join(f"+{ord(sign):02X}" if sign in "+=" else sign for sign in text)
