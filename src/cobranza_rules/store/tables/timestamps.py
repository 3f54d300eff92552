"""Documents that are to have a timestamp of an authority, and those that have one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cobranza_rules.store.tables.base import Base, Digest, Long, Sparse, Word


class TimestampRow(Base):
    """A document by its SHA-256, once for each authority that has stamped it, and once more at most while it waits.

    `kind` is foliated_packet, demand or document. While it waits, `authority` is "" and `token` NULL; `detail` says what came of the last question, and
    `next_try_at` when it is asked again. Afterwards `authority` is the address that was asked, `token` and `anchors` the hashes of its answer and
    of the certificates that were trusted then; instant, serial, policy and signer are those that the token tells.
    """

    __tablename__ = "document_timestamp"
    __table_args__ = (
        UniqueConstraint("document", "authority"),
        Index("ix_document_timestamp_waiting", "next_try_at", sqlite_where=text("token IS NULL"), postgresql_where=text("token IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    kind: Mapped[Word]
    name: Mapped[Long]
    document: Mapped[Digest]
    authority: Mapped[str] = mapped_column(String(500), default="")
    wanted_at: Mapped[dt.datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[dt.datetime | None]
    next_try_at: Mapped[dt.datetime | None]
    detail: Mapped[dict[str, Any] | None] = mapped_column(Sparse)
    token: Mapped[str | None] = mapped_column(String(64), index=True)
    anchors: Mapped[str | None] = mapped_column(String(64))
    stamped_at: Mapped[dt.datetime | None]
    serial: Mapped[Long] = mapped_column(default="")
    policy: Mapped[Long] = mapped_column(default="")
    signer: Mapped[Long] = mapped_column(default="")
