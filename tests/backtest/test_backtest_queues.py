"""A backtest of rules about tasks, payments and customers as a whole: from what was recorded, and beside what was really done."""

from __future__ import annotations

import datetime as dt

from cobranza_rules.backtest.history import Period, RecordedPayment
from cobranza_rules.backtest.report import BacktestReport
from cobranza_rules.backtest.running import backtest
from cobranza_rules.backtest.simulated_queues import is_looked_at
from cobranza_rules.backtest.workbook import backtest_workbook
from cobranza_rules.rules.document import read_rules
from tests.cfdi_files import invoice, receipt
from tests.conftest import DAY
from tests.dispatch.test_customer_messages import STATEMENT, THANKS, WARNING, with_rules
from tests.stories.desk import PAYER, UNIVERSITY, Desk, days
from tests.stories.fixtures import OPENING, DeskMaker

TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (DAY + dt.timedelta(days=ahead) for ahead in (1, 2, 3, 4))
LATE = "\n  - {id: late, for: task, when: workdays_late >= 1, every: 2 workdays, do: [{notice: task-waiting, to: asked}]}"
NEXT_FRIDAY = DAY + dt.timedelta(days=11)


def played(desk: Desk, rules: str, last: dt.date = NEXT_FRIDAY) -> BacktestReport:
    """These rules over what is recorded since DAY, beside the shipped holds."""
    shipped = (desk.workspace.base / "rules" / "collections.yaml").read_text(encoding="utf-8")
    whole = shipped[: shipped.index("\nrules:\n")] + f"\nrules:{rules}"
    return backtest(desk.workspace, Period(DAY, last), read_rules([("r.yaml", whole.encode())])[0])


def simulated(report: BacktestReport) -> list[tuple[dt.date, str, str, bool]]:
    return [(deed.on, deed.rule_id, deed.items[0].number, deed.to_customer) for deed in report.simulated_deeds]


def run_days(desk: Desk, count: int) -> None:
    for day in days(DAY, count):
        desk.run(day)


def test_both_sides_are_equal_where_the_rules_in_force_are_played(desk: Desk) -> None:
    with_rules(desk, WARNING + LATE)
    run_days(desk, 12)
    report = played(desk, WARNING + LATE)
    assert simulated(report) == [
        (DAY, "overdue-warning", "C-001", True),
        (THURSDAY, "overdue-warning", "C-001", True),
        (DAY + dt.timedelta(days=8), "overdue-warning:after-last", "C-001", False),
    ]
    assert list(report.simulated_deeds) == list(report.sent_deeds)
    assert (report.simulated.messages, report.simulated.in_house, report.simulated.invoices, report.simulated.amounts) == (2, 1, 0, ())


def test_a_payment_counts_from_the_day_on_which_it_came_to_be_known(desk: Desk) -> None:
    run_days(with_rules(desk, THANKS), 1)
    desk.on(WEDNESDAY).take(receipt("P-1", {"FA-1": "1000.00"}, TUESDAY, operation="000123"))
    for day in (WEDNESDAY, THURSDAY):
        desk.run(day)
    report = played(desk, THANKS, FRIDAY)
    assert simulated(report) == [(WEDNESDAY, "payment-received", "000123", True)]
    assert list(report.simulated_deeds) == list(report.sent_deeds)
    later = THANKS.replace("workdays_since_payment <= 5", "workdays_since_payment >= 3")
    assert simulated(played(desk, later, FRIDAY)) == [(FRIDAY, "payment-received", "000123", True)]


def test_a_payment_that_another_receipt_replaces_is_gone_from_that_day_on(desk: Desk) -> None:
    run_days(with_rules(desk, LATE), 1)
    desk.take(receipt("P-1", {"FA-1": "1000.00"}, DAY))
    desk.on(THURSDAY).take(receipt("P-2", {"FA-1": "900.00"}, DAY, replaces=("P-1",)))
    desk.tick()
    often = THANKS.replace("    do:", "    every: 1 workday\n    do:", 1)
    found = [on for on, rule, _name, _out in simulated(played(desk, often, FRIDAY)) if rule == "payment-received"]
    assert found == [DAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY], "the first one until Wednesday, the second one from Thursday on"


def test_tasks_of_the_tried_rules_are_late_as_long_as_nobody_has_done_them(desk: Desk) -> None:
    run_days(with_rules(desk, LATE), 12)
    asks = "\n  - {id: ask, for: customer, when: overdue_invoices >= 1, do: [{task: look, assign: supervisor, due: 2 workdays}]}"
    late = [(on, name) for on, rule, name, _out in simulated(played(desk, asks + LATE)) if rule == "late"]
    assert late == [(day, "look") for day in (THURSDAY, DAY + dt.timedelta(days=7), DAY + dt.timedelta(days=9), NEXT_FRIDAY)]


def test_what_was_done_before_the_period_counts(desk: Desk) -> None:
    with_rules(desk, WARNING)
    run_days(desk, 2)
    shipped = desk.workspace.rules
    report = backtest(desk.workspace, Period(TUESDAY, FRIDAY), shipped)
    assert simulated(report) == [(THURSDAY, "overdue-warning", "C-001", True)]


def test_signatures_never_wait_and_so_nobody_is_reminded_of_them(make_desk: DeskMaker) -> None:
    desk = make_desk(UNIVERSITY)
    desk.take(invoice("FA-7", "1160.00", DAY))
    remind = "\n  - {id: remind, for: approval, when: workdays_waiting >= 1, do: [{notice: signature-waiting, to: asked}]}"
    with_rules(desk, STATEMENT + remind)
    run_days(desk, 5)
    assert [action.rule_id for action in desk.actions(state="sent")] == ["remind"]
    report = played(desk, STATEMENT + remind, FRIDAY)
    assert simulated(report) == [(DAY, "monthly-statement", "C-001", True)]
    assert report.sent_deeds == []


def test_holds_and_decisions_count_as_they_did(desk: Desk) -> None:
    with_rules(desk, LATE)
    desk.write("¿Me pueden llamar?", sender=PAYER)
    run_days(desk, 3)
    assert simulated(played(desk, WARNING, WEDNESDAY)) == []
    assert played(desk, WARNING, WEDNESDAY).held == ()


def test_the_spreadsheet_takes_what_is_about_no_amount(desk: Desk) -> None:
    run_days(with_rules(desk, WARNING), 3)
    assert backtest_workbook(played(desk, WARNING), str).startswith(b"PK")


def test_a_payment_is_looked_at_for_ninety_days_and_longer_where_it_is_not_applied() -> None:
    payment = RecordedPayment(1, 1, "x", 100, "MXN", DAY, TUESDAY, ((TUESDAY, 100, "MXN"), (FRIDAY, -100, "MXN")))
    far = DAY + dt.timedelta(days=91)
    assert [is_looked_at(payment, day) for day in (DAY, TUESDAY, far)] == [False, True, True]
    assert (payment.applied(WEDNESDAY), payment.applied(FRIDAY)) == (100, 0)
    assert not is_looked_at(RecordedPayment(1, 1, "x", 100, "MXN", DAY, TUESDAY, ((TUESDAY, 100, "MXN"),)), far)
    assert RecordedPayment(1, 1, "x", 100, "MXN", DAY, DAY, ((DAY, 100, "USD"),)).applied(DAY) is None


def test_a_customer_without_open_invoices_is_looked_at_too(make_desk: DeskMaker) -> None:
    desk = make_desk(UNIVERSITY)
    desk.take(invoice("FA-1", "1160.00"), opening=OPENING)
    desk.take(receipt("P-1", {"FA-1": "1160.00"}, DAY))
    run_days(with_rules(desk, LATE), 2)
    quiet = "\n  - {id: quiet, for: customer, when: open_invoices == 0, do: [{task: say-hello, assign: sales_manager}]}"
    assert simulated(played(desk, quiet, TUESDAY)) == [(DAY, "quiet", "C-001", False)]
