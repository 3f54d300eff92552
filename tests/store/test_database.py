"""How the database is opened: durable, with foreign keys, instants aware, writers one after the other."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError, StatementError

from cobranza_rules.booking.importing import Importing
from cobranza_rules.clock import FixedClock
from cobranza_rules.intake.sources import SourceFile
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.database import Database, open_database
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.heartbeat import beat, last_beat
from cobranza_rules.store.tables import HeartbeatRow, InvoiceRow, TaskRow
from tests.cfdi_files import COMPANY, invoice

NOON_IN_MEXICO = dt.datetime(2026, 3, 2, 12, tzinfo=dt.timezone(dt.timedelta(hours=-6)))


def a_task(customer_id: int) -> TaskRow:
    return TaskRow(
        name="a-task",
        customer_id=customer_id,
        assigned_to="collections_analyst",
        invoices=[],
        opened_on=dt.date(2026, 3, 2),
        state="open",
        answer="",
        comment="",
        done_by="",
        detail={},
    )


def test_a_row_of_a_customer_who_is_not_there_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError), database.writing() as session:
        session.add(a_task(4711))


def test_an_invoice_in_a_state_that_there_is_not_is_refused(database: Database, tmp_path: Path) -> None:
    importing = Importing(database, DocumentArchive(tmp_path / "d"), FixedClock(dt.date(2026, 3, 2), "America/Mexico_City"), COMPANY)
    importing.take([SourceFile("file", invoice("FA-1"))])
    with pytest.raises(IntegrityError), database.writing() as session:
        session.execute(update(InvoiceRow).values(status="forgotten"))
    with pytest.raises(IntegrityError), database.writing() as session:
        session.execute(update(InvoiceRow).values(total=-1))


def test_sqlite_is_in_wal_mode_and_syncs_every_commit(tmp_path: Path) -> None:
    opened = open_database("sqlite:///test.db", tmp_path)
    with opened.reading() as session:
        pragmas = {name: session.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "foreign_keys", "synchronous")}
    opened.close()
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2}


def test_instants_come_back_as_utc_and_equal(database: Database) -> None:
    with database.writing() as session:
        beat(session, "mailbox", NOON_IN_MEXICO)
    with database.reading() as session:
        kept = last_beat(session, "mailbox")
    assert kept == NOON_IN_MEXICO
    assert kept is not None
    assert kept.tzinfo is dt.UTC
    assert kept.hour == 18


def test_an_instant_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="an instant without a time zone"), database.writing() as session:
        session.add(HeartbeatRow(name="mailbox", at=dt.datetime(2026, 3, 2, 12)))  # noqa: DTZ001 (that is what is refused)


def test_a_sign_of_life_never_goes_back(database: Database) -> None:
    with database.writing() as session:
        beat(session, "bank", NOON_IN_MEXICO)
        beat(session, "bank", NOON_IN_MEXICO - dt.timedelta(days=1))
    with database.reading() as session:
        assert last_beat(session, "bank") == NOON_IN_MEXICO


def test_what_raises_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(RuntimeError), database.writing() as session:  # noqa: PT012 (what it does before it raises is what is tested)
        beat(session, "bank", NOON_IN_MEXICO)
        raise RuntimeError
    with database.reading() as session:
        assert session.scalars(select(HeartbeatRow)).all() == []


def test_a_reader_sees_the_state_before_and_waits_for_no_writer(database: Database) -> None:
    with database.writing() as writer:
        beat(writer, "bank", NOON_IN_MEXICO)
        with database.reading() as reader:
            assert last_beat(reader, "bank") is None


def test_a_second_sqlite_writer_waits_and_then_says_so(tmp_path: Path) -> None:
    first, second = open_database("sqlite:///test.db", tmp_path), open_database("sqlite:///test.db", tmp_path)
    with second.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA busy_timeout=50")
    with first.writing() as session:
        beat(session, "bank", NOON_IN_MEXICO)
        with (
            pytest.raises(ProblemError, match="database is locked; see whether its disk is full or another program holds it"),
            second.writing() as other,
        ):
            beat(other, "bank", NOON_IN_MEXICO)
    first.close()
    second.close()


@pytest.mark.parametrize("url", ["nonsense", "oracle://somebody@nowhere/book"])
def test_an_address_that_is_none_is_said_in_a_sentence(tmp_path: Path, url: str) -> None:
    with pytest.raises(ProblemError) as raised:
        open_database(url, tmp_path)
    assert [str(problem) for problem in raised.value.problems] == [
        "database: the database address cannot be used; write it as sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME"
    ]


def test_a_server_that_does_not_answer_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as raised:
        open_database("postgresql+psycopg://nobody:secreto@127.0.0.1:1/book", tmp_path)
    said = str(raised.value.problems[0])
    assert said.startswith("database: the database cannot be opened: ")
    assert said.endswith("; check its address and that it runs")
    assert "secreto" not in said


def test_a_file_that_is_no_database_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "test.db").write_bytes(b"this is a text and no database at all" * 50)
    with pytest.raises(ProblemError) as raised:
        open_database("sqlite:///test.db", tmp_path)
    assert str(raised.value.problems[0]).startswith("database: the database cannot be opened: ")
