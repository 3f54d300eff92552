"""Agreements in the book: versions, what they refuse, which invoices they cover, and their files."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from tests.booking.ledger_records import charge, taken
from tests.cfdi_files import COMPANY, invoice

from cobranza_rules.backtest.history import Period
from cobranza_rules.backtest.reading import HistoryReader
from cobranza_rules.booking.agreement_files import Attaching, named_in
from cobranza_rules.booking.bookkeeper import Bookkeeper, entries_of, state_of
from cobranza_rules.booking.importing import Importing, ImportReport
from cobranza_rules.booking.payment_terms import agreement_terms
from cobranza_rules.casefile.timeline import timeline
from cobranza_rules.clock import FixedClock
from cobranza_rules.domain.agreement import limits_on
from cobranza_rules.domain.invoice import fold
from cobranza_rules.domain.terms import Terms
from cobranza_rules.intake.sources import SourceFile
from cobranza_rules.problems import ProblemError
from cobranza_rules.rules.document import read_rules
from cobranza_rules.store.agreements import above_limit, agreements_on
from cobranza_rules.store.books import BookReader
from cobranza_rules.store.database import Database
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.tables import AgreementFileRow, AgreementRow, InvoiceRow

DAY = dt.date(2026, 3, 2)
CUSTOMERS = (
    b"Clave,Razon social,RFC,Correo\nC-001,UNIVERSIDAD ROBOTICA ESPANOLA,URE180429TM6,a@b.example\nC-002,OTRA,EWE1709045U0,c@d.example\n"
)
WHO = "ventas@kemper.example"


class Book:
    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.archive = database, DocumentArchive(folder)

    def take(self, *contents: bytes, on: dt.date = DAY) -> ImportReport:
        importing = Importing(self.database, self.archive, FixedClock(on, "America/Mexico_City"), COMPANY)
        return importing.take([SourceFile(f"file-{number}", content) for number, content in enumerate(contents)])

    def agreed(self) -> dict[str, tuple[str, int | None]]:
        """The agreement of each invoice, with its version; and that the row is a copy of the fold."""
        found = {}
        with self.database.reading() as session:
            for row in session.scalars(select(InvoiceRow).order_by(InvoiceRow.id)):
                assert state_of(row) == fold(entries_of(session, row.id))
                version = session.get(AgreementRow, row.agreement_id) if row.agreement_id else None
                found[row.number] = (row.agreement, version.version if version else None)
        return found

    def versions(self) -> list[tuple[str, int]]:
        with self.database.reading() as session:
            return list(session.execute(select(AgreementRow.number, AgreementRow.version).order_by(AgreementRow.id)).all())


@pytest.fixture
def book(database: Database, tmp_path: Path) -> Book:
    opened = Book(database, tmp_path / "documents")
    opened.take(CUSTOMERS)
    return opened


def sheet(*rows: str) -> bytes:
    return ("Cliente,Contrato,Moneda,Vigencia desde,Vigencia hasta,Límite de crédito,Días de crédito,Soporte\n" + "\n".join(rows)).encode()


def said(report: ImportReport) -> list[str]:
    return [str(problem) for problem in report.problems]


JANUARY, FEBRUARY = invoice("FA-1", day=dt.date(2026, 1, 31)), invoice("FA-2", day=dt.date(2026, 2, 1))


@pytest.mark.parametrize("agreement_first", [True, False])
def test_an_invoice_is_covered_by_the_version_of_its_day_whichever_comes_first(book: Book, agreement_first: bool) -> None:
    agreement = sheet("C-001,CT-1,MXN,2026-01-01,,,30,", "C-001,CT-1,MXN,2026-02-01,,,60,sí")
    for contents in [(agreement,), (JANUARY, FEBRUARY)][:: 1 if agreement_first else -1]:
        assert said(book.take(*contents)) == []
    assert book.agreed() == {"FA-1": ("CT-1", 1), "FA-2": ("CT-1", 2)}
    with book.database.reading() as session:
        row = session.scalars(select(InvoiceRow).where(InvoiceRow.number == "FA-2")).one()
        assert agreement_terms(session, row) == Terms(days=60)
        entry = [entry for entry in entries_of(session, row.id) if entry.kind == "covered"][-1]
        assert (entry.data["number"], entry.data["version"], entry.data["support"]) == ("CT-1", 2, ["any"])


def dates(book: Book) -> dict[str, dt.date | None]:
    with book.database.reading() as session:
        return {row.number: row.due_on for row in session.scalars(select(InvoiceRow))}


@pytest.mark.parametrize("agreement_first", [True, False])
def test_an_invoice_is_due_by_its_agreement_whichever_comes_first(book: Book, agreement_first: bool) -> None:
    agreement = sheet("C-001,CT-1,MXN,2026-02-01,,,60,")
    for contents in [(agreement,), (JANUARY, FEBRUARY)][:: 1 if agreement_first else -1]:
        assert said(book.take(*contents)) == []
    book.agreed()  # Rows are copies of their folds.
    assert dates(book) == {"FA-1": None, "FA-2": dt.date(2026, 4, 2)}  # The customer's own credit days are not known.


def test_whoever_leaves_an_agreement_is_due_by_the_customers_terms_again(book: Book) -> None:
    book.take(CUSTOMERS.replace(b"Correo\n", b"Correo,Dias de credito\n").replace(b"a@b.example", b"a@b.example,15"))
    book.take(FEBRUARY)
    assert dates(book) == {"FA-2": dt.date(2026, 2, 16)}
    book.take(sheet("C-001,CT-1,MXN,2026-02-01,,,60,"))
    assert dates(book) == {"FA-2": dt.date(2026, 4, 2)}
    book.take(sheet("C-001,CT-1,MXN,2026-01-01,2026-01-31,,60,"))  # A new version that ends before the invoice's day
    assert book.agreed() == {"FA-2": ("", None)}
    assert dates(book) == {"FA-2": dt.date(2026, 2, 16)}


def test_an_agreement_that_says_nothing_of_terms_moves_no_due_date(book: Book) -> None:
    known = CUSTOMERS.replace(b"Correo\n", b"Correo,Dias de credito\n")
    book.take(known.replace(b"a@b.example", b"a@b.example,15"))
    book.take(FEBRUARY)
    book.take(known.replace(b"a@b.example", b"a@b.example,45"))  # Agreed for later invoices
    book.take(sheet("C-001,CT-1,MXN,2026-02-01,,,,"))
    assert dates(book) == {"FA-2": dt.date(2026, 2, 16)}


def test_the_support_that_an_agreement_asks_for_is_asked_of_each_invoice_that_was_not_delivered(book: Book) -> None:
    book.take(FEBRUARY)
    book.take(sheet("C-001,CT-1,MXN,2026-02-01,,,60,orden de compra"))
    with book.database.reading() as session:
        (row,) = session.scalars(select(InvoiceRow))
        assert (row.support_required, row.support_missing) == (["purchase_order"], True)


def test_the_same_sheet_twice_changes_nothing(book: Book) -> None:
    rows = sheet("C-001,CT-1,MXN,2026-01-01,,,30,")
    assert [book.take(rows).counts, book.take(rows).counts] == [{("agreements", "new"): 1}, {("agreements", "unchanged"): 1}]
    assert book.versions() == [("CT-1", 1)]


def test_what_changes_is_a_new_version_and_the_old_sheet_brings_nothing_back(book: Book) -> None:
    old, new = sheet("C-001,CT-1,MXN,2026-01-01,,,30,"), sheet("C-001,CT-1,MXN,2026-01-01,,,45,")
    book.take(old)
    assert book.take(new, old).counts == {("agreements", "updated"): 1, ("agreements", "unchanged"): 1}
    assert book.versions() == [("CT-1", 1), ("CT-1", 2)]


def test_a_version_that_ends_the_agreement_lets_its_invoices_go(book: Book) -> None:
    book.take(sheet("C-001,CT-1,MXN,2026-01-01,,,30,"), JANUARY, FEBRUARY)
    book.take(sheet("C-001,CT-1,MXN,2026-01-01,2026-01-31,,30,"))
    assert book.agreed() == {"FA-1": ("CT-1", 2), "FA-2": ("", None)}
    with book.database.reading() as session:
        told = [str(event.sentence) for event in timeline(session, 1)]
    assert told[-3:] == [
        "agreement CT-1, version 2, from 2026-01-01, until 2026-01-31",
        "agreement CT-1, version 2, covers invoice FA-1",
        "agreement CT-1 covers invoice FA-2 no more",
    ]


def test_agreements_that_overlap_are_refused_and_the_rest_is_taken(book: Book) -> None:
    rows = sheet(
        "C-001,CT-1,MXN,2026-01-01,,,30,",
        "C-001,CT-2,MXN,2026-02-01,,,30,",
        "C-001,CT-3,USD,2026-02-01,,,30,",
        "C-002,CT-4,MXN,2026-02-01,,,,",
    )
    report = book.take(rows, FEBRUARY)
    assert said(report) == [
        (
            "file-0 (B3): agreement CT-2 and agreement CT-1 of customer C-001 both cover 2026-02-01 in MXN; "
            "end one of the two before the other begins ('Vigencia hasta'); it is a new version of that agreement"
        )
    ]
    assert book.versions() == [("CT-1", 1), ("CT-3", 1), ("CT-4", 1)]
    assert book.agreed() == {"FA-2": ("CT-1", 1)}


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            "C-009,CT-1,MXN,2026-01-01,,,,",
            "file-0 (B2): customer 'C-009' is not on file; import the customer first, or correct the code or RFC",
        ),
        (
            "C-002,CT-0,MXN,2026-01-01,,,,",
            "file-0 (B2): the agreement CT-0 belongs to customer C-001; give each agreement a number of its own",
        ),
    ],
)
def test_what_cannot_be_booked_is_said(book: Book, row: str, sentence: str) -> None:
    book.take(sheet("URE180429TM6,CT-0,MXN,2026-01-01,,,,"))
    assert said(book.take(sheet(row))) == [sentence]
    assert book.versions() == [("CT-0", 1)]


def test_what_is_owed_stands_beside_the_limit_in_its_own_currency(book: Book) -> None:
    book.take(sheet("C-001,CT-1,MXN,2026-01-01,,2000,30,", "C-001,CT-2,USD,2026-01-01,,2000,30,"))
    book.take(JANUARY, invoice("FA-9", "1999.00", currency="USD"))
    with book.database.reading() as session:
        assert above_limit(session, DAY) == []
    book.take(FEBRUARY)
    with book.database.reading() as session:
        (one,) = above_limit(session, DAY)
        assert (one.customer, one.row.number, str(one.owed), one.invoices) == ("C-001", "CT-1", "2,320.00 MXN", ("FA-1", "FA-2"))
        assert above_limit(session, dt.date(2025, 12, 31)) == []
        views = agreements_on(session, select(AgreementRow).order_by(AgreementRow.id), DAY)
        assert [(str(view.limit), str(view.owed)) for view in views] == [("2,000.00 MXN", "2,320.00 MXN"), ("2,000.00 USD", "1,999.00 USD")]


def test_a_substitute_is_covered_by_its_own_day(book: Book) -> None:
    book.take(sheet("C-001,CT-1,MXN,2026-01-01,2026-01-31,,30,", "C-001,CT-2,MXN,2026-02-01,,,30,"), JANUARY)
    book.take(invoice("FA-5", day=dt.date(2026, 2, 3), replaces=("FA-1",)))
    assert book.agreed() == {"FA-1": ("CT-1", 1), "FA-5": ("CT-2", 1)}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Contrato CT-1 firmado.pdf", ["CT-1"]),
        ("ct_1.pdf", ["CT-1"]),
        ("CT-10.pdf", ["CT-10"]),
        ("CT-1-2026 anexo.pdf", ["CT-1-2026"]),
        ("CT-1 y CT-10.pdf", ["CT-1", "CT-10"]),
        ("contrato.pdf", []),
    ],
)
def test_a_file_names_its_agreement_in_its_name(name: str, found: list[str]) -> None:
    assert named_in(name, ["CT-1", "CT-10", "CT-1-2026"]) == found


def test_files_are_kept_by_hash_and_once(book: Book) -> None:
    book.take(sheet("C-001,CT-1,MXN,2026-01-01,,,30,", "C-002,CT-2,MXN,2026-01-01,,,30,"))
    with book.database.writing() as session:
        attaching = Attaching(Bookkeeper(session, dt.datetime(2026, 3, 2, 18, tzinfo=dt.UTC)), book.archive, WHO, DAY)
        files = [SourceFile(f"folder/{name}", name.encode()) for name in ("CT-1.pdf", "CT-1 y CT-2.pdf", "foto.jpg")]
        report = attaching.by_name([*files, SourceFile("CT-2.pdf", b"")])
        again = attaching.to("CT-1", files[:1])
        with pytest.raises(ProblemError, match="there is no agreement 'CT-9'; 'cobranza agreement list' shows them"):
            attaching.to("CT-9", files)
    assert (report.new, report.unchanged) == ([("CT-1", "CT-1.pdf")], 0)
    assert [str(problem) for problem in report.problems] == [
        "folder/CT-1 y CT-2.pdf: the file's name holds the numbers of several agreements: CT-1, CT-2; rename it, or attach it with 'cobranza agreement file --agreement NUMBER'",
        "folder/foto.jpg: the file's name holds the number of no agreement; rename it, or attach it with 'cobranza agreement file --agreement NUMBER'",
        "CT-2.pdf: the file is empty; give the signed file",
    ]
    assert (again.new, again.unchanged) == ([], 1)
    with book.database.reading() as session:
        (row,) = session.scalars(select(AgreementFileRow))
        assert book.archive.get(row.document) == b"CT-1.pdf"
        assert [event.kind for event in timeline(session, row.customer_id)][-1] == "agreement_file"


def test_rules_see_who_owes_more_than_the_limit(book: Book) -> None:
    book.take(sheet("C-001,CT-1,MXN,2026-01-01,2026-03-02,2000,30,", "C-002,CT-2,MXN,2026-01-01,,2000,30,"), JANUARY, FEBRUARY)
    text = "version: 1\nrules: [{id: above, for: customer, when: credit_limit_exceeded, every: 20 workdays, do: [{task: call, assign: analyst}]}]\n"
    rules, _warnings = read_rules([("rules.yaml", text.encode())])
    for day, above in ((dt.date(2026, 3, 2), True), (dt.date(2026, 3, 3), False)):
        with book.database.reading() as session:
            reader = BookReader(session, rules, {}, day, dt.datetime(2026, 3, 3, 18, tzinfo=dt.UTC))
            facts = {one.code: one.portfolio["credit_limit_exceeded"] for one in reader.of([1, 2]).customers.values()}
        assert facts == {"C-001": above, "C-002": False}


def test_a_backtest_knows_a_limit_from_the_day_on_which_it_came(book: Book) -> None:
    book.take(sheet("C-001,CT-1,MXN,2026-01-01,,2000,30,"), JANUARY, FEBRUARY, on=dt.date(2026, 3, 4))
    text = "version: 1\nrules: [{id: above, for: customer, when: credit_limit_exceeded, every: 20 workdays, do: [{task: call, assign: analyst}]}]\n"
    rules, _warnings = read_rules([("rules.yaml", text.encode())])
    with book.database.reading() as session:
        history = HistoryReader(session, Period(dt.date(2026, 3, 2), dt.date(2026, 3, 6)), rules, ZoneInfo("America/Mexico_City")).of([1])
    limits = history.customers[1].limits
    assert [limits_on(limits, dt.date(2026, 3, day)) for day in (3, 4)] == [{}, {"MXN": 200_000}]


def test_what_only_the_accounting_system_tells_of_is_covered_and_needs_its_support_too(book: Book) -> None:
    book.take(sheet("C-001,CT-1,MXN,2026-01-01,2026-12-31,,45,remisión"))
    taken(book.database, FixedClock(DAY, "America/Mexico_City"), charge("FA-1", "1000.00", "1000.00"))
    assert book.agreed() == {"FA-1": ("CT-1", 1)}
    with book.database.reading() as session:
        row = session.scalars(select(InvoiceRow)).one()
        assert row.due_on == row.issued_on + dt.timedelta(days=45)
        assert row.support_missing
