"""Acknowledgements of receipt as data: entered, told twice, taken back, and read from mail; each belongs to a delivery."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cobranza_rules.booking.acknowledging import Given, acknowledge, take_back
from cobranza_rules.booking.bookkeeper import Bookkeeper, entries_of, state_of
from cobranza_rules.casefile.deliveries import CaseDelivery, deliveries_of
from cobranza_rules.casefile.timeline import timeline
from cobranza_rules.domain.acknowledgement import AcknowledgementKind
from cobranza_rules.domain.invoice import fold
from cobranza_rules.problems import ProblemError
from tests.cfdi_files import invoice
from tests.conftest import DAY
from tests.stories.desk import UNIVERSITY, Desk, days
from tests.stories.fixtures import DeskMaker

ZONE = ZoneInfo("America/Mexico_City")
TUESDAY = DAY + dt.timedelta(days=1)
SIGNER = "administration_manager"
WHO = "mlopez@kemper.example"
CARRIER = "analista@kemper.example"
NOON = dt.datetime(2026, 3, 3, 12, 30, tzinfo=ZONE)


@pytest.fixture
def carried(make_desk: DeskMaker) -> Desk:
    """Carried to the customer on Tuesday; nothing was signed yet."""
    desk = make_desk(UNIVERSITY.replace(",correo,", ",en persona,"))
    desk.take(invoice("FA-1", day=DAY), invoice("FA-2", day=DAY))
    for _step in range(2):
        desk.tick()
        desk.approve(SIGNER)
    desk.on(TUESDAY).done(desk.task("transmittal").id)
    return desk


def given(kind: str = "stamp", **changes: Any) -> Given:
    said: dict[str, Any] = {"at": NOON, "person": "Alma Prueba", "title": "Recepción", "phone": "55 0000 0001"}
    return Given(AcknowledgementKind(kind), WHO, **{**said, **changes})


def enter(desk: Desk, *names: str, **changes: Any) -> list[bool]:
    with desk.workspace.database.writing() as session:
        keeper = Bookkeeper(session, desk.workspace.clock.now())
        return [new for _invoice, new in acknowledge(keeper, names, given(**changes), ZONE)]


def undo(desk: Desk, name: str, kind: AcknowledgementKind | None = None, reason: str = "era de otra") -> None:
    with desk.workspace.database.writing() as session:
        keeper = Bookkeeper(session, desk.workspace.clock.now())
        take_back(keeper, name, kind, who=WHO, reason=reason, today=desk.today)


def refused(desk: Desk, *names: str, **changes: Any) -> list[str]:
    with pytest.raises(ProblemError) as caught:
        enter(desk, *names, **changes)
    return [str(problem) for problem in caught.value.problems]


def case_lines(desk: Desk) -> list[str]:
    with desk.workspace.database.reading() as session:
        return [str(event.sentence) for event in timeline(session, desk.customers()[0].id)]


def deliveries(desk: Desk) -> list[CaseDelivery]:
    with desk.workspace.database.reading() as session:
        return deliveries_of(session, desk.customers()[0].id, desk.today)


def assert_folded(desk: Desk, number: str) -> None:
    with desk.workspace.database.reading() as session:
        row = desk.invoice(number)
        assert fold(entries_of(session, row.id)) == state_of(row)


def test_it_belongs_to_the_delivery_also_before_the_next_run_has_confirmed_it(carried: Desk) -> None:
    assert carried.invoice("FA-1").delivery == "pending"
    digest = "a" * 64
    assert enter(carried, "FA-1", "fa2", document=digest) == [True, True]
    carried.tick()
    row = carried.invoice("FA-1")
    assert (row.delivery, row.acknowledged) == ("sent", True)
    assert row.acknowledgements == [
        {
            "kind": "stamp",
            "at": "2026-03-03T18:30:00+00:00",
            "person": "Alma Prueba",
            "title": "Recepción",
            "phone": "55 0000 0001",
            "number": "",
            "document": digest,
            "who": WHO,
            "delivery": carried.action("transmittal").id,
            "on": "2026-03-03",
        }
    ]
    assert f"receipt of FA-1 acknowledged: stamp, Alma Prueba, Recepción, 55 0000 0001, document with SHA-256 {digest}" in case_lines(
        carried
    )
    for day in days(TUESDAY, 20):
        assert carried.run(day).entered == 0
    assert_folded(carried, "FA-1")
    carried.assert_whole()


def test_twice_changes_nothing_and_a_contrarrecibo_adds_its_days(carried: Desk) -> None:
    assert enter(carried, "FA-1") == [True]
    assert enter(carried, "FA-1") == [False]
    friday = dt.date(2026, 4, 10)
    assert enter(carried, "FA-1", kind="contrarrecibo", number="CR-77", payment_on=friday, review_on=dt.date(2026, 3, 6)) == [True]
    kinds = [(one["kind"], one.get("payment_on")) for one in carried.invoice("FA-1").acknowledgements]
    assert kinds == [("stamp", None), ("contrarrecibo", "2026-04-10")]
    assert_folded(carried, "FA-1")


def test_a_wrong_one_is_taken_back_with_its_reason_and_it_is_asked_for_again(carried: Desk) -> None:
    enter(carried, "FA-1")
    enter(carried, "FA-1", kind="portal", number="P-1")
    undo(carried, "FA-1", AcknowledgementKind.STAMP)
    assert [one["kind"] for one in carried.invoice("FA-1").acknowledgements] == ["portal"]
    undo(carried, "FA-1")
    assert not carried.invoice("FA-1").acknowledged
    assert f"acknowledgement of FA-1 taken back by {WHO}: era de otra" in case_lines(carried)
    assert_folded(carried, "FA-1")
    carried.tick()
    assert [day for day in days(TUESDAY, 8) if carried.run(day).states["sent"]] == [dt.date(2026, 3, 6)]


def test_there_is_nothing_to_take_back_and_no_reason(carried: Desk) -> None:
    for kind, reason, said in (
        (None, "x", "invoice FA-1 has no such acknowledgement; 'cobranza case' shows what acknowledges it"),
        (AcknowledgementKind.STAMP, " ", "an acknowledgement is taken back with its reason; say why with --comment"),
    ):
        with pytest.raises(ProblemError) as caught:
            undo(carried, "FA-1", kind, reason)
        assert [str(problem) for problem in caught.value.problems] == [said]
        if kind is None:
            enter(carried, "FA-1")


def test_everything_that_is_wrong_is_told_at_once_and_nothing_is_entered(carried: Desk) -> None:
    later = dt.datetime(2026, 3, 9, 9, 0, tzinfo=ZONE)
    assert refused(carried, "FA-1", "X-9", kind="contrarrecibo", at=later, payment_on=dt.date(2026, 3, 8)) == [
        "--at: 2026-03-09 is still to come; give the instant at which it was received, like 2026-03-09T12:30",
        "a contrarrecibo has a number; give it with --number",
        "--payment-on: 2026-03-08 is before the day of the acknowledgement, 2026-03-09; correct one of the two days",
        "there is no invoice 'X-9'; 'cobranza aging --detail' lists the open ones",
    ]
    assert refused(carried, "FA-1", person="") == ["nobody is named who acknowledges it by stamp; say who with --person"]
    early = dt.datetime(2026, 3, 1, 9, 0, tzinfo=ZONE)
    assert refused(carried, "FA-1", at=early) == [
        "--at: invoice FA-1 was issued only on 2026-03-02, after 2026-03-01; correct the instant, or name another invoice"
    ]
    assert not carried.invoice("FA-1").acknowledged


def test_what_was_not_delivered_cannot_have_been_received(make_desk: DeskMaker) -> None:
    desk = make_desk(UNIVERSITY.replace(",correo,", ",en persona,"))
    desk.take(invoice("FA-1", day=DAY))
    desk.on(TUESDAY)
    told = "invoice FA-1 has not been delivered yet; 'cobranza explain FA-1' says what it waits for"
    assert refused(desk, "FA-1") == [told]
    for _step in range(2):
        desk.tick()
        desk.approve(SIGNER)
    task = desk.task("transmittal").id
    assert refused(desk, "FA-1") == [
        f"invoice FA-1 has not been delivered yet; if it has been handed over, say so first: 'cobranza tasks done {task}'"
    ]


def test_the_case_file_says_how_it_was_delivered_and_how_long_its_receipt_is_pending(carried: Desk) -> None:
    carried.tick()
    assert f"invoice FA-1 delivered (in_person; carried by {CARRIER})" in case_lines(carried)
    carried.on(dt.date(2026, 3, 13))
    enter(carried, "FA-2")
    pending, done = deliveries(carried)
    assert (pending.mode, pending.carried_by, pending.invoices, pending.documents) == ("in_person", CARRIER, ("FA-1",), 5)
    assert (str(pending.receipt()), str(done.receipt())) == ("pending for 10 days", "stamp, Alma Prueba")
    assert (pending.as_json()["pending_days"], done.as_json()["pending_days"]) == (10, None)


def by_mail(make_desk: DeskMaker) -> Desk:
    desk = make_desk(UNIVERSITY)
    desk.take(invoice("FA-1", day=DAY))
    for _step in range(2):
        desk.tick()
        desk.approve(SIGNER)
    return desk


def test_a_contrarrecibo_by_mail_gives_the_same(make_desk: DeskMaker) -> None:
    desk = by_mail(make_desk)
    sender = "facturas@robotica.example"
    text = "Se generó el contrarrecibo número CR-8841. Fecha de revisión: 6 de marzo de 2026. Pago programado para el 10 de abril de 2026."
    desk.on(TUESDAY).write(text, answers=desk.last_id(), sender=sender)
    desk.tick()
    (said,) = desk.invoice("FA-1").acknowledgements
    assert {name: said[name] for name in ("kind", "number", "review_on", "payment_on", "delivery", "document")} == {
        "kind": "contrarrecibo",
        "number": "CR-8841",
        "review_on": "2026-03-06",
        "payment_on": "2026-04-10",
        "delivery": desk.action("transmittal").id,
        "document": desk.received()[-1].raw,
    }
    assert_folded(desk, "FA-1")


def test_an_answer_to_the_request_acknowledges_and_says_no_more_the_second_time(make_desk: DeskMaker) -> None:
    desk = by_mail(make_desk)
    desk.run(dt.date(2026, 3, 5))
    assert desk.action("acknowledgement-missing").state == "sent"
    for day in (dt.date(2026, 3, 6), dt.date(2026, 3, 9)):
        desk.on(day).write("Acuso de recibo.", answers=desk.last_id(), sender="facturas@robotica.example")
        desk.tick()
    assert [one["kind"] for one in desk.invoice("FA-1").acknowledgements] == ["reply"]
    assert desk.invoice("FA-1").acknowledged
