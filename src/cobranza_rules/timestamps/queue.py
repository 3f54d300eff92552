"""Documents with their timestamps, and those that wait for one, as people look at them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.language import N_, Sentence, _, word
from cobranza_rules.store.tables import CustomerRow, TimestampRow

TIMESTAMP_HEADINGS = (N_("No."), N_("Customer"), N_("What"), N_("Document"), N_("SHA-256"), N_("Timestamp"), N_("Authority"))
SHORT = 12  # Letters of a hash that are enough to find a document by


@dataclass(frozen=True, slots=True)
class TimestampView:
    """`at` is None while it waits; then `why` says what came of the last question, and `next_try_at` when it is asked again."""

    number: int
    customer: str
    kind: str
    name: str
    document: str
    wanted_at: dt.datetime
    attempts: int
    why: Sentence | None
    next_try_at: dt.datetime | None
    token: str | None
    anchors: str | None
    at: dt.datetime | None
    serial: str
    policy: str
    authority: str

    def row(self) -> tuple[Any, ...]:
        told = self.at.isoformat() if self.at is not None else self._waits()
        return self.number, self.customer, word(self.kind), self.name, self.document[:SHORT], told, self.authority

    def _waits(self) -> Sentence:
        if self.why is None:
            return _("waits: not asked for yet")
        if self.next_try_at is None:
            return _("waits: {why}", why=self.why)
        return _("waits: {why}; again after {at}", why=self.why, at=self.next_try_at.isoformat(timespec="minutes"))

    def as_json(self, text: Any) -> dict[str, Any]:
        """`text` puts a sentence into the reader's language."""
        return {
            "number": self.number,
            "customer": self.customer,
            "kind": self.kind,
            "name": self.name,
            "document": self.document,
            "wanted_at": self.wanted_at.isoformat(),
            "attempts": self.attempts,
            "why": text(self.why) if self.why is not None else None,
            "next_try_at": self.next_try_at.isoformat() if self.next_try_at else None,
            "token": self.token,
            "anchors": self.anchors,
            "at": self.at.isoformat() if self.at else None,
            "serial": self.serial or None,
            "policy": self.policy or None,
            "authority": self.authority or None,
        }


def timestamps_on_file(session: Session, customer_id: int | None = None, *, missing: bool = False) -> Iterator[TimestampView]:
    """Of a customer or of all, in the order in which they were asked for; with `missing` those that wait."""
    query = select(TimestampRow, CustomerRow.code).join(CustomerRow).order_by(TimestampRow.id)
    query = query if customer_id is None else query.where(TimestampRow.customer_id == customer_id)
    for row, code in session.execute(query.where(TimestampRow.token.is_(None)) if missing else query):
        why = Sentence.from_json(row.detail) if row.detail else None
        yield TimestampView(
            *(row.id, code, row.kind, row.name, row.document, row.wanted_at, row.attempts, why, row.next_try_at),
            *(row.token, row.anchors, row.stamped_at, row.serial, row.policy, row.signer),
        )
