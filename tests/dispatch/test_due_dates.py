"""What letters and reports say of due dates: of each instalment its own, and of an invoice that they deliver the one that this makes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.payment_terms import AgreedTerms, agree
from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.dispatch.correspondence import Writer, statement_for
from cobranza_rules.domain.terms import Instalment, Terms
from cobranza_rules.explanation import explain_subject
from cobranza_rules.language import Sentence
from cobranza_rules.reports.aging_report import aging_report
from cobranza_rules.store.tables import CustomerRow, InvoiceRow
from tests.cfdi_files import invoice, receipt
from tests.stories.desk import Desk
from tests.stories.fixtures import OPENING, DeskMaker

THIRDS = Terms(60, instalments=tuple(Instalment(days, Decimal(share)) for days, share in ((15, "50"), (30, "30"), (90, "20"))))


@pytest.fixture
def in_thirds(desk: Desk) -> Desk:
    """FA-1 of 5 January over 1,160.00: 580.00 due on 20 January, 348.00 on 4 February, 232.00 on 5 April; 600.00 are paid."""
    with desk.workspace.database.writing() as session:
        row = session.scalars(select(InvoiceRow)).one()
        agree(Bookkeeper(session, desk.workspace.clock.now()), row, AgreedTerms(THIRDS, Sentence("agreement A-1")), desk.today)
    desk.take(receipt("P-1", {"FA-1": "600.00"}))
    return desk


def test_aging_puts_each_open_part_in_its_bucket(in_thirds: Desk) -> None:
    report = aging_report(in_thirds.workspace).as_json()
    assert [
        (each["number"], each["instalment"], each["balance"], each["due_date"], each["days_overdue"], each["bucket"])
        for each in report["invoices"]
    ] == [("FA-1", 2, "328.00", "2026-02-04", 26, "1-30"), ("FA-1", 3, "232.00", "2026-04-05", -34, "current")]
    assert report["totals"] == [
        {"currency": "MXN", "bucket": "current", "amount": "232.00", "invoices": 1},
        {"currency": "MXN", "bucket": "1-30", "amount": "328.00", "invoices": 1},
    ]


def test_a_statement_has_a_line_for_each_part_and_its_total_is_the_balance(in_thirds: Desk) -> None:
    workspace = in_thirds.workspace
    with workspace.database.reading() as session:
        customer = session.scalars(select(CustomerRow)).one()
        letter = statement_for(session, Writer(workspace.company, in_thirds.today, (30, 60, 90), BusinessCalendar()), customer, "MXN")
    assert [(line.number, line.balance.minor, str(line.due_on), line.bucket) for line in letter.lines] == [
        ("FA-1 (2/3)", 32_800, "2026-02-04", "1-30"),
        ("FA-1 (3/3)", 23_200, "2026-04-05", "current"),
    ]
    assert letter.total.minor == in_thirds.invoice("FA-1").balance == 56_000


def test_a_reminder_names_each_part(in_thirds: Desk) -> None:
    """What is overdue of one alone does not reach the ladder's minimum."""
    in_thirds.take(invoice("FA-2", "1160.00", dt.date(2026, 1, 5)), opening=OPENING)
    in_thirds.tick()
    pdf = in_thirds.documents(in_thirds.action("first-reminder"))["letter"]
    assert b"FA-1 (2/3)" in pdf
    assert b"FA-1 (3/3)" in pdf


def test_the_explanation_says_what_is_open_of_each(in_thirds: Desk) -> None:
    lines = [line.text() for line in explain_subject(in_thirds.workspace, "FA-1").lines()]
    assert [line.strip() for line in lines if line.endswith(" open")] == [
        "instalment 2 of 3: 328.00 MXN open",
        "instalment 3 of 3: 232.00 MXN open",
    ]
    assert in_thirds.invoice("FA-1").due_on == dt.date(2026, 2, 4)


def test_a_transmittal_says_the_due_date_that_its_delivery_makes(make_desk: DeskMaker) -> None:
    """Issued on 25 February and handed over on Monday, 2 March: it is due 30 days after that, on 1 April, and the book says the same."""
    desk = make_desk()
    who = "C-001,UNIVERSIDAD ROBOTICA ESPAÑOLA,URE180429TM6"
    desk.take(f"Clave,Razón social,RFC,Base de los días\n{who},entrega\n".encode(), invoice("FA-7", day=dt.date(2026, 2, 25)))
    assert desk.invoice("FA-7").due_on == dt.date(2026, 3, 27)
    desk.tick()
    desk.approve("administration_manager")
    desk.tick()
    assert b"01/04/2026" in desk.documents(desk.action("transmittal"))["letter"]
    assert desk.invoice("FA-7").due_on == dt.date(2026, 4, 1)
