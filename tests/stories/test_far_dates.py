"""Invoices of the first and of the last day that there is: imported, planned, explained and listed like any other."""

from __future__ import annotations

import datetime as dt
import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from cobranza_rules.cli import cobranza
from cobranza_rules.cli.command import Call
from cobranza_rules.store.tables import InvoiceRow
from tests.cfdi_files import invoice
from tests.conftest import WorkspaceMaker
from tests.stories.desk import UNIVERSITY, Desk, customer_list
from tests.stories.fixtures import OPENING

MONDAY = "2026-03-02"


def say(base: Path, *args: str, code: int = 0) -> str:
    call = Call(base)
    result = CliRunner(env={"COBRANZA_LANGUAGE": "en"}).invoke(cobranza, list(args), obj=call)
    call.close()
    assert result.exit_code == code, result.output
    return result.output


def test_they_are_dealt_with_like_any_other(make_workspace: WorkspaceMaker) -> None:
    workspace = make_workspace()
    base = workspace.base
    started = time.monotonic()
    (base / "CLIENTES.csv").write_bytes(customer_list(UNIVERSITY + "direccion@robotica.example"))
    (base / "FA-1.xml").write_bytes(invoice("FA-1", "1160.00"))
    (base / "FA-2.xml").write_bytes(invoice("FA-2", "500.00"))
    files = [str(base / name) for name in ("CLIENTES.csv", "FA-1.xml", "FA-2.xml")]
    say(base, "import", *files, "--payments-through", MONDAY, "--opening", MONDAY, "--on", MONDAY)
    with workspace.database.writing() as session:  # A CFDI of such a day is refused: other ways in may not be so strict.
        for number, issued, due in (("FA-1", dt.date.min, dt.date.min), ("FA-2", dt.date.min, dt.date.max)):
            row = session.scalars(select(InvoiceRow).where(InvoiceRow.number == number)).one()
            row.issued_on, row.due_on, row.delivered_on = issued, due, issued
    assert say(base, "run", "--on", MONDAY) == "Newly planned: 1\n  sent: 1\n"
    assert "739676 days overdue; last rung sent: first-reminder on 2026-03-02" in say(base, "explain", "FA-1", "--on", MONDAY)
    assert "first-reminder: does not apply: days_overdue >= 1 (days_overdue: -2912382)" in say(base, "explain", "FA-2", "--on", MONDAY)
    assert say(base, "aging", "--on", MONDAY).splitlines()[-2:] == [
        "MXN       current    500.00         1",
        "MXN       91+      1,160.00         1",
    ]
    assert say(base, "plan", "--on", "0001-01-01") == "Plan for 0001-01-01: 0 actions\n"
    assert say(base, "plan", "--on", "9999-12-31").splitlines()[0] == "Plan for 9999-12-31: 0 actions"
    assert time.monotonic() - started < 60


FAR = (
    *(("0001-01-01", zone) for zone in ("America/Mexico_City", "Asia/Tokyo")),
    *((day, "America/Mexico_City") for day in ("0001-01-02", "9999-12-24", "9999-12-30")),
    *(("9999-12-31", zone) for zone in ("America/Mexico_City", "Pacific/Pago_Pago")),
)
ASKED = (
    ("plan",),
    ("explain", "FA-1"),
    ("explain", "FA-2"),
    ("explain", "C-001"),
    ("digest",),
    ("aging",),
    ("rules", "diff"),
    ("approvals", "list"),
    ("outbox", "list"),
    ("tasks", "list"),
    ("case", "C-001"),
)


@pytest.mark.parametrize(("day", "zone"), FAR)
def test_whatever_is_asked_on_such_a_day_is_answered(make_workspace: WorkspaceMaker, day: str, zone: str) -> None:
    """Both invoices are of the ends of the calendar, one with a reminder that waits, whose next contact was counted from there."""
    changes = {'timezone = "America/Mexico_City"': f'timezone = "{zone}"', 'mode = "automatic"': 'mode = "supervised"'}
    workspace = make_workspace(**changes)
    base = workspace.base
    desk = Desk(workspace)
    desk.take(customer_list(UNIVERSITY + "direccion@robotica.example"))
    desk.take(invoice("FA-1", "1160.00"), invoice("FA-2", "500.00"), opening=OPENING)
    with workspace.database.writing() as session:
        for number, issued, due in (("FA-1", dt.date.min, dt.date.min), ("FA-2", dt.date.min, dt.date.max)):
            row = session.scalars(select(InvoiceRow).where(InvoiceRow.number == number)).one()
            row.issued_on, row.due_on, row.delivered_on = issued, due, issued
            if number == "FA-2":
                row.promised_on, row.claimed_on, row.intervention, row.intervention_due = dt.date.max, dt.date.max, "open", dt.date.max
    desk.run(dt.date(2026, 3, 2))
    for asked in ASKED:
        shown = say(base, *asked, *(() if asked[0] in ("case", "tasks") else ("--on", day)))
        assert shown
        if asked[0] in ("explain", "digest"):
            assert json.loads(say(base, *asked, "--on", day, "--json"))
    tried = say(base, "backtest", "--from", day, "--to", day, "--on", day, code=1 if day < MONDAY else 0)
    assert "Backtest" in tried or day < MONDAY
    say(base, "run", "--no-mail", "--on", day)


def test_what_the_last_days_say(make_workspace: WorkspaceMaker) -> None:
    """The week ahead ends with the calendar, and so does what is looked ahead."""
    desk = Desk(make_workspace())
    desk.take(customer_list(UNIVERSITY + "direccion@robotica.example"))
    desk.take(invoice("FA-1", "1160.00"), opening=OPENING)
    desk.run(dt.date(9999, 12, 29))
    assert desk.action("first-reminder").next_contact == dt.date.max
    base = desk.workspace.base
    week = json.loads(say(base, "digest", "--on", "9999-12-29", "--json"))["week"]
    assert [day["on"] for day in week] == ["9999-12-30", "9999-12-31"]
    assert json.loads(say(base, "digest", "--on", "9999-12-31", "--json"))["week"] == []
    assert json.loads(say(base, "explain", "FA-1", "--on", "9999-12-30", "--json"))["looked_ahead_to"] == "9999-12-31"


def test_totals_may_be_larger_than_any_amount(make_workspace: WorkspaceMaker) -> None:
    base = make_workspace().base
    for number in ("FA-1", "FA-2"):
        (base / f"{number}.xml").write_bytes(invoice(number, "9999999999999.99"))
    say(base, "import", str(base / "FA-1.xml"), str(base / "FA-2.xml"), "--on", MONDAY)
    assert "19,999,999,999,999.98" in say(base, "aging", "--on", MONDAY)
