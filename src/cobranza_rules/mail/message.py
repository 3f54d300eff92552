"""What goes to the wire and what comes from it, as values."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Attachment:
    """`content` leaves byte for byte. `media_type` like application/xml."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """`message_id` without angle brackets. `to` and `cc` are plain addresses; names were dropped, for they fold badly and prove nothing.

    `in_reply_to` holds message ids of the conversation, oldest first.
    """

    message_id: str
    sender: str
    sender_name: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    text: str
    html: str
    dated: dt.datetime
    attachments: tuple[Attachment, ...] = ()
    references: tuple[str, ...] = ()
    reply_to: str = ""
    receipt_to: str = ""  # Who is told that it was displayed, where the reader's program and the reader allow it


class Delivery(StrEnum):
    SENT = "sent"
    REFUSED = "refused"  # Permanently, by every To recipient or of the message itself
    POSTPONED = "postponed"  # Nothing left; may be tried again
    UNCERTAIN = "uncertain"  # It may have left; only a person or an archive can tell


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """`phase` is connect, envelope, data or after-data. `refused` maps an address to the server's answer."""

    outcome: Delivery
    phase: str
    detail: str = ""
    refused: tuple[tuple[str, str], ...] = ()

    @property
    def said(self) -> str:
        """The server's words about the recipients where these are what it would not take, else about the message."""
        answers = "; ".join(f"{address}: {answer}" for address, answer in self.refused)
        return answers if answers and self.phase == "envelope" else self.detail


@dataclass(frozen=True, slots=True)
class IncomingAttachment:
    """`name` was cleaned of paths and control characters. The content, of `size` bytes, is in the message; `digest` is its SHA-256."""

    name: str
    media_type: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Failures:
    """Addresses that a report without a standard form seems to name, as not reached for now or for good."""

    temporary: tuple[str, ...] = ()
    permanent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """A message after parsing within limits. `message_id` and `references` without angle brackets, `references` newest first.

    `sender` is empty where From names nobody or more than one: nobody can vouch for such a message. `to` holds To, then Cc.
    `new_text` is what its author wrote this time: quotes and signatures cut. `headers` are the few that classification needs, lower case.
    `authentication_results` keep the order of the message, topmost first. One message delivered twice has one `fingerprint`.
    """

    message_id: str
    sender: str
    sender_name: str
    to: tuple[str, ...]
    subject: str
    dated: dt.datetime | None
    references: tuple[str, ...]
    text: str
    new_text: str
    headers: dict[str, str]
    authentication_results: tuple[str, ...]
    attachments: tuple[IncomingAttachment, ...]
    report_parts: tuple[tuple[str, str], ...] = ()  # (media type, text) of the parts of a multipart/report
    fingerprint: str = ""
    failures: Failures = Failures()
