"""What customers ask for is answered by people: by a task with which the message waits, or by a mail that tells of it."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.message_tasks import open_task_of_message
from cobranza_rules.casefile.timeline import timeline
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.mail.assigning import Assignment, assign
from cobranza_rules.store.tables import InternalMessageRow
from tests.cfdi_files import invoice
from tests.conftest import DAY
from tests.stories.desk import OURS, PAYER, Desk, days, text_of

TUESDAY, WEDNESDAY = DAY + dt.timedelta(days=1), DAY + dt.timedelta(days=2)
CORRECTION = "El uso de CFDI de la factura FA-1 está mal, favor de corregirla y refacturar."


@pytest.fixture
def reminded(desk: Desk) -> Desk:
    """The first reminder left on Monday; the second is due on Monday, 9 March."""
    desk.tick()
    return desk


def assigned(desk: Desk, kind: str) -> None:
    """A person says what the last message is, whatever was read in it."""
    with desk.workspace.database.writing() as session:
        keeper = Bookkeeper(session, desk.workspace.clock.now())
        message = [row for row in desk.received() if row.state == "open"][-1]
        assign(keeper, message.id, Assignment(kind, "analista@kemper.example", {}), desk.today)


def notices(desk: Desk) -> list[tuple[str, EmailMessage]]:
    with desk.workspace.database.reading() as session:
        rows = list(session.scalars(select(InternalMessageRow).where(InternalMessageRow.kind == "notice").order_by(InternalMessageRow.id)))
    found = [(row.recipient, email.message_from_bytes(desk.workspace.archive.get(row.raw), policy=email.policy.default)) for row in rows]
    return [(recipient, mail) for recipient, mail in found if isinstance(mail, EmailMessage)]


def with_receipt(desk: Desk, content: bytes, *, answers: str, authenticated: bool = True) -> None:
    mail = EmailMessage()
    mail["Authentication-Results"] = f"mx.kemper.example; dmarc={'pass' if authenticated else 'fail'} header.from=robotica.example"
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = PAYER, OURS, "Pago", "<pago@robotica.example>"
    mail["In-Reply-To"] = f"<{answers}>"
    mail.set_content("Ya pagamos la factura FA-1 el 2 de marzo de 2026 por transferencia. Adjunto comprobante.")
    mail.add_attachment(content, maintype="application", subtype="pdf", filename="comprobante-spei.pdf")
    desk.deliver(mail.as_bytes())


@pytest.mark.parametrize(
    ("kind", "task", "who"),
    [("invoice_correction", "correct-invoice", "accounting"), ("missing_requirement", "complete-requirements", "collections_analyst")],
)
def test_what_is_to_be_corrected_or_completed_is_not_claimed_until_somebody_has(reminded: Desk, kind: str, task: str, who: str) -> None:
    reminded.on(TUESDAY).write("Hay un problema con la factura.", answers=reminded.last_id(), authenticated=False)
    reminded.tick()
    assigned(reminded, kind)
    reminded.tick()
    opened = reminded.task(task)
    assert (opened.assigned_to, opened.invoices) == (who, [reminded.invoice("FA-1").id])
    assert reminded.received()[0].state == "settled"
    for day in days(WEDNESDAY, 12):
        reminded.run(day)
    assert (len(reminded.mails()), reminded.held("FA-1")) == (1, {"dispute"})
    reminded.on(dt.date(2026, 3, 17)).done(opened.id)
    assert not reminded.invoice("FA-1").dispute_open
    assert reminded.invoice("FA-1").dispute_closed_on == dt.date(2026, 3, 17)


def test_the_invoice_that_takes_the_place_of_the_wrong_one_is_claimed(reminded: Desk) -> None:
    reminded.on(TUESDAY).write("Un detalle con la factura.", answers=reminded.last_id())
    reminded.tick()
    assigned(reminded, "invoice_correction")
    reminded.tick()
    reminded.on(WEDNESDAY).take(invoice("FA-9", "1160.00", WEDNESDAY, replaces=("FA-1",)))
    assert reminded.invoice("FA-9").dispute_open
    reminded.done(reminded.task("correct-invoice").id, "accounting")
    assert not reminded.invoice("FA-9").dispute_open
    reminded.assert_whole()


def test_a_dispute_of_its_own_outlives_the_correction(reminded: Desk) -> None:
    reminded.on(TUESDAY).write("Un detalle con la factura.", answers=reminded.last_id())
    reminded.tick()
    assigned(reminded, "invoice_correction")
    reminded.tick()
    reminded.on(WEDNESDAY).write("No estamos de acuerdo con el precio de la factura FA-1.", answers=reminded.last_id())
    assert reminded.tick().recorded == 1
    reminded.done(reminded.task("correct-invoice").id)
    assert reminded.invoice("FA-1").dispute_open


def test_a_person_s_dispute_outlives_the_task(reminded: Desk) -> None:
    reminded.enter("FA-1", EntryKind.DISPUTE_OPENED, reason="precio", who="analista@kemper.example")
    reminded.on(TUESDAY).write("Un detalle con la factura.", answers=reminded.last_id())
    reminded.tick()
    assigned(reminded, "invoice_correction")
    reminded.tick()
    reminded.done(reminded.task("correct-invoice").id)
    assert reminded.invoice("FA-1").dispute_open


def test_who_asks_for_documents_is_not_reminded_until_they_were_sent(reminded: Desk) -> None:
    reminded.on(TUESDAY).write("¿Me pueden enviar el estado de cuenta y el XML?", answers=reminded.last_id())
    reminded.tick()
    task = reminded.task("send-documents")
    assert (reminded.received()[0].state, task.detail["messages"], task.due_on) == ("open", [reminded.received()[0].id], WEDNESDAY)
    reminded.run(dt.date(2026, 3, 9))
    assert reminded.held("FA-1") == {"reply-waiting"}
    reminded.write("¿Me pueden enviar el estado de cuenta y el XML, por favor?", answers=reminded.last_id())
    reminded.tick()
    assert reminded.task("send-documents").detail["messages"] == [row.id for row in reminded.received()]
    reminded.done(task.id)
    assert [row.state for row in reminded.received()] == ["settled", "settled"]
    assert reminded.received()[0].decided_by == "analista@kemper.example"
    reminded.tick()
    assert reminded.action("second-reminder").state == "sent"


def test_a_message_with_two_tasks_waits_for_both(reminded: Desk) -> None:
    reminded.on(TUESDAY).write("¿Me pueden enviar el estado de cuenta?", answers=reminded.last_id())
    reminded.tick()
    message, first = reminded.received()[0], reminded.task("send-documents")
    with reminded.workspace.database.writing() as session:
        keeper = Bookkeeper(session, reminded.workspace.clock.now())
        second = open_task_of_message(keeper, message.id, "call-customer", "collections_analyst", TUESDAY, None, first.detail["action"]).id
    reminded.done(first.id)
    assert reminded.received()[0].state == "open"
    reminded.done(second)
    assert reminded.received()[0].state == "settled"


def test_a_message_that_a_person_assigns_takes_its_task_along(reminded: Desk) -> None:
    """Another message that waits with the same task keeps it."""
    for text in ("¿Me pueden enviar el estado de cuenta?", "¿Me pueden enviar el XML?"):
        reminded.on(TUESDAY).write(text, answers=reminded.last_id())
        reminded.tick()
    first = reminded.received()[0]
    assigned(reminded, "question")
    task = reminded.task("send-documents")
    assert (task.state, task.detail["messages"]) == ("open", [first.id])
    reminded.tick()
    assert reminded.received()[1].state == "settled"
    assigned(reminded, "question")
    (task,) = reminded.tasks("withdrawn")
    assert (task.name, task.done_by) == ("send-documents", "analista@kemper.example")
    reminded.tick()
    assert [row.state for row in reminded.received()] == ["settled", "settled"]
    with reminded.workspace.database.reading() as session:
        said = [str(event.sentence) for event in timeline(session, task.customer_id)]
    assert said.count("task send-documents withdrawn: analista@kemper.example has said what the message is") == 1


def test_other_contact_data_are_a_proposal_and_change_no_address(reminded: Desk) -> None:
    before = [(contact.role, contact.email, contact.active) for contact in reminded.contacts()]
    text = "A partir de hoy, favor de dirigir todo a nuevo.pagos@robotica.example, ya que Ana ya no trabaja aquí."
    reminded.on(TUESDAY).write(text, answers=reminded.last_id())
    assert reminded.tick().received == {"contact_change": 1}
    assert reminded.task("check-contact").assigned_to == "collections_analyst"
    assert [(contact.role, contact.email, contact.active) for contact in reminded.contacts()] == before


def test_accounting_is_told_of_a_receipt_and_where_it_is(reminded: Desk) -> None:
    with_receipt(reminded.on(TUESDAY), b"%PDF-1.4 prueba", answers=reminded.last_id())
    reminded.tick()
    assert reminded.invoice("FA-1").claimed_on == TUESDAY
    ((recipient, mail),) = notices(reminded)
    assert recipient == "contabilidad@kemper.example"
    said = " ".join(text_of(mail).split())
    assert all(word in said for word in ("comprobante-spei.pdf", PAYER, "FA-1", "cobranza inbox show"))
    assert reminded.received()[0].state == "settled"
    reminded.run(WEDNESDAY)
    assert len(notices(reminded)) == 1


def test_a_receipt_of_an_unauthenticated_sender_goes_nowhere_by_itself(reminded: Desk) -> None:
    with_receipt(reminded.on(TUESDAY), b"%PDF-1.4 prueba", answers=reminded.last_id(), authenticated=False)
    reminded.tick()
    assert (notices(reminded), reminded.invoice("FA-1").claimed_on, reminded.received()[0].state) == ([], None, "open")


@pytest.mark.parametrize(
    "kind", ["invoice_correction", "missing_requirement", "document_request", "contact_change", "dispute", "not_received"]
)
def test_whoever_is_not_authenticated_can_at_most_propose(reminded: Desk, kind: str) -> None:
    """Whatever is read in the mail of a forger, it waits for a person."""
    reminded.on(TUESDAY).write("Un asunto.", answers=reminded.last_id(), authenticated=False)
    reminded.tick()
    with reminded.workspace.database.writing() as session:
        row = session.merge(reminded.received()[0])
        row.kind, row.doubtful = kind, False
    before = reminded.invoice("FA-1").balance, reminded.invoice("FA-1").dispute_open, reminded.invoice("FA-1").delivery
    assert reminded.run(WEDNESDAY).recorded == 0
    after = reminded.invoice("FA-1")
    assert (after.balance, after.dispute_open, after.delivery) == before
    assert (reminded.tasks(), notices(reminded), reminded.received()[0].state) == ([], [], "open")


def test_the_supervisor_hears_of_a_dispute(reminded: Desk) -> None:
    reminded.on(TUESDAY).write("No estamos de acuerdo con el precio de la factura FA-1.", answers=reminded.last_id())
    reminded.tick()
    ((recipient, mail),) = notices(reminded)
    assert recipient == "supervision@kemper.example"
    assert "FA-1" in text_of(mail)
