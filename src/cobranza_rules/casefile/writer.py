"""Adds events to the case file, each chained to the one before."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from typing import Any, Protocol

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from cobranza_rules.casefile.chain import event_hash
from cobranza_rules.store.tables import CaseEventRow, RulesVersionRow

FIRST = "0" * 64
PROGRAM = "program"  # The actor of what no person did
ERASED = "content_erased"  # The kind of event that says of others that their content was taken out


class EventColumns(Protocol):
    """A row of the table, or its columns alone."""

    customer_id: Any
    kind: Any
    data: Any
    happened_on: Any
    known_at: Any
    actor: Any
    rules_version: Any


def body_of(row: EventColumns) -> dict[str, Any]:
    """What the hash of an event covers, besides the hash of the event before.

    An older event says neither who did it nor under which rules; its hash was made without.
    """
    told = {} if row.actor is None else {"actor": row.actor, "rules": row.rules_version}
    return told | {
        "customer": row.customer_id,
        "kind": row.kind,
        "data": row.data,
        "happened_on": row.happened_on.isoformat(),
        "known_at": row.known_at.isoformat(timespec="microseconds"),
    }


@dataclass(slots=True)
class _Event:
    customer_id: int
    kind: str
    data: dict[str, Any]
    happened_on: dt.date
    known_at: dt.datetime
    actor: str
    rules_version: int | None


class CaseWriter:
    """For one transaction of the only writer: the chain's head is read once and then carried along.

    What is added while it is `gathering` is written by `write_gathered`, in one statement.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.head: tuple[int, str] | None = None
        self.rules_version: int | None = None
        self.gathering = False
        self._gathered: list[dict[str, Any]] = []

    def add(self, customer_id: int, kind: str, happened_on: dt.date, known_at: dt.datetime, data: dict[str, Any]) -> None:
        """Who did it stands under `who` in its data; where nobody does, the program did."""
        seq, previous = self.head or self._read_head()
        event = _Event(customer_id, kind, data, happened_on, known_at, str(data.get("who") or PROGRAM), self.rules_version)
        digest = event_hash(previous, body_of(event))
        self.head = (seq + 1, digest)
        columns = {field.name: getattr(event, field.name) for field in fields(event)} | {
            "seq": seq + 1,
            "previous": previous,
            "hash": digest,
        }
        if self.gathering:
            self._gathered.append(columns)
        else:
            self.session.add(CaseEventRow(**columns))

    def write_gathered(self) -> None:
        if self._gathered:
            self.session.execute(insert(CaseEventRow), self._gathered)
        self.gathering, self._gathered = False, []

    def _read_head(self) -> tuple[int, str]:
        self.session.flush()
        self.rules_version = self.session.scalar(select(func.max(RulesVersionRow.id)))
        last = self.session.execute(select(CaseEventRow.seq, CaseEventRow.hash).order_by(CaseEventRow.seq.desc()).limit(1)).first()
        return (last.seq, last.hash) if last else (0, FIRST)
