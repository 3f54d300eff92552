"""Whether anything in the case file was changed, taken out or put in since it was written: events, documents, and the book beside them.

The events are gone through once, and once more for each place at which their chain is broken; documents are read in pieces. What is held in
memory does not grow with the book.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from cobranza_rules.casefile.book_mirror import Difference, EntriesBeside, invoices_otherwise
from cobranza_rules.casefile.chain import BEGINNING, ChainedEvent, Link, verify_chain
from cobranza_rules.casefile.chain_rows import StoredChain
from cobranza_rules.casefile.filed_documents import FiledDocument, filed_documents
from cobranza_rules.casefile.findings import About, Finding, of_break, of_file, of_unknown_document, of_unknown_head
from cobranza_rules.casefile.kept_heads import KeptHeads
from cobranza_rules.casefile.named_documents import NamedDocuments, documents_of
from cobranza_rules.casefile.timestamp_findings import look_at_timestamps
from cobranza_rules.language import Sentence, _
from cobranza_rules.store.documents import DocumentArchive

# Events that name a document since events say who did it
NAMES_DOCUMENTS = frozenset({"issued", "cfdi_booked", "credit_note", "payment_receipt", "message_received", "action_sent", "acknowledged"})
MOST_REMARKS = 20
MOST_BREAKS = 20  # Each costs one more look at the whole chain.


@dataclass(slots=True)
class Verification:
    """`good` events stand before the first break; `head` is the hash of the last of them. `remarks` are no faults, but worth to know."""

    good: int = 0
    head: str = ""
    last: int = 0
    findings: list[Finding] = field(default_factory=list)
    remarks: list[Sentence] = field(default_factory=list)
    documents: int = 0
    older: set[int] = field(default_factory=set)  # Customers with events of before events named documents

    def take_unknown(self, unknown: Iterable[FiledDocument]) -> None:
        """What no event names was put in or exchanged; or its event is of before events named documents, and nothing proves it."""
        unproven = []
        for filed in unknown:
            if filed.customer_id in self.older:
                unproven.append(filed)
            else:
                self.findings.append(of_unknown_document(filed.what, filed.name, filed.digest, filed.customer_id))
        if unproven:
            said = _(
                "{count} documents of older events are proven by nothing, for these events were written before events named documents; "
                "the first is {what} {name} ({digest})",
                count=len(unproven),
                what=Sentence(unproven[0].what),
                name=unproven[0].name,
                digest=unproven[0].digest,
            )
            self.remarks.append(said)

    @property
    def intact(self) -> bool:
        return not self.findings


def verify(session: Session, archive: DocumentArchive | None, heads: KeptHeads | None = None) -> Verification:
    """Without an archive the files of documents are not looked at."""
    found = Verification()
    with NamedDocuments() as named:
        _Walk(session, named, heads or KeptHeads(), found).through()
        chain = StoredChain(session)
        found.findings += [_of_book(each) for each in invoices_otherwise(session)]
        erased = chain.erased_documents()
        found.take_unknown(_unknown_documents(session, named, erased))
        if archive is not None:
            found.findings += _broken_files(archive, named, erased, found)
            stamped = look_at_timestamps(session, archive)
            found.findings += stamped.findings
            found.remarks += stamped.remarks()
    found.remarks += _what_was_erased(chain)
    return found


def _what_was_erased(chain: StoredChain) -> Iterator[Sentence]:
    """A content that is gone is no fault where a later event says so, and why."""
    for count, (seq, data) in enumerate(chain.events_that_erase()):
        if count == MOST_REMARKS:
            yield _("more content was erased: 'cobranza case --json' shows each erasure")
            return
        yield _(
            "event {seq} says that {who} erased the content of {events} events ({numbers}) and {documents} documents: {why}",
            seq=seq,
            who=data.get("who", "-"),
            events=len(data.get("events", ())),
            numbers=_numbers([int(each[0]) for each in data.get("events", ())]),
            documents=len(data.get("erased_documents", ())),
            why=data.get("why", "-"),
        )


def _numbers(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:MOST_REMARKS]))
    return f"{shown} …" if len(numbers) > MOST_REMARKS else shown or "-"


def _of_book(difference: Difference) -> Finding:
    return Finding(About.BOOK, difference.what, difference.seq, customer=difference.customer_id)


def _unknown_documents(session: Session, named: NamedDocuments, erased: frozenset[str]) -> Iterator[FiledDocument]:
    yield from (filed for filed in filed_documents(session) if filed.digest not in named and filed.digest not in erased)


def _broken_files(archive: DocumentArchive, named: NamedDocuments, erased: frozenset[str], found: Verification) -> Iterator[Finding]:
    for digest, seq, customer in named:
        if digest in erased:
            continue
        found.documents += 1
        if not (whole := archive.is_whole(digest)):
            yield of_file(digest, seq, customer, whole=whole)


class _Walk:
    """Goes through the events, and on behind each place at which the chain is broken."""

    def __init__(self, session: Session, named: NamedDocuments, heads: KeptHeads, found: Verification) -> None:
        self.chain = StoredChain(session)
        self.named, self.heads, self.found = named, heads, found
        self.entries = EntriesBeside(session)
        self.hashes = set(heads.hashes)
        self.known_at: dt.datetime | None = None

    def through(self) -> None:
        after, before, first = BEGINNING, 0, True
        erasures = self.chain.erasures()
        for _turn in range(MOST_BREAKS):
            verdict = verify_chain(
                self._seen(after),
                self.heads.by_number,
                links=self.chain.links,
                erasures=erasures,
                after=after,
                before=before,
            )
            before += verdict.good
            if first:
                self.found.good, self.found.head, first = verdict.good, verdict.head, False
            if verdict.intact:
                break
            self.found.findings.append(of_break(verdict, self._kept_for(verdict.broken_at)))
            if verdict.go_on is None:
                break
            after = verdict.go_on
            before = self._standing_before(after)
        self._after_the_last()

    def _standing_before(self, after: Link) -> int:
        return sum(1 for link in self.chain.links() if link.seq <= after.seq)

    def _kept_for(self, seq: int | None) -> str | None:
        kept = self.heads.by_number.get(seq or 0)
        there = next((link.hash for link in self.chain.links() if link.seq == seq), None)
        return kept if there is not None and kept != there else None

    def _seen(self, after: Link) -> Iterator[ChainedEvent]:
        for event in self.chain.events(after.seq):
            if event.seq > self.found.last:
                self._look_at(event)
            yield event

    def _look_at(self, event: ChainedEvent) -> None:
        self.found.last = event.seq
        self.named.add(event.seq, event.body["customer"], event.body["data"])
        if "actor" not in event.body and event.body["kind"] in NAMES_DOCUMENTS and not any(documents_of(event.body["data"])):
            self.found.older.add(event.body["customer"])
        self.hashes.discard(event.hash)
        self.found.findings += [_of_book(each) for each in self.entries.beside(event)]
        known_at = dt.datetime.fromisoformat(event.body["known_at"])
        if self.known_at is not None and known_at < self.known_at:
            said = _(
                "event {seq} says that it became known at {at}, before the one before it: the clock was set back",
                seq=event.seq,
                at=known_at,
            )
            self.found.remarks.append(said)
        self.known_at = known_at

    def _after_the_last(self) -> None:
        """What a chain that cannot be followed any more still holds is looked at for its documents and entries."""
        for _event in self._seen(Link(self.found.last, "", "")):
            pass
        self.found.findings += [_of_book(each) for each in self.entries.rest()]
        self.entries.close()
        self.found.findings += map(of_unknown_head, sorted(self.hashes))
