"""How long each kind is kept, and that what is past it is found, and erased with the chain whole."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.casefile.chain_rows import StoredChain
from cobranza_rules.casefile.erasing import remove_files
from cobranza_rules.casefile.verifying import verify
from cobranza_rules.config_evidence import KeepYearsSection
from cobranza_rules.domain.data_request import same_phone, value_hash
from cobranza_rules.domain.retention import Retained, kept_until, retained_as, years_before
from cobranza_rules.privacy.expiring import Expiring
from cobranza_rules.privacy.retention import past_its_period
from cobranza_rules.store.database import Database
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.tables import CaseEventRow, DataRequestRow, InternalMessageRow, ReceivedRow
from tests.store.rows import a_customer

OLD, TODAY, WHO = dt.date(2014, 2, 3), dt.date(2026, 3, 2), "cobranza@kemper.example"
NOW = dt.datetime(2026, 3, 2, 23, tzinfo=dt.UTC)
PERIODS = KeepYearsSection().as_periods()
DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2090, 12, 31))


@given(DAYS, DAYS, st.integers(0, 100))
def test_what_is_past_its_period_is_what_need_not_be_kept_any_more(day: dt.date, today: dt.date, years: int) -> None:
    assert (day < years_before(today, years)) <= (kept_until(day, years) <= today)
    if kept_until(day, years) < today:
        assert day < years_before(today, years)


def test_a_leap_day_is_kept_its_whole_years() -> None:
    assert kept_until(dt.date(2024, 2, 29), 10) == dt.date(2034, 3, 1)
    assert years_before(dt.date(2028, 2, 29), 2) == dt.date(2026, 2, 28)


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ("noted_call", Retained.NOTES),
        ("message_received", Retained.MESSAGES),
        ("action_sent", Retained.CASE_FILE),
        ("customer_data", Retained.CONTACTS),
        ("payment_applied", None),
        ("issued", None),
        ("content_erased", None),
        ("person_blocked", None),
    ],
)
def test_each_event_is_kept_as_what_it_is(event: str, kind: Retained | None) -> None:
    assert retained_as(event) is kind


def test_the_same_telephone_number_is_written_in_many_ways() -> None:
    assert same_phone("+52 (55) 5555-0101", "55 5555 0101")
    assert not same_phone("0101", "55 5555 0101")
    assert not same_phone("55 5555 0102", "55 5555 0101")
    assert value_hash("email", " ANA@x.example ") == value_hash("email", "ana@x.example") != value_hash("name", "ana@x.example")


def received(raw: str) -> ReceivedRow:
    empty = {"facts": {"text": "private"}, "evidence": {}, "doubts": [], "attachments": []}
    at = dt.datetime(2014, 2, 3, tzinfo=dt.UTC)
    told = {"fingerprint": raw, "raw": raw, "message_id": "m@x.example", "sender": "ana@x.example", "subject": "Hello", "dated": at}
    told |= {"customer_id": 1, "action_id": None, "matched_by": "sender", "kind": "question", "doubtful": False, "state": "settled"}
    return ReceivedRow(**told, **empty, received_at=at, sender_authenticated=True, sender_known=True, decided_by="")


def old_book(session: Session, archive: DocumentArchive) -> str:
    session.add(a_customer())
    session.flush()
    raw = archive.put(b"From: ana@x.example\n\nprivate")
    row = received(raw)
    session.add(row)
    at = dt.datetime(2014, 2, 3, tzinfo=dt.UTC)
    told = {"kind": "digest", "key": "2014-02-03", "recipient": "a@kemper.example", "copies": [], "message_id": "d@x", "raw": raw[::-1]}
    session.add(InternalMessageRow(**told, subject="Ana owes", state="sent", phase="", detail="", changed_at=at))
    session.flush()
    keeper = Bookkeeper(session, NOW)
    keeper.note(1, "noted_call", OLD, {"who": WHO, "text": "She is ill."})
    keeper.note(1, "message_received", OLD, {"message": row.id, "sender": row.sender, "subject": row.subject, "document": raw})
    keeper.note(1, "agreement", OLD, {"number": "CT-1"})
    keeper.note(1, "noted_call", dt.date(2016, 3, 2), {"who": WHO, "text": "Ten years ago to the day."})
    session.flush()
    return raw


def test_what_is_past_its_period_is_erased_and_the_chain_is_whole(database: Database, tmp_path: Path) -> None:
    archive = DocumentArchive(tmp_path / "d")
    with database.writing() as session:
        raw = old_book(session, archive)
        found = list(past_its_period(session, PERIODS, TODAY))
        assert [(each.kind, each.numbers, each.oldest) for each in found] == [
            (Retained.NOTES, (1,), OLD),
            (Retained.MESSAGES, (2,), OLD),
            (Retained.LOGS, (1,), OLD),
        ]
        expiring = Expiring(Bookkeeper(session, NOW), WHO, TODAY, "their period is over")
        assert [expiring.erase(each) for each in found] == [1, 1, 1]
        session.flush()
        remove_files(archive, StoredChain(session).erased_documents())
        assert not archive.holds(raw)
        row = session.scalars(select(ReceivedRow)).one()
        assert (row.sender, row.subject, row.facts, row.raw) == ("", "", {}, raw)
        assert session.scalars(select(InternalMessageRow.subject)).one() == ""
        assert [(each.field, each.customer_id) for each in session.scalars(select(DataRequestRow))] == [("logs", None)]
        assert list(past_its_period(session, PERIODS, TODAY)) == [], "a second time nothing is left"
        assert verify(session, archive).findings == []
        kept = session.scalars(select(CaseEventRow.data).order_by(CaseEventRow.seq)).all()
        assert kept[:4] == [{"erased": True}, {"erased": True}, {"number": "CT-1"}, {"who": WHO, "text": "Ten years ago to the day."}]
