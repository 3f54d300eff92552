"""Cheques that customers have given."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from cobranza_rules.store.tables.base import Base, Currency, Long, Minor, Word


class ChequeRow(Base):
    """`shares` are what it was given for: `invoice` id and `minor`. `state` is one of domain.cheque.ChequeState; the days are those of its way.

    `account` is that of ours in which it was deposited, "" before. `line_id` is the bank's deposit that confirms it, `payment_id` the payment
    that it is where a person has confirmed it. `document` is the digest of its picture, or "".
    """

    __tablename__ = "cheque"
    __table_args__ = (CheckConstraint("minor > 0", name="minor"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    number: Mapped[str] = mapped_column(String(40))
    bank: Mapped[Long]
    drawer: Mapped[Long]
    currency: Mapped[Currency]
    minor: Mapped[Minor]
    dated_on: Mapped[dt.date]
    received_on: Mapped[dt.date]
    received_by: Mapped[Long]
    shares: Mapped[list[Any]]
    document: Mapped[str] = mapped_column(String(64), default="")
    state: Mapped[Word] = mapped_column(index=True)
    account: Mapped[Word] = mapped_column(default="")
    deposited_on: Mapped[dt.date | None]
    cleared_on: Mapped[dt.date | None]
    returned_on: Mapped[dt.date | None]
    reason: Mapped[Long] = mapped_column(default="")
    line_id: Mapped[int | None] = mapped_column(ForeignKey("bank_line.id"), index=True)
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"), index=True)
    known_at: Mapped[dt.datetime]
