"""Originals as people look at them: what it is, whose, with whom, and whose receipt is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.language import N_, Sentence, _, word
from cobranza_rules.store.tables import CustomerRow, OriginalRow

ORIGINAL_HEADINGS = (N_("No."), N_("Customer"), N_("Original"), N_("Kind"), N_("With"), N_("Since"), N_("Handed over to"))


@dataclass(frozen=True, slots=True)
class OriginalView:
    number: int
    customer: str
    kind: str
    name: str
    document: str
    holder: str
    held_since: dt.date
    handed_to: str
    handed_on: dt.date | None

    def row(self) -> tuple[int | str | dt.date | Sentence, ...]:
        handed = _("{who} on {day}, who has not confirmed it", who=self.handed_to, day=self.handed_on) if self.handed_to else ""
        return self.number, self.customer, self.name, word(self.kind), self.holder, self.held_since, handed

    def as_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "customer": self.customer,
            "kind": self.kind,
            "name": self.name,
            "document": self.document or None,
            "holder": self.holder,
            "held_since": self.held_since.isoformat(),
            "handed_to": self.handed_to or None,
            "handed_on": self.handed_on.isoformat() if self.handed_on else None,
        }


def originals_on_file(session: Session, customer_id: int | None = None, holder: str = "") -> Iterator[OriginalView]:
    """Of a customer, or with somebody, or all; in the order in which they were entered."""
    query = select(OriginalRow, CustomerRow.code).join(CustomerRow).order_by(OriginalRow.id)
    query = query if customer_id is None else query.where(OriginalRow.customer_id == customer_id)
    for row, code in session.execute(query.where(OriginalRow.holder == holder) if holder else query):
        yield OriginalView(row.id, code, row.kind, row.name, row.document, row.holder, row.held_since, row.handed_to, row.handed_on)
