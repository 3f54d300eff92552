"""What an import makes of documents: on both databases, in any order, twice, and with bad files among good ones."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.cfdi_files import COMPANY, credit_note, invoice, receipt, uuid_of

from cobranza_rules.booking.bookkeeper import entries_of, state_of
from cobranza_rules.booking.identity import normal_name
from cobranza_rules.booking.importing import Importing, ImportReport
from cobranza_rules.casefile.chain_rows import verify_case_file
from cobranza_rules.clock import FixedClock
from cobranza_rules.dispatch.unapplied import unapplied
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.domain.invoice import fold
from cobranza_rules.explanation import _find
from cobranza_rules.intake.sources import SourceFile
from cobranza_rules.money import Money
from cobranza_rules.store.database import Database
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.on_account import on_account
from cobranza_rules.store.tables import (
    ApplicationRow,
    CreditNoteRow,
    CustomerRow,
    EvidenceRow,
    InvoiceRow,
    PaymentRow,
    QuarantineRow,
    TaskRow,
)

DAY = dt.date(2026, 3, 2)
SPREADSHEET = (
    "Clave,Razón social,RFC,Tipo,Idioma,Días de crédito,Entrega,Contacto cobranza,Correo cobranza\n"
    "C-001,UNIVERSIDAD ROBOTICA ESPAÑOLA,URE180429TM6,nacional,es,{days},correo,Persona de Prueba,pagos@robotica.example\n"
)


@pytest.fixture
def importing(database: Database, tmp_path: Path) -> Importing:
    return Importing(database, DocumentArchive(tmp_path / "documents"), FixedClock(DAY, "America/Mexico_City"), COMPANY)


def take(importing: Importing, *contents: bytes) -> ImportReport:
    return importing.take(SourceFile(f"file-{number}", content) for number, content in enumerate(contents))


def book(importing: Importing) -> dict[str, tuple[int, str]]:
    with importing.database.reading() as session:
        return {row.number: (row.balance, row.status) for row in session.scalars(select(InvoiceRow))}


def customers(days: str = "30") -> bytes:
    return SPREADSHEET.format(days=days).encode()


def test_an_invoice_of_an_unknown_customer_is_booked_and_its_customer_waits(importing: Importing) -> None:
    report = take(importing, invoice("FA-1"))
    assert report.counts == {("invoices", "new"): 1}
    with importing.database.reading() as session:
        customer = session.scalars(select(CustomerRow)).one()
        row = session.scalars(select(InvoiceRow)).one()
    assert (customer.status, customer.code) == ("waiting_for_data", "URE180429TM6")
    assert (row.balance, row.due_on, row.currency, row.delivery) == (116_000, None, "MXN", "pending")


def test_its_data_makes_the_customer_active_and_dates_the_invoice(importing: Importing) -> None:
    take(importing, invoice("FA-1", day=dt.date(2026, 1, 5)))
    report = take(importing, customers("45"))
    assert report.counts == {("customers", "updated"): 1}
    with importing.database.reading() as session:
        customer = session.scalars(select(CustomerRow)).one()
        row = session.scalars(select(InvoiceRow)).one()
    assert (customer.status, customer.code) == ("active", "C-001")
    assert (row.due_on, row.credit_days) == (dt.date(2026, 2, 19), 45)


def test_other_terms_later_do_not_move_a_due_date_that_stands(importing: Importing) -> None:
    take(importing, customers("30"), invoice("FA-1", day=dt.date(2026, 1, 5)))
    take(importing, customers("60"))
    with importing.database.reading() as session:
        assert session.scalars(select(InvoiceRow)).one().due_on == dt.date(2026, 2, 4)


FILES = {
    "customers": customers(),
    "invoice": invoice("FA-1", "1000.00"),
    "second": invoice("FA-2", "500.00"),
    "receipt": receipt("P-1", {"FA-1": "400.00", "FA-2": "500.00"}, operation="000123"),
    "note": credit_note("NC-1", "100.00", "FA-1"),
}


@pytest.mark.parametrize("order", list(itertools.permutations(FILES))[::7])
def test_the_order_of_files_changes_no_balance(importing: Importing, order: tuple[str, ...]) -> None:
    for name in order:
        take(importing, FILES[name])
    assert book(importing) == {"FA-1": (50_000, "open"), "FA-2": (0, "paid")}


def test_everything_twice_changes_nothing(importing: Importing) -> None:
    take(importing, *FILES.values())
    before = book(importing)
    with importing.database.reading() as session:
        events = verify_case_file(session).good
    report = take(importing, *FILES.values())
    assert {outcome for _kind, outcome in report.counts} == {"unchanged"}
    assert book(importing) == before
    with importing.database.reading() as session:
        verdict = verify_case_file(session)
    assert verdict.intact
    assert verdict.good == events


def test_two_receipts_of_one_operation_are_evidences_of_one_payment(importing: Importing) -> None:
    take(importing, FILES["invoice"], receipt("P-1", {"FA-1": "400.00"}, operation="77"))
    take(importing, receipt("P-2", {"FA-1": "400.00"}, operation="77"))
    assert book(importing) == {"FA-1": (60_000, "open")}
    with importing.database.reading() as session:
        assert len(session.scalars(select(PaymentRow)).all()) == 1
        assert len(session.scalars(select(EvidenceRow)).all()) == 2


def test_two_equal_payments_without_an_operation_number_are_two(importing: Importing) -> None:
    take(importing, FILES["invoice"], receipt("P-1", {"FA-1": "400.00"}), receipt("P-2", {"FA-1": "400.00"}))
    assert book(importing) == {"FA-1": (20_000, "open")}


def test_a_receipt_that_replaces_another_takes_its_payments_back(importing: Importing) -> None:
    take(importing, FILES["invoice"], FILES["second"], receipt("P-1", {"FA-1": "400.00"}))
    take(importing, receipt("P-2", {"FA-2": "400.00"}, replaces=("P-1",)))
    assert book(importing) == {"FA-1": (100_000, "open"), "FA-2": (10_000, "open")}


def test_a_receipt_that_was_replaced_may_come_after_the_one_that_replaces_it(importing: Importing) -> None:
    new, old = receipt("P-2", {"FA-1": "600.00"}, operation="2", replaces=("P-1",)), receipt("P-1", {"FA-1": "500.00"}, operation="1")
    take(importing, FILES["invoice"], new, old)
    assert book(importing) == {"FA-1": (40_000, "open")}


def test_both_may_come_before_the_invoice(importing: Importing) -> None:
    new, old = receipt("P-2", {"FA-1": "600.00"}, operation="2", replaces=("P-1",)), receipt("P-1", {"FA-1": "500.00"}, operation="1")
    take(importing, old, new, FILES["invoice"])
    assert book(importing) == {"FA-1": (40_000, "open")}


def test_two_receipts_of_one_operation_are_one_payment_whoever_the_receiver_is(importing: Importing) -> None:
    payer = ("XIA190128J61", "XENON INDUSTRIAL ARTICLES")
    take(importing, FILES["invoice"], *(receipt(name, {"FA-1": "400.00"}, operation="77", receiver=payer) for name in ("P-1", "P-2")))
    assert book(importing) == {"FA-1": (60_000, "open")}


def test_a_receipt_that_replaces_another_and_says_the_same_changes_no_balance(importing: Importing) -> None:
    take(importing, FILES["invoice"], receipt("P-1", {"FA-1": "400.00"}, operation="9"))
    take(importing, receipt("P-2", {"FA-1": "400.00"}, operation="9", replaces=("P-1",)))
    assert book(importing) == {"FA-1": (60_000, "open")}


def test_a_substituted_invoice_leaves_and_its_successor_goes_on_from_where_it_stood(importing: Importing) -> None:
    opening = Importing(importing.database, importing.archive, importing.clock, COMPANY, opening=dt.date(2026, 1, 31))
    take(opening, customers(), invoice("FA-1", "1000.00", dt.date(2026, 1, 5)))
    take(importing, invoice("FA-9", "900.00", dt.date(2026, 2, 20), replaces=("FA-1",)))
    assert book(importing) == {"FA-1": (0, "substituted"), "FA-9": (90_000, "open")}
    with importing.database.reading() as session:
        new = session.scalars(select(InvoiceRow).where(InvoiceRow.number == "FA-9")).one()
    assert (new.delivery, new.delivered_on, new.due_on) == ("sent", dt.date(2026, 1, 5), dt.date(2026, 2, 4))


def test_the_successor_may_come_first(importing: Importing) -> None:
    take(importing, customers(), invoice("FA-9", "900.00", replaces=("FA-1",)))
    take(importing, invoice("FA-1", "1000.00"))
    assert book(importing) == {"FA-1": (0, "substituted"), "FA-9": (90_000, "open")}


def test_a_credit_note_for_several_invoices_goes_to_a_person(importing: Importing) -> None:
    take(importing, FILES["invoice"], FILES["second"], credit_note("NC-1", "100.00", "FA-1", "FA-2"))
    assert book(importing) == {"FA-1": (100_000, "open"), "FA-2": (50_000, "open")}
    with importing.database.reading() as session:
        assert session.scalars(select(CreditNoteRow)).one().state == "for_a_person"
        task = session.scalars(select(TaskRow)).one()
    assert (task.name, task.assigned_to, len(task.invoices)) == ("allocate-credit-note", "collections_analyst", 2)


def test_an_opening_marks_what_was_delivered_before(importing: Importing) -> None:
    opening = Importing(importing.database, importing.archive, importing.clock, COMPANY, opening=dt.date(2026, 1, 31))
    take(opening, invoice("FA-1", day=dt.date(2026, 1, 31)), invoice("FA-2", day=dt.date(2026, 2, 1)))
    with importing.database.reading() as session:
        found = {row.number: row.delivery for row in session.scalars(select(InvoiceRow))}
    assert found == {"FA-1": "sent", "FA-2": "pending"}


def test_bad_files_lose_nothing_and_say_what_is_wrong(importing: Importing) -> None:
    known = invoice("FA-1", "1000.00")
    report = take(importing, known, known.replace(b'Total="1000.00"', b'Total="1200.00"'), b"no document", known[:-150], invoice("FA-2"))
    assert report.counts["invoices", "new"] == 2
    column = report.problems[2].column
    assert column > 500
    other = "find out which of the two the SAT has; only that one may stay"
    assert [str(problem) for problem in report.problems] == [
        f"file-1: the UUID {uuid_of('FA-1')} is in the book with other content; {other}",
        "file-2: not a CFDI, no report or table of AdminPAQ, no bank statement, and no list of customers, agreements, billing requests, reminders or statuses of CFDI; see docs/import.md for what can be imported",
        f"file-3:1:{column}: the file breaks off before its end; download it again from where it came",
    ]
    with importing.database.reading() as session:
        kept = session.scalars(select(QuarantineRow).order_by(QuarantineRow.id)).all()
    assert [importing.archive.get(row.document) for row in kept][1] == b"no document"


def test_another_company_s_invoice_is_set_aside(importing: Importing) -> None:
    report = take(importing, invoice("FA-1").replace(COMPANY.encode(), b"IIA040805DZ4"))
    assert [(file, str(reason)) for file, reason in report.set_aside] == [
        ("file-0", "issued by IIA040805DZ4, not by the company, EKU9003173C9")
    ]


def test_a_number_under_another_uuid_is_refused_unless_it_says_that_it_replaces(importing: Importing) -> None:
    take(importing, invoice("FA-1"))
    twin = invoice("FA-1").replace(uuid_of("FA-1").encode(), uuid_of("twin").encode())
    report = take(importing, twin)
    assert [str(problem) for problem in report.problems] == [
        f"file-0: invoice FA-1 is in the book under another UUID, {uuid_of('FA-1')}; if this one replaces it, it has to say so with relation 04"
    ]


def test_a_receipt_in_another_currency_is_refused_whole(importing: Importing) -> None:
    take(importing, FILES["invoice"], FILES["second"])
    bad = receipt("P-1", {"FA-1": "400.00", "FA-2": "100.00"}).replace(b'MonedaDR="MXN"', b'MonedaDR="USD"', 1)
    report = take(importing, bad)
    assert "the receipt pays invoice FA-1 in USD, but it was issued in MXN" in str(report.problems[0])
    assert book(importing) == {"FA-1": (100_000, "open"), "FA-2": (50_000, "open")}
    with importing.database.reading() as session:
        assert session.scalars(select(PaymentRow)).all() == []


def test_a_refused_file_that_is_taken_later_leaves_the_quarantine(importing: Importing) -> None:
    bad = receipt("P-1", {"FA-1": "400.00"}).replace(b'MonedaDR="MXN"', b'MonedaDR="USD"')
    take(importing, FILES["invoice"], bad)
    with importing.database.writing() as session:
        session.scalars(select(InvoiceRow)).one().currency = "USD"
    take(importing, bad)
    with importing.database.reading() as session:
        assert session.scalars(select(QuarantineRow)).all() == []


def test_stored_states_are_the_fold_of_their_entries(importing: Importing) -> None:
    take(importing, *FILES.values(), invoice("FA-9", "900.00", replaces=("FA-2",)))
    with importing.database.reading() as session:
        for row in session.scalars(select(InvoiceRow)):
            assert state_of(row) == fold(entries_of(session, row.id))


def test_what_was_known_on_a_day_is_the_fold_of_what_had_been_entered(importing: Importing) -> None:
    take(importing, FILES["invoice"])
    later = Importing(importing.database, importing.archive, FixedClock(dt.date(2026, 3, 20), "America/Mexico_City"), COMPANY)
    take(later, receipt("P-1", {"FA-1": "400.00"}, day=dt.date(2026, 2, 10)))
    with importing.database.reading() as session:
        row = session.scalars(select(InvoiceRow)).one()
        known = entries_of(session, row.id, dt.datetime(2026, 3, 10, tzinfo=dt.UTC))
        assert [entry.kind for entry in known] == [EntryKind.ISSUED]
        assert fold(known).balance == 100_000
        assert state_of(row).balance == 60_000


ABROAD = "Clave,Razón social,RFC,Tipo,Idioma,Días de crédito,Entrega,Correo facturas\n" + "".join(
    f"{code},{name},,extranjero,en,30,correo,{mail}@cliente.example\n"
    for code, name, mail in (
        ("X-1", "株式会社甲", "a"),
        ("X-2", "株式会社乙", "b"),
        ("X-3", "ООО 5", "c"),
        ("X-4", "有限会社 5", "d"),
        ("X-5", "💥", "e"),
        ("X-6", "🏴", "f"),
    )
)


def test_names_that_latin_letters_cannot_write_are_names_too(importing: Importing) -> None:
    """Who has no RFC and no tax number goes by the name: two of them must never become one, and get what belongs to the other."""
    assert take(importing, ABROAD.encode()).counts == {("customers", "new"): 6}
    take(importing, invoice("FX-1", receiver=("XEXX010101000", "株式会社乙")), invoice("FX-2", receiver=("XEXX010101000", "🏴")))
    with importing.database.reading() as session:
        owners = {row.number: session.get_one(CustomerRow, row.customer_id).code for row in session.scalars(select(InvoiceRow))}
    assert owners == {"FX-1": "X-2", "FX-2": "X-6"}


@pytest.mark.parametrize(
    ("name", "identity"),
    [
        ("Université de l’Exemple, S.A.", "UNIVERSITE DE LEXEMPLE S A"),
        ("  H&E   Ñandú–Sur ", "H&E NANDUSUR"),
        ("株式会社 甲", "株式会社 甲"),
        ("a_b", "A B"),
        ("💥", "💥"),
    ],
)
def test_what_counts_of_a_name(name: str, identity: str) -> None:
    assert normal_name(name) == identity


def test_an_accent_is_the_same_however_it_was_typed(importing: Importing) -> None:
    decomposed = "n\u0303andu\u0301"
    take(importing, customers().replace(b"C-001", decomposed.encode()), invoice("F\u00e9-1"), invoice("Fe\u0301-2"))
    with importing.database.reading() as session:
        assert session.scalars(select(CustomerRow.code)).all() == ["\u00f1and\u00fa"]
        for typed in ("\u00f1and\u00fa", decomposed, "F\u00e9-1", "Fe\u0301-1", "F\u00e9-2", "Fe\u0301-2"):
            assert _find(session, typed)[0].code == "\u00f1and\u00fa"
    take(importing, customers("45").replace(b"C-001", "\u00f1and\u00fa".encode()))
    with importing.database.reading() as session:
        assert session.scalars(select(CustomerRow.credit_days)).all() == [45]


def test_a_table_with_a_sign_that_cannot_stand_in_it_says_so(importing: Importing) -> None:
    report = importing.take([SourceFile("clientes.csv", customers().replace(b"ROBOTICA", b"ROBO\x00TICA"))])
    assert [str(problem) for problem in report.problems] == [
        "clientes.csv:2: the character U+0000 cannot stand in a table; delete it, and save the file again"
    ]


def test_a_credit_note_larger_than_its_invoice_goes_to_a_person(importing: Importing) -> None:
    take(importing, FILES["invoice"], FILES["second"], credit_note("NC-1", "1250.00", "FA-1"))
    assert book(importing) == {"FA-1": (100_000, "open"), "FA-2": (50_000, "open")}
    with importing.database.reading() as session:
        assert session.scalars(select(CreditNoteRow)).one().state == "for_a_person"
        assert session.scalars(select(TaskRow)).one().name == "allocate-credit-note"
        assert unapplied(session, 1, "MXN") == (("NC-1", Money(125_000, "MXN")),)


def test_a_receipt_for_an_unknown_invoice_waits_for_it_and_is_nobodys_cash(importing: Importing) -> None:
    take(importing, FILES["second"], receipt("P-9", {"FA-77": "300.00"}))
    assert book(importing) == {"FA-2": (50_000, "open")}
    with importing.database.reading() as session:
        part = session.scalars(select(ApplicationRow)).one()
        assert (part.minor, part.applied, part.invoice_id) == (30_000, False, None)
        assert (on_account(session, None), unapplied(session, 1, "MXN")) == ({}, ())
    take(importing, invoice("FA-77", "800.00"))
    assert book(importing) == {"FA-2": (50_000, "open"), "FA-77": (50_000, "open")}
