"""The ledger: what was planned, its claims, steps and documents, and how far each has come."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cobranza_rules.store.tables.base import Base, Digest, Long, Word


class ActionRow(Base):
    """`plan` is the PlannedAction as the decision gave it. `state` is one of plan.states.State. `content` names what was rendered."""

    __tablename__ = "action"
    # Rows are wide, with the whole plan of each action: those of other rules are passed over without a look at them.
    __table_args__ = (Index("ix_action_contacted", "finished_on", "rule_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[str] = mapped_column(String(80))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    currency: Mapped[str] = mapped_column(String(3))
    plan: Mapped[dict[str, Any]]
    rules_digest: Mapped[Digest]
    planned_on: Mapped[dt.date]
    state: Mapped[Word] = mapped_column(index=True)
    revision: Mapped[int] = mapped_column(default=0)
    rendered_on: Mapped[dt.date | None]
    content: Mapped[str] = mapped_column(String(64), default="")
    next_contact: Mapped[dt.date | None]
    finished_on: Mapped[dt.date | None]
    reason: Mapped[dict[str, Any]]


class ClaimRow(Base):
    """What may happen once: a rule or rung, for one subject, for the n-th time. The database refuses a second live claim."""

    __tablename__ = "claim"
    __table_args__ = (
        Index(
            "uq_claim_live",
            "subject",
            "subject_id",
            "rule_id",
            "occurrence",
            unique=True,
            sqlite_where=text("live = 1"),
            postgresql_where=text("live"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"), index=True)
    subject: Mapped[Word]
    subject_id: Mapped[int]
    rule_id: Mapped[str] = mapped_column(String(80))
    occurrence: Mapped[int]
    live: Mapped[bool] = mapped_column(default=True)
    sent_on: Mapped[dt.date | None]
    undone: Mapped[bool] = mapped_column(default=False)


class StepRow(Base):
    """`task_id` is the task of a person who carries it out, `notice_id` the message to people of the company that tells of it."""

    __tablename__ = "step"
    __table_args__ = (UniqueConstraint("action_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"), index=True)
    position: Mapped[int]
    confirmed_at: Mapped[dt.datetime | None]
    task_id: Mapped[int | None]
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("internal_message.id"))


class DocumentRow(Base):
    """A rendered document of one revision of an action. `engine` names and versions what made the PDF."""

    __tablename__ = "document"

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"), index=True)
    revision: Mapped[int]
    kind: Mapped[Word]
    name: Mapped[Long]
    media_type: Mapped[Long]
    digest: Mapped[Digest]
    engine: Mapped[Long]


class NumberRow(Base):
    """The running numbers of letters, one series a kind and year."""

    __tablename__ = "number"

    series: Mapped[str] = mapped_column(String(40), primary_key=True)
    last: Mapped[int]
