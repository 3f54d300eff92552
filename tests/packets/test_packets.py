"""Packets by the command, over a case as the program itself has made it."""

from __future__ import annotations

import datetime as dt
import io
import re
from zoneinfo import ZoneInfo

import pikepdf
import pytest
from sqlalchemy import select

from cobranza_rules.booking.acknowledging import Given, acknowledge
from cobranza_rules.booking.agreement_files import Attaching
from cobranza_rules.booking.agreements import book_agreement
from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.casefile.timeline import timeline
from cobranza_rules.domain.acknowledgement import AcknowledgementKind
from cobranza_rules.domain.agreement import AgreementKind, AgreementRecord
from cobranza_rules.intake.sources import SourceFile
from cobranza_rules.letters.wkhtmltopdf import WkhtmltopdfEngine
from cobranza_rules.store.tables import AgreementFileRow, CaseEventRow, CustomerRow
from tests.cfdi_files import invoice
from tests.conftest import DAY
from tests.stories.desk import Desk
from tests.stories.spoken import spoken

from .hostile_files import encrypted, pdf_with, picture
from .test_foreign_files import texts

ANALYST = "analista@kemper.example"
FRIDAY = DAY + dt.timedelta(days=4)


def contract(desk: Desk, name: str, content: bytes) -> None:
    with desk.workspace.database.writing() as session:
        keeper = Bookkeeper(session, desk.workspace.clock.now())
        record = AgreementRecord("C-001", "CT-1", AgreementKind.CONTRACT, "MXN", dt.date(2026, 1, 1), signed_on=dt.date(2026, 1, 1))
        book_agreement(keeper, record, desk.today, ANALYST)
        report = Attaching(keeper, desk.workspace.archive, ANALYST, desk.today).to("CT-1", [SourceFile(name, content)])
        assert not report.problems


@pytest.fixture
def case(desk: Desk) -> Desk:
    """A delivered invoice with a stamped acknowledgement, a reminder, a reply and a contract."""
    del desk.workspace.__dict__["pdf"]  # The real engine: its letters become pages of the packet.
    assert isinstance(desk.workspace.pdf, WkhtmltopdfEngine)
    contract(desk, "CT-1 contrato.pdf", pdf_with("Contrato", 3))
    desk.take(invoice("FA-2", "580.00", DAY))
    desk.tick()
    desk.approve("administration_manager")
    desk.tick()
    with desk.workspace.database.writing() as session:
        scan = desk.workspace.archive.put(picture(kind="JPEG"))
        given = Given(AcknowledgementKind.STAMP, ANALYST, desk.workspace.clock.now(), "Alma Prueba", document=scan)
        acknowledge(Bookkeeper(session, desk.workspace.clock.now()), ["FA-2"], given, ZoneInfo(desk.workspace.settings.timezone))
    desk.write("Pagaremos el viernes 13 de marzo.", answers=desk.outgoing()[0].message_id)
    desk.on(FRIDAY).tick()
    return desk


def nobody() -> CustomerRow:
    given = {
        "code": "C-9",
        "identity": "9",
        "rfc": "XAXX010101000",
        "name": "NADIE",
        "kind": "domestic",
        "language": "es",
        "status": "ready",
    }
    return CustomerRow(**given, tax_id="", credit_days=None, delivery="email", address="")


def built(desk: Desk, *words: str) -> bytes:
    file = desk.workspace.base / "legajo.pdf"
    code, said = spoken(desk, "packet", *words, "-o", str(file))
    assert code == 0, said
    return file.read_bytes()


def test_an_escalated_case_as_one_pdf(case: Desk) -> None:
    content = built(case, "escalation", "C-001")
    pages = [" ".join(page.split()) for page in texts(content)]
    assert all(f"Foja {number} de {len(pages)}" in page for number, page in enumerate(pages, start=1))
    assert "Expediente para Administración" in pages[0]
    assert "UNIVERSIDAD ROBOTICA ESPAÑOLA" in pages[0]
    assert f"Fojas {len(pages)}" in pages[0]
    with pikepdf.open(io.BytesIO(content)) as pdf, pdf.open_outline() as outline:
        sections = [item.title for item in outline.root]
        assert sections == [
            "Expediente para Administración",
            "Índice",
            "Lo que se reclama",
            "Historia",
            "Contratos",
            "Facturas",
            "Acuses de recibo",
            "Entrega",
            "Cartas y recordatorios",
            "Mensajes del cliente",
            "Intereses",
            "Estados de cuenta",
            "Originales en papel",
        ]
        names = set(pdf.attachments)
        firsts = {
            child.title: pdf.pages.index(pikepdf.Page(child.destination[0])) + 1  # type: ignore[index]
            for item in outline.root
            for child in item.children
        }
    assert {"FA-1.xml", "FA-2.xml", "sha256.txt"} < names
    assert any(name.startswith("in-") for name in names)
    index = "".join("".join(pages[1:3]).split())
    for title, first in firsts.items():  # The index says where each part begins.
        assert re.search(rf"{re.escape(''.join(title.split()))}(\d\d/\d\d/\d{{4}})?{first}", index), (title, index)
    assert "Contrato 2" in pages[firsts["CT-1: CT-1 contrato.pdf"]]
    assert "Pagaremos el viernes 13 de marzo." in " ".join(pages)


def test_the_same_case_gives_the_same_bytes_and_the_making_of_it_changes_nothing(case: Desk) -> None:
    first = built(case, "escalation", "C-001")
    assert built(case, "escalation", "C-001", "--who", "supervisor") == first
    with case.workspace.database.reading() as session:
        events = [event for event in timeline(session, 1) if event.kind == "packet_made"]
    assert [event.data["who"] for event in events] == [ANALYST, case.workspace.addresses["supervisor"]]
    assert case.workspace.archive.get(events[0].data["document"]) == first


def test_what_the_case_file_says_of_it(case: Desk) -> None:
    content = built(case, "delivery", "C-001")
    with case.workspace.database.reading() as session:
        *_rest, last = timeline(session, 1)
    pages = len(texts(content))
    assert str(last.sentence) == f"packet delivery made by {ANALYST}: {pages} sheets, SHA-256 {last.data['document']}"


def test_a_delivery_holds_what_was_handed_over(case: Desk) -> None:
    content = built(case, "delivery", "C-001", "--invoices", "FA-2")
    with pikepdf.open(io.BytesIO(content)) as pdf, pdf.open_outline() as outline:
        told = {item.title: [child.title for child in item.children] for item in outline.root}
        xml = pdf.attachments["FA-2.xml"]
        assert xml.get_file().read_bytes() == case.workspace.archive.get(case.invoice("FA-2").document or "")
        assert str(xml.obj.AFRelationship) == "/Source"
    assert list(told) == ["Entrega de facturas", "Índice", "Entrega", "Acuses de recibo", "Facturas"]
    assert told["Facturas"] == ["Factura FA-2, 580.00 MXN"]
    assert told["Acuses de recibo"] == ["Acuse de recibo de FA-2: sello"]


def test_what_cannot_be_shown_is_attached_as_it_is_with_a_notice(case: Desk) -> None:
    locked = encrypted("a", "b")
    contract(case, "CT-1 anexo.pdf", locked)
    file = case.workspace.base / "legajo.pdf"
    code, said = spoken(case, "packet", "escalation", "C-001", "-o", str(file))
    assert code == 0
    assert said[-1] == (
        "CT-1 anexo.pdf: en lugar de sus páginas va un aviso: está protegido con contraseña; "
        "pida una copia legible y adjúntela, o entregue el original junto con el legajo"
    )
    with pikepdf.open(file) as pdf:
        assert pdf.attachments["CT-1 anexo.pdf"].get_file().read_bytes() == locked
        assert str(pdf.attachments["CT-1 anexo.pdf"].obj.AFRelationship) == "/Supplement"
    notice = next(page for page in texts(file.read_bytes()) if "sus páginas no se pueden mostrar aquí" in page)
    assert "CT-1 anexo.pdf" in notice
    assert "incrustado en este archivo tal como llegó" in " ".join(notice.split())


def test_a_document_that_is_gone_from_the_disk_keeps_no_packet_back(case: Desk) -> None:
    with case.workspace.database.reading() as session:
        digest = session.scalars(select(AgreementFileRow.document)).one()
    case.workspace.archive.path_of(digest).unlink()
    xml = case.invoice("FA-1").document or ""
    case.workspace.archive.path_of(xml).write_bytes(b"other bytes")
    content = built(case, "escalation", "C-001")
    said = " ".join(" ".join(page.split()) for page in texts(content))
    assert "sus bytes ya no están en el archivo de documentos" in said
    assert "FA-1.xml ya no está en el archivo de documentos" in said
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert "FA-1.xml" not in pdf.attachments
        assert "FA-2.xml" in pdf.attachments


def test_the_list_of_hashes_names_every_document(case: Desk) -> None:
    with pikepdf.open(io.BytesIO(built(case, "escalation", "C-001"))) as pdf:
        lines = pdf.attachments["sha256.txt"].get_file().read_bytes().decode().splitlines()
        names = {line.partition("  ")[2] for line in lines}
        assert set(pdf.attachments) - {"sha256.txt"} <= names
    assert "CT-1 contrato.pdf" in names
    for line in lines:
        case.workspace.archive.get(line.partition("  ")[0])


def test_a_contract_of_900_pages_is_in_it(case: Desk) -> None:
    contract(case, "CT-1 largo.pdf", pdf_with("Cláusula", 900))
    pages = texts(built(case, "escalation", "C-001"))
    assert sum("Cláusula" in page for page in pages) == 900


def test_problems_say_what_to_do(case: Desk, desk: Desk) -> None:
    assert spoken(case, "packet", "account", "C-01") == (
        1,
        ["there is no customer 'C-01'; did you mean C-001, UNIVERSIDAD ROBOTICA ESPAÑOLA?"],
    )
    assert spoken(case, "packet", "account", "C-001", "--invoices", "FA-3,XX-9") == (
        1,
        [
            "there is no invoice 'FA-3'; did you mean 'FA-2'?",
            "there is no invoice 'XX-9'; 'cobranza aging --detail' lists the open ones",
        ],
    )
    assert desk.workspace.base.joinpath("legajo.pdf").exists() is False


def test_a_customer_without_open_invoices_has_no_packet(case: Desk) -> None:
    with case.workspace.database.writing() as session:
        session.add(nobody())
    assert spoken(case, "packet", "account", "C-9") == (1, ["C-9 has no open invoices; name invoices with --invoices"])
    with case.workspace.database.reading() as session:
        assert "packet_made" not in set(session.scalars(select(CaseEventRow.kind)))


def test_nothing_of_it_is_sent(case: Desk) -> None:
    before = (len(case.mails()), len(case.actions()))
    built(case, "account", "C-001")
    assert (len(case.mails()), len(case.actions())) == before
