"""The rules that were published: which files, when, by whom and why."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from cobranza_rules.store.tables.base import Base, Digest, Long


class RulesVersionRow(Base):
    """Append-only: the newest is in force. `files` are [name, text], in the order in which they apply.

    The texts stand here and not in the archive: whoever moves or loses documents must not lose the rules in force.
    """

    __tablename__ = "rules_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[Digest]
    files: Mapped[list[Any]]
    published_at: Mapped[dt.datetime]
    published_by: Mapped[Long]
    comment: Mapped[Long]
