"""Where answers come in: a mailbox that is read and never changed, and what is remembered of what was read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from cobranza_rules.language import Sentence
from cobranza_rules.mail.mime import UnreadableMessage, read_head
from cobranza_rules.problems import Problem, ProblemError


class MailboxUnavailable(ProblemError):  # noqa: N818 (the name says what the mailbox is; other rooms catch it by this name)
    """The mailbox cannot be read now. What was fetched before it was raised is good."""

    def __init__(self, what: Sentence, hint: Sentence, place: str = "") -> None:
        super().__init__([Problem(what, hint, place=place)])


@dataclass(frozen=True, slots=True)
class Watermark:
    """How far a folder was read. `uidvalidity` and `last_uid` are IMAP's (RFC 3501 section 2.3.1.1); both are 0 for a Maildir."""

    folder: str
    uidvalidity: int
    last_uid: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """A message's bytes as the server has them. `origin` is `folder/uidvalidity/uid` or the key of a Maildir file.

    `watermark_after` may be stored once the message is. Where `complete` is False the message was too large, or the server could not
    give it: `raw` holds its head or nothing, and a person has to look at it in the mailbox.
    """

    raw: bytes
    origin: str
    watermark_after: Watermark
    complete: bool = True


class Mailbox(Protocol):
    def fetch_new(self, after: Watermark | None) -> Iterator[Fetched]:
        """Messages that came after the watermark, oldest first; all of them where the folder was numbered anew. Raises MailboxUnavailable."""


def never_seen(_origin: str) -> bool:
    return False


def fingerprint(raw: bytes) -> str:
    """SHA-256 over Message-ID, From, Date, Subject and body: one message delivered twice has one fingerprint.

    Never the Message-ID alone, which anybody can use again to make us drop a mail. Line ends count as one kind, for servers change them.
    """
    same = raw.replace(b"\r\n", b"\n")
    try:
        headers, body_start = read_head(same)
    except UnreadableMessage:
        headers, body_start = [], 0
    digest = hashlib.sha256()
    for name in ("message-id", "from", "date", "subject"):
        value = next((text for known, text in headers if known == name), "")
        digest.update(value.encode("utf-8", "surrogatepass") + b"\0")
    digest.update(same[body_start:].rstrip(b"\n"))
    return digest.hexdigest()
