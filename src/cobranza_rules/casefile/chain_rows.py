"""The chain as it lies in the database: read in pieces, so that its length costs time and no memory."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cobranza_rules.casefile.chain import ChainedEvent, ChainVerdict, Erasure, Link, verify_chain
from cobranza_rules.casefile.writer import ERASED, body_of
from cobranza_rules.store.tables import CaseEventRow

EVENT = CaseEventRow.__table__.c
AT_ONCE = 1000


def in_pieces(session: Session, query: Select[*tuple[Any, ...]]) -> Generator[Any]:
    """Rows as they come, and the cursor is closed behind the last that was asked for."""
    with session.execute(query.execution_options(yield_per=AT_ONCE)) as rows:
        yield from rows


@dataclass(frozen=True, slots=True)
class StoredChain:
    session: Session

    def events(self, after: int = 0) -> Iterator[ChainedEvent]:
        for row in in_pieces(self.session, select(CaseEventRow.__table__).where(EVENT.seq > after).order_by(EVENT.seq)):
            yield ChainedEvent(row.seq, row.previous, row.hash, body_of(row))

    def links(self) -> Iterator[Link]:
        for row in in_pieces(self.session, select(EVENT.seq, EVENT.previous, EVENT.hash).order_by(EVENT.seq)):
            yield Link(row.seq, row.previous, row.hash)

    def erasures(self) -> dict[int, Erasure]:
        """Of events by their numbers; what was erased twice is as the later erasure left it."""
        return {int(seq): Erasure(digest, left) for data in self._erased() for seq, digest, left in data.get("events", ())}

    def erased_documents(self) -> frozenset[str]:
        return frozenset(digest for data in self._erased() for digest in data.get("erased_documents", ()))

    def events_that_erase(self) -> list[tuple[int, dict[str, Any]]]:
        """Their numbers and data: which events they erased, who did it and why."""
        query = select(CaseEventRow.seq, CaseEventRow.data).where(CaseEventRow.kind == ERASED).order_by(CaseEventRow.seq)
        return [(row.seq, row.data) for row in self.session.execute(query)]

    def _erased(self) -> Iterator[dict[str, Any]]:
        yield from (data for _seq, data in self.events_that_erase())


def verify_case_file(session: Session) -> ChainVerdict:
    """Whether the events are as they were written, in the order of their numbers; the first break where they are not."""
    chain = StoredChain(session)
    return verify_chain(chain.events(), links=chain.links, erasures=chain.erasures())
