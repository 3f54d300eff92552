"""The case file's events, the tasks of people, and signs of life of what runs by itself."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cobranza_rules.store.tables.base import Base, Digest, Long, Word


class CaseEventRow(Base):
    """Append-only and chained: `hash` covers `previous` and the event, so that a change anywhere shows (casefile.chain).

    `actor` is the address of the person who did it, or `program`; `rules_version` the version of the rules in force then, NULL where none was.
    Events of before these columns came have NULL in both, and their hashes do not cover them.
    """

    __tablename__ = "case_event"

    seq: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    kind: Mapped[Word]
    data: Mapped[dict[str, Any]]
    happened_on: Mapped[dt.date]
    known_at: Mapped[dt.datetime]
    previous: Mapped[Digest]
    hash: Mapped[Digest]
    actor: Mapped[str | None] = mapped_column(Text)
    rules_version: Mapped[int | None]


class TaskRow(Base):
    """`invoices` are ids. `state` is open, done or withdrawn."""

    __tablename__ = "task"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    action_id: Mapped[int | None] = mapped_column(ForeignKey("action.id"))
    assigned_to: Mapped[str] = mapped_column(String(80))
    invoices: Mapped[list[Any]]
    opened_on: Mapped[dt.date]
    due_on: Mapped[dt.date | None]
    state: Mapped[Word] = mapped_column(index=True)
    answer: Mapped[Long]
    comment: Mapped[Long]
    done_by: Mapped[Long]
    done_at: Mapped[dt.datetime | None]
    detail: Mapped[dict[str, Any]]


class HeartbeatRow(Base):
    """When something last succeeded: `mailbox` polled, `bank` data known through."""

    __tablename__ = "heartbeat"

    name: Mapped[Word] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime]
