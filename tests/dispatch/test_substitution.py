"""A CFDI that takes another's place: what was paid, promised or is uncertain about the old one must not be demanded on the new one."""

from __future__ import annotations

import datetime as dt

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.task_answers import Answer, finish_task
from cobranza_rules.mail.maildir_sink import MaildirSink
from tests.cfdi_files import invoice, receipt
from tests.conftest import DAY
from tests.dispatch.faulty_sink import FaultySink
from tests.stories.desk import Desk, days
from tests.stories.fixtures import OPENING, DeskMaker

TUESDAY = DAY + dt.timedelta(days=1)
WEEKS = 40
PROMISE = "El pago de la factura FA-1 quedará hecho el viernes 20 de marzo de 2026."


def substitute(day: dt.date = DAY) -> bytes:
    return invoice("FA-2", "1160.00", day=day, replaces=("FA-1",))


def uncertain_wire(desk: Desk) -> None:
    """The first message leaves, and nobody can tell."""
    sink = desk.workspace.sink
    assert isinstance(sink, MaildirSink)
    desk.workspace.sink = FaultySink(sink, lambda _moment: None, ["uncertain, left"])


def review_done(desk: Desk) -> None:
    (task,) = [task for task in desk.tasks() if task.name == "review-substitution"]
    with desk.workspace.database.writing() as session:
        finish_task(Bookkeeper(session, desk.workspace.clock.now()), task.id, Answer("analista@kemper.example"), desk.today)


def test_what_was_paid_on_the_old_one_holds_the_new_one_until_a_person_has_looked(desk: Desk) -> None:
    desk.take(receipt("P-1", {"FA-1": "1160.00"}, operation="1"), substitute())
    assert (desk.invoice("FA-2").balance, desk.invoice("FA-2").dispute_open) == (116_000, True)
    for day in days(TUESDAY, WEEKS):
        desk.run(day)
    assert desk.mails() == []
    review_done(desk)
    assert not desk.invoice("FA-2").dispute_open


def test_a_payment_that_names_the_old_one_later_holds_the_new_one(desk: Desk) -> None:
    desk.take(substitute(), receipt("P-1", {"FA-1": "1160.00"}, operation="1", day=DAY))
    desk.tick()
    assert [task.name for task in desk.tasks()] == ["review-substitution"]
    assert desk.mails() == []


def test_another_receiver_begins_anew(make_desk: DeskMaker) -> None:
    other = "C-002,XENON INDUSTRIAL ARTICLES,XIA190128J61,nacional,es,30,correo,facturas@xenon.example,pagos@xenon.example,"
    desk = make_desk("C-001,UNIVERSIDAD ROBOTICA ESPAÑOLA,URE180429TM6,nacional,es,30,correo,f@robotica.example,p@robotica.example,", other)
    desk.take(invoice("FA-1"), opening=OPENING)
    desk.take(invoice("FA-2", day=DAY, receiver=("XIA190128J61", "XENON INDUSTRIAL ARTICLES"), replaces=("FA-1",)))
    desk.tick()
    assert (desk.invoice("FA-2").delivery, desk.mails()) == ("pending", [])


def test_a_promise_goes_on_and_one_that_answers_about_the_old_one_is_recorded_on_the_new_one(desk: Desk) -> None:
    desk.tick()
    desk.on(TUESDAY).take(substitute(TUESDAY))
    desk.write(PROMISE, answers=desk.last_id())
    desk.tick()
    assert desk.invoice("FA-2").promised_on == dt.date(2026, 3, 20)
    desk.take(invoice("FA-3", "1160.00", day=TUESDAY, replaces=("FA-2",)))
    assert (desk.invoice("FA-3").promised_on, desk.held("FA-3")) == (dt.date(2026, 3, 20), set())
    for day in days(TUESDAY + dt.timedelta(days=1), 12):
        desk.run(day)
    assert len(desk.mails()) == 1


def test_an_uncertain_message_about_the_old_one_holds_the_new_one(desk: Desk) -> None:
    uncertain_wire(desk)
    desk.tick()
    desk.on(TUESDAY).take(substitute(TUESDAY))
    for day in days(TUESDAY, WEEKS):
        desk.run(day)
    assert len(desk.mails()) == 1


def test_a_bounce_of_an_uncertain_message_settles_it_and_marks_the_address(desk: Desk) -> None:
    uncertain_wire(desk)
    desk.tick()
    message = desk.outgoing()[-1]
    desk.on(TUESDAY).bounce(message.message_id, message.recipients[0])
    desk.tick()
    assert desk.outgoing()[0].state == "failed"
    assert [contact.email for contact in desk.contacts() if contact.bounced_on] == message.recipients


def second_reminder(desk: Desk) -> dt.date:
    """The day on which Sales was asked to intervene for FA-1."""
    for day in days(DAY, 30):
        desk.run(day)
        if desk.tasks():
            return day
    raise AssertionError("nobody was asked to intervene")


def answer_intervention(desk: Desk, answer: str) -> None:
    (task,) = [task for task in desk.tasks() if task.name == "sales-intervention"]
    with desk.workspace.database.writing() as session:
        finish_task(Bookkeeper(session, desk.workspace.clock.now()), task.id, Answer("ventas@kemper.example", answer), desk.today)


def test_the_answer_of_an_intervention_reaches_the_one_in_its_place(desk: Desk) -> None:
    day = second_reminder(desk)
    desk.on(day).take(substitute(day))
    assert desk.invoice("FA-2").intervention == "open"
    answer_intervention(desk, "no_agreement")
    assert (desk.invoice("FA-2").intervention, desk.invoice("FA-2").intervention_due) == ("no_agreement", None)


def test_an_agreement_about_the_old_one_is_a_promise_about_the_new_one_alone(desk: Desk) -> None:
    day = second_reminder(desk)
    desk.on(day).take(substitute(day))
    (task,) = [task for task in desk.tasks() if task.name == "sales-intervention"]
    agreed = Answer("ventas@kemper.example", "agreement", pay_on=day + dt.timedelta(days=7))
    with desk.workspace.database.writing() as session:
        finish_task(Bookkeeper(session, desk.workspace.clock.now()), task.id, agreed, desk.today)
    assert desk.invoice("FA-2").promised_on == day + dt.timedelta(days=7)
    assert desk.invoice("FA-1").promised_on is None


def test_a_call_about_the_old_ones_acknowledgement_answers_for_the_new_one(make_desk: DeskMaker) -> None:
    desk = make_desk()
    desk.take(invoice("FA-1", "1160.00", day=DAY))
    for day in days(DAY, 30):
        desk.run(day)
        desk.approve("administration_manager")
        desk.tick()
        if desk.tasks():
            break
    (task,) = desk.tasks()
    assert task.name == "call-for-acknowledgement"
    desk.take(substitute(desk.today))
    with desk.workspace.database.writing() as session:
        finish_task(Bookkeeper(session, desk.workspace.clock.now()), task.id, Answer("analista@kemper.example", "acknowledged"), desk.today)
    assert desk.invoice("FA-2").acknowledged
