"""What people decided for one customer or one invoice, beside the rules."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from cobranza_rules.store.tables.base import Base, Long, Word


class OverrideRow(Base):
    """Of `customer_id`, or of one invoice of that customer's. `kind` is one of rules.overrides.OverrideKind.

    It counts until somebody has ended it, and no longer than through `until`. `known_at` is when it was set.
    """

    __tablename__ = "override"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoice.id"), index=True)
    kind: Mapped[Word]
    ladder: Mapped[str] = mapped_column(String(80))
    blocks: Mapped[list[Any]]
    set_by: Mapped[Long]
    why: Mapped[Long]
    set_on: Mapped[dt.date]
    known_at: Mapped[dt.datetime]
    until: Mapped[dt.date | None]
    ended_on: Mapped[dt.date | None]
    ended_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    ended_by: Mapped[Long]
    ended_why: Mapped[Long]
