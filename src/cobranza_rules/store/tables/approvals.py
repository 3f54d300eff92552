"""Signatures, rubrics and releases: what was asked of whom, passed to whom, and asked by mail."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from cobranza_rules.store.tables.base import Base, Digest, Long, Word


class ApprovalRow(Base):
    """`gate` is sign, rubric or release (supervised mode). `content` is what was shown: a decision holds for nothing else.

    `shown` is the list of the files that were shown, by its hash (dispatch.shown); `leaves` the message that goes out once all have agreed,
    by its hash, and empty until then.
    """

    __tablename__ = "approval"

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"), index=True)
    revision: Mapped[int]
    gate: Mapped[Word]
    role: Mapped[str] = mapped_column(String(80))
    state: Mapped[Word] = mapped_column(index=True)
    content: Mapped[Digest]
    shown: Mapped[Digest] = mapped_column(default="")
    leaves: Mapped[Digest] = mapped_column(default="")
    opened_at: Mapped[dt.datetime]
    decided_by: Mapped[Long]
    decided_at: Mapped[dt.datetime | None]
    comment: Mapped[Long]


class DelegationRow(Base):
    """Whoever has `role` has named `to_role` to decide in his place, for one gate of one action and all its revisions.

    `approval_id` is what waited for him then.
    """

    __tablename__ = "delegation"

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"), index=True)
    approval_id: Mapped[int] = mapped_column(ForeignKey("approval.id"), index=True)
    gate: Mapped[Word]
    role: Mapped[str] = mapped_column(String(80))
    to_role: Mapped[str] = mapped_column(String(80))
    who: Mapped[Long]
    comment: Mapped[Long]
    at: Mapped[dt.datetime]


class ApprovalRequestRow(Base):
    """A mail that asks one person to decide; its id is the number of its token. `message_id` is the mail, written in the same transaction."""

    __tablename__ = "approval_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(String(254))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("internal_message.id"), index=True)


class ApprovalAskedRow(Base):
    """An approval that a mail asks for, and the files that it showed: an answer holds for nothing else."""

    __tablename__ = "approval_asked"

    request_id: Mapped[int] = mapped_column(ForeignKey("approval_request.id"), primary_key=True)
    approval_id: Mapped[int] = mapped_column(ForeignKey("approval.id"), primary_key=True, index=True)
    shown: Mapped[Digest]
