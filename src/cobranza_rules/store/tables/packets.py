"""Packets for Accounting: what was collected and taken off on a day in a currency, as it was sent, with what Accounting said of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cobranza_rules.store.tables.base import Base, Currency, Digest, Long, Word


class AccountingPacketRow(Base):
    """One revision of a packet. `state` is one of domain.accounting.PacketState; a revision that another takes the place of is replaced.

    `sequence` counts the packets of a day and currency: a payment that came to be known later goes in one of its own. `relation`, `workbook`
    and `evidence` are digests of the PDF, the XLSX and the archive of what proves it. `totals` are minor units by name, `lines` what the
    relation says, for what the next revision changes; `changes` are the sentences that say it. `customer_id` is that of the first line.
    """

    __tablename__ = "accounting_packet"
    __table_args__ = (UniqueConstraint("day", "currency", "sequence", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    day: Mapped[dt.date]
    currency: Mapped[Currency]
    sequence: Mapped[int]
    revision: Mapped[int]
    state: Mapped[Word] = mapped_column(index=True)
    relation: Mapped[Digest]
    workbook: Mapped[Digest]
    evidence: Mapped[Digest]
    totals: Mapped[dict[str, Any]]
    lines: Mapped[list[Any]]
    changes: Mapped[list[Any]]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("internal_message.id"))
    known_at: Mapped[dt.datetime]
    sent_on: Mapped[dt.date | None]
    answered_by: Mapped[Long] = mapped_column(default="")
    answered_on: Mapped[dt.date | None]
    reason: Mapped[Long] = mapped_column(default="")
    answer: Mapped[str | None] = mapped_column(String(64))
    request: Mapped[str | None] = mapped_column(String(64))


class PacketLineRow(Base):
    """A payment or discount in a packet: the database refuses a second packet that stands for it."""

    __tablename__ = "packet_line"
    __table_args__ = (
        Index("uq_packet_line_live", "subject", "subject_id", unique=True, sqlite_where=text("live = 1"), postgresql_where=text("live")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    packet_id: Mapped[int] = mapped_column(ForeignKey("accounting_packet.id"), index=True)
    subject: Mapped[Word]
    subject_id: Mapped[int]
    live: Mapped[bool] = mapped_column(default=True)
