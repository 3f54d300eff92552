"""Edges of delivery: days that touch, files that share a name, and what must not be asked of invoices that are past it."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper, state_of
from cobranza_rules.booking.invoice_names import invoice_named
from cobranza_rules.booking.outcome import Taken
from cobranza_rules.booking.support import attach, withdraw
from cobranza_rules.booking.support_queue import incomplete
from cobranza_rules.dispatch.print_set import write_documents
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.domain.support import SupportFile, SupportKind
from cobranza_rules.store.tables import EntryRow, InvoiceRow
from tests.cfdi_files import invoice, receipt
from tests.conftest import DAY
from tests.dispatch.test_acknowledging import NOON, TUESDAY, WHO, carried, enter, undo
from tests.stories.desk import UNIVERSITY, Desk, customer_list
from tests.stories.fixtures import DeskMaker

__all__ = ["carried"]
AGREED = "Cliente,Contrato,Moneda,Vigencia desde,Soporte\nC-001,CT-1,MXN,2026-01-01,orden de compra\n"


def entries(desk: Desk, number: str, kind: EntryKind) -> list[EntryRow]:
    query = select(EntryRow).join(InvoiceRow, InvoiceRow.id == EntryRow.invoice_id)
    with desk.workspace.database.reading() as session:
        return list(session.scalars(query.where(InvoiceRow.number == number, EntryRow.kind == kind.value).order_by(EntryRow.id)))


def test_review_and_payment_may_be_on_the_very_day(carried: Desk) -> None:
    carried.tick()
    assert enter(carried, "FA-1", kind="contrarrecibo", number="CR-1", review_on=TUESDAY, payment_on=TUESDAY) == [True]
    assert carried.invoice("FA-1").due_on == TUESDAY


def test_an_invoice_may_be_acknowledged_on_its_day_of_issue(make_desk: DeskMaker) -> None:
    desk = make_desk()
    desk.take(invoice("FA-1", day=DAY))
    desk.tick()
    desk.approve("administration_manager")
    desk.tick()
    assert enter(desk, "FA-1", at=NOON - dt.timedelta(days=1)) == [True]


def test_an_acknowledgement_names_the_delivery_that_it_is_of(carried: Desk) -> None:
    carried.tick()
    enter(carried, "FA-1")
    (said,) = entries(carried, "FA-1", EntryKind.ACKNOWLEDGED)
    assert said.data["delivery"] == carried.action("transmittal").id == carried.invoice("FA-1").delivered_by


def test_an_invoice_that_is_named_twice_is_acknowledged_once(carried: Desk) -> None:
    carried.tick()
    assert enter(carried, "FA-1", "FA-2", "FA-1") == [True, True]


def test_the_day_is_that_of_the_company_and_not_of_greenwich(carried: Desk) -> None:
    """At half past eight in the evening it is the next day already in Greenwich."""
    carried.tick()
    enter(carried, "FA-1", at=dt.datetime(2026, 3, 4, 2, 30, tzinfo=dt.UTC))
    (said,) = entries(carried, "FA-1", EntryKind.ACKNOWLEDGED)
    assert (said.happened_on, said.data["at"]) == (TUESDAY, "2026-03-04T02:30:00+00:00")


def test_without_a_kind_the_last_one_is_taken_back(carried: Desk) -> None:
    carried.tick()
    enter(carried, "FA-1")
    enter(carried, "FA-1", kind="telephone")
    undo(carried, "FA-1")
    assert [one["kind"] for one in carried.invoice("FA-1").acknowledgements] == ["stamp"]


def test_support_is_asked_only_of_what_is_still_to_be_delivered(make_desk: DeskMaker) -> None:
    desk = make_desk()
    desk.take(invoice("FA-1", day=DAY), invoice("FA-2", day=DAY), invoice("FA-3", day=DAY))
    desk.take(receipt("P-1", {"FA-3": "1160.00"}, day=DAY))
    desk.enter("FA-1", EntryKind.DELIVERED)
    headings = "Clave,Razón social,RFC,Soporte\nC-001,UNIVERSIDAD ROBOTICA ESPAÑOLA,URE180429TM6,remisión\n"
    desk.take(headings.encode())
    assert [desk.invoice(number).support_required for number in ("FA-1", "FA-2", "FA-3")] == [[], ["remission"], []]
    desk.take(AGREED.encode())
    assert [desk.invoice(number).support_required for number in ("FA-1", "FA-2")] == [[], ["purchase_order", "remission"]]


def test_what_waits_for_its_support_and_is_paid_waits_no_more(make_desk: DeskMaker) -> None:
    desk = make_desk()
    desk.take("Clave,Razón social,RFC,Soporte\nC-001,UNIVERSIDAD ROBOTICA ESPAÑOLA,URE180429TM6,remisión\n".encode())
    desk.take(invoice("FA-1", day=DAY), invoice("FA-2", day=DAY), receipt("P-1", {"FA-2": "1160.00"}, day=DAY))
    with desk.workspace.database.reading() as session:
        assert [one.number for one in incomplete(session)] == ["FA-1"]


def file(desk: Desk, kind: SupportKind, text: str, name: str = "Hoja 1.pdf") -> SupportFile:
    return SupportFile(kind, name, "application/pdf", desk.workspace.archive.put(f"%PDF-1.4 {text} %%EOF".encode()))


@pytest.fixture
def two_files(make_desk: DeskMaker) -> Desk:
    """Of one name, and of two kinds."""
    desk = make_desk()
    desk.take(invoice("FA-1", day=DAY))
    with desk.workspace.database.writing() as session:
        keeper = Bookkeeper(session, desk.workspace.clock.now())
        row = invoice_named(session, "FA-1")
        assert attach(keeper, row, file(desk, SupportKind.PURCHASE_ORDER, "one"), DAY) is Taken.NEW
        assert attach(keeper, row, file(desk, SupportKind.REMISSION, "two"), DAY) is Taken.NEW
    return desk


def test_the_same_bytes_may_be_two_kinds_of_support(two_files: Desk) -> None:
    with two_files.workspace.database.writing() as session:
        keeper = Bookkeeper(session, two_files.workspace.clock.now())
        row = invoice_named(session, "FA-1")
        assert attach(keeper, row, file(two_files, SupportKind.ACCEPTANCE, "one"), DAY) is Taken.NEW
        assert attach(keeper, row, file(two_files, SupportKind.ACCEPTANCE, "one", "Otra.pdf"), DAY) is Taken.UNCHANGED
        assert len(state_of(row).support) == 3


def test_of_two_files_with_one_name_the_last_is_taken_back(two_files: Desk) -> None:
    with two_files.workspace.database.writing() as session:
        keeper = Bookkeeper(session, two_files.workspace.clock.now())
        row = invoice_named(session, "FA-1")
        gone = withdraw(keeper, row, "hoja 1.PDF", who=WHO, reason="era de otra", today=DAY)
        assert gone.kind is SupportKind.REMISSION
        assert [kept.kind for kept in state_of(row).support] == [SupportKind.PURCHASE_ORDER]


def test_a_customer_who_has_been_moved_to_mail_is_still_delivered_to_in_person(make_desk: DeskMaker) -> None:
    """What is on its way says itself how it goes."""
    desk = make_desk(UNIVERSITY.replace(",correo,", ",en persona,"))
    desk.take(invoice("FA-1", day=DAY))
    desk.tick()
    desk.approve("administration_manager")
    desk.tick()
    desk.take(customer_list(UNIVERSITY))
    desk.done(desk.task("transmittal").id)
    desk.tick()
    (said,) = entries(desk, "FA-1", EntryKind.DELIVERED)
    assert (said.data["mode"], said.data["carried_by"]) == ("in_person", "analista@kemper.example")


def test_the_print_set_is_that_of_the_letter_that_was_signed_last(make_desk: DeskMaker) -> None:
    desk = make_desk(UNIVERSITY.replace(",correo,", ",en persona,"))
    desk.take(invoice("FA-1", day=DAY))
    desk.tick()
    desk.take(receipt("P-1", {"FA-1": "160.00"}, day=DAY))
    desk.tick()
    desk.approve("administration_manager")
    desk.tick()
    action = desk.action("transmittal")
    assert action.revision == 2
    assert sorted(name.rpartition(".")[2] for name in write_documents(desk.workspace, action.id, None)) == ["docx", "pdf", "pdf", "xml"]


def test_whoever_uploads_it_has_until_a_day_and_the_book_says_that_it_was_a_portal(make_desk: DeskMaker) -> None:
    desk = make_desk(UNIVERSITY.replace(",correo,", ",portal,"))
    desk.take(invoice("FA-1", day=DAY))
    desk.tick()
    desk.approve("administration_manager")
    desk.tick()
    task = desk.task("transmittal")
    assert (task.assigned_to, task.due_on) == ("collections_analyst", dt.date(2026, 3, 5))
    desk.done(task.id)
    desk.tick()
    (said,) = entries(desk, "FA-1", EntryKind.DELIVERED)
    assert (said.data["mode"], said.data["carried_by"]) == ("portal", "analista@kemper.example")
