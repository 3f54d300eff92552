"""Where a message goes: a server or a folder, behind one protocol."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cobranza_rules.config import FILE_NAME, MailOutSection
from cobranza_rules.language import Sentence, _
from cobranza_rules.mail.addresses import BadAddress, check_address
from cobranza_rules.mail.message import Delivery, DeliveryReport
from cobranza_rules.problems import Problem, ProblemError

_MESSAGE_ID = re.compile(rb"^message-id:\s*<([!-;=?-~]{1,900})>", re.IGNORECASE | re.MULTILINE)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Sink(Protocol):
    def deliver(self, raw: bytes, sender: str, recipients: Sequence[str], to: Sequence[str]) -> DeliveryReport:
        """Hands `raw` over once. Never raises for the message, the wire or the disk; the report says what is known.

        `recipients` is the envelope: To, Cc and the archive; `to` are those for whom it is meant. It is `sent` when one of `to` was
        accepted; when none was, nobody gets it, for a copy without its original is no demand.
        """

    def was_delivered(self, message_id: str) -> bool | None:
        """Whether the message with this id (without angle brackets) left. None: this sink cannot tell."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Envelope:
    """Checked addresses, each once, To first. `malformed` maps what was given to what is wrong with it."""

    sender: str
    to: tuple[str, ...]
    copies: tuple[str, ...]
    malformed: tuple[tuple[str, str], ...] = ()

    def refusal(self) -> DeliveryReport | None:
        """The report where not even a server need be asked."""
        if not self.sender:
            return DeliveryReport(Delivery.REFUSED, "envelope", "the sender's address is malformed", self.malformed)
        if not self.to:
            return DeliveryReport(Delivery.REFUSED, "envelope", "no To recipient has a well-formed address", self.malformed)
        return None


def check_envelope(sender: str, recipients: Sequence[str], to: Sequence[str]) -> Envelope:
    """Left to itself, smtplib cuts a malformed address silently and sends to what is left, so none gets that far."""
    malformed: dict[str, str] = {}

    def checked(addresses: Sequence[str]) -> list[str]:
        good = []
        for address in addresses:
            try:
                good.append(check_address(address))
            except BadAddress as error:
                malformed[address] = str(error)
        return good

    wire_sender = checked([sender])
    wire_to = tuple(dict.fromkeys(checked(to)))
    copies = tuple(address for address in dict.fromkeys(checked(recipients)) if address not in wire_to)
    return Envelope(wire_sender[0] if wire_sender else "", wire_to, copies, tuple(malformed.items()))


def message_id_of(raw: bytes) -> str | None:
    """As the header of `raw` has it, without angle brackets."""
    found = _MESSAGE_ID.search(raw.partition(b"\r\n\r\n")[0])
    return found[1].decode("ascii") if found else None


def open_sink(section: MailOutSection, base: Path) -> Sink:
    """`base` is the workspace, against which paths are read. Raises ProblemError. No connection is made yet."""
    if section.kind == "maildir":
        from cobranza_rules.mail.maildir_sink import MaildirSink

        try:
            return MaildirSink(base / section.path)
        except OSError as error:
            unusable = _("the folder '{path}' for outgoing mail cannot be used: {detail}", path=str(section.path), detail=error.strerror)
            raise ProblemError([_problem(unusable, _("make it a folder that may be written"), "path")]) from None
    from cobranza_rules.mail.smtp_sink import SmtpSink

    problems = _smtp_problems(section)
    secret = section.secret(base)
    if section.user and not (secret and secret.get_secret_value()):
        problems.append(
            _problem(_("the mail server's user has no password"), _("name its source, for instance with password_file"), "user")
        )
    if problems:
        raise ProblemError(problems)
    return SmtpSink(
        section.host, section.port, security=section.security, user=section.user, password=secret, timeout_seconds=section.timeout_seconds
    )


def _smtp_problems(section: MailOutSection) -> list[Problem]:
    problems = []
    if not section.host:
        problems.append(_problem(_("the mail server is not named"), _("set host to the name of the SMTP server"), "host"))
    if not 0 < section.port < 65536:
        problems.append(_problem(_("the port must lie between 1 and 65535"), _("587 is usual with STARTTLS, 465 with TLS"), "port"))
    if section.timeout_seconds <= 0:
        problems.append(_problem(_("the time limit must be at least one second"), _("30 is usual"), "timeout_seconds"))
    if section.security == "none" and section.user and section.host not in _LOOPBACK:
        unprotected = _("the password would cross the network unencrypted")
        problems.append(_problem(unprotected, _("set security to starttls or tls, or leave user out"), "security"))
    return problems


def _problem(what: Sentence, hint: Sentence, setting: str) -> Problem:
    return Problem(what, hint, FILE_NAME, place=f"mail.out.{setting}")
