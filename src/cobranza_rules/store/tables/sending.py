"""How messages to customers leave: each attempt, what was reported of them afterwards, and the pauses in which nothing leaves."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from cobranza_rules.store.tables.base import Base, Long, Word


class AttemptRow(Base):
    """One time that a message was handed to the server: written before the wire is touched, completed when its outcome is known.

    `outcome` is sending, sent, postponed, refused, uncertain, or not_left where a person said so of an uncertain one. `answers` are those of
    the recipients that were not accepted. Waits and limits count from `counted_at`: `began_at`, unless the clock was set back since.
    """

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    outgoing_id: Mapped[int] = mapped_column(ForeignKey("outgoing.id"), index=True)
    began_at: Mapped[dt.datetime]
    counted_at: Mapped[dt.datetime] = mapped_column(index=True)
    recipients: Mapped[list[Any]]
    outcome: Mapped[Word]
    phase: Mapped[Word]
    detail: Mapped[Long]
    answers: Mapped[dict[str, Any]]


class MessageReportRow(Base):
    """What a mail server or a mail program said of a message that left: that it was delivered (RFC 3464), or displayed (RFC 8098).

    It proves what it says and no more: none is an acknowledgement of receipt. `recipient` is empty where the report names none.
    """

    __tablename__ = "message_report"

    id: Mapped[int] = mapped_column(primary_key=True)
    outgoing_id: Mapped[int] = mapped_column(ForeignKey("outgoing.id"), index=True)
    received_id: Mapped[int] = mapped_column(ForeignKey("received.id"))
    recipient: Mapped[str] = mapped_column(String(320))
    what: Mapped[Word]


class PauseRow(Base):
    """From `began_at` on nothing leaves to customers, until somebody has ended it, and no longer than to the end of the day `until`."""

    __tablename__ = "pause"

    id: Mapped[int] = mapped_column(primary_key=True)
    began_at: Mapped[dt.datetime]
    set_by: Mapped[Long]
    why: Mapped[Long]
    until: Mapped[dt.date | None]
    ended_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    ended_by: Mapped[Long]
