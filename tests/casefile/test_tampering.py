"""Thirty-nine kinds of tampering with a case file, each found and named by `case verify`; and an untouched one, of which it says nothing."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from tests.cfdi_files import COMPANY, invoice, receipt
from tests.store.rows import a_customer

from cobranza_rules.booking.agreement_files import Attaching
from cobranza_rules.booking.agreements import book_agreement
from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.contact_notes import NoteKind, add_note
from cobranza_rules.booking.importing import Importing
from cobranza_rules.casefile.chain import event_hash
from cobranza_rules.casefile.kept_heads import KeptHeads
from cobranza_rules.casefile.verifying import verify
from cobranza_rules.casefile.writer import body_of
from cobranza_rules.clock import FixedClock
from cobranza_rules.domain.agreement import AgreementKind, AgreementRecord
from cobranza_rules.intake.sources import SourceFile
from cobranza_rules.store.database import Database, open_database
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.tables import AgreementFileRow, CaseEventRow, CreditNoteRow, CustomerRow, EntryRow, InvoiceRow

DAY = dt.date(2026, 3, 2)


@dataclass
class Book:
    """A small book of ten events; what stood at its head was kept outside."""

    database: Database
    archive: DocumentArchive
    head: tuple[int, str] = (0, "")

    def events(self) -> list[CaseEventRow]:
        with self.database.reading() as session:
            return list(session.scalars(select(CaseEventRow).order_by(CaseEventRow.seq)))

    def found(self) -> list[str]:
        with self.database.reading() as session:
            return [str(each.what) for each in verify(session, self.archive, KeptHeads(dict([self.head]))).findings]

    def set(self, seq: int, /, **values: object) -> None:
        with self.database.writing() as session:
            session.execute(update(CaseEventRow).where(CaseEventRow.seq == seq).values(**values))

    def drop(self, *seqs: int) -> None:
        with self.database.writing() as session:
            session.execute(delete(CaseEventRow).where(CaseEventRow.seq.in_(seqs)))

    def rechain(self, start: int) -> None:
        """As a forger would who knows how the chain is made: every hash from there on is written anew."""
        rows = self.events()
        previous = rows[start - 2].hash if start > 1 else "0" * 64
        for row in rows[start - 1 :]:
            digest = event_hash(previous, body_of(row))
            self.set(row.seq, previous=previous, hash=digest)
            previous = digest

    def document(self, number: int) -> str:
        """Named by the event of that number."""
        digest = self.events()[number - 1].data["document"]
        assert isinstance(digest, str)
        return digest


def made(database: Database, archive: DocumentArchive) -> Book:
    importing = Importing(database, archive, FixedClock(DAY, "America/Mexico_City"), COMPANY)
    documents = [invoice("FA-1"), invoice("FA-2"), receipt("P-1", {"FA-1": "400.00", "FA-2": "500.00"})]
    importing.take(SourceFile(f"file-{number}", content) for number, content in enumerate(documents))
    with database.writing() as session:
        keeper = Bookkeeper(session, dt.datetime(2026, 3, 2, 23, tzinfo=dt.UTC))
        code = session.scalars(select(CustomerRow.code)).one()
        add_note(keeper, code, NoteKind.NOTE, "They are well known.", who="cobranza@kemper.example", document="", today=DAY)
        record = AgreementRecord(code, "CT-1", AgreementKind.CONTRACT, "MXN", DAY)
        book_agreement(keeper, record, DAY, "cobranza@kemper.example")
        Attaching(keeper, archive, "cobranza@kemper.example", DAY).to("CT-1", [SourceFile("contrato.pdf", b"%PDF-1.7 contract")])
        add_note(keeper, code, NoteKind.CALL, "They will pay.", who="cobranza@kemper.example", document="", today=DAY)
    book = Book(database, archive)
    last = book.events()[-1]
    book.head = (last.seq, last.hash)
    return book


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once: each test touches a copy of its own."""
    folder = tmp_path_factory.mktemp("book")
    database = open_database("sqlite:///book.db", folder)
    made(database, DocumentArchive(folder / "d"))
    database.close()
    return folder


@pytest.fixture
def book(original: Path, tmp_path: Path) -> Iterator[Book]:
    shutil.copytree(original, tmp_path / "copy")
    database = open_database("sqlite:///book.db", tmp_path / "copy")
    copy = Book(database, DocumentArchive(tmp_path / "copy" / "d"))
    last = copy.events()[-1]
    copy.head = (last.seq, last.hash)
    yield copy
    database.close()


def edited_text(book: Book) -> None:
    last = book.events()[-1]
    book.set(last.seq, data={**last.data, "text": "They will never pay."})


def edited_amount(book: Book) -> None:
    book.set(2, data={**book.events()[1].data, "minor": 1})


def swapped(book: Book) -> None:
    for old, new in ((8, 100), (9, 8), (100, 9)):
        book.set(old, seq=new)


def removed_and_numbered_anew(book: Book) -> None:
    book.drop(8)
    book.set(9, seq=8)


def inserted(book: Book) -> None:
    rows = book.events()
    for row in reversed(rows[7:]):
        book.set(row.seq, seq=row.seq + 1)
    forged = CaseEventRow(seq=8, customer_id=1, kind="noted_call", data={"text": "x"}, happened_on=DAY, known_at=rows[6].known_at)
    forged.previous = rows[6].hash
    forged.hash = event_hash(forged.previous, body_of(forged))
    with book.database.writing() as session:
        session.add(forged)


def copied_to_the_end(book: Book) -> None:
    last = book.events()[-1]
    with book.database.writing() as session:
        session.add(
            CaseEventRow(
                seq=last.seq + 1,
                customer_id=1,
                kind=last.kind,
                data=last.data,
                happened_on=DAY,
                known_at=last.known_at,
                previous=last.previous,
                hash=last.hash,
                actor=last.actor,
                rules_version=last.rules_version,
            )
        )


def exchanged_with_its_hash(book: Book) -> None:
    row = book.events()[8]
    data = {**row.data, "name": "other.pdf"}
    book.set(9, data=data, hash=event_hash(row.previous, {**body_of(row), "data": data}))


def written_anew(book: Book) -> None:
    last = book.events()[-1]
    book.set(last.seq, data={**last.data, "text": "They will never pay."})
    book.rechain(last.seq)


def wrote_an_erasure(book: Book) -> None:
    """Nobody can make a change look like an erasure without an event that says so."""
    book.set(10, data={"erased": ["text"]})


def file_edited(book: Book) -> None:
    book.archive.path_of(book.document(2)).write_bytes(b"<other/>")


def file_missing(book: Book) -> None:
    book.archive.path_of(book.document(9)).unlink()


def file_exchanged(book: Book) -> None:
    other = book.archive.path_of(book.document(2))
    book.archive.path_of(book.document(9)).write_bytes(other.read_bytes())


def cfdi_exchanged(book: Book) -> None:
    digest = book.archive.put(b"<forged/>")
    with book.database.writing() as session:
        found = session.scalars(select(InvoiceRow).order_by(InvoiceRow.id)).first()
        assert found is not None
        found.document = digest


def file_put_in(book: Book) -> None:
    digest = book.archive.put(b"%PDF forged annex")
    with book.database.writing() as session:
        known = session.scalars(select(AgreementFileRow)).one()
        told = {"customer_id": known.customer_id, "number": "CT-1", "added_by": "", "happened_on": DAY, "known_at": known.known_at}
        session.add(AgreementFileRow(name="annex.pdf", document=digest, **told))


def entry_edited(book: Book) -> None:
    with book.database.writing() as session:
        entry = session.scalars(select(EntryRow).where(EntryRow.kind == "payment_applied")).first()
        assert entry is not None
        entry.data = {**entry.data, "minor": 90_000}


def entry_deleted(book: Book) -> None:
    with book.database.writing() as session:
        last = session.scalars(select(EntryRow).order_by(EntryRow.id.desc())).first()
        session.delete(last)


def entry_put_in(book: Book) -> None:
    with book.database.writing() as session:
        known = session.scalars(select(EntryRow)).first()
        assert known is not None
        told = {"happened_on": DAY, "known_at": known.known_at, "invoice_id": known.invoice_id}
        session.add(EntryRow(kind="payment_applied", data={"payment": 9, "minor": 1}, **told))


def balance_edited(book: Book) -> None:
    with book.database.writing() as session:
        session.execute(update(InvoiceRow).where(InvoiceRow.number == "FA-1").values(balance=1))


def credit_note_put_in(book: Book) -> None:
    digest = book.archive.put(b"<forged/>")
    with book.database.writing() as session:
        session.add(CreditNoteRow(customer_id=1, number="NC-1", currency="MXN", total=1, issued_on=DAY, state="applied", document=digest))


def given_to_another_customer(book: Book) -> None:
    """The call of one customer stands in the case of another."""
    with book.database.writing() as session:
        session.add(a_customer("C-2"))
    book.set(10, customer_id=2)


def copied_within(book: Book) -> None:
    rows = book.events()
    for row in reversed(rows[5:]):
        book.set(row.seq, seq=row.seq + 1)
    copied = {column.name: getattr(rows[4], column.name) for column in CaseEventRow.__table__.c}
    with book.database.writing() as session:
        session.add(CaseEventRow(**copied | {"seq": 6}))


def written_anew_from_the_middle(book: Book) -> None:
    book.set(7, data={**book.events()[6].data, "text": "They are bad payers."})
    book.rechain(7)


def written_anew_as_a_whole(book: Book) -> None:
    book.set(2, data={**book.events()[1].data, "minor": 1})
    book.rechain(1)


def file_cut(book: Book) -> None:
    path = book.archive.path_of(book.document(9))
    path.write_bytes(path.read_bytes()[:-1])


def file_emptied(book: Book) -> None:
    book.archive.path_of(book.document(2)).write_bytes(b"")


def paid_by_hand(book: Book) -> None:
    with book.database.writing() as session:
        session.execute(update(InvoiceRow).where(InvoiceRow.number == "FA-2").values(status="paid"))


def wrote_a_false_erasure(book: Book) -> None:
    """An erasure that is put at the end, of an event whose content was changed before, has to name the hash that it had."""
    book.set(10, data={"text": "They will never pay."})
    with book.database.writing() as session:
        keeper = Bookkeeper(session, dt.datetime(2026, 3, 3, tzinfo=dt.UTC))
        keeper.note(1, "content_erased", DAY, {"who": "", "why": "", "events": [[10, "f" * 64, "f" * 64]], "erased_documents": []})


TAMPERING: dict[str, tuple[Callable[[Book], object], list[str]]] = {
    "1 text of an event": (edited_text, ["event 10 was changed after it was written"]),
    "2 kind of an event": (lambda book: book.set(10, kind="noted_note"), ["event 10 was changed after it was written"]),
    "3 day of an event": (lambda book: book.set(10, happened_on=dt.date(2026, 2, 1)), ["event 10 was changed after it was written"]),
    "4 hash of an event": (
        lambda book: book.set(9, hash="f" * 64),
        ["event 9 was changed after it was written", "event 10 was changed after it was written"],
    ),
    "5 removed": (lambda book: book.drop(8), ["event 8 is missing"]),
    "6 several removed": (
        lambda book: book.drop(8, 9),
        [
            "events 8 to 9 are missing",
            "agreement file contrato.pdf: no event names its document {9}; it was put in or exchanged",
        ],
    ),
    "7 removed, numbered anew": (removed_and_numbered_anew, ["event 7 was changed after it was written"]),
    "8 put in": (
        inserted,
        [
            "event 8 was put in: the events behind it follow the one before it",
            "event 10 has another hash than the one kept outside ({head}): it, or one before it, was written anew",
        ],
    ),
    "9 a copy at the end": (copied_to_the_end, ["event 11 was put in: the events behind it follow the one before it"]),
    "10 two changed places": (swapped, ["event 8 is not in its place; what comes behind it was not verified"]),
    "11 exchanged with its hash": (exchanged_with_its_hash, ["event 9 was changed after it was written"]),
    "12 the end cut off": (lambda book: book.drop(10), ["the events from 10 on are missing: a hash kept outside is that of a later one"]),
    "13 written anew": (
        written_anew,
        ["event 10 has another hash than the one kept outside ({head}): it, or one before it, was written anew"],
    ),
    "14 an erasure that nobody recorded": (wrote_an_erasure, ["event 10 was changed after it was written"]),
    "15 a document edited": (file_edited, ["the file of the document {2}, which event 2 names, was changed"]),
    "16 a document missing": (file_missing, ["the file of the document {9}, which event 9 names, is missing"]),
    "17 a document exchanged for another": (file_exchanged, ["the file of the document {9}, which event 9 names, was changed"]),
    "18 an invoice's CFDI exchanged": (
        cfdi_exchanged,
        ["CFDI FA-1: no event names its document {forged}; it was put in or exchanged"],
    ),
    "19 a file put with an agreement": (
        file_put_in,
        ["agreement file annex.pdf: no event names its document {annex}; it was put in or exchanged"],
    ),
    "20 a credit note put in": (
        credit_note_put_in,
        ["credit note NC-1: no event names its document {forged}; it was put in or exchanged"],
    ),
    "21 a payment edited": (
        entry_edited,
        [
            "event 5 (FA-1): its entry in the book says something else",
            "invoice FA-1: its row is not what its entries make of it (applied, balance, paid)",
        ],
    ),
    "22 a payment deleted from the book": (
        entry_deleted,
        [
            "event 6 (FA-2): its entry is missing in the book",
            "invoice FA-2: its row is not what its entries make of it (applied, balance, paid)",
        ],
    ),
    "23 a payment put into the book": (
        entry_put_in,
        [
            "entry 5 of invoice FA-1 in the book: no event says it",
            "invoice FA-1: its row is not what its entries make of it (applied, balance, paid)",
        ],
    ),
    "25 who did it": (lambda book: book.set(10, actor="other@kemper.example"), ["event 10 was changed after it was written"]),
    "26 who did it taken out": (lambda book: book.set(10, actor=None), ["event 10 was changed after it was written"]),
    "27 the version of the rules": (lambda book: book.set(5, rules_version=7), ["event 5 was changed after it was written"]),
    "28 the instant": (
        lambda book: book.set(7, known_at=dt.datetime(2026, 3, 2, 23, 0, 1, tzinfo=dt.UTC)),
        ["event 7 was changed after it was written"],
    ),
    "29 the first removed": (
        lambda book: book.drop(1),
        ["event 1 is missing"],
    ),
    "30 all removed": (
        lambda book: book.drop(*range(7, 11)),
        [
            "the events from 7 on are missing: a hash kept outside is that of a later one",
            "agreement file contrato.pdf: no event names its document {9}; it was put in or exchanged",
        ],
    ),
    "31 given to another customer": (given_to_another_customer, ["event 10 was changed after it was written"]),
    "32 copied within": (
        copied_within,
        [
            "event 6 (FA-2): its entry in the book says something else",
            "event 6 was put in: the events behind it follow the one before it",
            "event 7 (FA-2): its entry is missing in the book",
            "event 10 has another hash than the one kept outside ({head}): it, or one before it, was written anew",
        ],
    ),
    "33 the hash before": (lambda book: book.set(7, previous="0" * 64), ["event 7 was changed after it was written"]),
    "34 written anew from the middle": (
        written_anew_from_the_middle,
        ["event 10 has another hash than the one kept outside ({head}): it, or one before it, was written anew"],
    ),
    "35 written anew as a whole": (
        written_anew_as_a_whole,
        [
            "event 2 (FA-1): its entry in the book says something else",
            "event 10 has another hash than the one kept outside ({head}): it, or one before it, was written anew",
        ],
    ),
    "36 a document cut": (file_cut, ["the file of the document {9}, which event 9 names, was changed"]),
    "37 a document emptied": (file_emptied, ["the file of the document {2}, which event 2 names, was changed"]),
    "38 an invoice marked as paid": (paid_by_hand, ["invoice FA-2: its row is not what its entries make of it (status)"]),
    "39 a false erasure": (wrote_a_false_erasure, ["event 10 was changed after it was written"]),
    "24 a balance edited": (balance_edited, ["invoice FA-1: its row is not what its entries make of it (balance)"]),
}


def test_what_is_untouched_is_intact(database: Database, tmp_path: Path) -> None:
    book = made(database, DocumentArchive(tmp_path / "d"))
    assert book.found() == []
    with book.database.reading() as session:
        found = verify(session, book.archive)
    assert (found.good, found.last, found.documents, found.remarks) == (10, 10, 4, [])


@pytest.mark.parametrize("kind", TAMPERING)
def test_tampering_is_found_and_named(book: Book, kind: str) -> None:
    act, expected = TAMPERING[kind]
    digests = {"2": book.document(2), "9": book.document(9), "head": book.head[1]}
    digests |= {"forged": book.archive.put(b"<forged/>"), "annex": book.archive.put(b"%PDF forged annex")}
    act(book)
    for name, digest in digests.items():
        expected = [sentence.replace(f"{{{name}}}", digest) for sentence in expected]
    assert book.found() == expected


def test_every_break_is_named_and_not_the_first_alone(book: Book) -> None:
    for seq in (7, 9):
        book.set(seq, known_at=dt.datetime(2026, 3, 1, tzinfo=dt.UTC))
    book.archive.path_of(book.document(9)).unlink()
    assert book.found() == [
        "event 7 was changed after it was written",
        "event 9 was changed after it was written",
        f"the file of the document {book.document(9)}, which event 9 names, is missing",
    ]


def test_a_clock_that_was_set_back_is_told(book: Book) -> None:
    with book.database.writing() as session:
        keeper = Bookkeeper(session, dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC))
        keeper.note(1, "noted_note", DAY, {"who": "", "text": "x"})
    with book.database.reading() as session:
        found = verify(session, book.archive)
    assert found.intact
    assert [str(each) for each in found.remarks] == [
        "event 11 says that it became known at 2026-03-01 12:00:00+00:00, before the one before it: the clock was set back"
    ]


def test_documents_that_an_older_version_named_nowhere_are_told_as_unproven(book: Book) -> None:
    """Before events said who did it they named no documents either: their hashes hold without."""
    book.set(2, actor=None, rules_version=None, data={key: value for key, value in book.events()[1].data.items() if key != "document"})
    book.rechain(2)
    with book.database.reading() as session:
        found = verify(session, book.archive)
        digest = session.scalars(select(InvoiceRow.document).order_by(InvoiceRow.id)).first()
    assert [str(each.what) for each in found.findings] == []
    assert [str(each) for each in found.remarks] == [
        (
            "1 documents of older events are proven by nothing, for these events were written before events named documents; "
            f"the first is CFDI FA-1 ({digest})"
        )
    ]
    cfdi_exchanged(book)
    book.set(2, actor="program")
    book.rechain(2)
    assert any("FA-1: no event names its document" in sentence for sentence in book.found()), "a newer event has to name it"
