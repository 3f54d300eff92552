"""Charges and credits of the accounting system in the book, beside the CFDI of the same documents: on both databases, in either order."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests.booking.ledger_records import charge, credit, link, taken
from tests.cfdi_files import COMPANY, UNIVERSITY, credit_note, invoice, receipt, uuid_of

from cobranza_rules.booking.bookkeeper import Bookkeeper, entries_of, state_of
from cobranza_rules.booking.importing import Importing, ImportReport
from cobranza_rules.booking.ledger_books import LedgerOutcome
from cobranza_rules.booking.task_answers import Answer, finish_task
from cobranza_rules.casefile.chain_rows import verify_case_file
from cobranza_rules.clock import FixedClock
from cobranza_rules.domain.customer import CustomerKind, CustomerRecord, DeliveryMode, Party
from cobranza_rules.domain.invoice import fold
from cobranza_rules.domain.ledger_document import LedgerDocument, LedgerKind, LedgerLink
from cobranza_rules.intake.sources import SourceFile
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.database import Database
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.tables import CreditNoteRow, CustomerRow, InvoiceRow, LedgerCreditRow, TaskRow

DAY = dt.date(2026, 3, 2)


@pytest.fixture
def importing(database: Database, tmp_path: Path) -> Iterator[Importing]:
    """After every test the stored states are the folds of their entries, and the case file's chain is whole."""
    yield Importing(database, DocumentArchive(tmp_path / "documents"), FixedClock(DAY, "America/Mexico_City"), COMPANY)
    with database.reading() as session:
        for row in session.scalars(select(InvoiceRow)):
            assert state_of(row) == fold(entries_of(session, row.id))
        assert verify_case_file(session).intact


def take(importing: Importing, *contents: bytes) -> ImportReport:
    return importing.take(SourceFile(f"file-{number}", content) for number, content in enumerate(contents))


def ledger(importing: Importing, *documents: LedgerDocument, links: tuple[LedgerLink, ...] = (), **given: Any) -> LedgerOutcome:
    return taken(importing.database, importing.clock, *documents, links=links, **given)


def book(importing: Importing) -> dict[str, tuple[int, str]]:
    with importing.database.reading() as session:
        return {row.number: (row.balance, row.status) for row in session.scalars(select(InvoiceRow).order_by(InvoiceRow.id))}


def differing(importing: Importing) -> dict[str, tuple[int | None, int]]:
    with importing.database.reading() as session:
        rows = session.scalars(select(InvoiceRow).where(InvoiceRow.ledger_difference))
        return {row.number: (row.ledger_open, row.balance) for row in rows}


def standings(importing: Importing) -> dict[str, str]:
    with importing.database.reading() as session:
        return {row.number: row.state for row in session.scalars(select(LedgerCreditRow))}


# Charges


def test_a_charge_alone_is_an_invoice_without_its_cfdi(importing: Importing) -> None:
    outcome = ledger(importing, charge("FA-1", "1000.00", "1000.00"))
    assert outcome.counts == {("charges", "new"): 1}
    with importing.database.reading() as session:
        row = session.scalars(select(InvoiceRow)).one()
        customer = session.scalars(select(CustomerRow)).one()
    assert (row.number, row.uuid, row.document, row.cfdi_missing) == ("FA-1", None, None, True)
    assert (row.balance, row.due_on, row.credit_days, row.ledger_difference) == (100_000, dt.date(2026, 2, 19), None, False)
    assert (customer.rfc, customer.status) == (UNIVERSITY[0], "waiting_for_data")


def test_its_xml_later_is_the_same_invoice_and_its_facts_win(importing: Importing) -> None:
    ledger(importing, charge("FA-1", "1000.00", "1000.00"))
    report = take(importing, invoice("FA-1", "1000.00", dt.date(2026, 1, 6)))
    assert report.counts == {("invoices", "updated"): 1}
    with importing.database.reading() as session:
        row = session.scalars(select(InvoiceRow)).one()
    assert (row.uuid, row.cfdi_missing, row.issued_on, row.payment_method) == (uuid_of("FA-1"), False, dt.date(2026, 1, 6), "PPD")
    assert take(importing, invoice("FA-1", "1000.00", dt.date(2026, 1, 6))).counts == {("invoices", "unchanged"): 1}


@pytest.mark.parametrize("changes", [{"uuid": uuid_of("FA-001")}, {}])
def test_its_xml_earlier_is_the_same_invoice(importing: Importing, changes: dict[str, str]) -> None:
    """A folio that is a number in the tables has lost the zeros that the CFDI keeps."""
    take(importing, invoice("FA-001", "1000.00"))
    outcome = ledger(importing, charge("FA-1", "1000.00", "1000.00", **changes))
    assert outcome.counts == {("charges", "updated"): 1}
    assert book(importing) == {"FA-001": (100_000, "open")}
    assert ledger(importing, charge("FA-1", "1000.00", "1000.00", **changes)).counts == {("charges", "unchanged"): 1}


def test_zeros_before_a_folio_do_not_part_the_row_and_its_later_xml(importing: Importing) -> None:
    ledger(importing, charge("FA-1", "1000.00", "1000.00"))
    take(importing, invoice("FA-001", "1000.00"))
    assert book(importing) == {"FA-001": (100_000, "open")}


def test_a_row_that_contradicts_the_cfdi_waits_with_every_reason(importing: Importing) -> None:
    take(importing, invoice("FA-1", "1000.00"))
    other = {"uuid": uuid_of("FA-2"), "party": Party("XIA190128J61", "XENON INDUSTRIAL ARTICLES"), "currency": "USD"}
    outcome = ledger(importing, charge("FA-1", "900.00", "900.00", **other))
    hint = "correct it where it is wrong; until then the row waits"
    assert [str(problem) for problem in outcome.problems] == [
        f"MGW10008.DBF (#FA-1): invoice FA-1 is over 900.00 USD here, but over 1,000.00 MXN in the book; {hint}",
        f"MGW10008.DBF (#FA-1): invoice FA-1 has the UUID {uuid_of('FA-2')} here, but {uuid_of('FA-1')} in the book; {hint}",
        f"MGW10008.DBF (#FA-1): invoice FA-1 is one of XIA190128J61 here, but of URE180429TM6 in the book; {hint}",
    ]
    assert book(importing) == {"FA-1": (100_000, "open")}
    assert differing(importing) == {}


def test_a_cfdi_with_another_total_counts_and_the_row_is_no_source_any_more(importing: Importing) -> None:
    ledger(importing, charge("FA-1", "900.00", "500.00"), credit("P-1", "400.00"), links=(link("P-1", "FA-1", "400.00"),))
    report = take(importing, invoice("FA-1", "1000.00"))
    assert [str(warning) for warning in report.warnings] == [
        (
            "file-0: invoice FA-1: the CFDI says 1,000.00 MXN, but the row '#FA-1' of MGW10008.DBF says 900.00 MXN; "
            "the CFDI counts; correct the row, and import the report again"
        )
    ]
    assert book(importing) == {"FA-1": (100_000, "open")}
    assert differing(importing) == {}


def test_a_cfdi_for_somebody_else_is_another_invoice_and_takes_the_number(importing: Importing) -> None:
    ledger(importing, charge("FA-1", "1000.00", "1000.00", party=Party("XIA190128J61", "XENON INDUSTRIAL ARTICLES")))
    take(importing, invoice("FA-1", "1000.00"))
    with importing.database.reading() as session:
        found = [(row.uuid, row.status) for row in session.scalars(select(InvoiceRow).order_by(InvoiceRow.id))]
    assert found == [(None, "cancelled"), (uuid_of("FA-1"), "open")]


def test_a_cancelled_row_closes_the_invoice_whichever_comes_first(importing: Importing) -> None:
    take(importing, invoice("FA-1", "1000.00"))
    rows = [charge(number, "1000.00", "1000.00", cancelled=True) for number in ("FA-1", "FA-2")]
    ledger(importing, *rows)
    take(importing, invoice("FA-2", "1000.00"))
    assert book(importing) == {"FA-1": (0, "cancelled"), "FA-2": (0, "cancelled")}
    assert differing(importing) == {}


def test_a_number_that_stands_twice_is_taken_once(importing: Importing) -> None:
    outcome = ledger(importing, charge("FA-1", "1000.00", "1000.00"), charge("FA-01", "900.00", "900.00"))
    assert [str(problem) for problem in outcome.problems] == [
        "MGW10008.DBF (#FA-01): invoice FA-1 stands already at #FA-1; leave one of the two; the first row was taken"
    ]
    assert book(importing) == {"FA-1": (100_000, "open")}


def test_a_row_of_which_nobody_knows_whose_it_is_waits(importing: Importing) -> None:
    outcome = ledger(importing, charge("FA-1", "1000.00", "1000.00", party=Party("", "UNIVERSIDAD")))
    assert [str(problem) for problem in outcome.problems] == [
        (
            "MGW10008.DBF (#FA-1): neither RFC nor code tells whose invoice FA-1 is; "
            "import the customers with the codes of the accounting system, or a report with their RFC"
        )
    ]
    assert book(importing) == {}


def test_what_the_opening_names_was_delivered_before(importing: Importing) -> None:
    ledger(importing, charge("FA-1", "1000.00", "1000.00"), opening=dt.date(2026, 1, 31))
    with importing.database.reading() as session:
        assert session.scalars(select(InvoiceRow)).one().delivery == "sent"


# Due dates

CUSTOMER = CustomerRecord("C-001", UNIVERSITY[1], UNIVERSITY[0], CustomerKind.DOMESTIC, "es", 30, DeliveryMode.EMAIL)


def due_dates(importing: Importing) -> dict[str, dt.date | None]:
    with importing.database.reading() as session:
        return {row.number: row.due_on for row in session.scalars(select(InvoiceRow))}


def test_the_customer_s_terms_win_over_the_ledger_s_due_date_whichever_comes_first(importing: Importing) -> None:
    ledger(importing, charge("FA-1", "1000.00", "1000.00"))
    assert due_dates(importing) == {"FA-1": dt.date(2026, 2, 19)}
    ledger(importing, charge("FA-1", "1000.00", "1000.00"), charge("FA-2", "500.00", "500.00"), customers=(CUSTOMER,))
    assert due_dates(importing) == dict.fromkeys(("FA-1", "FA-2"), dt.date(2026, 2, 4))


def test_without_terms_the_ledger_dates_an_invoice_that_came_without(importing: Importing) -> None:
    take(importing, invoice("FA-1", "1000.00"))
    ledger(importing, charge("FA-1", "1000.00", "1000.00"))
    assert due_dates(importing) == {"FA-1": dt.date(2026, 2, 19)}
    ledger(importing, charge("FA-1", "1000.00", "1000.00", due_on=dt.date(2026, 2, 27)))
    assert due_dates(importing) == {"FA-1": dt.date(2026, 2, 27)}


def test_the_ledger_s_customers_change_nothing_of_what_is_on_file(importing: Importing) -> None:
    ledger(importing, customers=(CUSTOMER,))
    outcome = ledger(
        importing, customers=(CustomerRecord("C-001", "OTRO", UNIVERSITY[0], CustomerKind.DOMESTIC, "es", 60, DeliveryMode.PORTAL),)
    )
    assert outcome.counts == {("customers", "unchanged"): 1}
    with importing.database.reading() as session:
        row = session.scalars(select(CustomerRow)).one()
    assert (row.name, row.credit_days, row.delivery) == (UNIVERSITY[1], 30, "email")


# Credits


def test_a_payment_of_the_ledger_covers_what_its_links_say(importing: Importing) -> None:
    rows = (charge("FA-1", "1000.00", "600.00"), charge("FA-2", "500.00", "0.00"), credit("P-1", "900.00"))
    links = (link("P-1", "FA-1", "400.00"), link("P-1", "FA-2", "500.00"))
    for _time in range(2):
        ledger(importing, *rows, links=links)
        assert book(importing) == {"FA-1": (60_000, "open"), "FA-2": (0, "paid")}
    assert standings(importing) == {"P-1": "own"}
    assert differing(importing) == {}


PARTS = {"FA-1": "400.00", "FA-2": "500.00"}
PIECES: dict[str, Any] = {
    "ledger": None,
    "FA-1": invoice("FA-1", "1000.00"),
    "FA-2": invoice("FA-2", "500.00"),
    "receipt": receipt("P-1", PARTS, operation="0099"),
}


def whole_ledger(importing: Importing, **changes: Any) -> None:
    rows = (charge("FA-1", "1000.00", "600.00"), charge("FA-2", "500.00", "0.00"), credit("P-1", "900.00", **changes))
    ledger(importing, *rows, links=(link("P-1", "FA-1", "400.00"), link("P-1", "FA-2", "500.00")))


@pytest.mark.parametrize("order", list(itertools.permutations(PIECES))[::3])
def test_a_payment_that_both_tell_of_counts_once_in_any_order(importing: Importing, order: tuple[str, ...]) -> None:
    for piece in order:
        if piece == "ledger":
            whole_ledger(importing)
        else:
            take(importing, PIECES[piece])
    assert book(importing) == {"FA-1": (60_000, "open"), "FA-2": (0, "paid")}
    assert standings(importing) == {"P-1": "same"}
    assert differing(importing) == {}
    with importing.database.reading() as session:
        assert session.scalars(select(TaskRow).where(TaskRow.state == "open")).all() == []
        assert all(row.reversed_on is None for row in session.scalars(select(InvoiceRow)))


@pytest.mark.parametrize("order", list(itertools.permutations(PIECES))[::3])
def test_one_that_may_be_another_counts_once_and_goes_to_a_person_in_any_order(importing: Importing, order: tuple[str, ...]) -> None:
    for piece in order:
        if piece == "ledger":
            whole_ledger(importing, issued_on=dt.date(2026, 2, 12))
        else:
            take(importing, PIECES[piece])
    assert book(importing) == {"FA-1": (60_000, "open"), "FA-2": (0, "paid")}
    assert standings(importing) == {"P-1": "doubtful"}
    with importing.database.reading() as session:
        task = session.scalars(select(TaskRow).where(TaskRow.state == "open")).one()
    assert (task.name, task.assigned_to, len(task.invoices)) == ("match-ledger-credit", "collections_analyst", 2)


def test_the_uuid_of_a_receipt_tells_that_it_is_the_same_though_the_days_differ(importing: Importing) -> None:
    whole_ledger(importing, issued_on=dt.date(2026, 2, 12), uuid=uuid_of("P-1"))
    take(importing, PIECES["FA-1"], PIECES["FA-2"], PIECES["receipt"])
    assert standings(importing) == {"P-1": "same"}
    assert book(importing) == {"FA-1": (60_000, "open"), "FA-2": (0, "paid")}


@pytest.mark.parametrize("later", [False, True])
def test_a_receipt_that_waits_for_an_invoice_finds_it_by_the_uuid_that_the_ledger_names(importing: Importing, later: bool) -> None:
    take(importing, receipt("P-1", {"FA-1": "400.00"}))
    rows = (charge("FA-1", "1000.00", "600.00"), credit("P-1", "400.00"))
    for uuid in ("", uuid_of("FA-1")) if later else (uuid_of("FA-1"),):
        ledger(importing, replace(rows[0], uuid=uuid), rows[1], links=(link("P-1", "FA-1", "400.00"),))
        assert book(importing) == {"FA-1": (60_000, "open")}
    assert standings(importing) == {"P-1": "same"}


def test_two_equal_payments_of_the_ledger_of_which_one_has_its_receipt_are_two(importing: Importing) -> None:
    take(importing, PIECES["FA-1"], receipt("P-1", {"FA-1": "400.00"}))
    rows = (charge("FA-1", "1000.00", "200.00"), credit("P-1", "400.00"), credit("P-2", "400.00"))
    ledger(importing, *rows, links=(link("P-1", "FA-1", "400.00"), link("P-2", "FA-1", "400.00")))
    assert book(importing) == {"FA-1": (20_000, "open")}
    assert sorted(standings(importing).values()) == ["own", "same"]


def test_a_cancelled_credit_gives_back_what_it_covered(importing: Importing) -> None:
    whole_ledger(importing)
    rows = (charge("FA-1", "1000.00", "1000.00"), charge("FA-2", "500.00", "500.00"), credit("P-1", "900.00", cancelled=True))
    ledger(importing, *rows)
    assert book(importing) == {"FA-1": (100_000, "open"), "FA-2": (50_000, "open")}
    with importing.database.reading() as session:
        assert {row.reversed_on for row in session.scalars(select(InvoiceRow))} == {DAY}


def test_a_later_report_may_share_a_payment_otherwise(importing: Importing) -> None:
    whole_ledger(importing)
    rows = (charge("FA-1", "1000.00", "100.00"), charge("FA-2", "500.00", "500.00"), credit("P-1", "900.00"))
    ledger(importing, *rows, links=(link("P-1", "FA-1", "900.00"),))
    assert book(importing) == {"FA-1": (10_000, "open"), "FA-2": (50_000, "open")}
    assert differing(importing) == {}


def test_a_report_without_links_leaves_what_the_tables_have_said(importing: Importing) -> None:
    whole_ledger(importing)
    told = {"source": "report", "internal_id": ""}
    ledger(importing, charge("FA-1", "1000.00", "600.00", **told), credit("P-1", "900.00", **told))
    assert book(importing) == {"FA-1": (60_000, "open"), "FA-2": (0, "paid")}


def test_a_receipt_that_replaces_another_leaves_the_ledger_s_payment_counted_once(importing: Importing) -> None:
    take(importing, PIECES["FA-1"], receipt("P-1", {"FA-1": "400.00"}))
    ledger(importing, charge("FA-1", "1000.00", "600.00"), credit("P-1", "400.00"), links=(link("P-1", "FA-1", "400.00"),))
    take(importing, receipt("P-2", {"FA-1": "400.00"}, replaces=("P-1",)))
    assert book(importing) == {"FA-1": (60_000, "open")}
    assert standings(importing) == {"P-1": "same"}


def test_a_credit_of_an_unknown_kind_counts_for_nothing_and_shows_as_a_difference(importing: Importing) -> None:
    rows = (charge("FA-1", "1000.00", "900.00"), credit("D-1", "100.00", kind=LedgerKind.OTHER))
    ledger(importing, *rows, links=(link("D-1", "FA-1", "100.00"),))
    assert standings(importing) == {"D-1": "unknown_kind"}
    assert differing(importing) == {"FA-1": (90_000, 100_000)}


# Credit notes

NOTE = {"kind": LedgerKind.CREDIT_NOTE}


def with_note(importing: Importing, shares: dict[str, str], total: str = "100.00") -> None:
    rows = (charge("FA-1", "1000.00", "0.00"), charge("FA-2", "500.00", "0.00"), credit("NC-1", total, **NOTE))
    ledger(importing, *rows, links=tuple(link("NC-1", number, share) for number, share in shares.items()))


NOTE_PIECES: dict[str, Any] = {"ledger": None, "FA-1": PIECES["FA-1"], "FA-2": PIECES["FA-2"]}


@pytest.mark.parametrize("order", list(itertools.permutations((*NOTE_PIECES, "note")))[::5])
@pytest.mark.parametrize(
    ("related", "shares", "left"),
    [
        (("FA-1",), {"FA-1": "100.00"}, {"FA-1": 90_000, "FA-2": 50_000}),
        (("FA-1", "FA-2"), {"FA-1": "60.00", "FA-2": "40.00"}, {"FA-1": 94_000, "FA-2": 46_000}),
        (("FA-1", "FA-2"), {"FA-1": "60.00"}, {"FA-1": 100_000, "FA-2": 50_000}),
        (("FA-1",), {"FA-1": "60.00"}, {"FA-1": 90_000, "FA-2": 50_000}),
    ],
)
def test_a_credit_note_counts_once_in_any_order(
    importing: Importing, order: tuple[str, ...], related: tuple[str, ...], shares: dict[str, str], left: dict[str, int]
) -> None:
    """Related to one invoice the CFDI says what it covers; else the ledger's shares count where they add up to it; else a person is asked."""
    for piece in order:
        if piece == "ledger":
            with_note(importing, shares)
        else:
            take(importing, credit_note("NC-1", "100.00", *related) if piece == "note" else PIECES[piece])
    assert {number: balance for number, (balance, _status) in book(importing).items()} == left
    with importing.database.reading() as session:
        assert session.scalars(select(CreditNoteRow)).one().uuid == uuid_of("NC-1")
        asked = session.scalars(select(TaskRow).where(TaskRow.state == "open")).all()
    assert [task.name for task in asked] == (["allocate-credit-note"] if left == {"FA-1": 100_000, "FA-2": 50_000} else [])


def test_another_credit_note_for_the_same_invoice_goes_to_a_person(importing: Importing) -> None:
    take(importing, PIECES["FA-1"], credit_note("NC-7", "100.00", "FA-1"))
    with_note(importing, {"FA-1": "100.00"})
    assert standings(importing) == {"NC-1": "doubtful"}
    assert book(importing)["FA-1"] == (90_000, "open")


# Differences


def test_another_open_amount_is_a_difference_until_a_later_report_agrees(importing: Importing) -> None:
    take(importing, PIECES["FA-1"])
    ledger(importing, charge("FA-1", "1000.00", "700.00"))
    assert differing(importing) == {"FA-1": (70_000, 100_000)}
    ledger(importing, charge("FA-1", "1000.00", "1000.00"))
    assert differing(importing) == {}


def test_a_receipt_that_explains_the_difference_ends_it(importing: Importing) -> None:
    take(importing, PIECES["FA-1"])
    ledger(importing, charge("FA-1", "1000.00", "600.00"))
    take(importing, receipt("P-1", {"FA-1": "400.00"}))
    assert differing(importing) == {}


def test_what_was_paid_beyond_the_balance_is_no_difference(importing: Importing) -> None:
    take(importing, PIECES["FA-2"], receipt("P-1", {"FA-2": "600.00"}))
    ledger(importing, charge("FA-2", "500.00", "0.00"))
    assert differing(importing) == {}


# What a person says of a doubtful credit


@pytest.mark.parametrize(("answer", "left", "standing"), [("same", 60_000, "same"), ("another", 20_000, "own")])
def test_a_person_says_whether_a_doubtful_credit_is_the_same(importing: Importing, answer: str, left: int, standing: str) -> None:
    rows = (charge("FA-1", "1000.00", "600.00"), credit("P-9", "400.00", issued_on=dt.date(2026, 2, 12)))
    links = (link("P-9", "FA-1", "400.00"),)
    take(importing, PIECES["FA-1"], receipt("P-1", {"FA-1": "400.00"}))
    ledger(importing, *rows, links=links)
    with importing.database.writing() as session:
        task = session.scalars(select(TaskRow)).one()
        keeper = Bookkeeper(session, importing.clock.now())
        with pytest.raises(ProblemError, match="a doubtful credit needs its answer; give --answer same, another"):
            finish_task(keeper, task.id, Answer("a@kemper.example"), DAY)
        finish_task(keeper, task.id, Answer("a@kemper.example", answer), DAY)
    for _time in range(2):
        assert book(importing) == {"FA-1": (left, "open")}
        assert standings(importing) == {"P-9": standing}
        ledger(importing, *rows, links=links)


def test_what_comes_later_may_end_the_question(importing: Importing) -> None:
    """The receipt of another day was that of a second payment, whose credit comes with the next report."""
    take(importing, PIECES["FA-1"], receipt("P-1", {"FA-1": "400.00"}))
    first = credit("P-9", "400.00", issued_on=dt.date(2026, 2, 12))
    ledger(importing, charge("FA-1", "1000.00", "600.00"), first, links=(link("P-9", "FA-1", "400.00"),))
    rows = (charge("FA-1", "1000.00", "200.00"), first, credit("P-8", "400.00"))
    ledger(importing, *rows, links=(link("P-9", "FA-1", "400.00"), link("P-8", "FA-1", "400.00")))
    assert standings(importing) == {"P-8": "same", "P-9": "own"}
    assert book(importing) == {"FA-1": (20_000, "open")}
    with importing.database.reading() as session:
        assert session.scalars(select(TaskRow)).one().state == "done"
