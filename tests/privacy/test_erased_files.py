"""Files that stand in no case file are erased when their time is over, the hash of each is kept, and it is told before that they are due."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.casefile.erasing import remove_files
from cobranza_rules.casefile.verifying import verify
from cobranza_rules.config_evidence import KeepYearsSection, PrivacySection
from cobranza_rules.digest.queues import retention
from cobranza_rules.domain.retention import Retained
from cobranza_rules.privacy.coming_due import DueErasure, due_erasure
from cobranza_rules.privacy.erased_files import files_to_remove
from cobranza_rules.privacy.expiring import Expiring
from cobranza_rules.privacy.retention import past_its_period
from cobranza_rules.store.database import Database
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.tables import BankLineRow, BankStatementRow, ContactRow, DataRequestRow, QuarantineRow, ReceivedRow
from tests.booking.bank_lines import line, put_lines
from tests.privacy.test_retention import NOW, TODAY, WHO, received
from tests.store.rows import a_customer

WHY = "their period is over"
OLD_AT = dt.datetime(2014, 2, 3, 18, tzinfo=dt.UTC)
STATEMENT, UNREAD, STRANGE = b"a statement of 2014", b"nobody can read this", b"From: who@x.example\n\nbuy this"
PERIODS = KeepYearsSection().as_periods()


def old_files(session: Session, archive: DocumentArchive) -> dict[Retained, str]:
    """A statement whose only deposit is not ours, a file in quarantine, and a message of nobody's; each from 2014."""
    digests = [archive.put(content) for content in (STATEMENT, UNREAD, STRANGE)]
    put_lines(session, line("100", "SPEI"), known_at=OLD_AT)
    statement = session.scalars(select(BankStatementRow)).one()
    statement.from_on = statement.through_on = OLD_AT.date()
    statement.document = digests[0]
    session.scalars(select(BankLineRow)).one().state = "not_ours"
    session.add(QuarantineRow(file="roto.xml", document=digests[1], problems=[{"what": {"text": "torn"}}], known_at=OLD_AT))
    stranger = received(digests[2])
    stranger.customer_id, stranger.state = None, "automatic"
    session.add(stranger)
    session.flush()
    return dict(zip((Retained.BANK_FILES, Retained.QUARANTINE, Retained.STRANGERS), digests, strict=True))


def erase(session: Session, archive: DocumentArchive, today: dt.date = TODAY) -> list[Retained]:
    found = list(past_its_period(session, PERIODS, today))
    expiring = Expiring(Bookkeeper(session, NOW), WHO, today, WHY)
    for each in found:
        expiring.erase(each)
    session.flush()
    remove_files(archive, files_to_remove(session, archive))
    return [each.kind for each in found]


def test_the_bytes_go_and_the_hash_and_the_reason_stay(database: Database, tmp_path: Path) -> None:
    archive = DocumentArchive(tmp_path / "d")
    with database.writing() as session:
        digests = old_files(session, archive)
        assert erase(session, archive) == [Retained.BANK_FILES, Retained.QUARANTINE, Retained.STRANGERS]
        kept = {(row.field, row.value_hash, row.why, row.who) for row in session.scalars(select(DataRequestRow))}
        assert kept == {(kind.value, digest, WHY, WHO) for kind, digest in digests.items()}
        assert not any(map(archive.holds, digests.values()))
        assert session.scalars(select(QuarantineRow)).all() == []
        assert session.scalars(select(BankStatementRow.document)).all() == [digests[Retained.BANK_FILES]], (
            "which days it covers is still known"
        )
        message = session.scalars(select(ReceivedRow)).one()
        assert (message.sender, message.subject, message.raw) == ("", "", digests[Retained.STRANGERS])
        assert erase(session, archive) == [], "a second time nothing is left"
        assert verify(session, archive).findings == []


def test_a_statement_of_which_something_waits_to_be_applied_stays(database: Database, tmp_path: Path) -> None:
    archive = DocumentArchive(tmp_path / "d")
    with database.writing() as session:
        digests = old_files(session, archive)
        session.scalars(select(BankLineRow)).one().state = "open"
        session.flush()
        assert Retained.BANK_FILES not in erase(session, archive)
        assert archive.holds(digests[Retained.BANK_FILES])


def test_what_a_crash_has_left_goes_and_what_came_again_stays(database: Database, tmp_path: Path) -> None:
    archive = DocumentArchive(tmp_path / "d")
    with database.writing() as session:
        session.add(a_customer())
        session.flush()
        digests = old_files(session, archive)
        erase(session, archive)
        again = [archive.put(content) for content in (STATEMENT, UNREAD, STRANGE)]
        session.add(QuarantineRow(file="roto.xml", document=again[1], problems=[], known_at=NOW))
        Bookkeeper(session, NOW).note(1, "support_attached", TODAY, {"name": "x", "document": again[2]})
        session.flush()
        assert files_to_remove(session, archive) == {digests[Retained.BANK_FILES]}


@pytest.mark.parametrize(
    ("today", "told"),
    [
        (dt.date(2015, 12, 1), None),
        (dt.date(2016, 2, 10), None),  # A week past its two years: not worth a line yet.
        (dt.date(2016, 3, 10), DueErasure(2, 0, dt.date(2016, 2, 3))),
        (dt.date(2024, 1, 20), DueErasure(2, 1, dt.date(2016, 2, 3))),
    ],
)
def test_what_is_due_is_told_once_it_is_worth_a_look(database: Database, tmp_path: Path, today: dt.date, told: DueErasure | None) -> None:
    with database.writing() as session:
        old_files(session, DocumentArchive(tmp_path / "d"))
        session.scalars(select(BankLineRow)).one().booked_on = today
        session.flush()
        assert due_erasure(session, PERIODS, today) == told
        rows = list(retention(session, PrivacySection(), today))
        assert [(row.queue, row.who, row.count, row.late) for row in rows] == (
            [("retention", "administration_manager", told.past + told.soon, told.past)] if told else []
        )


def test_who_asked_for_the_erasure_is_told_a_month_before(database: Database) -> None:
    with database.writing() as session:
        session.add(a_customer())
        session.flush()
        person = {"name": "Ana", "email": "ana@x.example", "title": "", "phone": "", "address": "", "role": "invoice_contact"}
        session.add(ContactRow(customer_id=1, active=False, blocked_on=dt.date(2024, 3, 20), ended_on=dt.date(2024, 3, 20), **person))
        session.flush()
        assert due_erasure(session, PERIODS, dt.date(2026, 2, 10)) is None
        assert due_erasure(session, PERIODS, dt.date(2026, 3, 2)) == DueErasure(0, 1, dt.date(2026, 3, 20))
