"""Deposits in the book: what the program applies by itself, and one payment however many evidences tell of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import func, select
from tests.booking.bank_lines import DAY as PAID
from tests.booking.bank_lines import line, put_lines
from tests.booking.ledger_records import credit, link
from tests.cfdi_files import COMPANY, UNIVERSITY, credit_note, invoice, receipt

from cobranza_rules.booking.bookkeeper import Bookkeeper, entries_of, state_of
from cobranza_rules.booking.deposit_shares import left_of
from cobranza_rules.booking.deposits import settle_deposits
from cobranza_rules.booking.importing import Importing
from cobranza_rules.booking.ledger_books import book_ledger
from cobranza_rules.cash.deposit import Policy
from cobranza_rules.clock import FixedClock
from cobranza_rules.domain.bank import BankLine
from cobranza_rules.domain.invoice import fold
from cobranza_rules.domain.ledger_document import LedgerBook
from cobranza_rules.intake.sources import SourceFile
from cobranza_rules.store.database import Database
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.tables import BankLineRow, EvidenceRow, InvoiceRow, TaskRow

DAY = dt.date(2026, 3, 2)
NOW = dt.datetime(2026, 3, 2, 15, tzinfo=dt.UTC)
RFC = UNIVERSITY[0]


@pytest.fixture
def importing(database: Database, tmp_path: Path) -> Importing:
    return Importing(database, DocumentArchive(tmp_path / "documents"), FixedClock(DAY, "America/Mexico_City"), COMPANY)


def take(importing: Importing, *contents: bytes) -> None:
    report = importing.take(SourceFile(f"file-{number}", content) for number, content in enumerate(contents))
    assert report.problems == []


def deposited(importing: Importing, *lines: BankLine) -> list[int]:
    with importing.database.writing() as session:
        found = put_lines(session, *lines, known_at=NOW)
        settle_deposits(Bookkeeper(session, NOW), Policy(), DAY)
        return found


def told_by_ledger(importing: Importing, number: str, total: str, **parts: str) -> None:
    from tests.booking.ledger_records import ORIGIN, charge

    charges = [charge(name.replace("_", "-"), "1160.00", "0.00") for name in parts]
    links = tuple(link(number, name.replace("_", "-"), amount) for name, amount in parts.items())
    with importing.database.writing() as session:
        keeper = Bookkeeper(session, NOW)
        book_ledger(keeper, LedgerBook((*charges, credit(number, total)), links, ()), ORIGIN, DAY)
        settle_deposits(keeper, Policy(), DAY)


def balances(importing: Importing) -> dict[str, int]:
    with importing.database.reading() as session:
        rows = list(session.scalars(select(InvoiceRow).order_by(InvoiceRow.id)))
        assert all(state_of(row) == fold(entries_of(session, row.id)) for row in rows)
        return {row.number: row.balance for row in rows}


def standing(importing: Importing) -> list[tuple[str, str]]:
    with importing.database.reading() as session:
        return [(row.state, row.settled_by) for row in session.scalars(select(BankLineRow).order_by(BankLineRow.id))]


def evidences(importing: Importing) -> list[list[str]]:
    """The kinds of evidence of each payment that has any."""
    with importing.database.reading() as session:
        found: dict[int, list[str]] = {}
        for payment, kind in session.execute(select(EvidenceRow.payment_id, EvidenceRow.kind).order_by(EvidenceRow.kind)):
            found.setdefault(payment, []).append(kind)
        return sorted(found.values())


def open_tasks(importing: Importing) -> list[str]:
    with importing.database.reading() as session:
        return list(session.scalars(select(TaskRow.name).where(TaskRow.state == "open").order_by(TaskRow.id)))


def test_a_deposit_that_names_what_it_pays_is_applied(importing: Importing) -> None:
    take(importing, invoice("FA-1209"), invoice("FA-1210", "500.00"))
    deposited(importing, line("1660.00", "PAGO FA1209 Y FA-1210"))
    assert balances(importing) == {"FA-1209": 0, "FA-1210": 0}
    assert standing(importing) == [("applied", "named")]


@pytest.mark.parametrize("text", ["PAGO XFA-1209", "PAGO FA-12091", "PAGO FA-1209A", "PAGO 91209"])
def test_a_number_within_a_word_names_nothing(importing: Importing, text: str) -> None:
    take(importing, invoice("FA-1209"))
    deposited(importing, line("1160.00", text))
    assert standing(importing) == [("open", "")]


def test_digits_that_two_invoices_bear_name_neither(importing: Importing) -> None:
    take(importing, invoice("FA-1209"), invoice("FB-1209"))
    deposited(importing, line("1160.00", "FACTURA 1209"))
    assert standing(importing) == [("open", "")]
    deposited(importing, line("1160.00", "FACTURA FB 1209"))
    assert balances(importing) == {"FA-1209": 116_000, "FB-1209": 0}


@pytest.mark.parametrize("first", ["receipt", "bank"])
def test_a_receipt_and_its_deposit_are_one_payment(importing: Importing, first: str) -> None:
    take(importing, invoice("FA-1209"))
    rep = receipt("P-1", {"FA-1209": "1160.00"}, PAID)
    for one in (first, "bank" if first == "receipt" else "receipt"):
        take(importing, rep) if one == "receipt" else deposited(importing, line("1160.00", "FA-1209"))
    assert balances(importing) == {"FA-1209": 0}
    assert evidences(importing) == [["bank", "rep"]]
    assert standing(importing) == [("applied", "same")]


@pytest.mark.parametrize("first", ["ledger", "bank"])
def test_a_credit_of_the_accounting_system_and_its_deposit_are_one_payment(importing: Importing, first: str) -> None:
    take(importing, invoice("FA-1209"))
    for one in (first, "bank" if first == "ledger" else "ledger"):
        told_by_ledger(importing, "C-1", "1160.00", FA_1209="1160.00") if one == "ledger" else deposited(
            importing, line("1160.00", "FA-1209")
        )
    assert balances(importing) == {"FA-1209": 0}
    assert evidences(importing) == [["bank", "ledger"]]


@pytest.mark.parametrize("first", ["receipt", "bank"])
def test_where_they_disagree_the_receipt_counts_and_a_person_is_asked(importing: Importing, first: str) -> None:
    take(importing, invoice("FA-1209"), invoice("FA-1210"))
    rep = receipt("P-1", {"FA-1210": "1160.00"}, PAID)
    for one in (first, "bank" if first == "receipt" else "receipt"):
        take(importing, rep) if one == "receipt" else deposited(importing, line("1160.00", "FA-1209"))
    assert balances(importing) == {"FA-1209": 116_000, "FA-1210": 0}
    assert standing(importing) == [("open", "")]
    assert open_tasks(importing) == ["match-deposit"]
    deposited(importing, line("1160.00", "FA-1210"))
    take(importing)  # The receipt has found its own deposit, and leaves no doubt about the other one.
    assert balances(importing) == {"FA-1209": 0, "FA-1210": 0}
    assert open_tasks(importing) == []


def test_the_customer_is_known_by_its_rfc_and_then_by_its_account(importing: Importing) -> None:
    take(importing, invoice("FA-1209"), invoice("FA-1210", "500.00"))
    clabe = "012180001234567897"
    deposited(importing, line("500.00", "TRANSFERENCIA", clabe=clabe))
    assert standing(importing) == [("open", "")]
    deposited(importing, line("1160.00", "FA-1209", clabe=clabe))
    assert standing(importing) == [("applied", "exact"), ("applied", "named")]
    take(importing, invoice("FA-1211", "700.00"))
    deposited(importing, line("700.00", "TRANSFERENCIA", rfc=RFC))
    assert balances(importing) == {"FA-1209": 0, "FA-1210": 0, "FA-1211": 0}


def test_nothing_is_applied_on_a_name_alone(importing: Importing) -> None:
    take(importing, invoice("FA-1209"))
    deposited(importing, line("1160.00", "TRANSFERENCIA", name=UNIVERSITY[1]))
    assert standing(importing) == [("open", "")]


@pytest.mark.parametrize("first", ["note", "bank"])
def test_who_pays_without_the_credit_note_has_the_rest_to_his_credit(importing: Importing, first: str) -> None:
    take(importing, invoice("FA-1209"))
    for one in (first, "bank" if first == "note" else "note"):
        take(importing, credit_note("NC-1", "160.00", "FA-1209")) if one == "note" else deposited(importing, line("1160.00", "FA-1209"))
    assert balances(importing) == {"FA-1209": 0}
    assert standing(importing) == [("part_applied", "named")]
    with importing.database.reading() as session:
        assert left_of(session.scalars(select(BankLineRow)).one()) == 16_000


def test_a_second_deposit_over_the_same_waits_for_a_person(importing: Importing) -> None:
    take(importing, invoice("FA-1209"))
    deposited(importing, line("1160.00", "FA-1209"), line("1160.00", "FA-1209"))
    assert standing(importing) == [("applied", "named"), ("open", "")]
    with importing.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(EvidenceRow)) == 1
