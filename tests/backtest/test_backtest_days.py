"""What a backtest takes from the record, what it leaves out, and what it does instead."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, insert

from cobranza_rules.backtest import reading
from cobranza_rules.backtest.deeds import Totals
from cobranza_rules.backtest.history import Period
from cobranza_rules.backtest.reading import HistoryReader
from cobranza_rules.backtest.report import BacktestReport, HoldLine
from cobranza_rules.backtest.running import backtest, period_of, rules_named
from cobranza_rules.backtest.simulation import Trial, simulate
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.money import Money
from cobranza_rules.problems import ProblemError
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.native import NativeEngine
from cobranza_rules.store.books import named_facts
from cobranza_rules.store.database import Database
from cobranza_rules.store.tables import ContactRow, EntryRow, InvoiceRow
from tests.cfdi_files import invoice, receipt
from tests.conftest import DAY
from tests.store.rows import a_customer
from tests.stories.desk import UNIVERSITY, Desk, days
from tests.stories.fixtures import OPENING, DeskMaker

SHIPPED = Path(__file__).parents[2] / "rules" / "collections.yaml"
NEXT_MONDAY = DAY + dt.timedelta(days=7)


def tried(desk: Desk, first: dt.date, last: dt.date, rules: RuleSet | None = None) -> BacktestReport:
    return backtest(desk.workspace, Period(first, last), rules or desk.workspace.rules)


def simulated(report: BacktestReport) -> list[tuple[str, str, list[str]]]:
    return [(str(deed.on), deed.rule_id, [item.number for item in deed.items]) for deed in report.simulated_deeds]


def other_rules(desk: Desk, folder: Path, **changes: str) -> RuleSet:
    folder.mkdir()
    text = SHIPPED.read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    (folder / "otras.yaml").write_text(text, encoding="utf-8")
    return rules_named(desk.workspace, str(folder))


def run_days(desk: Desk, count: int, first: dt.date = DAY) -> None:
    for day in days(first, count):
        desk.run(day)


def test_other_rules_do_what_they_would_have_done_from_what_had_really_been_sent(desk: Desk, tmp_path: Path) -> None:
    run_days(desk, 14)
    quick = other_rules(desk, tmp_path / "otras", **{"wait: 5 workdays": "wait: 2 workdays"})
    whole = tried(desk, DAY, DAY + dt.timedelta(days=13), quick)
    assert simulated(whole) == [
        ("2026-03-02", "first-reminder", ["FA-1"]),
        ("2026-03-04", "second-reminder", ["FA-1"]),
        ("2026-03-12", "escalation", ["FA-1"]),
        ("2026-03-12", "task-reminder", ["sales-intervention"]),  # Nobody has answered the task that they would have opened
        ("2026-03-13", "originals-told", ["hand-over-originals"]),
    ]
    assert [(str(deed.on), deed.rule_id) for deed in whole.sent_deeds] == [
        ("2026-03-02", "first-reminder"),
        ("2026-03-09", "second-reminder"),
    ]
    # The first reminder is past here, and the day that it promised is kept.
    later = tried(desk, DAY + dt.timedelta(days=1), DAY + dt.timedelta(days=13), quick)
    assert simulated(later) == [("2026-03-09", "second-reminder", ["FA-1"])]


def test_a_hold_that_other_rules_have_shows_in_days(desk: Desk, tmp_path: Path) -> None:
    desk.enter("FA-1", EntryKind.DISPUTE_OPENED, reason="precio")
    run_days(desk, 3)
    desk.enter("FA-1", EntryKind.DISPUTE_CLOSED)
    run_days(desk, 2, DAY + dt.timedelta(days=3))
    report = tried(desk, DAY, DAY + dt.timedelta(days=4))
    # It was closed after the decision of the third day, in which nothing was planned: it counts on that day.
    assert report.held == (HoldLine("dispute", 2, 1),)
    without = other_rules(desk, tmp_path / "otras", **{"when: dispute_open": "when: dispute_open and balance > 900000.00 MXN"})
    assert simulated(tried(desk, DAY, DAY, without)) == [("2026-03-02", "first-reminder", ["FA-1"])]


def test_what_came_after_the_days_decision_counts_from_the_next_day(desk: Desk) -> None:
    """An answer to the day's message could not have kept it from being sent."""
    desk.run(DAY)
    desk.take(receipt("P-1", {"FA-1": "1160.00"}, day=DAY))
    report = tried(desk, DAY, DAY)
    assert simulated(report) == [("2026-03-02", "first-reminder", ["FA-1"])]
    run_days(desk, 10, DAY + dt.timedelta(days=1))
    assert simulated(tried(desk, DAY, DAY + dt.timedelta(days=10))) == simulated(report)


def test_a_message_that_waits_for_a_person_holds_as_it_did(desk: Desk) -> None:
    desk.write("Tengo una duda.", authenticated=False)
    run_days(desk, 2)
    report = tried(desk, DAY, DAY + dt.timedelta(days=1))
    assert simulated(report) == []
    assert [line.hold_id for line in report.held] == ["reply-waiting"]


def test_an_answer_to_the_recorded_task_answers_the_simulated_one(desk: Desk, tmp_path: Path) -> None:
    run_days(desk, 8)
    desk.done(desk.task("sales-intervention").id, answer="no_agreement")
    run_days(desk, 8, DAY + dt.timedelta(days=8))
    slow = other_rules(
        desk, tmp_path / "otras", **{"assign: sales_manager\n            due: 5": "assign: sales_manager\n            due: 50"}
    )
    report = tried(desk, DAY, DAY + dt.timedelta(days=15), slow)
    assert simulated(report)[-1] == ("2026-03-17", "escalation", ["FA-1"])  # The 16th is a holiday.
    (line,) = [line for line in report.rungs if line.rule_id == "escalation"]
    assert line.simulated == Totals(0, 1, 1, 1, (Money(116_000, "MXN"),))
    assert report.simulated.messages == 2


def test_a_message_of_before_that_came_back_in_the_period_is_sent_again(make_desk: DeskMaker) -> None:
    desk = make_desk(UNIVERSITY + "direccion@robotica.example")
    desk.take(invoice("FA-1", "1160.00"), opening=OPENING)
    desk.run(DAY)
    desk.on(DAY + dt.timedelta(days=1)).bounce(desk.last_id(), "pagos@robotica.example")
    run_days(desk, 2, DAY + dt.timedelta(days=1))
    report = tried(desk, DAY + dt.timedelta(days=1), DAY + dt.timedelta(days=2))
    assert simulated(report) == [("2026-03-03", "first-reminder", ["FA-1"])]
    assert list(report.simulated_deeds) == list(report.sent_deeds)
    # Tried from the start nothing comes back, so the first is all there is.
    assert simulated(tried(desk, DAY, DAY + dt.timedelta(days=2))) == [("2026-03-02", "first-reminder", ["FA-1"])]


def test_the_limit_counts_what_was_really_sent_before_and_what_is_simulated_since(desk: Desk) -> None:
    desk.take(invoice("FA-2", "900.00", day=dt.date(2026, 1, 31)), opening=OPENING)  # Overdue from Tuesday on
    run_days(desk, 4)
    assert [str(deed.on) for deed in tried(desk, DAY, DAY + dt.timedelta(days=3)).sent_deeds] == ["2026-03-02", "2026-03-05"]
    for first in (DAY, DAY + dt.timedelta(days=1)):
        report = tried(desk, first, DAY + dt.timedelta(days=3))
        assert list(report.simulated_deeds) == list(report.sent_deeds)


def test_two_messages_of_a_day_are_limited_like_two_of_two_days(desk: Desk, tmp_path: Path) -> None:
    """The second waits, and leaves on the first day on which it may."""
    desk.take(invoice("FA-2", "900.00"), opening=OPENING)
    run_days(desk, 4)
    small = """
  - id: small
    when: collectable and delivered_long_enough and balance < 1000.00 MXN
    group_by: [customer, currency]
    rungs:
      - id: small-reminder
        step: 8
        do:
          - email: first-reminder
            to: collections_contact
"""
    two = other_rules(desk, tmp_path / "otras", **{"ladders:\n": "ladders:" + small})
    assert simulated(tried(desk, DAY, DAY + dt.timedelta(days=3), two)) == [
        ("2026-03-02", "first-reminder", ["FA-1"]),
        ("2026-03-05", "small-reminder", ["FA-2"]),
    ]


def test_what_acts_once_acts_again_in_a_period_in_which_it_really_acted(desk: Desk) -> None:
    desk.take(invoice("FA-2", "900.00", day=DAY))
    desk.run(DAY)
    desk.approve("administration_manager")
    desk.tick()
    report = tried(desk, DAY, DAY)
    assert [deed.rule_id for deed in report.sent_deeds] == ["first-reminder", "transmittal"]
    assert list(report.simulated_deeds) == list(report.sent_deeds)


def test_an_address_counts_up_to_the_day_on_which_it_bounced(make_desk: DeskMaker) -> None:
    desk = make_desk(UNIVERSITY)
    desk.take(invoice("FA-1", "1160.00"), opening=OPENING)
    desk.run(DAY)
    desk.on(DAY + dt.timedelta(days=1)).bounce(desk.last_id(), "pagos@robotica.example")
    run_days(desk, 8, DAY + dt.timedelta(days=1))
    assert simulated(tried(desk, DAY, DAY + dt.timedelta(days=8))) == [("2026-03-02", "first-reminder", ["FA-1"])]


def test_a_substitute_goes_on_from_where_the_simulation_left_the_old_one(desk: Desk, tmp_path: Path) -> None:
    run_days(desk, 4)
    desk.on(DAY + dt.timedelta(days=4)).take(invoice("FA-2", "1160.00", day=DAY + dt.timedelta(days=4), replaces=("FA-1",)))
    run_days(desk, 6, DAY + dt.timedelta(days=4))
    quick = other_rules(desk, tmp_path / "otras", **{"wait: 5 workdays": "wait: 3 workdays"})
    assert simulated(tried(desk, DAY, DAY + dt.timedelta(days=9), quick)) == [
        ("2026-03-02", "first-reminder", ["FA-1"]),
        ("2026-03-05", "second-reminder", ["FA-1"]),
    ]


def test_a_day_beyond_the_limit_of_a_run_is_named_and_sent_all_the_same(make_desk: DeskMaker, tmp_path: Path) -> None:
    xenon = "C-002,XENON INDUSTRIAL ARTICLES,XIA190128J61,nacional,es,30,correo,facturas@xenon.example,pagos@xenon.example,"
    desk = make_desk(UNIVERSITY, xenon)
    party = ("XIA190128J61", "XENON INDUSTRIAL ARTICLES")
    desk.take(invoice("FA-1", "1160.00"), invoice("FX-1", "900.00", receiver=party), opening=OPENING)
    narrow = other_rules(desk, tmp_path / "otras", **{"per_run: 500": "per_run: 1"})
    report = tried(desk, DAY, DAY, narrow)
    assert report.crowded == ((DAY, 2),)
    assert report.simulated.messages == 2


def test_every_rule_of_the_period_is_compared_even_if_the_tried_ones_lack_it(desk: Desk, tmp_path: Path) -> None:
    run_days(desk, 1)
    renamed = other_rules(desk, tmp_path / "otras", **{"- id: first-reminder": "- id: kind-reminder"})
    report = tried(desk, DAY, DAY, renamed)
    assert [(line.rule_id, line.step, line.simulated.messages, line.sent.messages) for line in report.rungs] == [
        ("kind-reminder", 8, 1, 0),
        ("first-reminder", 0, 0, 1),
    ]


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (
            dt.date(2026, 3, 3),
            dt.date(2026, 3, 2),
            "--from: the period begins on 2026-03-03 and ends before that, on 2026-03-02; give the earlier day as --from",
        ),
        (
            dt.date(2026, 3, 1),
            dt.date(2026, 3, 3),
            "--to: 2026-03-03 is still to come; give today or an earlier day: what is still to come nobody has recorded",
        ),
        (
            dt.date(2023, 2, 1),
            dt.date(2026, 3, 2),
            "--from: a period of more than 3 years is not tried at once; give a shorter one, or several one after the other",
        ),
    ],
)
def test_a_period_that_cannot_be_is_refused(first: dt.date, last: dt.date, said: str) -> None:
    with pytest.raises(ProblemError) as caught:
        period_of(first, last, DAY)
    assert str(caught.value) == said


def test_three_years_are_a_period() -> None:
    assert len(period_of(dt.date(2023, 3, 2), dt.date(2026, 3, 2), DAY).days()) == 1097


def test_a_period_before_everything_and_an_empty_book_are_refused(make_desk: DeskMaker) -> None:
    desk = make_desk()
    with pytest.raises(ProblemError) as caught:
        tried(desk, DAY, DAY)
    assert str(caught.value) == "--from: nothing is recorded yet; take in invoices with 'cobranza import'"
    desk.take(invoice("FA-1", "1160.00"), opening=OPENING)
    with pytest.raises(ProblemError) as caught:
        tried(desk, DAY - dt.timedelta(days=9), DAY - dt.timedelta(days=1))
    assert str(caught.value) == "--to: the first fact was recorded on 2026-03-02, after the period; give a later day as --to"
    assert simulated(tried(desk, DAY - dt.timedelta(days=9), DAY)) == [("2026-03-02", "first-reminder", ["FA-1"])]


def rows(database: Database, count: int) -> None:
    """Customers with an invoice each: due on 4 February, known from 1 March on, and the even ones paid on 4 March."""
    noon = dt.datetime(2026, 3, 1, 18, tzinfo=dt.UTC)
    with database.writing() as session:
        for number in range(1, count + 1):
            session.add(a_customer(f"C-{number:03d}"))
        session.flush()
        contact = {"name": "", "title": "", "phone": "", "address": "", "active": True, "role": "collections_contact"}
        session.execute(insert(ContactRow), [{**contact, "customer_id": n, "email": f"c{n}@c.example"} for n in range(1, count + 1)])
        session.execute(insert(InvoiceRow), [_invoice(number) for number in range(1, count + 1)])
        issued: dict[str, Any] = {"minor": 100_000, "due_on": "2026-02-04", "credit_days": 30}
        for kind, data, known_at, which in (
            ("issued", issued, noon, 1),
            ("delivered", {"opening": True}, noon, 1),
            ("payment_applied", {"payment": 1, "minor": 100_000}, noon + dt.timedelta(days=3), 2),
        ):
            entry = {"kind": kind, "data": data, "happened_on": dt.date(2026, 1, 5), "known_at": known_at}
            session.execute(insert(EntryRow), [{**entry, "invoice_id": n} for n in range(which, count + 1, which)])


def _invoice(number: int) -> dict[str, Any]:
    paid = number % 2 == 0
    same = dict.fromkeys(("series", "folio", "closed", "delivered_by", "promised_on", "claimed_on", "dispute_closed_on", "reversed_on"))
    same |= dict.fromkeys(("rung_on", "next_contact", "intervention_due", "intervention_task"))
    counts = dict.fromkeys(("promised_minor", "promise_paid", "promise_count", "claim_count", "dunning_level"), 0)
    return {
        **same,
        **counts,
        **dict.fromkeys(("payment_terms", "purchase_order", "ladder", "rung"), ""),
        **dict.fromkeys(("cancellation_pending", "acknowledged", "dispute_open"), False),
        "id": number,
        "customer_id": number,
        "uuid": f"{number:036d}",
        "number": f"F-{number}",
        "currency": "MXN",
        "issued_on": dt.date(2026, 1, 5),
        "payment_method": "PPD",
        "document": f"{number:064d}",
        "total": 100_000,
        "paid": 100_000 * paid,
        "balance": 100_000 * (not paid),
        "status": "paid" if paid else "open",
        "due_on": dt.date(2026, 2, 4),
        "credit_days": 30,
        "delivery": "sent",
        "delivered_on": dt.date(2026, 1, 5),
        "case_status": "collections",
        "intervention": "none",
        "applied": {},
        "rungs": [],
    }


def _found(database: Database, desk: Desk, last: dt.date) -> tuple[list[tuple[dt.date, str, tuple[str, ...]]], int]:
    """What was simulated, and with how many statements."""
    rules = desk.workspace.rules
    period = Period(DAY, last)
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *arguments: asked.append(arguments[2]))
    deeds = []
    with database.reading() as session:
        reader = HistoryReader(session, period, rules, ZoneInfo(desk.workspace.settings.timezone))
        for ids in reader.chunks():
            trial = Trial(rules, NativeEngine(rules.conditions()), named_facts(rules), desk.workspace.addresses)
            deeds += simulate(reader.of(ids), period, trial).deeds
    return sorted((deed.on, deed.rule_id, tuple(item.number for item in deed.items)) for deed in deeds), len(asked)


@pytest.mark.parametrize("chunk", [2, 400])
def test_both_databases_in_any_chunks_tell_the_same_and_are_asked_as_often_for_many_days(
    database: Database, make_desk: DeskMaker, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(reading, "CHUNK", chunk)
    rows(database, 5)
    desk = make_desk()
    found, asked = _found(database, desk, NEXT_MONDAY)
    assert found == [
        *((DAY, "first-reminder", (f"F-{number}",)) for number in range(1, 6)),
        *((NEXT_MONDAY, "second-reminder", (f"F-{number}",)) for number in (1, 3, 5)),
    ]
    again, asked_again = _found(database, desk, DAY)
    assert again == found[:5]
    assert asked == asked_again
