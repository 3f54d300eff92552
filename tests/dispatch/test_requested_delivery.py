"""An invoice that answers a billing request is delivered to whom the request names, and in the way that it asks for."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.invoice_names import invoice_named
from cobranza_rules.booking.request_ties import tie_by_person
from cobranza_rules.booking.requests import request_numbered
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.explanation import explain_subject
from cobranza_rules.store.tables import ActionRow, EntryRow, InvoiceRow
from tests.cfdi_files import invoice
from tests.conftest import DAY
from tests.stories.desk import UNIVERSITY, Desk, days, text_of
from tests.stories.fixtures import DeskMaker

AGREED = b"Cliente,Contrato,Moneda,Vigencia desde\nC-001,CT-1,MXN,2026-01-01\n"
HEADINGS = (
    "Cliente,Contrato,Importe,Moneda,Concepto,Autorizó,Fecha de autorización,Solicitud,"
    "Entregar a,Cargo,Domicilio de entrega,Correo de entrega,Modo de entrega"
)
ORIGINS = ("agreement:", "billing request:", "it asks")
SIGNER = "administration_manager"
FACTURAS, RITA = "facturas@robotica.example", "rita@robotica.example"


def requests(*rows: tuple[str, str]) -> bytes:
    """Amount, and what each row says of the delivery: name, post, address, e-mail, mode."""
    lines = [
        f"C-001,CT-1,{amount},MXN,Servicio {number},Adela Muestra,2026-01-05,S-{number},{delivery}"
        for number, (amount, delivery) in enumerate(rows, 1)
    ]
    return "\n".join([HEADINGS, *lines]).encode()


def asked(desk: Desk, *deliveries: str) -> Desk:
    """One request after the other, for 100, 200 ... pesos, each with its invoice FA-1, FA-2 ..."""
    amounts = [f"{number}00.00" for number in range(1, len(deliveries) + 1)]
    desk.take(AGREED, requests(*zip(amounts, deliveries, strict=True)))
    desk.take(*(invoice(f"FA-{number}", amount, day=DAY) for number, amount in enumerate(amounts, 1)))
    return desk


def transmittals(desk: Desk) -> list[tuple[list[str], list[str]]]:
    """Invoices and recipients of each."""
    return [([item["number"] for item in row.plan["items"]], row.plan["recipients"]) for row in desk.actions("transmittal")]


def letter(desk: Desk, action: ActionRow) -> str:
    return desk.documents(action)["letter"].decode()


def entry(desk: Desk, number: str, kind: str) -> EntryRow:
    query = (
        select(EntryRow).join(InvoiceRow, InvoiceRow.id == EntryRow.invoice_id).where(InvoiceRow.number == number, EntryRow.kind == kind)
    )
    with desk.workspace.database.reading() as session:
        return session.scalars(query).one()


def send(desk: Desk) -> None:
    desk.tick()
    desk.approve(SIGNER)
    desk.tick()


def test_it_goes_to_whom_the_request_names_and_the_others_to_the_customers_contact(make_desk: DeskMaker) -> None:
    desk = asked(make_desk(), f"Rita Muestra,Jefa de Compras,,{RITA},", ",,,,", f"Rita Muestra,Jefa de Compras,,{RITA},correo")
    send(desk)
    assert transmittals(desk) == [(["FA-1", "FA-3"], [RITA]), (["FA-2"], [FACTURAS])]
    named, usual = (letter(desk, action) for action in desk.actions("transmittal"))
    assert "Rita Muestra" in named
    assert "Jefa de Compras" in named
    assert "Rita Muestra" not in usual
    assert desk.why(desk.actions("transmittal")[0]).startswith("accepted for rita@robotica.example")
    assert desk.invoice("FA-1").delivered_by != desk.invoice("FA-2").delivered_by
    desk.assert_whole()


def test_explain_says_why_it_goes_there(make_desk: DeskMaker) -> None:
    desk = asked(make_desk(), f"Rita Muestra,,,{RITA},", f"Rita Muestra,,,{RITA},")
    said = [str(line) for line in explain_subject(desk.workspace, "FA-2").lines()]
    assert said[-1].endswith(f"; as billing request 1, 2 says: email, Rita Muestra, {RITA}")


def test_another_way_is_a_delivery_of_its_own(make_desk: DeskMaker) -> None:
    desk = asked(make_desk(), "Rita Muestra,Jefa,Av. Uno 1,,en persona", ",,,,portal", ",,,,")
    send(desk)
    assert transmittals(desk) == [(["FA-1"], []), (["FA-2"], []), (["FA-3"], [FACTURAS])]
    by_hand, portal, _mail = desk.actions("transmittal")
    assert "acknowledgement_form" in desk.documents(by_hand)
    assert "acknowledgement_form" not in desk.documents(portal)
    hand, upload = desk.tasks()
    assert hand.detail == {
        "action": by_hand.id,
        "mode": "in_person",
        "deliver_to": "Rita Muestra",
        "title": "Jefa",
        "address": "Av. Uno 1",
    }
    assert upload.detail == {"action": portal.id, "mode": "portal"}
    assert "Av. Uno 1" in letter(desk, by_hand)
    desk.done(hand.id)
    desk.tick()
    assert entry(desk, "FA-1", "delivered").data["mode"] == "in_person"


def test_by_mail_although_the_customer_is_delivered_to_in_person(make_desk: DeskMaker) -> None:
    desk = asked(make_desk(UNIVERSITY.replace(",correo,", ",en persona,")), f",,,{RITA},correo", f",,,{RITA},")
    send(desk)
    assert transmittals(desk) == [(["FA-1"], [RITA]), (["FA-2"], [])]


@pytest.mark.parametrize("delivery", ["Rita Muestra,,,,", "Rita Muestra,,,,correo"])
def test_who_has_no_address_is_not_written_to(make_desk: DeskMaker, delivery: str) -> None:
    desk = asked(make_desk(), delivery)
    send(desk)
    assert transmittals(desk) == [(["FA-1"], [FACTURAS])]
    assert "Rita" not in letter(desk, desk.action("transmittal"))


def test_who_received_it_is_asked_to_acknowledge_it(make_desk: DeskMaker) -> None:
    desk = asked(make_desk(), f"Rita Muestra,,,{RITA},", f"Rita Muestra,,,{RITA},en persona", ",,,,")
    send(desk)
    desk.done(desk.tasks()[0].id)
    desk.tick()
    for day in days(DAY + dt.timedelta(days=1), 3):
        desk.run(day)
    asked_for = [
        ([item["number"] for item in row.plan["items"]], row.plan["recipients"]) for row in desk.actions("acknowledgement-missing")
    ]
    assert asked_for == [(["FA-1", "FA-2"], [RITA]), (["FA-3"], [FACTURAS])]


def test_what_comes_back_from_there_goes_to_the_customers_contact(make_desk: DeskMaker) -> None:
    desk = asked(make_desk(), f"Rita Muestra,,,{RITA},")
    send(desk)
    desk.bounce(desk.outgoing()[0].message_id, RITA)
    desk.run(DAY + dt.timedelta(days=1))
    desk.approve(SIGNER)
    desk.tick()
    assert transmittals(desk) == [(["FA-1"], [RITA]), (["FA-1"], [FACTURAS])]
    assert desk.invoice("FA-1").delivery == "sent"


def test_who_was_delivered_to_is_known_when_he_writes(make_desk: DeskMaker) -> None:
    desk = asked(make_desk(), f"Rita Muestra,,,{RITA},")
    send(desk)
    desk.write("Acuso de recibo de sus facturas.", answers=desk.outgoing()[0].message_id, sender=RITA)
    desk.run(DAY + dt.timedelta(days=1))
    assert desk.invoice("FA-1").acknowledged


def test_a_draft_is_asked_for_anew_when_its_invoice_answers_another_request(make_desk: DeskMaker) -> None:
    """The mode stays, and nobody has an address: only the name of who receives it changes."""
    desk = asked(make_desk(UNIVERSITY.replace(",correo,", ",en persona,")), "Rita Muestra,,,,", "Omar Prueba,,,,")
    desk.tick()
    assert [row.revision for row in desk.actions("transmittal")] == [1, 1]
    with desk.workspace.database.writing() as session:
        keeper = Bookkeeper(session, desk.workspace.clock.now())
        tie_by_person(keeper, request_numbered(keeper, 2), invoice_named(session, "FA-1"), "a@kemper.example", DAY)
    desk.tick()
    first = desk.actions("transmittal")[0]
    assert (first.revision, first.plan["requested"]["contact"]["name"]) == (2, "Omar Prueba")
    assert "Omar Prueba" in letter(desk, first)


def test_explain_names_the_agreement_and_the_request(make_desk: DeskMaker) -> None:
    desk = asked(make_desk(), "Rita Muestra,Jefa,,,en persona", ",,,,")
    desk.take(invoice("FA-3", "7.00", day=DAY, currency="USD"))
    said = {
        name: [line for line in (str(one).strip() for one in explain_subject(desk.workspace, name).lines()) if line.startswith(ORIGINS)]
        for name in ("FA-1", "FA-2", "FA-3")
    }
    assert said["FA-1"] == [
        "agreement: CT-1, version 1",
        "billing request: 1 (S-1), approved by Adela Muestra",
        "it asks for the delivery: in_person, Rita Muestra",
    ]
    assert said["FA-2"] == ["agreement: CT-1, version 1", "billing request: 2 (S-2), approved by Adela Muestra"]
    assert said["FA-3"] == []
    found = explain_subject(desk.workspace, "FA-1").as_json(str)["invoices"][0]
    assert (found["agreement"], found["request"]) == ({"number": "CT-1", "version": 1}, 1)


def test_the_letter_says_what_goes_with_it(make_desk: DeskMaker) -> None:
    desk = asked(make_desk(), ",,,,", ",,,,")
    files = (("cfdi", "FA-1.pdf"), ("purchase_order", "OC 1.pdf"), ("purchase_order", "OC 2.pdf"), ("other", "Fotos.pdf"))
    for number, (kind, name) in enumerate(files):
        desk.enter("FA-1", EntryKind.SUPPORT_ATTACHED, kind=kind, name=name, media_type="application/pdf", document=a_pdf(desk, number))
    send(desk)
    said = "2 CFDI en XML, 1 CFDI en PDF, soporte (orden de compra: 2, otros archivos: 1)"
    assert f"Anexos: {said}." in letter(desk, desk.action("transmittal"))
    assert f"y, con ella, lo siguiente: {said}." in text_of(desk.last_mail()).replace("\n", " ")
    assert len(list(desk.last_mail().iter_attachments())) == 7  # The letter beside them


def a_pdf(desk: Desk, number: int) -> str:
    return desk.workspace.archive.put(f"%PDF-1.4 {number} %%EOF".encode())
