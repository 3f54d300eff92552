"""The case file as it lies in the database: whole after real work, and telling on whoever touches it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update

from cobranza_rules.booking.importing import Importing
from cobranza_rules.casefile.chain import Break, ChainVerdict
from cobranza_rules.casefile.chain_rows import verify_case_file
from cobranza_rules.casefile.writer import body_of
from cobranza_rules.clock import FixedClock
from cobranza_rules.intake.sources import SourceFile
from cobranza_rules.store.database import Database
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.tables import CaseEventRow
from tests.cfdi_files import COMPANY, invoice, receipt


@pytest.fixture
def book(database: Database, tmp_path: Path) -> Database:
    """A book with a handful of events."""
    importing = Importing(database, DocumentArchive(tmp_path / "d"), FixedClock(dt.date(2026, 3, 2), "America/Mexico_City"), COMPANY)
    documents = [invoice("FA-1"), invoice("FA-2"), receipt("P-1", {"FA-1": "400.00", "FA-2": "500.00"})]
    importing.take(SourceFile(f"file-{number}", content) for number, content in enumerate(documents))
    return database


def verdict(database: Database) -> ChainVerdict:
    with database.reading() as session:
        return verify_case_file(session)


def events(database: Database) -> list[CaseEventRow]:
    with database.reading() as session:
        return list(session.scalars(select(CaseEventRow).order_by(CaseEventRow.seq)))


def test_the_chain_of_a_real_book_is_whole(book: Database) -> None:
    found = verdict(book)
    assert found.intact
    assert found.good == len(events(book)) >= 5
    assert found.head == events(book)[-1].hash


@pytest.mark.parametrize(
    "change",
    [
        {"data": {"invoice": "FA-1", "minor": 1}},
        {"kind": "promised"},
        {"happened_on": dt.date(2026, 2, 1)},
        {"known_at": dt.datetime(2026, 3, 1, tzinfo=dt.UTC)},
        {"hash": "f" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_event_is_named(book: Database, change: dict[str, object]) -> None:
    with book.writing() as session:
        session.execute(update(CaseEventRow).where(CaseEventRow.seq == 3).values(**change))
    found = verdict(book)
    assert (found.why, found.broken_at, found.good) == (Break.CHANGED, 3, 2)


def test_an_event_given_to_another_customer_is_named(book: Database) -> None:
    with book.writing() as session:
        session.execute(
            text(
                "INSERT INTO customer (id,code,identity,rfc,name,tax_id,kind,language,credit_days,delivery,address,status,segment,support_required,portal)"
                " SELECT 99,'X','x',rfc,name,tax_id,kind,language,credit_days,delivery,address,status,segment,support_required,portal FROM customer"
            )
        )
        session.execute(update(CaseEventRow).where(CaseEventRow.seq == 2).values(customer_id=99))
    assert (verdict(book).why, verdict(book).broken_at) == (Break.CHANGED, 2)


def test_a_removed_event_is_named(book: Database) -> None:
    with book.writing() as session:
        session.execute(delete(CaseEventRow).where(CaseEventRow.seq == 3))
    found = verdict(book)
    assert (found.why, found.broken_at, found.good) == (Break.REMOVED, 3, 2)


def test_an_inserted_event_is_named(book: Database) -> None:
    rows = events(book)
    with book.writing() as session:
        for row in reversed(rows[3:]):
            session.execute(update(CaseEventRow).where(CaseEventRow.seq == row.seq).values(seq=row.seq + 1))
        session.add(
            CaseEventRow(
                seq=4,
                customer_id=rows[2].customer_id,
                kind="promised",
                data={},
                happened_on=dt.date(2026, 3, 2),
                known_at=rows[2].known_at,
                previous=rows[2].hash,
                hash="0" * 64,
            )
        )
    assert (verdict(book).why, verdict(book).broken_at) == (Break.INSERTED, 4)


def test_two_events_that_changed_places_are_named(book: Database) -> None:
    with book.writing() as session:
        for old, new in ((3, 100), (4, 3), (100, 4)):
            session.execute(update(CaseEventRow).where(CaseEventRow.seq == old).values(seq=new))
    assert (verdict(book).why, verdict(book).broken_at) == (Break.REORDERED, 3)


def test_a_cut_end_shows_against_a_head_that_was_kept(book: Database) -> None:
    from cobranza_rules.casefile.chain import ChainedEvent, verify_chain

    last = events(book)[-1]
    with book.writing() as session:
        session.execute(delete(CaseEventRow).where(CaseEventRow.seq == last.seq))
    assert verdict(book).intact  # A chain proves itself only up to its last event.
    kept = [ChainedEvent(row.seq, row.previous, row.hash, body_of(row)) for row in events(book)]
    found = verify_chain(kept, {last.seq: last.hash})
    assert (found.why, found.broken_at) == (Break.REMOVED, last.seq)


def test_the_event_of_what_was_taken_back_leaves_no_gap(book: Database) -> None:
    from cobranza_rules.booking.bookkeeper import Bookkeeper

    before = verdict(book)
    with book.writing() as session:
        keeper = Bookkeeper(session, dt.datetime(2026, 3, 3, tzinfo=dt.UTC))
        customer = events(book)[0].customer_id
        with pytest.raises(RuntimeError), keeper.attempt():  # noqa: PT012 (what it does before it raises is what is tested)
            keeper.note(customer, "customer_data", dt.date(2026, 3, 3), {})
            raise RuntimeError
        keeper.note(customer, "customer_data", dt.date(2026, 3, 3), {})
    after = verdict(book)
    assert after.intact
    assert after.good == before.good + 1
    assert [row.seq for row in events(book)] == list(range(1, after.good + 1))
