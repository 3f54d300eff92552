"""What was reminded of before the program came: what a list of it changes in the book, and what it must not change."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from tests.cfdi_files import invoice, receipt, uuid_of
from tests.conftest import DAY, publish_anew
from tests.stories.desk import Desk, days
from tests.stories.fixtures import OPENING, DeskMaker, desk, make_desk
from tests.stories.test_far_dates import say

from cobranza_rules.booking.bookkeeper import entries_of, state_of
from cobranza_rules.booking.importing import Importing, ImportReport
from cobranza_rules.casefile.timeline import timeline
from cobranza_rules.domain.invoice import fold
from cobranza_rules.domain.rung_sent import RungSent
from cobranza_rules.intake.sources import SourceFile
from cobranza_rules.store.heartbeat import BANK, MAILBOX, beat
from cobranza_rules.store.tables import CaseEventRow, QuarantineRow, RulesVersionRow

__all__ = ["desk", "make_desk"]
FEBRUARY = dt.date(2026, 2, 16)
FIRST, SECOND, LAST = "first-reminder", "second-reminder", "escalation"


def reminders(*rows: str) -> bytes:
    return ("Factura,Último recordatorio,Fecha\n" + "".join(f"{row}\n" for row in rows)).encode()


def take(desk: Desk, *contents: bytes) -> ImportReport:
    """As the command does it, problems and all."""
    workspace = desk.workspace
    importing = Importing(workspace.database, workspace.archive, workspace.clock, workspace.company.rfc)
    return importing.take(SourceFile(f"file-{number}", content) for number, content in enumerate(contents))


def planned(desk: Desk, day: dt.date) -> list[tuple[str, tuple[str, ...]]]:
    """What the rules plan on a day on which bank data and mailbox have been read."""
    desk.on(day)
    with desk.workspace.database.writing() as session:
        beat(session, BANK, desk.workspace.clock.now())
        beat(session, MAILBOX, desk.workspace.clock.now())
    return [(action.rule_id, action.invoices) for action in desk.plan().actions]


def said(report: ImportReport) -> list[str]:
    return [str(problem) for problem in report.problems]


def test_the_invoice_stands_where_it_stood_with_the_rungs_below(desk: Desk) -> None:
    report = take(desk, reminders("FA-1,Segundo recordatorio,16/02/2026"))
    assert report.counts == {("reminders", "new"): 1}
    row = desk.invoice("FA-1")
    assert (row.ladder, row.rung, row.rung_on, row.next_contact, row.dunning_level) == ("collection", SECOND, FEBRUARY, None, 2)
    with desk.workspace.database.reading() as session:
        state = fold(entries_of(session, row.id))
        assert state_of(row) == state
        events = [(event.happened_on, str(event.sentence)) for event in timeline(session, row.customer_id)]
    assert state.rungs == (RungSent("collection", FIRST, FEBRUARY), RungSent("collection", SECOND, FEBRUARY))
    assert (FEBRUARY, "before the program came: second-reminder for FA-1") in events
    desk.assert_whole()


def test_the_next_reminder_is_the_following_one_after_its_wait_from_that_day(desk: Desk) -> None:
    take(desk, reminders("FA-1,first-reminder,2026-02-25"))
    assert [planned(desk, day) for day in days(DAY, 3)] == [[], [], [(SECOND, ("FA-1",))]]
    desk.tick()
    assert len(desk.mails()) == 1
    assert [(claim.rule_id, claim.occurrence) for claim in desk.claims(live=True)] == [(SECOND, 1)]


def test_the_tasks_of_the_last_rung_are_opened_with_their_whole_time_so_that_the_ladder_can_go_on(desk: Desk) -> None:
    take(desk, reminders("FA-1,2,2026-02-16"))
    (task,) = desk.tasks()
    assert (task.name, task.assigned_to, task.due_on, task.opened_on) == ("sales-intervention", "sales_manager", dt.date(2026, 3, 9), DAY)
    row = desk.invoice("FA-1")
    assert (row.intervention, row.intervention_due, row.intervention_task, task.invoices) == ("open", task.due_on, task.id, [row.id])
    assert desk.planned_on(dt.date(2026, 3, 9)) == 0
    assert desk.planned_on(dt.date(2026, 3, 10)) == 1
    desk.approve("sales_manager")
    desk.tick()
    assert desk.invoice("FA-1").case_status == "with_administration"


def test_a_case_that_was_with_administration_stays_there(desk: Desk) -> None:
    take(desk, reminders("FA-1,escalation,2026-02-16"))
    assert desk.invoice("FA-1").case_status == "with_administration"
    assert [task.name for task in desk.tasks()] == ["decide-on-case"]
    assert desk.planned_on(dt.date(2026, 3, 20)) == 0
    (task,) = desk.tasks()
    desk.done(task.id, "administration_manager", answer="back_to_collections")
    assert [sent["rung"] for sent in desk.invoice("FA-1").rungs] == [FIRST]


def test_it_counts_for_the_limit_as_any_other_contact(desk: Desk) -> None:
    """FA-2 is due for its first reminder on Monday; the customer was written to on Friday, about another invoice."""
    desk.take(invoice("FA-2", "1160.00"), opening=OPENING)
    take(desk, reminders("FA-1,1,2026-02-27", "FA-2,,"))
    assert [planned(desk, day) for day in days(DAY, 3)] == [[], [], [(FIRST, ("FA-2",))]]
    desk.on(DAY)
    shown = say(desk.workspace.base, "plan", "--on", str(DAY)).splitlines()
    assert shown == ["Plan for 2026-03-02: 0 actions", "  FA-2, first-reminder: the customer was written to on 2026-02-27"]


def test_a_reminder_before_the_due_date_is_taken_with_a_warning(desk: Desk) -> None:
    due = desk.invoice("FA-1").due_on
    assert due == dt.date(2026, 2, 4)
    report = take(desk, reminders("FA-1,1,2026-02-03"))
    (warning,) = report.warnings
    assert str(warning) == (
        "file-0 (C2): invoice FA-1 is due only on 2026-02-04, after 2026-02-03; the row was taken, and its next "
        "reminder counts from that day; correct the day, or if another invoice was meant keep this one back ('cobranza override set')"
    )
    assert (report.problems, desk.invoice("FA-1").rung) == ([], FIRST)
    assert take(desk, reminders(f"FA-1,1,{due}")).warnings == []


def test_whoever_was_reminded_of_an_invoice_has_had_it(make_desk: DeskMaker) -> None:
    made = make_desk()
    made.take(invoice("FA-1", "1160.00"))
    take(made, reminders("FA-1,1,2026-02-25"))
    row = made.invoice("FA-1")
    assert (row.delivery, row.delivered_on, row.delivered_by) == ("sent", dt.date(2026, 1, 5), None)
    assert planned(made, DAY) == []


def test_invoices_are_found_by_uuid_and_as_people_write_their_numbers(make_desk: DeskMaker) -> None:
    made = make_desk()
    made.take(*(invoice(f"FA-{number}", "1160.00") for number in range(1, 4)), opening=OPENING)
    report = take(made, reminders(f"{uuid_of('FA-1').lower()},1,2026-02-25", "fa 2,1,2026-02-25", "FA3,1,2026-02-25"))
    assert report.counts == {("reminders", "new"): 3}


def test_the_list_may_come_before_the_invoices_of_the_same_import(make_desk: DeskMaker) -> None:
    made = make_desk()
    report = take(made, reminders("FA-1,1,2026-02-25"), invoice("FA-1", "1160.00"))
    assert report.counts == {("invoices", "new"): 1, ("reminders", "new"): 1}


def test_the_same_twice_changes_nothing_whatever_has_happened_since(desk: Desk) -> None:
    listed = reminders("FA-1,1,2026-02-16")
    take(desk, listed)
    desk.tick()
    assert desk.invoice("FA-1").rung == SECOND
    with desk.workspace.database.reading() as session:
        before = len(session.scalars(select(CaseEventRow)).all())
    report = take(desk, listed)
    assert (report.counts, said(report)) == ({("reminders", "unchanged"): 1}, [])
    with desk.workspace.database.reading() as session:
        assert len(session.scalars(select(CaseEventRow)).all()) == before
    assert desk.invoice("FA-1").rung == SECOND


def test_a_corrected_list_counts_until_the_program_itself_has_reminded(desk: Desk) -> None:
    take(desk, reminders("FA-1,3,2026-02-16"))
    report = take(desk, reminders("FA-1,1,2026-02-18"))
    assert report.counts == {("reminders", "updated"): 1}
    row = desk.invoice("FA-1")
    assert (row.rung, row.rung_on, row.case_status, row.intervention, row.dunning_level) == (
        FIRST,
        dt.date(2026, 2, 18),
        "collections",
        "none",
        1,
    )
    desk.run(dt.date(2026, 3, 3))
    report = take(desk, reminders("FA-1,2,2026-02-18"))
    assert said(report) == [
        "file-0 (A2): the program itself has already reminded of invoice FA-1; what it has sent counts; take the row out"
    ]
    assert desk.invoice("FA-1").rung == SECOND


def test_what_waits_for_a_signature_is_not_sent_any_more(make_desk: DeskMaker) -> None:
    """The first reminder was ready when the list came that knows of it."""
    made = make_desk(**{'rubric = "automatic"': 'rubric = "gate"'})
    made.take(invoice("FA-1", "1160.00"), opening=OPENING)
    made.tick()
    assert made.action(FIRST).state == "awaiting_signature"
    take(made, reminders("FA-1,1,2026-02-27"))
    made.tick()
    assert made.action(FIRST).state == "cancelled"
    assert made.mails() == []


def test_a_substitute_stands_where_the_old_invoice_stood_whichever_comes_first(desk: Desk) -> None:
    take(desk, invoice("FA-9", "1100.00", day=DAY, replaces=("FA-1",)), reminders("FA-1,1,2026-02-16"))
    assert (desk.invoice("FA-9").rung, desk.invoice("FA-9").rung_on) == (FIRST, FEBRUARY)
    report = take(desk, reminders("FA-1,1,2026-02-16"))
    assert report.counts == {("reminders", "unchanged"): 1}


def test_a_paid_invoice_that_is_opened_again_by_a_reversal_goes_on_from_there(desk: Desk) -> None:
    take(desk, receipt("P-1", {"FA-1": "1160.00"}), reminders("FA-1,2,2026-02-16"))
    assert (desk.invoice("FA-1").rung, desk.invoice("FA-1").status, desk.tasks()) == (SECOND, "paid", [])


def test_everything_that_is_wrong_is_said_and_the_good_rows_are_in(desk: Desk) -> None:
    take(desk, invoice("FA-2"), invoice("F-A2"), invoice("FA-3"), invoice("FA-4"))
    bad = reminders(
        "FA-7,1,2026-02-25",
        "FA-2,third-reminder,2027-02-25",
        "FA-3,1,2025-12-31",
        "FA-1,1,2026-02-25",
        "fa1,2,2026-02-25",
        "FA2,9,2026-02-25",
        "FA-8,1,1/1/26",
    )
    report = take(desk, bad)
    hint = "give the day on which the reminder left, like 2026-02-16 or 16/02/2026"
    possible = "possible are: escalation, first-reminder, second-reminder"
    assert said(report) == [
        "file-0 (A2): invoice 'FA-7' is not in the book; import its CFDI first, or correct the number",
        "file-0 (B3): the rules in force have no rung 'third-reminder'; did you mean 'first-reminder'?",
        f"file-0 (C3): 2027-02-25 is still to come; {hint}",
        f"file-0 (C4): invoice FA-3 was issued only on 2026-01-05, after 2025-12-31; {hint}",
        "file-0 (A6): invoice FA-1 stands already in cell A5; leave its last reminder only; the first row was taken",
        "file-0 (A7): 'FA2' may be several invoices; write its UUID",
        f"file-0 (B7): the rules in force have no rung '9'; {possible}",
        "file-0 (A8): invoice 'FA-8' is not in the book; import its CFDI first, or correct the number",
        f"file-0 (C8): '1/1/26' is not a date; {hint}",
    ]
    assert report.counts == {("reminders", "new"): 1, ("reminders", "quarantined"): 1}
    assert desk.invoice("FA-1").rung == FIRST


def test_a_list_leaves_the_quarantine_once_it_can_be_taken(desk: Desk) -> None:
    listed = reminders("FA-1,1,2026-02-25", "FA-2,1,2026-02-25")
    take(desk, listed)
    with desk.workspace.database.reading() as session:
        assert len(session.scalars(select(QuarantineRow)).all()) == 1
    report = take(desk, invoice("FA-2"), listed)
    assert report.counts == {("invoices", "new"): 1, ("reminders", "new"): 1, ("reminders", "unchanged"): 1}
    with desk.workspace.database.reading() as session:
        assert session.scalars(select(QuarantineRow)).all() == []


def test_without_rules_in_force_nobody_knows_its_rungs(desk: Desk) -> None:
    with desk.workspace.database.writing() as session:
        session.delete(session.scalars(select(RulesVersionRow)).one())
    report = take(desk, reminders("FA-1,1,2026-02-25"))
    assert said(report) == ["no rules have been published yet; check the files, then: cobranza rules publish --by ROLE"]


def test_a_rung_is_known_by_the_name_that_it_had(desk: Desk) -> None:
    take(desk, reminders("FA-1,1,2026-02-16"))
    rules = desk.workspace.base / "rules" / "collections.yaml"
    text = rules.read_text(encoding="utf-8")
    rules.write_text(text.replace("- id: first-reminder\n", "- id: opening-reminder\n        was: first-reminder\n"), encoding="utf-8")
    publish_anew(desk.workspace)
    report = take(desk, reminders("FA-1,first-reminder,2026-02-16"))
    assert report.counts == {("reminders", "unchanged"): 1}
    assert planned(desk, DAY) == [(SECOND, ("FA-1",))]


def test_the_problems_of_a_list_are_told_row_by_row_however_they_are_found(desk: Desk) -> None:
    """What the file itself shows is found before what the book knows better."""
    report = take(desk, reminders("FA-77,1,16/02/2026", "FA-1,1,hoy", "FA-78,1,16/02/2026", "FA-1,,16/02/2026"))
    assert [problem.place for problem in report.problems] == ["A2", "C3", "A4", "B5"]
