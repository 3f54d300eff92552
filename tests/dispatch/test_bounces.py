"""Messages that come back: their addresses are marked, what they did is undone, and the next address gets its turn."""

from __future__ import annotations

import datetime as dt

from cobranza_rules.domain.entry import EntryKind
from tests.cfdi_files import invoice
from tests.conftest import DAY, publish_anew
from tests.rulebook.test_publishing import rewrite
from tests.stories.desk import FALLBACK, PAYER, UNIVERSITY, Desk, days
from tests.stories.fixtures import OPENING, DeskMaker

TUESDAY = DAY + dt.timedelta(days=1)
FIRST, SECOND = "first-reminder", "second-reminder"


def marked(desk: Desk) -> dict[str, dt.date | None]:
    return {contact.email: contact.bounced_on for contact in desk.contacts()}


def test_a_bounced_reminder_is_undone_and_goes_to_the_fallback(desk: Desk) -> None:
    desk.tick()
    desk.on(TUESDAY).bounce(desk.last_id(), PAYER)
    report = desk.tick()
    assert report.received == {"bounce": 1}
    assert report.states == {"sent": 1}
    assert marked(desk)[PAYER] == TUESDAY
    mail = desk.last_mail()
    assert mail["To"] == FALLBACK
    row = desk.invoice("FA-1")
    assert (row.rung, row.rung_on, row.dunning_level) == (FIRST, TUESDAY, 1)
    assert [(claim.occurrence, claim.undone) for claim in desk.claims()] == [(1, True), (2, False)]
    desk.assert_whole()


def test_the_ladder_counts_from_the_message_that_arrived(desk: Desk) -> None:
    desk.tick()
    desk.on(TUESDAY).bounce(desk.last_id(), PAYER)
    assert [day for day in days(TUESDAY, 15) if desk.run(day).states["sent"]] == [TUESDAY, dt.date(2026, 3, 10)]
    assert desk.action(SECOND).state == "sent"


def test_without_a_fallback_the_invoice_waits_and_a_person_looks_for_an_address(make_desk: DeskMaker) -> None:
    desk = make_desk(UNIVERSITY)
    desk.take(invoice("FA-1"), opening=OPENING)
    desk.tick()
    desk.on(TUESDAY).bounce(desk.last_id(), PAYER)
    report = desk.tick()
    assert (report.entered, report.newly_waiting) == (0, 1)
    task = desk.task("find-address")
    assert (task.invoices, task.assigned_to) == ([desk.invoice("FA-1").id], "collections_analyst")
    for day in days(dt.date(2026, 3, 4), 10):
        assert desk.run(day).entered == 0
    assert len(desk.tasks()) == 1
    assert desk.invoice("FA-1").dunning_level == 0


def test_a_second_report_of_the_same_bounce_changes_nothing(desk: Desk) -> None:
    desk.tick()
    first = desk.last_id()
    desk.on(TUESDAY).bounce(first, PAYER)
    desk.tick()
    desk.bounce(first, PAYER)
    report = desk.run(dt.date(2026, 3, 4))
    assert (report.received, report.entered) == ({"bounce": 1}, 0)
    assert desk.invoice("FA-1").rung == FIRST
    assert [(claim.occurrence, claim.undone) for claim in desk.claims()] == [(1, True), (2, False)]


def test_one_of_two_recipients_that_fails_undoes_nothing(desk: Desk) -> None:
    with desk.workspace.database.writing() as session:
        session.merge(next(contact for contact in desk.contacts() if contact.email == FALLBACK)).role = "collections_contact"
    desk.tick()
    assert desk.last_mail()["To"] == f"{PAYER}, {FALLBACK}"
    desk.on(TUESDAY).bounce(desk.last_id(), PAYER)
    assert desk.tick().entered == 0
    assert (marked(desk)[PAYER], marked(desk)[FALLBACK]) == (TUESDAY, None)
    assert desk.invoice("FA-1").rung == FIRST
    desk.bounce(desk.last_id(), FALLBACK)  # Now the other one has failed, too.
    desk.run(dt.date(2026, 3, 4))
    assert desk.invoice("FA-1").rung == ""


def test_a_delay_undoes_nothing(desk: Desk) -> None:
    desk.tick()
    desk.on(TUESDAY).bounce(desk.last_id(), PAYER, status="4.4.1")
    desk.tick()
    assert marked(desk)[PAYER] is None
    assert desk.invoice("FA-1").rung == FIRST


def test_a_bounce_of_an_earlier_message_leaves_the_later_rung(desk: Desk) -> None:
    desk.tick()
    first = desk.last_id()
    desk.run(dt.date(2026, 3, 9))
    assert desk.invoice("FA-1").rung == SECOND
    desk.on(dt.date(2026, 3, 10)).bounce(first, PAYER)
    desk.tick()
    assert desk.invoice("FA-1").rung == SECOND


def test_a_bounced_transmittal_is_delivered_again(desk: Desk) -> None:
    desk.take(invoice("FA-2", day=DAY))
    desk.tick()
    desk.approve("administration_manager")
    desk.tick()
    assert desk.invoice("FA-2").delivery == "sent"
    transmittal = next(row for row in desk.outgoing("sent") if row.recipients == ["facturas@robotica.example"])
    desk.on(TUESDAY).bounce(transmittal.message_id, "facturas@robotica.example")
    desk.tick()
    assert desk.invoice("FA-2").delivery == "pending"
    desk.approve("administration_manager")
    desk.tick()
    assert desk.invoice("FA-2").delivery == "sent"
    assert desk.last_mail()["To"] == FALLBACK


def test_a_bounce_that_cannot_be_placed_waits_for_a_person(desk: Desk) -> None:
    desk.tick()
    desk.on(TUESDAY).bounce("unknown@elsewhere.example", "nobody@elsewhere.example")
    assert desk.tick().newly_waiting == 1
    assert [(row.kind, row.state) for row in desk.received()] == [("bounce", "open")]
    assert desk.invoice("FA-1").rung == FIRST


def moving(desk: Desk) -> Desk:
    """The first reminder hands the case over, and has left."""
    rewrite(desk, ("      # Actividad 8. Primer recordatorio", MOVES + "      # Actividad 8. Primer recordatorio"))
    publish_anew(desk.workspace)
    desk.tick()
    assert desk.invoice("FA-1").case_status == "with_administration"
    return desk


MOVES = (
    "      - id: only-reminder\n        when: days_overdue >= 1\n        do:\n"
    "          - email: first-reminder\n            to: collections_contact\n        sets: {case_status: with_administration}\n"
)


def test_the_case_goes_back_with_the_message(desk: Desk) -> None:
    moving(desk).on(TUESDAY).bounce(desk.last_id(), PAYER)
    report = desk.tick()
    assert (report.states, desk.last_mail()["To"]) == ({"sent": 1}, FALLBACK)


def test_the_case_of_a_substitute_that_came_with_it_goes_back_too(desk: Desk) -> None:
    message = moving(desk).last_id()
    desk.on(TUESDAY).take(invoice("FA-2", "1160.00", TUESDAY, replaces=("FA-1",)))
    assert desk.invoice("FA-2").case_status == "with_administration"
    desk.bounce(message, PAYER)
    desk.tick()
    assert desk.last_mail()["To"] == FALLBACK
    assert [item["number"] for item in desk.action("only-reminder").plan["items"]] == ["FA-2"]
    desk.assert_whole()


def test_a_case_that_somebody_has_moved_since_stays_there(desk: Desk) -> None:
    message = moving(desk).last_id()
    desk.on(TUESDAY).take(invoice("FA-2", "1160.00", TUESDAY, replaces=("FA-1",)))
    desk.enter("FA-2", EntryKind.CASE_MOVED, case_status="legal")
    desk.bounce(message, PAYER)
    desk.tick()
    assert desk.invoice("FA-2").case_status == "legal"
    assert len(desk.mails()) == 1
