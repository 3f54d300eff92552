"""Statements of the company's accounts that were taken, and their lines."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cobranza_rules.store.tables.base import Base, Currency, Digest, Long, Minor, Sparse, Word


class BankStatementRow(Base):
    """`account` is the number of one of our accounts, its letters and digits as the settings write them; the days are both included.

    `profile` names the bank's profile, or the format, by which it was read. `opening` and `closing` are minor units, NULL where the bank
    tells none. `known_at` is when its lines came to be known, but for those that an earlier statement had told already.
    """

    __tablename__ = "bank_statement"
    __table_args__ = (Index("ix_bank_statement_account_days", "account", "through_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[Word]
    currency: Mapped[Currency]
    profile: Mapped[Word]
    from_on: Mapped[dt.date]
    through_on: Mapped[dt.date]
    opening: Mapped[int | None] = mapped_column(BigInteger)
    closing: Mapped[int | None] = mapped_column(BigInteger)
    file: Mapped[Long]
    document: Mapped[Digest] = mapped_column(index=True)
    known_at: Mapped[dt.datetime]


class BankLineRow(Base):
    """A movement, once, however many statements tell of it; `statement_id` is the first that did, `position` where it stands in that.

    `minor` is positive for a deposit. `state` is one of domain.bank.LineState; `detail` says of it what a word cannot, NULL for nothing.
    `settled_by` is by what it was applied (cash.deposit.Level, or person), "" while it is not.
    """

    __tablename__ = "bank_line"
    __table_args__ = (
        CheckConstraint("state in ('open', 'applied', 'part_applied', 'not_ours', 'returned', 'outgoing')", name="state"),
        CheckConstraint("minor <> 0", name="minor"),
        Index("ix_bank_line_account_day", "account", "booked_on"),
        Index("ix_bank_line_state", "state", "booked_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    statement_id: Mapped[int] = mapped_column(ForeignKey("bank_statement.id"), index=True)
    position: Mapped[int]
    account: Mapped[Word]
    currency: Mapped[Currency]
    booked_on: Mapped[dt.date]
    value_on: Mapped[dt.date | None]
    minor: Mapped[Minor]
    balance: Mapped[int | None] = mapped_column(BigInteger)
    reference: Mapped[Long]
    description: Mapped[Long]
    tracking_key: Mapped[str] = mapped_column(String(80), index=True)
    name: Mapped[Long]
    rfc: Mapped[str] = mapped_column(String(13), index=True)
    clabe: Mapped[str] = mapped_column(String(40), index=True)
    kind: Mapped[Word]
    identity: Mapped[Digest] = mapped_column(unique=True)
    state: Mapped[Word]
    settled_by: Mapped[Word] = mapped_column(default="")
    detail: Mapped[dict[str, Any] | None] = mapped_column(Sparse)
