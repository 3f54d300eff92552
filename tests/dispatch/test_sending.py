"""From the plan to the wire and back: what leaves, what it does to the book, and that nothing leaves twice."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.plan.ledger import planned, record_plan
from cobranza_rules.rules.considering import next_contact_after, rung_due_on
from cobranza_rules.rules.document import read_rules
from cobranza_rules.rules.gates import FRESH_WORKDAYS
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.planned import Plan
from cobranza_rules.rules.subjects import InvoiceSubject
from tests.cfdi_files import invoice, receipt
from tests.conftest import DAY, publish_anew
from tests.stories.desk import PAYER, Desk, days, spanish_days, text_of
from tests.stories.fixtures import OPENING

FIRST, SECOND = "first-reminder", "second-reminder"
RULES = Path(__file__).parents[2] / "rules" / "collections.yaml"


@lru_cache
def shipped_rules() -> RuleSet:
    return read_rules([("rules/collections.yaml", RULES.read_bytes())])[0]


def test_a_reminder_leaves_and_its_rung_takes_effect(desk: Desk) -> None:
    report = desk.tick()
    assert report.problems == []
    assert report.states == {"sent": 1}
    mail = desk.last_mail()
    assert (mail["To"], mail["Cc"]) == (PAYER, "supervision@kemper.example")
    row = desk.invoice("FA-1")
    assert (row.ladder, row.rung, row.rung_on, row.dunning_level) == ("collection", FIRST, DAY, 1)
    assert [(claim.rule_id, claim.occurrence, claim.sent_on) for claim in desk.claims(live=True)] == [(FIRST, 1, DAY)]
    desk.assert_whole()


def test_a_second_run_on_the_day_sends_nothing(desk: Desk) -> None:
    desk.tick()
    before = [bytes(mail) for mail in desk.mails()]
    again = desk.tick()
    assert (again.entered, again.states) == (0, {})
    assert [bytes(mail) for mail in desk.mails()] == before


def test_the_bytes_in_the_archive_are_the_bytes_that_left(desk: Desk) -> None:
    desk.tick()
    sent = desk.outgoing("sent")[0]
    folder = desk.workspace.base / "correo-enviado" / "new"
    assert [file.read_bytes() for file in folder.iterdir()] == [desk.workspace.archive.get(sent.raw)]
    attached = [part.get_content() for part in desk.last_mail().iter_attachments()]
    documents = desk.documents(desk.action(FIRST))
    assert attached == [documents["letter"], documents["statement"]]


def test_the_day_that_the_mail_promises_is_the_day_of_the_next_reminder(desk: Desk) -> None:
    desk.tick()
    promised = desk.action(FIRST).next_contact
    assert promised == dt.date(2026, 3, 9)
    assert promised in spanish_days(text_of(desk.last_mail()))
    assert promised in spanish_days(desk.documents(desk.action(FIRST))["letter"].decode())
    left = [day for day in days(DAY + dt.timedelta(days=1), 14) if desk.run(day).states["sent"]]
    assert left == [promised]
    assert desk.action(SECOND).state == "sent"


@given(start=st.dates(dt.date(2026, 1, 2), dt.date(2027, 12, 31)), late=st.integers(0, FRESH_WORKDAYS))
def test_whatever_the_day_the_promise_is_kept(start: dt.date, late: int) -> None:
    """Over weekends and holidays, and where the message leaves some business days after it was written."""
    rules, ladder = shipped_rules(), shipped_rules().ladders[0]
    written = rules.calendar.on_or_after(start)
    promised = next_contact_after(ladder, ladder.rungs[0], written, rules.calendar)
    assert promised is not None
    assert rules.calendar.is_workday(promised)
    left = rules.calendar.plus(written, late)
    reminded = InvoiceSubject(1, 1, "FA-1", "MXN", 1, 1, start, start, {}, ladder.id, ladder.rungs[0].id, left, None, promised)
    assert rung_due_on(ladder.rungs[1], reminded, rules) == promised


def test_a_weekend_and_a_holiday_let_nothing_out(desk: Desk) -> None:
    for day in (dt.date(2026, 3, 14), dt.date(2026, 3, 15), dt.date(2026, 3, 16)):  # The 16th is the holiday of Juárez.
        assert desk.run(day).entered == 0
    assert desk.run(dt.date(2026, 3, 17)).states == {"sent": 1}


def test_invoices_of_a_customer_and_currency_travel_together_and_currencies_apart(desk: Desk) -> None:
    desk.take(invoice("FA-2", "500.00", dt.date(2026, 1, 7)), invoice("FA-3", "90.00", currency="USD"), opening=dt.date(2026, 2, 27))
    desk.tick()
    assert [(action.currency, planned(action).invoices) for action in desk.actions(FIRST)] == [
        ("MXN", ("FA-1", "FA-2")),
        ("USD", ("FA-3",)),
    ]
    assert len(desk.mails()) == 2


def test_a_run_beyond_its_limit_lets_nothing_out_and_enters_nothing(desk: Desk) -> None:
    rules = desk.workspace.base / "rules" / "collections.yaml"
    desk.take(invoice("FA-3", "90.00", currency="USD"), opening=dt.date(2026, 2, 27))
    rules.write_text(rules.read_text(encoding="utf-8").replace("per_run: 500", "per_run: 1"), encoding="utf-8")
    publish_anew(desk.workspace)
    report = desk.tick()
    assert report.plan is not None
    assert str(report.plan.stopped) == (
        "2 messages would leave, and the rules allow 1 a run; check the plan and raise `per_run`, or find out why there are so many"
    )
    assert (desk.mails(), desk.actions(), desk.claims()) == ([], [], [])


def test_shadow_mode_decides_and_records_and_sends_nothing(desk: Desk) -> None:
    desk.workspace.settings = desk.workspace.settings.model_copy(update={"mode": "shadow"})
    assert desk.tick().entered == 1
    assert [action.state for action in desk.actions()] == ["planned"]
    assert desk.mails() == []
    assert desk.tick().entered == 0
    assert desk.invoice("FA-1").dunning_level == 0


def test_a_payment_closes_the_ladder(desk: Desk) -> None:
    desk.tick()
    desk.on(dt.date(2026, 3, 5)).take(receipt("P-1", {"FA-1": "1160.00"}, day=dt.date(2026, 3, 4)))
    for day in days(dt.date(2026, 3, 5), 20):
        assert desk.run(day).entered == 0
    assert desk.invoice("FA-1").status == "paid"


def test_a_part_payment_keeps_the_rung_and_the_remainder_is_claimed(desk: Desk) -> None:
    desk.tick()
    desk.on(dt.date(2026, 3, 5)).take(receipt("P-1", {"FA-1": "560.00"}, day=dt.date(2026, 3, 4)))
    assert desk.run(dt.date(2026, 3, 9)).states["sent"] == 1
    mail = desk.last_mail()
    assert desk.action(SECOND).state == "sent"
    assert "$600.00" in text_of(mail)
    assert "$1,160.00" not in text_of(mail)


def test_a_reversal_reopens_the_ladder_on_its_rung_and_the_wait_counts_anew(desk: Desk) -> None:
    desk.tick()
    desk.on(dt.date(2026, 3, 5)).take(receipt("P-1", {"FA-1": "1160.00"}, day=dt.date(2026, 3, 4)))
    desk.on(dt.date(2026, 3, 10)).take(invoice("FA-8", "10.00"), receipt("P-2", {"FA-8": "10.00"}, replaces=("P-1",)), opening=DAY)
    row = desk.invoice("FA-1")
    assert (row.status, row.rung, row.reversed_on) == ("open", FIRST, dt.date(2026, 3, 10))
    left = [day for day in days(dt.date(2026, 3, 10), 14) if desk.run(day).states["sent"]]
    assert left[0] == dt.date(2026, 3, 18)  # Five business days after the 10th: the 16th is a holiday.
    assert desk.action(SECOND).state == "sent"


def test_the_second_reminder_opens_one_task_for_sales(desk: Desk) -> None:
    desk.tick()
    desk.run(dt.date(2026, 3, 9))
    task = desk.task("sales-intervention")
    assert (task.assigned_to, task.due_on) == ("sales_manager", dt.date(2026, 3, 17))
    row = desk.invoice("FA-1")
    assert (row.intervention, row.intervention_task, row.intervention_due) == ("open", task.id, dt.date(2026, 3, 17))
    for day in days(dt.date(2026, 3, 10), 8):
        assert desk.run(day).entered == 0
    assert len(desk.tasks()) == 1


def test_who_only_rides_along_asks_sales_for_nothing(desk: Desk) -> None:
    """FA-2 falls due when the second reminder for FA-1 leaves: its first one rides in that message, and sales are asked about FA-1 alone."""
    desk.take(invoice("FA-2", "1160.00", dt.date(2026, 2, 5)), opening=OPENING)
    desk.run(DAY)
    desk.run(dt.date(2026, 3, 9))
    assert planned(desk.action(SECOND)).invoices == ("FA-1", "FA-2")
    assert desk.task("sales-intervention").invoices == [desk.invoice("FA-1").id]
    assert [desk.invoice(number).intervention for number in ("FA-1", "FA-2")] == ["open", "none"]


def test_silence_of_sales_hands_the_case_to_administration(desk: Desk) -> None:
    desk.tick()
    desk.run(dt.date(2026, 3, 9))
    assert desk.planned_on(dt.date(2026, 3, 18)) == 1
    assert desk.invoice("FA-1").case_status == "collections"  # Sales has yet to sign what it hands over.
    desk.approve("sales_manager")
    desk.tick()
    task = desk.task("decide-on-case")
    assert (task.assigned_to, task.due_on) == ("administration_manager", dt.date(2026, 3, 25))
    assert (desk.invoice("FA-1").case_status, desk.invoice("FA-1").rung) == ("with_administration", "escalation")
    for day in days(dt.date(2026, 3, 19), 30):
        assert desk.planned_on(day) == 0


def test_a_debt_of_old_begins_gently_and_a_missed_day_is_caught_up(desk: Desk) -> None:
    assert desk.run(dt.date(2026, 6, 1)).states["sent"] == 1
    assert [planned(action).items[0].rule_id for action in desk.actions()] == [FIRST]


def test_what_somebody_else_has_claimed_meanwhile_is_left_out(desk: Desk) -> None:
    desk.tick()
    with desk.workspace.database.writing() as session:
        keeper = Bookkeeper(session, desk.workspace.clock.now())
        assert record_plan(keeper, Plan(DAY, "0" * 64, (planned(desk.action(FIRST)),))) == []
    assert len(desk.actions()) == 1
    desk.assert_whole()
