"""Papers that exist once: who holds each of them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from cobranza_rules.store.tables.base import Base, Long, Word


class OriginalRow(Base):
    """The present; how it came to that stands in the case file. `document` is the hash of its scan, or "".

    `holder` is the address of somebody of the company, or the name of somebody outside. While `handed_to` is not "", it was handed over on
    `handed_on`, and that person has not confirmed yet to have received it.
    """

    __tablename__ = "original"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    kind: Mapped[Word]
    name: Mapped[Long]
    document: Mapped[str] = mapped_column(String(64))
    holder: Mapped[Long]
    held_since: Mapped[dt.date]
    handed_to: Mapped[Long]
    handed_on: Mapped[dt.date | None]
    known_at: Mapped[dt.datetime]
