"""Messages that say what became of ours: delivery reports of RFC 3464, and the many that follow no standard.

A report is anybody's word: it counts only where it returns one of our own message ids (see match).
"""

from __future__ import annotations

import contextlib
import email
import re
from collections.abc import Collection, Iterator

from cobranza_rules.domain.reply import Bounce, ReplyKind
from cobranza_rules.mail.message import Failures, IncomingMessage
from cobranza_rules.mail.words import fold

LARGEST_FOR_DETECTORS = 256_000  # bytes: a returned message follows what matters
MOST_RECIPIENTS = 100
LOOKED_AT = 20_000  # characters of a message's text
STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")

MACHINE = re.compile(
    r"^(mailer-daemon|postmaster|mail-daemon|mdaemon|microsoftexchange[0-9a-f]*|bounce[sd]?|double-bounce|mail\.delivery|maildelivery)([+@.-]|$)"
)
FAILED_SUBJECT = re.compile(
    r"undeliver|delivery (status|failure|has failed|notification)|returned (mail|to sender)|mail delivery|failure notice|delivery failed|failed delivery"
    r"|no se (puede|pudo|ha podido) entregar|no entregad|no se entrego|error (de|en la) entrega|mensaje (devuelto|rechazado|no entregado)"
    r"|notificacion de (estado de )?entrega|devuelto al remitente|correo devuelto|fallo (de|en la) entrega|imposible entregar|rejected"
)
FAILED_TEXT = re.compile(
    r"(?<!\d)5\d\d[ -]#?5\.\d{1,2}\.\d{1,3}|\b5\.[1-7]\.\d{1,2}\b|user (is )?unknown|unknown user|no such (user|recipient|mailbox)|mailbox (is )?(unavailable|full|not found)"
    r"|address (was |is )?(rejected|not found|couldn't be found)|recipient (rejected|not found)|does not exist|could not be delivered|couldn't be delivered"
    r"|wasn't delivered|permanent (error|failure)|delivery (has )?failed|over quota|quota exceeded|no se (pudo|puede|ha podido|encontro|ha) (entregar|entregado)"
    r"|no existe|direccion (de correo )?(no|inexistente|rechazada)|usuario desconocido|buzon (esta )?(lleno|no)|destinatario (rechazado|desconocido|no)"
)
DELAYED_TEXT = re.compile(
    r"(still (trying|being retried)|will (keep|continue) (trying|to try)|has been delayed|delivery (is |was )?delayed|not (yet )?been delivered|warning only"
    r"|delayed \d|delivery incomplete|temporary (failure|problem|error)|se ha retrasado|se seguira intentando|aun no se ha (podido )?entrega|demora en la entrega"
    r"|entrega (retrasada|demorada)|seguiremos intentando|(?<!\d)4\d\d[ -]#?4\.\d{1,2}\.\d{1,3})"
)
GIVEN_UP = re.compile(
    r"giving up|gave up|given up|no se (seguira|volvera)|will not be retried|has been returned|retry time(out)? exceeded|too long"
)
ADDRESS = re.compile(r"[a-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[a-z0-9.-]{1,190}\.[a-z]{2,20}")


def read_delivery_report(message: IncomingMessage, own_address: str) -> tuple[ReplyKind, Bounce | None] | None:
    """None where it is none. A report of success is an automatic message that changes nothing."""
    groups = [group for media_type, text in message.report_parts if media_type in STATUS_TYPES for group in field_groups(text)]
    if standard := _from_status(groups):
        return standard
    return _from_signs(message, own_address.lower())


def field_groups(text: str) -> Iterator[dict[str, str]]:
    """The field groups of message/delivery-status, one for the message and one a recipient."""
    for block in re.split(r"\n[ \t]*\n", text)[:MOST_RECIPIENTS]:
        fields: dict[str, str] = {}
        for line in re.sub(r"\n[ \t]+", " ", block).split("\n"):
            name, colon, value = line.partition(":")
            if colon:
                fields.setdefault(name.strip().lower(), value.strip()[:500])
        yield fields


def _from_status(groups: list[dict[str, str]]) -> tuple[ReplyKind, Bounce | None] | None:
    acted = [group for group in groups if group.get("action") or group.get("status")]
    if not acted:
        return None
    failed = [group for group in acted if _action(group) == "failed"]
    delayed = [group for group in acted if _action(group) == "delayed"]
    if not failed and not delayed:
        return ReplyKind.AUTO_REPLY, None  # delivered, relayed or expanded (RFC 3464 section 2.3.3)
    spoken = failed or delayed
    statuses = [_status(group) for group in spoken]
    recipients = tuple(dict.fromkeys(address for group in spoken if (address := address_in(group))))
    permanent = bool(failed) and any(not status.startswith("4") for status in statuses)
    kind = ReplyKind.BOUNCE if failed else ReplyKind.DELAY_NOTICE
    return kind, Bounce(permanent, recipients, next(filter(None, statuses), ""))


def _action(group: dict[str, str]) -> str:
    """Some servers write `error` or nothing at all for `failed`: then the class of the status tells (RFC 3463 section 2)."""
    action = group.get("action", "").lower()
    for known in ("failed", "delayed", "delivered", "relayed", "expanded"):
        if action.startswith(known):
            return known
    return {"5": "failed", "4": "delayed"}.get(_status(group)[:1], "")


def _status(group: dict[str, str]) -> str:
    match = re.search(r"[245]\.\d{1,3}\.\d{1,3}", group.get("status", "")) or re.search(
        r"[45]\.\d{1,3}\.\d{1,3}", group.get("diagnostic-code", "")
    )
    return match[0] if match else ""


def address_in(group: dict[str, str]) -> str:
    """The address that we wrote to comes before the one to which it was forwarded (RFC 3464 section 2.3.1)."""
    for name in ("original-recipient", "final-recipient"):
        if match := ADDRESS.search(group.get(name, "").lower()):
            return match[0]
    return ""


def _from_signs(message: IncomingMessage, own_address: str) -> tuple[ReplyKind, Bounce | None] | None:
    """What a report without a standard form says. One sign suffices where a detector finds a refused address."""
    detected = message.failures.temporary or message.failures.permanent
    if not looks_like_report(message) and not detected:
        return None
    text = fold(message.text[:LOOKED_AT])
    listed = message.headers.get("x-failed-recipients", "")
    delayed, failed = DELAYED_TEXT.search(text), FAILED_TEXT.search(text)
    temporary, permanent = message.failures.temporary, message.failures.permanent
    recipients = permanent or temporary or _named(listed.lower() or text, own_address)
    code = re.search(r"\b[45]\.\d{1,2}\.\d{1,3}\b", text)
    if (delayed and not GIVEN_UP.search(text) and not permanent) or (temporary and not permanent and not failed):
        return ReplyKind.DELAY_NOTICE, Bounce(False, recipients, code[0] if code else "")
    return ReplyKind.BOUNCE, Bounce(not (code and code[0].startswith("4")), recipients, code[0] if code else "")


def looks_like_report(message: IncomingMessage) -> bool:
    """Two of three signs: a machine's address or an empty Return-Path, a subject, and words of failure in the text."""
    text, subject = fold(message.text[:LOOKED_AT]), fold(message.subject)
    machine = bool(MACHINE.search(message.sender)) or message.headers.get("return-path", "").strip() == "<>"
    listed = message.headers.get("x-failed-recipients", "")
    signs = machine + bool(FAILED_SUBJECT.search(subject)) + bool(FAILED_TEXT.search(text) or DELAYED_TEXT.search(text))
    if signs < 2 and not (listed and machine):
        return False
    # An empty Return-Path and a number like 5.1.1 also occur in absence notes.
    return bool(MACHINE.search(message.sender) or FAILED_SUBJECT.search(subject) or listed)


def may_be_report(message: IncomingMessage) -> bool:
    """One sign, or a sender who is nobody: worth asking the detectors."""
    listed = "x-failed-recipients" in message.headers
    return not message.sender or listed or bool(MACHINE.search(message.sender) or FAILED_SUBJECT.search(fold(message.subject)))


def failures_in(raw: bytes) -> Failures:
    """Of a message's first LARGEST_FOR_DETECTORS bytes, by flufl.bounce, which knows many servers' formats and fails on some messages that none sends."""
    from flufl.bounce import all_failures

    temporary: Collection[bytes] = ()
    permanent: Collection[bytes] = ()
    with contextlib.suppress(Exception):  # Its detectors raise IndexError, UnicodeError and others on odd input; then nothing was detected.
        temporary, permanent = all_failures(email.message_from_bytes(raw))
    return Failures(_as_addresses(temporary), _as_addresses(permanent))


def _as_addresses(found: Collection[bytes]) -> tuple[str, ...]:
    texts = (address.decode("utf-8", "replace").lower() for address in found)
    return tuple(sorted(text for text in texts if ADDRESS.fullmatch(text)))[:MOST_RECIPIENTS]


def _named(text: str, own_address: str) -> tuple[str, ...]:
    """Addresses near the top that can be the refused ones: neither ours nor a machine's."""
    found = (match[0].rstrip(".") for match in ADDRESS.finditer(text[:4_000]))
    return tuple(dict.fromkeys(address for address in found if address != own_address and not MACHINE.search(address)))[:5]
