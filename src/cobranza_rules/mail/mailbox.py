"""Where answers come in: mailboxes that are read and never changed, and what is remembered of what was read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from cobranza_rules.language import Sentence
from cobranza_rules.problems import Problem, ProblemError


class MailboxUnavailable(ProblemError):  # noqa: N818 (the name says what the mailbox is; other rooms catch it by this name)
    """The mailbox cannot be read now. What was fetched before it was raised is good."""

    def __init__(self, what: Sentence, hint: Sentence, place: str = "") -> None:
        super().__init__([Problem(what, hint, place=place)])


@dataclass(frozen=True, slots=True)
class Watermark:
    """How far a folder was read. `uidvalidity` and `last_uid` are IMAP's (RFC 3501 section 2.3.1.1)."""

    folder: str
    uidvalidity: int
    last_uid: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """A message's bytes as the server has them, `size` of them, in `pieces` that have to be read before the next message is asked for.

    `folder` is `folder/uidvalidity`, or the name of a Maildir; `key` tells the message in it. `watermark_after` may be stored once the message
    is; a Maildir has none. Where `complete` is False the message was too large, or the server could not give it: the pieces are its head or
    nothing, and a person has to look at it in the mailbox.
    """

    pieces: Iterable[bytes]
    size: int
    folder: str
    key: str
    watermark_after: Watermark | None = None
    complete: bool = True

    @property
    def origin(self) -> str:
        return f"{self.folder}/{self.key}"


class History(Protocol):
    """What was taken of one mailbox before."""

    def mark(self, folder: str) -> Watermark | None: ...

    def unknown(self, folder: str, keys: Collection[str]) -> set[str]:
        """Of these keys of messages in `Fetched.folder` those that were not taken."""

    def must_compare(self, folder: str) -> bool:
        """Whether all that is in the folder has to be compared with what was taken, and not only what came after the mark."""


class Mailbox(Protocol):
    name: str

    def fetch_new(self, history: History) -> Iterator[Fetched]:
        """Messages that were not taken before, oldest first; all of them where a folder was numbered anew. Raises MailboxUnavailable."""
