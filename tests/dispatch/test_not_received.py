"""What did not reach the customer is delivered again, once; the second time a person finds out where to."""

from __future__ import annotations

import datetime as dt

import pytest

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.casefile.timeline import timeline
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.explanation import explain_subject
from cobranza_rules.language import Sentence
from cobranza_rules.mail.assigning import Assignment, assign
from cobranza_rules.mail.ingest import ingest
from cobranza_rules.problems import ProblemError
from tests.cfdi_files import invoice
from tests.conftest import DAY
from tests.stories.desk import UNIVERSITY, Desk
from tests.stories.fixtures import DeskMaker

TUESDAY, WEDNESDAY = DAY + dt.timedelta(days=1), DAY + dt.timedelta(days=2)
RECEPTION = "facturas@robotica.example"
MISSING = "No hemos recibido la factura que menciona."


@pytest.fixture
def delivered(make_desk: DeskMaker) -> Desk:
    """Two invoices were delivered on Monday in one mail."""
    desk = make_desk(UNIVERSITY)
    desk.take(invoice("FA-1", "1160.00", DAY), invoice("FA-2", "580.00", DAY))
    desk.tick()
    desk.approve("administration_manager")
    desk.tick()
    assert [desk.invoice(number).delivery for number in ("FA-1", "FA-2")] == ["sent", "sent"]
    return desk


def signed(desk: Desk) -> None:
    desk.approve("administration_manager")
    desk.tick()


def transmittals(desk: Desk) -> list[tuple[str, list[int]]]:
    return [(action.state, [item["occurrence"] for item in action.plan["items"]]) for action in desk.actions("transmittal")]


def told(desk: Desk) -> list[str]:
    with desk.workspace.database.reading() as session:
        return [str(event.sentence) for event in timeline(session, desk.customers()[0].id)]


def test_it_is_delivered_again_to_the_same_addresses_and_none_is_marked(delivered: Desk) -> None:
    delivered.on(TUESDAY).write(MISSING, answers=delivered.last_id(), sender=RECEPTION)
    report = delivered.tick()
    assert (report.received, report.recorded) == ({"not_received": 1}, 1)
    assert [delivered.invoice(number).delivery for number in ("FA-1", "FA-2")] == ["pending", "pending"]
    assert [contact.bounced_on for contact in delivered.contacts()] == [None, None]
    signed(delivered)
    assert transmittals(delivered) == [("sent", [1, 1]), ("sent", [2, 2])]
    assert [mail["To"] for mail in delivered.mails()] == [RECEPTION, RECEPTION]
    assert [(claim.occurrence, claim.undone) for claim in delivered.claims() if claim.rule_id == "transmittal"] == [
        *[(1, True)] * 2,
        *[(2, False)] * 2,
    ]
    row = delivered.invoice("FA-1")
    assert (row.delivered_on, row.delivered_by, row.not_received_count) == (TUESDAY, delivered.action("transmittal").id, 1)
    assert [message.state for message in delivered.received()] == ["settled"]
    assert "delivery of FA-1 undone: the customer says that it did not arrive" in told(delivered)
    assert "recorded that FA-1, FA-2 did not reach the customer" in told(delivered)
    delivered.assert_whole()


def test_the_same_message_twice_and_a_colleague_s_after_it_deliver_once(delivered: Desk) -> None:
    first = delivered.last_id()
    delivered.on(TUESDAY).write(MISSING, answers=first, sender=RECEPTION)
    delivered.write(MISSING + " Gracias.", answers=first, sender=RECEPTION)
    assert delivered.tick().recorded == 2
    signed(delivered)
    delivered.on(WEDNESDAY).write(MISSING + " ¿Nos la mandan?", answers=first, sender=RECEPTION)
    assert delivered.tick().recorded == 0  # It answers the first mail, and the second one has left since.
    assert (len(transmittals(delivered)), delivered.invoice("FA-1").not_received_count) == (2, 1)
    assert [message.state for message in delivered.received()] == ["settled", "settled", "open"]


def test_the_second_time_in_a_row_a_person_is_asked_and_nothing_is_delivered(delivered: Desk) -> None:
    delivered.on(TUESDAY).write(MISSING, answers=delivered.last_id(), sender=RECEPTION)
    delivered.tick()
    signed(delivered)
    delivered.on(WEDNESDAY).write(MISSING, answers=delivered.last_id(), sender=RECEPTION)
    delivered.tick()
    assert delivered.invoice("FA-1").delivery == "sent"
    assert (delivered.task("confirm-delivery").assigned_to, delivered.received()[-1].state) == ("collections_analyst", "open")
    given(delivered)
    delivered.tick()
    assert delivered.invoice("FA-1").delivery == "pending"
    signed(delivered)
    assert transmittals(delivered)[-1] == ("sent", [3, 3])


def given(desk: Desk, *invoices: str) -> None:
    with desk.workspace.database.writing() as session:
        keeper = Bookkeeper(session, desk.workspace.clock.now())
        message = next(row for row in desk.received() if row.state == "open")
        assign(keeper, message.id, Assignment("not_received", "analista@kemper.example", {}, invoices=invoices), desk.today)


@pytest.mark.parametrize(
    ("sender", "authenticated"), [(RECEPTION, False), ("quien.sabe@otro.example", True), ("pagos@otro-cliente.example", False)]
)
def test_whoever_is_not_to_be_trusted_undoes_nothing(delivered: Desk, sender: str, authenticated: bool) -> None:
    delivered.on(TUESDAY).write(MISSING, answers=delivered.last_id(), sender=sender, authenticated=authenticated)
    assert delivered.tick().recorded == 0
    assert (delivered.invoice("FA-1").delivery, delivered.received()[0].state) == ("sent", "open")


def test_what_was_acknowledged_did_arrive(delivered: Desk) -> None:
    delivered.on(TUESDAY).enter("FA-1", EntryKind.ACKNOWLEDGED, kind="telephone")
    delivered.write(MISSING, answers=delivered.last_id(), sender=RECEPTION)
    assert delivered.tick().recorded == 0
    with pytest.raises(ProblemError) as error:
        given(delivered)
    hint = "name the invoices that it is about with --invoice; 'cobranza explain FA-1' says how it stands"
    assert [str(problem) for problem in error.value.problems] == [f"the receipt of FA-1 is acknowledged; {hint}"]
    given(delivered, "FA-2")
    assert delivered.tick().recorded == 1
    assert [delivered.invoice(number).delivery for number in ("FA-1", "FA-2")] == ["sent", "pending"]
    signed(delivered)
    assert [action.plan["items"][-1]["number"] for action in delivered.actions("transmittal")] == ["FA-2", "FA-2"]
    assert transmittals(delivered)[-1] == ("sent", [2])


def test_a_person_names_the_invoices_of_a_mail_that_answers_none_of_ours(delivered: Desk) -> None:
    delivered.on(TUESDAY).write(MISSING, sender=RECEPTION)
    delivered.tick()
    with pytest.raises(ProblemError, match="nothing tells which invoices this message is about"):
        given(delivered)
    given(delivered, "FA-2")
    delivered.tick()
    assert [delivered.invoice(number).delivery for number in ("FA-1", "FA-2")] == ["sent", "pending"]


def test_the_answer_to_what_asks_for_the_acknowledgement_undoes_the_delivery_before_it(delivered: Desk) -> None:
    friday = DAY + dt.timedelta(days=4)
    for ahead in range(1, 5):
        delivered.run(DAY + dt.timedelta(days=ahead))
    assert delivered.action("acknowledgement-missing").state == "sent"
    delivered.on(friday).write(MISSING, answers=delivered.last_id(), sender=RECEPTION)
    assert delivered.tick().recorded == 1
    assert (delivered.invoice("FA-1").delivery, delivered.action("transmittal").state) == ("pending", "awaiting_signature")


def test_what_is_said_to_come_is_what_comes(delivered: Desk) -> None:
    """The mail was read and nothing was decided yet: the forecast knows already that it will be delivered again."""
    delivered.on(TUESDAY).write(MISSING, answers=delivered.last_id(), sender=RECEPTION)
    ingest(delivered.workspace)
    coming = explain_subject(delivered.workspace, "FA-1").standings[0].next
    assert coming is not None
    assert (coming.on, coming.rule_id) == (TUESDAY, "transmittal")
    delivered.tick()
    action = delivered.action("transmittal")
    assert (action.planned_on, action.state) == (TUESDAY, "awaiting_signature")
    assert "once more, for what was sent before did not arrive" in str(Sentence.from_json(action.plan["reason"]))
