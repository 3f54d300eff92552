"""Open invoices keep the terms by which they were booked until a person has their due dates reckoned anew."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from tests.booking.test_payment_terms import CUSTOMERS, HALVES, ISSUED, REVIEWED, TODAY, Desk
from tests.cfdi_files import COMPANY, invoice, receipt

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.importing import Importing
from cobranza_rules.booking.terms_anew import otherwise_due, reckon_anew
from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.clock import FixedClock
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.domain.terms import CountedFrom, Terms
from cobranza_rules.intake.sources import SourceFile
from cobranza_rules.language import Sentence
from cobranza_rules.store.database import Database
from cobranza_rules.store.documents import DocumentArchive

WHO = "adela@kemper.example"
AGREED = b"Cliente,Contrato,Moneda,Vigencia desde,D\xc3\xadas de cr\xc3\xa9dito\nC-001,CT-1,MXN,2026-01-01,45\n"


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    made = Desk(Importing(database, DocumentArchive(tmp_path / "documents"), FixedClock(TODAY, "America/Mexico_City"), COMPANY))
    made.take(CUSTOMERS)
    return made


def shown(desk: Desk) -> list[tuple[str, str, str, str]]:
    with desk.importing.database.reading() as session:
        found = list(otherwise_due(Bookkeeper(session, desk.importing.clock.now())))
        return [(one.number, str(one.before), str(one.after), str(one.by)) for one in found]


def reckon(desk: Desk, customers: list[int] | None = None, calendar: BusinessCalendar | None = None) -> list[str]:
    with desk.importing.database.writing() as session:
        keeper = Bookkeeper(session, desk.importing.clock.now())
        if calendar is not None:
            keeper.calendar = calendar
        return [one.number for one in reckon_anew(keeper, customers, WHO, TODAY)]


def test_other_terms_of_the_customer_move_nothing_until_a_person_says_so(desk: Desk) -> None:
    desk.take(invoice("FA-1", day=ISSUED))
    desk.agree_with_customer(Terms(60))
    assert desk.due("FA-1") == "2026-04-03"
    assert shown(desk) == [("FA-1", "2026-04-03", "2026-05-03", "terms of the customer")]
    assert desk.due("FA-1") == "2026-04-03"
    assert reckon(desk) == ["FA-1"]
    assert desk.due("FA-1") == "2026-05-03"
    entry = desk.entries("FA-1")[-1]
    assert (entry.kind, entry.happened_on, entry.data["who"], "because" in entry.data) == (EntryKind.DUE_SET, TODAY, WHO, False)
    assert desk.told()[-1] == "invoice FA-1 is due 2026-05-03: reckoned anew by terms of the customer, as adela@kemper.example said"
    assert (shown(desk), reckon(desk)) == ([], [])


def test_terms_that_ask_for_more_than_days_count_from_then_on(desk: Desk) -> None:
    desk.take(invoice("FA-1", day=ISSUED))
    desk.agree_with_customer(REVIEWED)
    reckon(desk)
    assert desk.due("FA-1") == "2026-04-10"
    desk.enter("FA-1", EntryKind.DELIVERED, dt.date(2026, 3, 11), action=7)
    assert desk.due("FA-1") == "2026-04-17"


def test_back_to_days_alone_and_to_instalments_that_are_paid_in_part(desk: Desk) -> None:
    desk.agree_with_customer(HALVES)
    desk.take(invoice("FA-1", day=ISSUED), receipt("P-1", {"FA-1": "580.00"}, day=dt.date(2026, 3, 10)))
    assert desk.due("FA-1") == "2026-05-03"
    desk.agree_with_customer(Terms(10))
    reckon(desk)
    assert desk.due("FA-1") == "2026-03-14"
    desk.agree_with_customer(HALVES)
    reckon(desk)
    assert desk.due("FA-1") == "2026-05-03"


def test_what_is_settled_stays_and_so_does_what_the_customer_has_said_itself(desk: Desk) -> None:
    desk.take(invoice("FA-1", day=ISSUED), invoice("FA-2", day=ISSUED), receipt("P-1", {"FA-1": "1160.00"}, day=dt.date(2026, 3, 10)))
    desk.enter("FA-2", EntryKind.ACKNOWLEDGED, dt.date(2026, 3, 11), kind="contrarrecibo", payment_on="2026-04-30")
    desk.agree_with_customer(Terms(60))
    assert shown(desk) == []


def test_an_agreement_counts_for_what_it_covers_whatever_the_customers_terms_are(desk: Desk) -> None:
    desk.take(AGREED, invoice("FA-1", day=ISSUED), invoice("FA-2", day=ISSUED, currency="USD"))
    desk.agree_with_customer(Terms(60))
    assert desk.due("FA-1") == "2026-04-18"
    assert reckon(desk) == ["FA-2"]
    assert desk.due("FA-1") == "2026-04-18"


def test_a_substitute_keeps_the_terms_of_the_agreement_that_the_first_one_had(desk: Desk) -> None:
    """It was issued when the agreement had ended."""
    ended = AGREED.replace(b"desde,", b"desde,Vigencia hasta,").replace(b"2026-01-01,", b"2026-01-01,2026-03-10,")
    desk.take(ended)
    desk.take(invoice("FA-1", day=ISSUED), invoice("FA-2", day=dt.date(2026, 3, 12), replaces=("FA-1",)))
    before = desk.due("FA-2")
    desk.agree_with_customer(Terms(60))
    assert (before, shown(desk)) == ("2026-04-18", [])


def test_a_substitute_follows_with_the_days_of_the_first_one(desk: Desk) -> None:
    desk.take(invoice("FA-1", day=ISSUED), invoice("FA-2", day=dt.date(2026, 3, 12), replaces=("FA-1",)))
    desk.agree_with_customer(Terms(60))
    assert reckon(desk) == ["FA-2"]
    assert desk.due("FA-2") == "2026-05-03"


def test_another_calendar_moves_what_asks_for_one(desk: Desk) -> None:
    business = Terms(3, CountedFrom.ISSUE, business_days=True)
    desk.agree_with_customer(business)
    desk.take(invoice("FA-1", day=ISSUED))
    assert desk.due("FA-1") == "2026-03-09"
    closed = replace(BusinessCalendar(), extra=frozenset({dt.date(2026, 3, 9)}))
    assert reckon(desk, calendar=closed) == ["FA-1"]
    assert desk.due("FA-1") == "2026-03-10"
    assert reckon(desk, calendar=closed) == []


def test_without_known_terms_there_is_nothing_to_reckon_by(desk: Desk) -> None:
    desk.take(invoice("FA-1", day=ISSUED, receiver=("KIJ0906199R1", "SIN DATOS")))
    assert shown(desk) == []


def test_only_the_customers_that_are_named(desk: Desk) -> None:
    desk.take(invoice("FA-1", day=ISSUED))
    desk.agree_with_customer(Terms(60))
    assert reckon(desk, [2]) == []
    assert reckon(desk, [1]) == ["FA-1"]


def test_an_import_that_changes_the_terms_says_that_open_invoices_keep_theirs(desk: Desk) -> None:
    desk.take(invoice("FA-1", day=ISSUED), invoice("FA-2", day=ISSUED))
    one = desk.importing
    taking = Importing(one.database, one.archive, one.clock, COMPANY)
    report = taking.take([SourceFile("clientes.csv", CUSTOMERS.replace(b",30", b",60"))])
    assert [problem.text() for problem in report.warnings] == [
        "clientes.csv (C-001): 2 open invoices of customer C-001 keep the terms by which they were booked; if the new ones are theirs, too: cobranza terms reckon C-001"
    ]
    assert [warning.text() for warning in taking.take([SourceFile("otra.csv", CUSTOMERS.replace(b",30", b",60 "))]).warnings] == []


def test_the_source_is_a_sentence_that_is_said_in_the_readers_language(desk: Desk) -> None:
    desk.take(invoice("FA-1", day=ISSUED))
    desk.agree_with_customer(Terms(60))
    reckon(desk)
    assert Sentence.from_json(desk.entries("FA-1")[-1].data["source"]) == Sentence("terms of the customer")
