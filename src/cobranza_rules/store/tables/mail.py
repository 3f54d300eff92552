"""Mail: what goes out with its state on the wire, and what came in with what was read in it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cobranza_rules.store.tables.base import Base, Digest, Long, Sparse, Word


class OutgoingRow(Base):
    """One message of one revision of an action; its bytes are in the archive before its row says `approved`.

    `next_try_at`: not before then what is `approved` is tried again, what is `sent` goes to those who could not take it yet, or what is
    `uncertain` is looked up once more; NULL where nothing was put off. `retry_asked` says that a person wants it tried now. `said` names what it said when it had left, kept where somebody
    still has to get it. `looked_up_at` and `lookup` tell when and with what outcome the archive mailbox was last searched for it.
    """

    __tablename__ = "outgoing"
    __table_args__ = (UniqueConstraint("action_id", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"), index=True)
    revision: Mapped[int]
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    raw: Mapped[Digest]
    recipients: Mapped[list[Any]]
    copies: Mapped[list[Any]]
    subject: Mapped[Long]
    state: Mapped[Word] = mapped_column(index=True)
    phase: Mapped[Word]
    detail: Mapped[Long]
    attempts: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[dt.datetime]
    next_try_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    retry_asked: Mapped[bool] = mapped_column(default=False)
    said: Mapped[str | None] = mapped_column(String(64))
    looked_up_at: Mapped[dt.datetime | None]
    lookup: Mapped[dict[str, Any] | None] = mapped_column(Sparse)


class InternalMessageRow(Base):
    """A message to somebody of the company, once for each kind, key and recipient: a digest for its day, a notice for its first step.

    `state` is ready (nothing has left yet), sending, sent, failed, uncertain, or returned where it came back.
    """

    __tablename__ = "internal_message"
    __table_args__ = (UniqueConstraint("kind", "key", "recipient"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Word]
    key: Mapped[str] = mapped_column(String(80))
    recipient: Mapped[str] = mapped_column(String(254))
    copies: Mapped[list[Any]] = mapped_column(default=list)
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    raw: Mapped[Digest]
    subject: Mapped[Long]
    state: Mapped[Word] = mapped_column(index=True)
    phase: Mapped[Word]
    detail: Mapped[Long]
    attempts: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[dt.datetime]


class ReceivedRow(Base):
    """`state` is open (waits for a person or a rule), settled, or automatic (needs nobody).

    `attachments` are those of `IncomingMessage`; their contents are in the message itself.
    """

    __tablename__ = "received"

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[Digest] = mapped_column(unique=True)
    raw: Mapped[Digest]
    message_id: Mapped[str] = mapped_column(String(998))
    sender: Mapped[str] = mapped_column(String(320))
    subject: Mapped[Long]
    dated: Mapped[dt.datetime | None]
    received_at: Mapped[dt.datetime]
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    action_id: Mapped[int | None] = mapped_column(ForeignKey("action.id"))
    matched_by: Mapped[Word]
    kind: Mapped[Word]
    doubtful: Mapped[bool]
    sender_authenticated: Mapped[bool]
    sender_known: Mapped[bool]
    facts: Mapped[dict[str, Any]]
    evidence: Mapped[dict[str, Any]]
    doubts: Mapped[list[Any]]
    attachments: Mapped[list[Any]] = mapped_column(default=list)
    state: Mapped[Word] = mapped_column(index=True)
    decided_by: Mapped[Long]


class MailboxMarkRow(Base):
    """How far a folder of a mailbox has been read: UIDVALIDITY and the last UID (RFC 3501, 2.3.1.1).

    On the day `compared_on` all that the folder held was last compared with what was taken of it.
    """

    __tablename__ = "mailbox_mark"

    mailbox: Mapped[Word] = mapped_column(primary_key=True)
    folder: Mapped[str] = mapped_column(String(400), primary_key=True)
    uid_validity: Mapped[int]
    last_uid: Mapped[int]
    compared_on: Mapped[dt.date | None]


class TakenRow(Base):
    """A message that was taken from a mailbox, so that a repeated poll takes nothing twice.

    `raw` is the hash of its bytes: they are in the archive, or, where `bag` names a mailbag, still `size` bytes in that from `start` on.
    `folder` names mailbox, folder and, of IMAP, UIDVALIDITY; `origin` the message in it. `state` is waiting (nobody has read it yet), read,
    repeated (another copy was read) or quarantined. `tries` counts how often reading it was begun. Of one that is not `complete` the bytes are
    its head, or nothing.
    """

    __tablename__ = "taken"

    id: Mapped[int] = mapped_column(primary_key=True)
    origin: Mapped[str] = mapped_column(String(500), unique=True)
    folder: Mapped[str] = mapped_column(String(500), index=True)
    raw: Mapped[Digest]
    complete: Mapped[bool]
    state: Mapped[Word] = mapped_column(index=True)
    tries: Mapped[int] = mapped_column(default=0)
    received_id: Mapped[int | None] = mapped_column(ForeignKey("received.id"))
    bag: Mapped[Word | None] = mapped_column(index=True)
    start: Mapped[int | None]
    size: Mapped[int | None]
