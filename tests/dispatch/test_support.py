"""What goes with invoices when they are delivered: by mail, in a print set, to a portal; and what is not sent without it."""

from __future__ import annotations

import datetime as dt
from email.message import EmailMessage

import pytest

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.importing import Importing
from cobranza_rules.booking.invoice_names import invoice_named
from cobranza_rules.booking.support import withdraw
from cobranza_rules.dispatch.print_set import write_documents
from cobranza_rules.intake.sources import SourceFile
from tests.cfdi_files import invoice
from tests.conftest import DAY
from tests.stories.desk import UNIVERSITY, Desk
from tests.stories.fixtures import DeskMaker

SIGNER = "administration_manager"
TUESDAY = DAY + dt.timedelta(days=1)
HEADINGS = "Clave,Razón social,RFC,Tipo,Idioma,Días de crédito,Entrega,Correo facturas,Soporte,Portal\n"
ROW = "C-001,UNIVERSIDAD ROBOTICA ESPAÑOLA,URE180429TM6,nacional,es,30,{mode},facturas@robotica.example,{support},{portal}\n"


def paper(text: str, size: int = 0) -> bytes:
    return f"%PDF-1.7\n{text}{'x' * size}\n%%EOF\n".encode()


def bring(desk: Desk, **files: bytes) -> None:
    workspace = desk.workspace
    importing = Importing(workspace.database, workspace.archive, workspace.clock, workspace.company.rfc)
    report = importing.take(SourceFile(f"{name.replace('_', ' ')}.pdf", content) for name, content in files.items())
    assert [str(problem) for problem in report.problems] == []


def customer(mode: str = "correo", support: str = "", portal: str = "") -> bytes:
    return (HEADINGS + ROW.format(mode=mode, support=support, portal=portal)).encode()


def attached(mail: EmailMessage) -> dict[str, bytes]:
    return {str(part.get_filename()): part.get_payload(decode=True) for part in mail.iter_attachments()}  # type: ignore[misc]


@pytest.fixture
def desk(make_desk: DeskMaker) -> Desk:
    made = make_desk(UNIVERSITY)
    made.take(invoice("FA-1", day=DAY))
    return made


def delivered(desk: Desk) -> None:
    desk.tick()
    desk.approve(SIGNER)
    desk.tick()


def test_letter_xml_printed_cfdi_and_support_leave_together(desk: Desk) -> None:
    bring(desk, FA_1=paper("cfdi"), FA_1_oc=paper("order"))
    delivered(desk)
    files = attached(desk.last_mail())
    assert [name for name in files if not name.startswith("carta")] == ["FA-1.xml", "FA-1.pdf", "FA_1_oc.pdf"]
    assert (files["FA-1.pdf"], files["FA_1_oc.pdf"]) == (paper("cfdi"), paper("order"))
    assert desk.invoice("FA-1").delivery == "sent"


def test_while_its_support_is_missing_the_letter_is_not_written_and_the_other_invoices_leave(desk: Desk) -> None:
    desk.take(customer(support="orden de compra"), invoice("FA-2", day=DAY))
    bring(desk, FA_2_oc=paper("order"))
    delivered(desk)
    assert (desk.invoice("FA-1").delivery, desk.invoice("FA-2").delivery) == ("pending", "sent")
    assert desk.held("FA-1") == {"support-missing"}
    bring(desk, FA_1_oc=paper("late"))
    assert desk.held("FA-1") == set()
    delivered(desk)
    assert desk.invoice("FA-1").delivery == "sent"
    desk.assert_whole()


def test_what_was_signed_is_signed_again_when_its_files_change(desk: Desk) -> None:
    bring(desk, FA_1=paper("wrong"))
    desk.tick()
    assert desk.approve(SIGNER)
    with desk.workspace.database.writing() as session:
        keeper = Bookkeeper(session, desk.workspace.clock.now())
        withdraw(keeper, invoice_named(session, "FA-1"), "FA 1.pdf", who="a@kemper.example", reason="de otra", today=desk.today)
    bring(desk, FA_1=paper("right"))
    desk.tick()
    assert desk.mails() == []
    assert desk.action("transmittal").state == "awaiting_signature"
    desk.approve(SIGNER)
    desk.tick()
    assert attached(desk.last_mail())["FA-1.pdf"] == paper("right")


def test_a_mail_that_no_server_would_take_is_a_task_before_anybody_signs(make_desk: DeskMaker) -> None:
    desk = make_desk(UNIVERSITY, **{'address = "cobranza@kemper.example"': 'address = "cobranza@kemper.example"\nlargest_mb = 1'})
    desk.take(invoice("FA-1", day=DAY))
    bring(desk, FA_1_oc=paper("a", 800_000))
    for _again in range(2):
        desk.tick()
    assert desk.approvals() == []
    task = desk.task("message-too-large")
    assert (task.detail, task.invoices) == ({"megabytes": 2, "limit": 1}, [desk.invoice("FA-1").id])
    assert len(desk.tasks()) == 1
    with desk.workspace.database.writing() as session:
        keeper = Bookkeeper(session, desk.workspace.clock.now())
        withdraw(keeper, invoice_named(session, "FA-1"), "FA 1 oc.pdf", who="a@kemper.example", reason="pesa", today=desk.today)
    delivered(desk)
    assert (desk.tasks(), desk.invoice("FA-1").delivery) == ([], "sent")


def test_a_mail_that_turns_out_too_large_is_told_and_stays(make_desk: DeskMaker) -> None:
    """Below the limit by its files alone, above it with the letter and what a message is wrapped in."""
    desk = make_desk(UNIVERSITY, **{'address = "cobranza@kemper.example"': 'address = "cobranza@kemper.example"\nlargest_mb = 1'})
    desk.take(invoice("FA-1", day=DAY))
    bring(desk, FA_1_oc=paper("a", 762_000))
    desk.tick()
    desk.approve(SIGNER)
    assert [str(problem) for problem in desk.tick().problems] == [
        (
            "the message to facturas@robotica.example is larger than 1 MB; "
            "attach less, or raise mail.largest_mb in cobranza.toml if your server takes it"
        )
    ]
    assert desk.mails() == []


@pytest.mark.parametrize(
    ("mode", "kinds", "told"),
    [
        ("en persona", {"letter", "letter_word", "cfdi", "support", "acknowledgement_form"}, {"mode": "in_person"}),
        ("portal", {"letter", "letter_word", "cfdi", "support"}, {"mode": "portal", "portal": "https://portal.robotica.example"}),
    ],
)
def test_a_person_gets_the_set_and_until_when(desk: Desk, mode: str, kinds: set[str], told: dict[str, str]) -> None:
    desk.take(customer(mode, portal="https://portal.robotica.example"))
    bring(desk, FA_1=paper("cfdi"), FA_1_oc=paper("order"))
    delivered(desk)
    action, task = desk.action("transmittal"), desk.task("transmittal")
    assert set(desk.documents(action)) == kinds
    assert task.detail == {"action": action.id, **told}
    assert (task.assigned_to, task.due_on) == ("collections_analyst", dt.date(2026, 3, 5))
    names = write_documents(desk.workspace, action.id, desk.workspace.base / "print")
    assert len({name.casefold() for name in names}) == len(names) == len(list((desk.workspace.base / "print").iterdir()))
    assert desk.mails() == []


def test_the_form_has_the_number_of_the_letter_and_its_invoices(desk: Desk) -> None:
    desk.take(customer("en persona"))
    delivered(desk)
    form = desk.documents(desk.action("transmittal"))["acknowledgement_form"].decode()
    assert "COB-2026-00001" in form
    assert "FA-1" in form
    assert "Sello de recibido" in form


def test_whoever_carries_late_is_reminded(desk: Desk) -> None:
    desk.take(customer("en persona"))
    delivered(desk)
    for ahead in range(1, 8):
        desk.run(DAY + dt.timedelta(days=ahead))
    reminders = desk.actions("task-reminder")
    assert [action.planned_on for action in reminders] == [dt.date(2026, 3, 6)]
    assert desk.invoice("FA-1").delivery == "pending"
