"""What people have asked of their data: corrected, blocked, opposed to, erased."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from cobranza_rules.store.tables.base import Base, Digest, Long, Word


class DataRequestRow(Base):
    """`kind` is one of domain.data_request.DataRequestKind. `contact_id` is the person, `field` what the hash is of.

    What was erased because its time was over has no person: `field` is then its kind (privacy.retention), and `why` says how much it was.

    `value_hash` is of the wrong value, or of the address that is blocked (domain.data_request.value_hash): the value itself is nowhere, and yet
    it is known when a list brings it again. `who` is of the company, `why` says who asked for it and when.
    """

    __tablename__ = "data_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    kind: Mapped[Word]
    contact_id: Mapped[int | None]
    field: Mapped[Word]
    value_hash: Mapped[Digest]
    why: Mapped[Long]
    who: Mapped[Long]
    happened_on: Mapped[dt.date]
    known_at: Mapped[dt.datetime]
