"""What was taken off invoices beside payments, with who agreed to it and the credit note that documents it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from cobranza_rules.store.tables.base import Base, Currency, Long, Minor, Word


class DiscountRow(Base):
    """`kind`, `state` and `doubt` are those of `domain.discount`. `taken_on` is the day of the payment that it belongs to, else that of its capture.

    `support` is the digest of a file, `who` captured it. `approved_by` and `approved_at` are those of whoever approved or refused it, with
    the `comment`. `note_id` is the credit note that documents it, `requested_on` the day on which that was asked for.
    """

    __tablename__ = "discount"
    __table_args__ = (CheckConstraint("minor > 0", name="minor"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"), index=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    currency: Mapped[Currency]
    minor: Mapped[Minor]
    kind: Mapped[Word]
    reason: Mapped[Long]
    support: Mapped[str | None] = mapped_column(String(64))
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"), index=True)
    taken_on: Mapped[dt.date]
    state: Mapped[Word] = mapped_column(index=True)
    doubt: Mapped[Word]
    who: Mapped[Long]
    known_at: Mapped[dt.datetime]
    approved_by: Mapped[Long] = mapped_column(default="")
    approved_at: Mapped[dt.datetime | None]
    comment: Mapped[Long] = mapped_column(default="")
    note_id: Mapped[int | None] = mapped_column(ForeignKey("credit_note.id"), index=True)
    requested_on: Mapped[dt.date | None]
