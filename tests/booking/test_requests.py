"""Billing requests: what is accepted and refused, which invoice answers which, and what is out of the ordinary."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.booking.test_agreements import CUSTOMERS, DAY, WHO, Book, said
from tests.cfdi_files import invoice

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.invoice_names import invoice_named
from cobranza_rules.booking.origins import billing_exceptions
from cobranza_rules.booking.request_ties import tie_by_person
from cobranza_rules.booking.requests import refuse_request, request_numbered
from cobranza_rules.casefile.timeline import timeline
from cobranza_rules.dispatch.sending import mark_addresses
from cobranza_rules.domain.customer import DeliveryMode
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.database import Database
from cobranza_rules.store.requested_deliveries import requested_deliveries
from cobranza_rules.store.tables import BillingRequestRow, InvoiceRow

AGREED = b"Cliente,Contrato,Moneda,Vigencia desde\nC-001,CT-1,MXN,2026-01-01\nC-002,CT-2,MXN,2026-01-01\n"
HEADINGS = "Cliente,Contrato,Importe,Moneda,Concepto,Orden de compra,Autorizó,Fecha de autorización,Solicitud,Entregar a,Correo de entrega,Modo de entrega"
NOW = dt.datetime(2026, 3, 2, 18, tzinfo=dt.UTC)


@pytest.fixture
def book(database: Database, tmp_path: Path) -> Book:
    opened = Book(database, tmp_path / "documents")
    opened.take(CUSTOMERS, AGREED)
    return opened


def asked(number: int = 1, amount: str = "1160.00", order: str = "", approved: str = "2026-01-05", more: str = ",,") -> str:
    return f"C-001,ct-1,{amount},MXN,Servicio,{order},Adela Muestra,{approved},S-{number},{more}"


def sheet(*rows: str) -> bytes:
    return "\n".join([HEADINGS, *rows]).encode()


def ordered(name: str, order: str, total: str = "1160.00") -> bytes:
    """A CFDI whose addenda names the customer's purchase order."""
    addenda = f"<cfdi:Addenda><requestForPayment><orderIdentification><referenceIdentification type='ON'>{order}</referenceIdentification></orderIdentification></requestForPayment></cfdi:Addenda></cfdi:Comprobante>"
    return invoice(name, total).replace(b"</cfdi:Comprobante>", addenda.encode())


def answers(book: Book) -> dict[str, int | None]:
    book.agreed()  # Rows are copies of their folds.
    with book.database.reading() as session:
        return dict(session.execute(select(InvoiceRow.number, InvoiceRow.request).order_by(InvoiceRow.id)).all())


def lacks(book: Book) -> list[tuple[str, str]]:
    with book.database.reading() as session:
        return [(one.invoice, one.kind.value) for one in billing_exceptions(session)]


@pytest.mark.parametrize(
    ("row", "reasons"),
    [
        (
            ",".join(("C-001", "", "10", "MXN", "Servicio", *[""] * 7)),
            "it names no agreement; it does not say who approved it; it does not say when it was approved",
        ),
        (asked(approved="2026-03-03"), "its approval of 2026-03-03 is still to come"),
        (asked().replace("ct-1", "CT-9"), "there is no agreement 'CT-9'"),
        (asked().replace("ct-1", "CT-2"), "agreement CT-2 is not one of customer C-001"),
        (asked().replace("MXN", "USD"), "agreement CT-1 does not cover 2026-03-02 in USD"),
        (asked().replace("C-001", "C-009"), "customer 'C-009' is not on file"),
    ],
)
def test_without_its_agreement_and_approval_a_request_is_refused_with_every_reason(book: Book, row: str, reasons: str) -> None:
    report = book.take(sheet(row))
    assert report.counts == {("requests", "refused"): 1}
    assert said(report) == [f"file-0 (A2): request 1 is refused: {reasons}; complete the request and import it again"]
    assert answers(book) == {}


def test_a_good_request_beside_a_bad_one_is_accepted(book: Book) -> None:
    report = book.take(sheet(asked(1), asked(2, amount="mucho"), asked(3).replace("Adela Muestra", "")))
    assert report.counts == {("requests", "new"): 1, ("requests", "refused"): 1, ("requests", "quarantined"): 1}
    assert said(report) == [
        "file-0 (A4): request 2 is refused: it does not say who approved it; complete the request and import it again",
        "file-0 (C3): 'mucho' is no amount above zero; write it as 1200.00",
    ]


def test_the_same_request_twice_is_one(book: Book) -> None:
    assert [book.take(sheet(asked())).counts, book.take(sheet(asked())).counts] == [
        {("requests", "new"): 1},
        {("requests", "unchanged"): 1},
    ]
    same = asked().replace("S-1", "")
    assert said(book.take(sheet(same, same))) == [
        "file-0 (A3): the same request stands already in cell A2; if both are meant, number them in the column 'Solicitud'"
    ]


def test_a_number_of_sales_names_one_request(book: Book) -> None:
    book.take(sheet(asked()))
    assert said(book.take(sheet(asked(amount="5.00")))) == [
        (
            "file-0 (A2): request S-1 is on file with other content, as request 1; "
            "give it a number of its own, or refuse the one on file first: 'cobranza request refuse 1'"
        )
    ]


def test_what_was_refused_for_want_of_its_agreement_is_accepted_when_it_comes_again(book: Book) -> None:
    row = sheet(asked().replace("ct-1", "CT-3"))
    assert book.take(row).counts == {("requests", "refused"): 1}
    later = b"Cliente,Contrato,Moneda,Vigencia desde,Vigencia hasta\nC-001,CT-1,MXN,2026-01-01,2026-02-28\nC-001,CT-3,MXN,2026-03-01,\n"
    assert book.take(row, later).counts == {("agreements", "updated"): 1, ("agreements", "new"): 1, ("requests", "new"): 1}
    with book.database.reading() as session:
        assert [(one.state, one.agreement, one.reasons) for one in session.scalars(select(BillingRequestRow))] == [("accepted", "CT-3", [])]
        assert [event.kind for event in timeline(session, 1)][-1] == "request_accepted"


@pytest.mark.parametrize("request_first", [True, False])
def test_an_invoice_answers_the_request_of_its_amount_whichever_comes_first(book: Book, request_first: bool) -> None:
    for content in [sheet(asked(1), asked(2, "500.00")), invoice("FA-1")][:: 1 if request_first else -1]:
        book.take(content)
    assert answers(book) == {"FA-1": 1}


@pytest.mark.parametrize("request_first", [True, False])
def test_an_order_tells_more_than_an_amount(book: Book, request_first: bool) -> None:
    for content in [sheet(asked(1), asked(2, "500.00", "OC 45")), ordered("FA-1", "oc-45")][:: 1 if request_first else -1]:
        book.take(content)
    assert answers(book) == {"FA-1": 2}
    assert lacks(book) == [("FA-1", "other_amount")]


def test_where_several_may_be_meant_a_person_says_which(book: Book) -> None:
    book.take(sheet(asked(1), asked(2)), invoice("FA-1"))
    assert answers(book) == {"FA-1": None}
    assert lacks(book) == [("FA-1", "several_requests")]
    with book.database.writing() as session:
        keeper = Bookkeeper(session, NOW)
        tie_by_person(keeper, request_numbered(keeper, 2), invoice_named(keeper.session, "FA-1"), WHO, DAY)
    assert answers(book) == {"FA-1": 2}
    assert lacks(book) == []
    book.take(invoice("FA-2"))
    assert answers(book) == {"FA-1": 2, "FA-2": 1}


def test_two_invoices_that_fit_one_later_request_wait_for_a_person(book: Book) -> None:
    book.take(invoice("FA-1"), invoice("FA-2"), sheet(asked()))
    assert answers(book) == {"FA-1": None, "FA-2": None}
    assert lacks(book) == [("FA-1", "several_requests"), ("FA-2", "several_requests")]


def test_an_invoice_of_before_the_approval_answers_nothing(book: Book) -> None:
    book.take(sheet(asked(approved="2026-01-06")), invoice("FA-1", day=dt.date(2026, 1, 5)))
    assert answers(book) == {"FA-1": None}
    assert lacks(book) == [("FA-1", "request_missing")]


def test_a_substitute_answers_the_request_of_the_one_in_whose_place_it_stands(book: Book) -> None:
    book.take(sheet(asked(1), asked(2)))
    book.take(ordered("FA-0", "x", "7.00"))
    with book.database.writing() as session:
        keeper = Bookkeeper(session, NOW)
        tie_by_person(keeper, request_numbered(keeper, 2), invoice_named(keeper.session, "FA-0"), WHO, DAY)
    book.take(invoice("FA-1", replaces=("FA-0",)))
    assert answers(book) == {"FA-0": 2, "FA-1": 2}


def test_what_an_invoice_lacks_is_listed(book: Book) -> None:
    book.take(invoice("FA-1", currency="USD"), invoice("FA-2", receiver=("KIJ0906199R1", "SIN DATOS")))
    assert lacks(book) == [
        ("FA-1", "request_missing"),
        ("FA-1", "agreement_missing"),
        ("FA-2", "request_missing"),
        ("FA-2", "agreement_missing"),
        ("FA-2", "contact_missing"),
    ]


def test_the_contact_and_mode_of_a_request_are_those_of_its_invoice(book: Book) -> None:
    book.take(sheet(asked(more="Rita Muestra,r@b.example,portal")), invoice("FA-1"), invoice("FA-2", "7.00"))
    with book.database.reading() as session:
        found = requested_deliveries(session, [1, 2])
        assert {key: (one.contact.name, one.contact.email, one.mode) for key, one in found.items()} == {
            1: ("Rita Muestra", "r@b.example", DeliveryMode.PORTAL)
        }


def test_an_address_that_fails_is_marked_for_the_customer_that_was_written_to_alone(book: Book) -> None:
    other = asked(2, more="Rita Muestra,r@b.example,").replace("C-001,ct-1", "C-002,CT-2")
    book.take(sheet(asked(more="Rita Muestra,r@b.example,"), other), invoice("FA-1"))
    with book.database.writing() as session:
        assert mark_addresses(Bookkeeper(session, NOW), 1, ["r@b.example"], DAY) == 1
    with book.database.reading() as session:
        marked = session.execute(select(BillingRequestRow.customer_id, BillingRequestRow.contact_bounced_on)).all()
        assert sorted(tuple(row) for row in marked if row[1]) == [(1, DAY)]
        (found,) = requested_deliveries(session, [1]).values()
        assert (found.contact.name, found.contact.email) == ("Rita Muestra", "")


def test_a_person_refuses_what_was_accepted_and_nothing_answers_it_any_more(book: Book) -> None:
    book.take(sheet(asked()))
    with book.database.writing() as session:
        refuse_request(Bookkeeper(session, NOW), 1, WHO, "Falta la remisión", DAY)
    book.take(invoice("FA-1"))
    assert answers(book) == {"FA-1": None}
    assert book.take(sheet(asked())).counts == {("requests", "unchanged"): 1}
    with book.database.reading() as session:
        told = [str(event.sentence) for event in timeline(session, 1)]
    assert "billing request 1 over 1,160.00 MXN refused: Falta la remisión" in told


def not_tied(book: Book, number: int, name: str) -> list[str]:
    with book.database.writing() as session:
        keeper = Bookkeeper(session, NOW)
        row, answer = request_numbered(keeper, number), invoice_named(keeper.session, name)
        with pytest.raises(ProblemError) as refused:
            tie_by_person(keeper, row, answer, WHO, DAY)
    return [str(problem) for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("number", "why", "sentences"),
    [
        (9, "x", ["there is no request 9; 'cobranza request list --all' shows all of them"]),
        (
            1,
            " ",
            ["request 1 was invoiced: FA-1; have the invoice cancelled first", "a request is refused with its reason; say why with --why"],
        ),
        (2, "x", ["request 2 is refused already: it does not say who approved it; 'cobranza request show 2' says more"]),
    ],
)
def test_what_cannot_be_refused_is_said(book: Book, number: int, why: str, sentences: list[str]) -> None:
    book.take(sheet(asked(), asked(2).replace("Adela Muestra", "")), invoice("FA-1"))
    with pytest.raises(ProblemError) as refused, book.database.writing() as session:
        refuse_request(Bookkeeper(session, NOW), number, WHO, why, DAY)
    assert [str(problem) for problem in refused.value.problems] == sentences


def test_a_person_cannot_tie_what_does_not_belong_together(book: Book) -> None:
    book.take(
        sheet(asked(), asked(2).replace("Adela Muestra", "")),
        invoice("FA-1"),
        invoice("FA-2", currency="USD", receiver=("EWE1709045U0", "OTRA")),
    )
    pairs = ((1, "FA-1"), (1, "FA-2"), (2, "FA-1"))
    told = [sentence for number, name in pairs for sentence in not_tied(book, number, name)]
    assert told == [
        "invoice FA-1 answers request 1 already; nothing has to be done",
        "invoice FA-2 and request 1 are of different customers; 'cobranza request list' shows the customer of each",
        "invoice FA-2 is in USD, request 1 in MXN; have the invoice, or the request, made anew in the other currency",
        "request 2 was refused; 'cobranza request show 2' says why",
    ]
