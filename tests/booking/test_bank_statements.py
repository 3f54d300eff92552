"""Statements taken into the book: once each movement, whatever is read twice, overlaps or contradicts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.intake.bank_files import bbva, files
from tests.intake.test_bank_tables import banamex

from cobranza_rules.booking.importing import Importing, ImportReport
from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.clock import FixedClock
from cobranza_rules.domain.bank_coverage import Covered, gaps_between
from cobranza_rules.intake.sources import SourceFile
from cobranza_rules.money import Money
from cobranza_rules.store.bank_statements import bank_known_on, gaps_of, newest_days, oldest_of
from cobranza_rules.store.database import Database
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.heartbeat import PAYMENTS_TOLD, beat, last_beats
from cobranza_rules.store.tables import BankLineRow, BankStatementRow, QuarantineRow

TODAY = dt.date(2026, 3, 20)
ZONE = "America/Mexico_City"
MONDAY = ("02-03-2026\tSPEI / 1\t\t5.00\t105.00", "02-03-2026\tSPEI / 1\t\t5.00\t110.00")
TUESDAY = ("03-03-2026\tSPEI / 2\t\t7.00\t117.00",)
WEDNESDAY = ("04-03-2026\tCOMISION\t1.00\t\t116.00", "04-03-2026\tSPEI / 3\t\t9.00\t125.00")


@pytest.fixture
def importing(database: Database, tmp_path: Path) -> Importing:
    return Importing(database, DocumentArchive(tmp_path / "documents"), FixedClock(TODAY, ZONE), "EKU9003173C9", banks=files())


def take(importing: Importing, *contents: bytes) -> ImportReport:
    return importing.take([SourceFile(f"{number}.txt", content) for number, content in enumerate(contents, 1)])


def lines(importing: Importing) -> list[tuple[int, int, str]]:
    with importing.database.reading() as session:
        found = session.scalars(select(BankLineRow).order_by(BankLineRow.booked_on, BankLineRow.id))
        return [(row.booked_on.day, row.minor, row.state) for row in found]


ALL = [(2, 500, "open"), (2, 500, "open"), (3, 700, "open"), (4, -100, "outgoing"), (4, 900, "open")]


def test_a_statement_read_twice_and_overlapping_ones_change_nothing(importing: Importing) -> None:
    report = take(importing, bbva(*MONDAY, *TUESDAY))
    assert dict(report.counts) == {("bank_statements", "new"): 1, ("bank_movements", "new"): 3}
    again = take(importing, bbva(*MONDAY, *TUESDAY), bbva(*TUESDAY, *WEDNESDAY), bbva(*MONDAY, *TUESDAY, *WEDNESDAY))
    assert again.problems == []
    assert dict(again.counts) == {
        ("bank_statements", "unchanged"): 1,
        ("bank_statements", "new"): 2,
        ("bank_movements", "new"): 2,
        ("bank_movements", "unchanged"): 3 + 1 + 5,
    }
    assert lines(importing) == ALL


def test_the_order_of_statements_does_not_matter(importing: Importing) -> None:
    take(importing, bbva(*WEDNESDAY), bbva(*TUESDAY, *WEDNESDAY), bbva(*MONDAY, *TUESDAY))
    assert lines(importing) == ALL


def test_a_day_that_was_not_over_is_completed_by_the_next_statement(importing: Importing) -> None:
    take(importing, bbva(*MONDAY, *TUESDAY, *WEDNESDAY[:1]), bbva(*TUESDAY, *WEDNESDAY), bbva(*MONDAY, *TUESDAY, *WEDNESDAY[:1]))
    assert lines(importing) == ALL


def test_a_statement_that_tells_a_day_otherwise_is_refused(importing: Importing) -> None:
    take(importing, bbva(*MONDAY, *TUESDAY))
    other = bbva("02-03-2026\tTRANSFERENCIA 1\t\t5.00\t105.00", MONDAY[1], *TUESDAY)
    assert [str(problem) for problem in take(importing, other).problems] == [
        (
            "1.txt: a statement that was taken before has a movement of 2026-03-02 over 5.00 MXN that this one tells otherwise or not at all: SPEI / 1; "
            "nothing of it was taken, for the same money would count twice. Download only the days after 2026-03-03, in the same format as before"
        )
    ]
    lacking = bbva(*MONDAY, WEDNESDAY[0].replace("116.00", "109.00"))
    assert "a movement of 2026-03-03 over 7.00 MXN" in str(take(importing, lacking).problems[0])
    assert lines(importing) == ALL[:3]
    with importing.database.reading() as session:
        assert len(list(session.scalars(select(QuarantineRow)))) == 2


def test_a_broken_statement_is_kept_and_the_good_one_beside_it_taken(importing: Importing) -> None:
    report = take(importing, bbva(*MONDAY).replace(b"110.00", b"111.00"), bbva(*TUESDAY))
    assert dict(report.counts)["bank_statements", "quarantined"] == 1
    assert lines(importing) == [(3, 700, "open")]


def test_a_movement_that_is_still_to_come(importing: Importing) -> None:
    report = take(importing, bbva("03-12-2026\tX\t\t1.00\t1.00"))
    assert [str(problem) for problem in report.problems] == [
        "1.txt: a movement of 2026-12-03 is still to come: X; look whether day and month have changed places"
    ]


def test_days_to_come_are_not_covered(importing: Importing) -> None:
    take(importing, banamex("02-03-2026,X,1.00,,1.00"))
    with importing.database.reading() as session:
        assert newest_days(session) == {"7001234567": dt.date(2026, 3, 2)}
        (row,) = session.scalars(select(BankStatementRow))
        assert (row.from_on, row.closing, row.profile, row.file) == (dt.date(2026, 3, 1), 100, "banamex", "1.txt")


def test_the_oldest_of_the_expected_accounts_tells_how_old_the_data_is(importing: Importing) -> None:
    watched = ("00012345678", "7001234567")

    def known() -> dt.date | None:
        with importing.database.reading() as session:
            return bank_known_on(session, last_beats(session), watched, ZONE)

    def oldest() -> object:
        with importing.database.reading() as session:
            return oldest_of(session, watched)

    take(importing, bbva(*MONDAY, *TUESDAY))
    assert known() is None
    assert oldest() == (("7001234567", None),)
    take(importing, banamex("02-03-2026,X,1.00,,1.00"))
    assert known() == dt.date(2026, 3, 2)
    assert oldest() == (("7001234567", dt.date(2026, 3, 2)),)
    with importing.database.writing() as session:
        assert bank_known_on(session, last_beats(session), (), ZONE) == dt.date(2026, 3, 3)
        beat(session, PAYMENTS_TOLD, dt.datetime(2026, 3, 6, 18, tzinfo=dt.UTC))
    assert known() == dt.date(2026, 3, 6)


def test_a_statement_that_is_missing_shows_in_the_balance(importing: Importing) -> None:
    take(importing, bbva(*MONDAY), bbva(*WEDNESDAY))
    with importing.database.reading() as session:
        (gap,) = gaps_of(session, BusinessCalendar())
    assert (gap.account, gap.said().text()) == (
        "00012345678",
        "between 2026-03-02 and 2026-03-04 its balance has moved by 7.00 MXN that no statement tells",
    )
    take(importing, bbva(*TUESDAY))
    with importing.database.reading() as session:
        assert gaps_of(session, BusinessCalendar()) == []


def test_gaps_without_balances_are_business_days() -> None:
    def covered(first: int, last: int) -> Covered:
        return Covered("1", dt.date(2026, 3, first), dt.date(2026, 3, last), None, None)

    calendar = BusinessCalendar()
    assert gaps_between([covered(9, 10), covered(2, 6)], calendar) == []  # A weekend lies between.
    assert gaps_between([covered(2, 10), covered(3, 4), covered(9, 12)], calendar) == []
    (gap,) = gaps_between([covered(2, 5), covered(9, 10)], calendar)
    assert gap.said().text() == "no statement covers the days between 2026-03-05 and 2026-03-09"
    balanced = [
        Covered("1", dt.date(2026, 3, 2), dt.date(2026, 3, 2), Money(0, "MXN"), Money(5, "MXN")),
        Covered("1", dt.date(2026, 3, 9), dt.date(2026, 3, 9), Money(5, "MXN"), Money(6, "MXN")),
    ]
    assert gaps_between(balanced, calendar) == []
