"""One book imported three ways, by CFDI alone, by AdminPAQ's tables alone, and by both in any order, comes to the same, to the cent and day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select
from tests.booking.one_book import Plain, as_cfdi, as_report, as_spreadsheet, as_tables, left_in_ledger, reckoned, throw
from tests.cfdi_files import COMPANY
from tests.migrated import put_migrated

from cobranza_rules.booking.bookkeeper import entries_of, state_of
from cobranza_rules.booking.importing import Importing, ImportReport
from cobranza_rules.clock import FixedClock
from cobranza_rules.domain.invoice import fold
from cobranza_rules.intake.sources import SourceFile
from cobranza_rules.store.database import Database, open_database
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.tables import InvoiceRow, LedgerCreditRow, PaymentRow

DAY = dt.date(2026, 3, 2)
Books = Callable[[], Importing]
Lot = list[SourceFile]


def importing(database: Database, folder: Path) -> Importing:
    return Importing(database, DocumentArchive(folder / "documents"), FixedClock(DAY, "America/Mexico_City"), COMPANY)


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    """Empty books."""
    opened: list[Database] = []

    def another() -> Importing:
        folder = tmp_path / str(len(opened))
        folder.mkdir()
        put_migrated(folder / "empty.db")
        opened.append(open_database("sqlite:///empty.db", folder))
        return importing(opened[-1], folder)

    yield another
    for database in opened:
        database.close()


def lot(contents: Sequence[bytes], name: str = "cfdi") -> Lot:
    return [SourceFile(f"{name}/{at}.xml", content) for at, content in enumerate(contents)]


def of_cfdi(book: Plain) -> Lot:
    return [SourceFile("clientes.csv", as_spreadsheet(book)), *lot(as_cfdi(book))]


def of_tables(book: Plain) -> Lot:
    return [SourceFile(f"adminpaq/{name}", content) for name, content in as_tables(book).items()]


def of_report(book: Plain) -> Lot:
    return [SourceFile("reporte.xlsx", as_report(book))]


def taken(into: Importing, *lots: Lot) -> ImportReport:
    """Each lot is an import of its own."""
    reports = [into.take(one) for one in lots]
    assert [str(problem) for report in reports for problem in report.problems] == []
    return reports[-1]


def found(into: Importing) -> dict[str, tuple[str, int, dt.date | None]]:
    with into.database.reading() as session:
        rows = list(session.scalars(select(InvoiceRow)))
        assert all(state_of(row) == fold(entries_of(session, row.id)) for row in rows)
        assert len({row.number for row in rows}) == len(rows)
        return {row.number: (row.currency, row.balance, row.due_on) for row in rows}


def differing(into: Importing) -> set[str]:
    with into.database.reading() as session:
        return set(session.scalars(select(InvoiceRow.number).where(InvoiceRow.ledger_difference)))


def expected_differences(book: Plain) -> set[str]:
    """A payment that AdminPAQ has not heard of leaves more open there than here."""
    left, owed = left_in_ledger(book), reckoned(book, cfdi=True, ledger=True)
    return {number for number, (_currency, balance, _due) in owed.items() if left[number] != balance}


@pytest.mark.parametrize("seed", range(12))
def test_one_book_three_ways(books: Books, seed: int) -> None:
    book = throw(seed)
    by_cfdi, by_tables = books(), books()
    taken(by_cfdi, of_cfdi(book))
    assert found(by_cfdi) == reckoned(book, cfdi=True, ledger=False)
    taken(by_tables, of_tables(book))
    assert found(by_tables) == reckoned(book, cfdi=False, ledger=True)
    assert differing(by_tables) == set()
    both = reckoned(book, cfdi=True, ledger=True)
    shuffled = of_cfdi(book)
    Random(seed).shuffle(shuffled)
    half = len(shuffled) // 2
    for order in ((of_cfdi(book), of_tables(book)), (of_tables(book), of_cfdi(book)), (shuffled[:half], of_tables(book), shuffled[half:])):
        into = books()
        taken(into, *order)
        assert found(into) == both
        assert differing(into) == expected_differences(book)
        assert set(taken(into, *order).counts) <= {(kind, "unchanged") for kind in KINDS}
        assert found(into) == both


KINDS = ("customers", "invoices", "payment_receipts", "credit_notes", "charges", "credits")


@pytest.mark.parametrize("seed", range(100, 106))
def test_file_by_file_in_any_order_it_comes_to_the_same(books: Books, seed: int) -> None:
    book = throw(seed)
    lots = [[one] for one in of_cfdi(book)]
    lots.insert(Random(seed).randrange(len(lots) + 1), of_tables(book))
    Random(seed).shuffle(lots)
    into = books()
    taken(into, *lots)
    assert found(into) == reckoned(book, cfdi=True, ledger=True)
    assert differing(into) == expected_differences(book)


@pytest.mark.parametrize("seed", range(50, 54))
def test_a_report_beside_the_cfdi_says_what_is_open_and_adds_nothing(books: Books, seed: int) -> None:
    """It names no links, so that what it alone knows of payments shows as a difference and moves no balance."""
    book = throw(seed)
    owed = reckoned(book, cfdi=True, ledger=False)
    left = left_in_ledger(book)
    for order in ((of_cfdi(book), of_report(book)), (of_report(book), of_cfdi(book))):
        into = books()
        taken(into, *order)
        balances = {number: 0 if one["cancelled"] else owed[number][1] for one in book["invoices"] if (number := one["number"])}
        assert {number: balance for number, (_currency, balance, _due) in found(into).items()} == balances
        assert {number: due for number, (_c, _b, due) in found(into).items()} == {
            number: due for number, (_c, _b, due) in reckoned(book, cfdi=True, ledger=True).items()
        }
        assert differing(into) == {number for number, balance in balances.items() if left[number] != balance}


@pytest.mark.parametrize("seed", [0, 7])
def test_on_either_database(database: Database, tmp_path: Path, seed: int) -> None:
    book = throw(seed)
    into = importing(database, tmp_path)
    taken(into, of_tables(book), of_cfdi(book))
    assert found(into) == reckoned(book, cfdi=True, ledger=True)


def test_the_books_have_what_they_are_to_prove() -> None:
    thrown = [throw(seed) for seed in range(12)]
    payments = [payment for book in thrown for payment in book["payments"]]
    told = [(id(book), payment["day"], str(payment["parts"])) for book in thrown for payment in book["payments"]]
    assert any(not payment["stamped"] for payment in payments)
    assert any(not payment["posted"] for payment in payments)
    assert any(len(payment["parts"]) > 1 for payment in payments)
    assert len(set(told)) < len(told)
    assert any(one["cancelled"] for book in thrown for one in book["invoices"])
    assert any(book["notes"] for book in thrown)


def test_each_payment_has_the_evidence_of_both(books: Books) -> None:
    book = throw(0)
    into = books()
    taken(into, of_tables(book), of_cfdi(book))
    with into.database.reading() as session:
        standing = set(session.scalars(select(LedgerCreditRow.state)))
        count = len(session.scalars(select(PaymentRow)).all())
    assert standing <= {"same", "own"}
    assert count == len(book["payments"])
