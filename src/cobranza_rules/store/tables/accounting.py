"""What the accounting system says of documents that are in the book: the other source of an invoice, and credits with what they cover."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cobranza_rules.store.tables.base import Base, Currency, Digest, Long, Minor, Word


class LedgerChargeRow(Base):
    """A charge that is an invoice of the book, as the last report told of it. `file` and `place` say where, for whoever looks it up."""

    __tablename__ = "ledger_charge"

    id: Mapped[int] = mapped_column(primary_key=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"), unique=True)
    source: Mapped[str] = mapped_column(String(80))
    internal_id: Mapped[Word]
    total: Mapped[Minor]
    open: Mapped[Minor]
    due_on: Mapped[dt.date | None]
    cancelled: Mapped[bool]
    file: Mapped[Long]
    place: Mapped[Long]
    document: Mapped[Digest]
    known_at: Mapped[dt.datetime]


class LedgerCreditRow(Base):
    """A credit as the last report told of it. `key` is what makes two reports speak of the same one.

    `state` is one of `domain.ledger_matching.Standing`. `payment_id` is the payment, `note_id` the credit note of which it is an evidence.
    `applied` is what it covers by itself as a credit note, minor units by the invoice's id; a payment has its applications.
    `decided` is what a person has said of a doubtful one: "same", "another", or "" as long as nobody has.
    """

    __tablename__ = "ledger_credit"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    kind: Mapped[Word]
    concept: Mapped[Long]
    number: Mapped[str] = mapped_column(String(70), index=True)
    uuid: Mapped[str | None] = mapped_column(String(36), index=True)
    issued_on: Mapped[dt.date]
    currency: Mapped[Currency]
    total: Mapped[Minor]
    open: Mapped[Minor]
    cancelled: Mapped[bool]
    reference: Mapped[Long]
    state: Mapped[Word]
    decided: Mapped[Word]
    applied: Mapped[dict[str, Any]]
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"), index=True)
    note_id: Mapped[int | None] = mapped_column(ForeignKey("credit_note.id"), index=True)
    file: Mapped[Long]
    place: Mapped[Long]
    document: Mapped[Digest]
    known_at: Mapped[dt.datetime]


class LedgerPartRow(Base):
    """What a credit covers of an invoice, in the invoice's currency."""

    __tablename__ = "ledger_part"
    __table_args__ = (UniqueConstraint("credit_id", "invoice_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    credit_id: Mapped[int] = mapped_column(ForeignKey("ledger_credit.id"), index=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"), index=True)
    minor: Mapped[Minor]
