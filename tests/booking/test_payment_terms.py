"""Due dates in the book: by the customer's terms when an invoice comes, and anew when something happens that moves them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests.cfdi_files import COMPANY, invoice, receipt

from cobranza_rules.booking.bookkeeper import Bookkeeper, entries_of, state_of
from cobranza_rules.booking.importing import Importing
from cobranza_rules.booking.payment_terms import AgreedTerms, agree
from cobranza_rules.casefile.chain_rows import verify_case_file
from cobranza_rules.casefile.timeline import timeline
from cobranza_rules.clock import FixedClock
from cobranza_rules.domain.entry import Entry, EntryKind
from cobranza_rules.domain.invoice import fold
from cobranza_rules.domain.terms import CountedFrom, FixedDays, Instalment, Terms, terms_as_json
from cobranza_rules.intake.sources import SourceFile
from cobranza_rules.language import Sentence
from cobranza_rules.store.database import Database
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.tables import ContactRow, CustomerRow, InvoiceRow

TODAY = dt.date(2026, 3, 20)
ISSUED = dt.date(2026, 3, 4)
CUSTOMERS = b"Clave,Raz\xc3\xb3n social,RFC,D\xc3\xadas de cr\xc3\xa9dito\nC-001,UNIVERSIDAD ROBOTICA ESPA\xc3\x91OLA,URE180429TM6,30\n"
REVIEWED = Terms(30, CountedFrom.DELIVERY, review=FixedDays((1,)), payment=FixedDays((4,)))
HALVES = Terms(60, instalments=(Instalment(30, Decimal(50)), Instalment(60, Decimal(50))))


@dataclass
class Desk:
    importing: Importing

    def take(self, *contents: bytes, opening: dt.date | None = None) -> None:
        one = self.importing
        taking = Importing(one.database, one.archive, one.clock, COMPANY, opening)
        report = taking.take(SourceFile(f"file-{number}", content) for number, content in enumerate(contents))
        assert report.problems == []

    def agree_with_customer(self, terms: Terms) -> None:
        with self.importing.database.writing() as session:
            row = session.scalars(select(CustomerRow)).one()
            row.credit_days = terms.days
            row.terms = {name: value for name, value in terms_as_json(terms).items() if name != "days"} or None

    def agree(self, number: str, terms: Terms) -> bool:
        with self.importing.database.writing() as session:
            row = session.scalars(select(InvoiceRow).where(InvoiceRow.number == number)).one()
            return agree(Bookkeeper(session, self.importing.clock.now()), row, AgreedTerms(terms, Sentence("agreement A-1")), TODAY)

    def enter(self, number: str, entry: EntryKind, day: dt.date, /, **data: Any) -> None:
        with self.importing.database.writing() as session:
            row = session.scalars(select(InvoiceRow).where(InvoiceRow.number == number)).one()
            Bookkeeper(session, self.importing.clock.now()).enter(row, entry, day, data)

    def due(self, number: str) -> str:
        """After looking that the row is the fold of its entries, and the case file whole."""
        with self.importing.database.reading() as session:
            row = session.scalars(select(InvoiceRow).where(InvoiceRow.number == number)).one()
            assert state_of(row) == fold(entries_of(session, row.id))
            assert verify_case_file(session).intact
            return str(row.due_on)

    def told(self) -> list[str]:
        """The case file."""
        with self.importing.database.reading() as session:
            return [event.sentence.text() for event in timeline(session, 1)]

    def entries(self, number: str) -> list[Entry]:
        with self.importing.database.reading() as session:
            row = session.scalars(select(InvoiceRow).where(InvoiceRow.number == number)).one()
            return entries_of(session, row.id)


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    made = Desk(Importing(database, DocumentArchive(tmp_path / "documents"), FixedClock(TODAY, "America/Mexico_City"), COMPANY))
    made.take(CUSTOMERS)
    return made


def test_credit_days_alone_leave_no_lines_in_the_book(desk: Desk) -> None:
    desk.take(invoice("FA-1", day=ISSUED))
    (issued,) = desk.entries("FA-1")
    assert issued.data == {"minor": 116_000, "credit_days": 30, "due_on": "2026-04-03"}


def test_the_customers_terms_date_an_invoice_and_the_entry_says_how(desk: Desk) -> None:
    desk.agree_with_customer(REVIEWED)
    desk.take(invoice("FA-1", day=ISSUED))
    assert desk.due("FA-1") == "2026-04-10"
    (issued,) = desk.entries("FA-1")
    assert issued.data["terms"] == terms_as_json(REVIEWED)
    assert issued.data["source"] == {"text": "terms of the customer", "fields": {}}
    said = [(line["on"], Sentence.from_json(line["said"]).text()) for line in issued.data["lines"]]
    assert said == [
        ("2026-03-04", "issued"),
        ("2026-03-04", "not delivered yet: the days count from issue"),
        ("2026-03-10", "review day (Tuesday)"),
        ("2026-04-09", "credit days: 30"),
        ("2026-04-10", "payment day (Friday)"),
    ]


def test_a_delivery_moves_the_due_date_and_its_undoing_moves_it_back(desk: Desk) -> None:
    desk.agree_with_customer(REVIEWED)
    desk.take(invoice("FA-1", day=ISSUED))
    desk.enter("FA-1", EntryKind.DELIVERED, dt.date(2026, 3, 11), action=7)
    assert desk.due("FA-1") == "2026-04-17"
    assert desk.entries("FA-1")[-1].data["because"] == "delivered"
    assert desk.told()[-1] == "invoice FA-1 is due 2026-04-17, for it was delivered"
    desk.enter("FA-1", EntryKind.DELIVERY_UNDONE, dt.date(2026, 3, 12), action=7)
    assert desk.due("FA-1") == "2026-04-10"
    assert desk.told()[-1] == "invoice FA-1 is due 2026-04-10, for its delivery is undone"


def test_what_moves_nothing_writes_nothing(desk: Desk) -> None:
    desk.agree_with_customer(REVIEWED)
    desk.take(invoice("FA-1", day=ISSUED))
    desk.enter("FA-1", EntryKind.DELIVERED, dt.date(2026, 3, 5), action=7)
    assert [entry.kind for entry in desk.entries("FA-1")] == [EntryKind.ISSUED, EntryKind.DELIVERED]


def test_an_opening_import_counts_as_delivered_on_the_day_of_issue(desk: Desk) -> None:
    desk.agree_with_customer(Terms(30, CountedFrom.DELIVERY, assumed_after=10))
    desk.take(invoice("FA-1", day=ISSUED), opening=ISSUED)
    assert desk.due("FA-1") == "2026-04-03"


def test_a_contrarrecibo_sets_the_due_date_whatever_was_agreed(desk: Desk) -> None:
    desk.take(invoice("FA-1", day=ISSUED))
    desk.enter("FA-1", EntryKind.ACKNOWLEDGED, dt.date(2026, 3, 10), kind="contrarrecibo", review_on="2026-03-10", payment_on="2026-04-24")
    assert desk.due("FA-1") == "2026-04-24"
    desk.enter("FA-1", EntryKind.ACKNOWLEDGED, dt.date(2026, 3, 17), kind="contrarrecibo", payment_on="2026-05-08")
    assert desk.due("FA-1") == "2026-05-08"
    desk.enter("FA-1", EntryKind.ACKNOWLEDGED, dt.date(2026, 3, 18), kind="reply", person="Persona de Prueba")
    assert desk.due("FA-1") == "2026-05-08"


def test_days_from_acceptance_begin_with_the_first_acknowledgement(desk: Desk) -> None:
    desk.agree_with_customer(Terms(30, CountedFrom.ACCEPTANCE, assumed_after=None))
    desk.take(invoice("FA-1", day=ISSUED))
    assert desk.due("FA-1") == "None"
    desk.enter("FA-1", EntryKind.ACKNOWLEDGED, dt.date(2026, 3, 9))
    assert desk.due("FA-1") == "2026-04-08"
    desk.enter("FA-1", EntryKind.ACKNOWLEDGED, dt.date(2026, 3, 19))
    assert desk.due("FA-1") == "2026-04-08"
    desk.enter("FA-1", EntryKind.ACKNOWLEDGED, dt.date(2026, 3, 19), kind="contrarrecibo", review_on="2026-03-17")
    assert desk.due("FA-1") == "2026-04-16"


def test_instalments_are_due_one_after_the_other_as_payments_cover_them(desk: Desk) -> None:
    desk.agree_with_customer(HALVES)
    desk.take(invoice("FA-1", "1000.00", ISSUED))
    assert desk.due("FA-1") == "2026-04-03"
    desk.take(receipt("P-1", {"FA-1": "499.99"}))
    assert desk.due("FA-1") == "2026-04-03"
    desk.take(receipt("P-2", {"FA-1": "0.01"}))
    assert desk.due("FA-1") == "2026-05-03"
    payment = next(entry.data["payment"] for entry in desk.entries("FA-1") if entry.kind is EntryKind.PAYMENT_APPLIED)
    desk.enter("FA-1", EntryKind.PAYMENT_REVERSED, TODAY, payment=payment)
    assert desk.due("FA-1") == "2026-04-03"


def test_other_terms_for_one_invoice_date_it_anew(desk: Desk) -> None:
    desk.take(invoice("FA-1", "1000.00", ISSUED), invoice("FA-2", "1000.00", ISSUED))
    assert desk.agree("FA-1", HALVES)
    assert not desk.agree("FA-1", HALVES)
    desk.enter("FA-1", EntryKind.DELIVERED, dt.date(2026, 3, 11), action=7)
    assert (desk.due("FA-1"), desk.due("FA-2")) == ("2026-04-03", "2026-04-03")
    assert desk.agree("FA-1", Terms(15))
    assert desk.due("FA-1") == "2026-03-19"
    assert "because" not in desk.entries("FA-1")[-1].data
    assert desk.entries("FA-1")[-1].data["source"]["text"] == "agreement A-1"


def test_a_due_date_of_an_accounting_system_gives_way_to_terms_and_to_a_contrarrecibo(desk: Desk) -> None:
    with desk.importing.database.writing() as session:
        session.scalars(select(CustomerRow)).one().credit_days = None
    desk.take(invoice("FA-1", day=ISSUED), invoice("FA-2", day=ISSUED))
    for number in ("FA-1", "FA-2"):
        desk.enter(number, EntryKind.DUE_SET, TODAY, due_on="2026-06-01")
    desk.enter("FA-2", EntryKind.ACKNOWLEDGED, TODAY, payment_on="2026-05-29")
    assert (desk.due("FA-1"), desk.due("FA-2")) == ("2026-06-01", "2026-05-29")
    desk.take(CUSTOMERS.replace(b",30", b",45"))
    assert (desk.due("FA-1"), desk.due("FA-2")) == ("2026-04-18", "2026-05-29")


def test_a_substitute_keeps_terms_and_first_day_of_issue_and_shares_out_its_own_total(desk: Desk) -> None:
    desk.agree_with_customer(HALVES)
    desk.take(invoice("FA-1", "1000.00", ISSUED))
    desk.agree_with_customer(Terms(5))
    desk.take(invoice("FA-9", "900.00", dt.date(2026, 3, 18), replaces=("FA-1",)))
    assert desk.due("FA-9") == "2026-04-03"
    with desk.importing.database.reading() as session:
        row = session.scalars(select(InvoiceRow).where(InvoiceRow.number == "FA-9")).one()
        assert [(str(part.due_on), part.minor) for part in state_of(row).due_basis.parts] == [
            ("2026-04-03", 45_000),
            ("2026-05-03", 45_000),
        ]


def test_an_acknowledged_substitute_counts_from_the_first_acknowledgement(desk: Desk) -> None:
    desk.agree_with_customer(Terms(30, CountedFrom.ACCEPTANCE))
    desk.take(invoice("FA-1", day=ISSUED))
    desk.enter("FA-1", EntryKind.ACKNOWLEDGED, dt.date(2026, 3, 9))
    desk.take(invoice("FA-9", day=dt.date(2026, 3, 18), replaces=("FA-1",)))
    desk.enter("FA-9", EntryKind.ACKNOWLEDGED, dt.date(2026, 3, 19))
    assert desk.due("FA-9") == "2026-04-08"


def sheet(headings: str, *rows: str) -> bytes:
    return "\n".join([f"Clave,Razón social,RFC,{headings}", *rows]).encode()


WHO = "C-001,UNIVERSIDAD ROBOTICA ESPAÑOLA,URE180429TM6"


def test_the_sheet_gives_the_customers_terms(desk: Desk) -> None:
    desk.take(sheet("Base de los días,Días de revisión,Días de pago", f"{WHO},entrega,martes,viernes"))
    desk.take(invoice("FA-1", day=ISSUED))
    assert desk.entries("FA-1")[0].data["terms"] == terms_as_json(REVIEWED)


def customer(desk: Desk) -> dict[str, Any]:
    with desk.importing.database.reading() as session:
        row = session.scalars(select(CustomerRow)).one()
        contacts = session.scalars(select(ContactRow).where(ContactRow.active).order_by(ContactRow.id))
        shown = [(one.role.removesuffix("_contact"), one.name, one.email, one.phone) for one in contacts]
        own = {name: getattr(row, name) for name in ("kind", "language", "credit_days", "delivery", "address", "segment", "terms")}
        return {**own, "contacts": shown}


FULL = sheet(
    "Idioma,Días de crédito,Entrega,Domicilio,Segmento,Base de los días,Días de pago,"
    "Contacto facturas,Correo facturas,Teléfono facturas,Contacto cobranza,Correo cobranza",
    f"{WHO},en,45,portal,Calle de Prueba 1,clave,acuse,viernes,Persona Uno,uno@robotica.example,81 0000 0001,Persona Dos,dos@robotica.example",
)
ON_FILE: dict[str, Any] = {
    "kind": "domestic",
    "language": "en",
    "credit_days": 45,
    "delivery": "portal",
    "address": "Calle de Prueba 1",
    "segment": "clave",
    "terms": {"counted_from": "acceptance", "payment": {"weekdays": [4], "month_days": []}},
    "contacts": [
        ("invoice", "Persona Uno", "uno@robotica.example", "81 0000 0001"),
        ("collections", "Persona Dos", "dos@robotica.example", ""),
    ],
}


@pytest.mark.parametrize(
    ("headings", "cells", "changes"),
    [
        ("Segmento", "clave", {}),
        ("Días de crédito", "60", {"credit_days": 60}),
        ("Días de crédito", "", {"credit_days": None}),
        ("Días de revisión", "martes", {"terms": {**ON_FILE["terms"], "review": {"weekdays": [1], "month_days": []}}}),
        ("Días de pago,Base de los días", ",", {"terms": None}),
        ("Base de los días", "", {"terms": {"payment": {"weekdays": [4], "month_days": []}}}),
        (
            "Correo cobranza",
            "tres@robotica.example",
            {"contacts": [ON_FILE["contacts"][0], ("collections", "", "tres@robotica.example", "")]},
        ),
        ("Correo facturas", "uno@robotica.example", {}),
        ("Correo facturas", "", {"contacts": [ON_FILE["contacts"][1]]}),
        (
            "Teléfono cobranza",
            "81 0000 0002",
            {"contacts": [ON_FILE["contacts"][0], ("collections", "Persona Dos", "dos@robotica.example", "81 0000 0002")]},
        ),
        ("Correo alterno", "tres@robotica.example", {"contacts": [*ON_FILE["contacts"], ("fallback", "", "tres@robotica.example", "")]}),
    ],
)
def test_a_column_that_is_not_there_changes_nothing(desk: Desk, headings: str, cells: str, changes: dict[str, Any]) -> None:
    desk.take(FULL)
    assert customer(desk) == ON_FILE
    desk.take(sheet(headings, f"{WHO},{cells}"))
    assert customer(desk) == ON_FILE | changes


def test_a_telephone_of_several_contacts_is_a_persons_to_place(desk: Desk) -> None:
    desk.take(sheet("Correo cobranza", f"{WHO},uno@robotica.example; dos@robotica.example"))
    one = desk.importing
    report = one.take([SourceFile("clientes.csv", sheet("Teléfono cobranza", f"{WHO},81 0000 0002"))])
    assert [problem.text() for problem in report.problems] == [
        (
            "clientes.csv (C-001): the customer 'C-001' has several contacts of the kind collections_contact; "
            "give the column with their e-mail addresses, too: it tells them apart"
        )
    ]
    assert all(not phone for *_who, phone in customer(desk)["contacts"])


def test_a_customer_abroad_is_known_without_the_column_of_its_tax_number(desk: Desk) -> None:
    abroad = "C-002,EXAMPLE TRADING LLC,"
    desk.take(sheet("Tipo,NumRegIdTrib,Días de crédito", f"{abroad},extranjero,123456789,30"))
    desk.take(sheet("Tipo,Días de crédito", f"{abroad},extranjero,45"))
    with desk.importing.database.reading() as session:
        row = session.scalars(select(CustomerRow).where(CustomerRow.code == "C-002")).one()
        assert (row.identity, row.tax_id, row.credit_days) == ("tax:123456789", "123456789", 45)


def test_cells_that_name_no_days_are_told(desk: Desk) -> None:
    bad = sheet("Base de los días,Días sin acuse,Días de revisión,Días de pago", f"{WHO},pedido,mucho,quincena,15-30")
    assert [problem.text() for problem in desk.importing.take([SourceFile("c.csv", bad)]).problems] == [
        "c.csv (D2): 'pedido' is not known here; write one of: emision, entrega, aceptacion",
        (
            "c.csv (E2): 'mucho' is not a number of days from 0 to 720; "
            "write the days as a number, or 'esperar' for no due date before the acknowledgement comes"
        ),
        "c.csv (F2): 'quincena' names no days; write weekdays or days of the month, for example: martes y jueves, or 15 y último",
        "c.csv (G2): '15-30' names no days; write weekdays or days of the month, for example: martes y jueves, or 15 y último",
    ]
