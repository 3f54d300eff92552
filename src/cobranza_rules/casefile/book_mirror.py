"""The book beside the case file: each entry has its event, and each invoice is what its entries make of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import columns_of
from cobranza_rules.casefile.chain import ChainedEvent
from cobranza_rules.casefile.chain_rows import AT_ONCE, in_pieces
from cobranza_rules.domain.entry import Entry, EntryKind
from cobranza_rules.domain.invoice import InvoiceState, after
from cobranza_rules.language import Sentence, _
from cobranza_rules.store.tables import EntryRow, InvoiceRow

BOOKED = frozenset(kind.value for kind in EntryKind)
ADDED = frozenset({"invoice", "currency", "document"})  # What an event says beside its entry


@dataclass(frozen=True, slots=True)
class Difference:
    """`seq` is the event, None where there is none."""

    what: Sentence
    seq: int | None
    customer_id: int


class EntriesBeside:
    """Entries and the events that say the same were written in one order: both are gone through once, side by side."""

    def __init__(self, session: Session) -> None:
        columns = (EntryRow.id, EntryRow.kind, EntryRow.data, EntryRow.happened_on, EntryRow.known_at)
        of_invoice = (InvoiceRow.number, InvoiceRow.customer_id)
        query = select(*columns, *of_invoice).join(InvoiceRow, InvoiceRow.id == EntryRow.invoice_id).order_by(EntryRow.id)
        self._entries = in_pieces(session, query)
        self._ahead: list[Any] = []

    def beside(self, event: ChainedEvent) -> Iterator[Difference]:
        """What is different between here and the event before."""
        if event.body["kind"] not in BOOKED:
            return
        entry = self._take()
        if entry is not None and not _belong(entry, event):
            following = self._take()
            if following is not None and _belong(following, event):
                yield _without_event(entry)
                entry = following
            else:
                self._ahead += [each for each in (entry, following) if each is not None]
                entry = None
        if entry is None:
            what = _(
                "event {seq} ({invoice}): its entry is missing in the book", seq=event.seq, invoice=event.body["data"].get("invoice", "-")
            )
            yield Difference(what, event.seq, event.body["customer"])
        elif not _same(entry, event):
            what = _("event {seq} ({invoice}): its entry in the book says something else", seq=event.seq, invoice=entry.number)
            yield Difference(what, event.seq, event.body["customer"])

    def rest(self) -> Iterator[Difference]:
        while (entry := self._take()) is not None:
            yield _without_event(entry)

    def close(self) -> None:
        self._entries.close()

    def _take(self) -> Any:
        return self._ahead.pop(0) if self._ahead else next(self._entries, None)


def _belong(entry: Any, event: ChainedEvent) -> bool:
    return bool(entry.kind == event.body["kind"] and entry.known_at.isoformat(timespec="microseconds") == event.body["known_at"])


def _same(entry: Any, event: ChainedEvent) -> bool:
    told: Mapping[str, Any] = event.body["data"]
    same = all(key in told and told[key] == value for key, value in entry.data.items())
    return same and told.keys() - entry.data.keys() <= ADDED and entry.happened_on.isoformat() == event.body["happened_on"]


def _without_event(entry: Any) -> Difference:
    what = _("entry {entry} of invoice {invoice} in the book: no event says it", entry=entry.id, invoice=entry.number)
    return Difference(what, None, entry.customer_id)


def invoices_otherwise(session: Session) -> Iterator[Difference]:
    """Invoices whose row is not what their entries make of it, each with its columns that are not."""
    entries = in_pieces(session, select(EntryRow.__table__).order_by(EntryRow.invoice_id, EntryRow.id))
    ahead = next(entries, None)
    query = select(InvoiceRow).order_by(InvoiceRow.id).execution_options(yield_per=AT_ONCE)
    for row in session.scalars(query):
        state = InvoiceState()
        while ahead is not None and ahead.invoice_id <= row.id:
            if ahead.invoice_id == row.id:
                state = after(state, Entry(EntryKind(ahead.kind), ahead.happened_on, ahead.data))
            ahead = next(entries, None)
        wrong = [name for name, value in columns_of(row, state).items() if getattr(row, name) != value]
        if wrong:
            names = ", ".join(sorted(wrong))
            what = _("invoice {invoice}: its row is not what its entries make of it ({columns})", invoice=row.number, columns=names)
            yield Difference(what, None, row.customer_id)
        session.expunge(row)
    entries.close()
