"""An intervention ends in a payment plan, by command and by mail; payments keep it, the day breaks it, and the case goes on."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.casefile.timeline import timeline
from cobranza_rules.cli import cobranza
from cobranza_rules.cli.command import Call
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.tables import InternalMessageRow, InvoiceRow
from tests.cfdi_files import invoice
from tests.stories.desk import Desk, text_of
from tests.stories.fixtures import OPENING, DeskMaker

Command = Callable[..., Any]
ASKED = dt.date(2026, 3, 10)  # The second reminder, and with it the intervention
SALES = "ventas@kemper.example"
AGREED = ("--with", "Ana Ruiz", "--comment", "por teléfono", "--who", "sales_manager")


@pytest.fixture
def asked(make_desk: DeskMaker) -> Desk:
    desk = make_desk()
    desk.take(invoice("FA-1", "1160.00"), invoice("FA-2", "840.00"), opening=OPENING)
    desk.tick()
    desk.run(ASKED)
    return desk


@pytest.fixture
def command(asked: Desk) -> Command:
    def outcome(*words: str) -> Any:
        given = Call(asked.workspace.base, asked.today)
        try:
            return CliRunner().invoke(cobranza, [*words], obj=given, catch_exceptions=False, standalone_mode=False).output
        except ProblemError as error:
            return [str(problem) for problem in error.problems]
        finally:
            given.close()

    return outcome


def paid(desk: Desk, number: str, minor: int, payment: int) -> None:
    with desk.workspace.database.writing() as session:
        row = session.scalars(select(InvoiceRow).where(InvoiceRow.number == number)).one()
        Bookkeeper(session, desk.workspace.clock.now()).enter(
            row, EntryKind.PAYMENT_APPLIED, desk.today, {"payment": payment, "minor": minor}
        )


def told(desk: Desk) -> list[str]:
    with desk.workspace.database.reading() as session:
        return [str(event.sentence) for event in timeline(session, desk.customers()[0].id)]


def mail_to_sales(desk: Desk) -> Any:
    with desk.workspace.database.reading() as session:
        row = session.scalars(select(InternalMessageRow).where(InternalMessageRow.kind == "intervention-asked")).one()
        raw = desk.workspace.archive.get(row.raw)
    return email.message_from_bytes(raw, policy=email.policy.default)


def answer(desk: Desk, text: str, *, sender: str = SALES, authenticated: bool = True) -> None:
    mail = mail_to_sales(desk)
    desk.counter += 1
    verdict = "pass" if authenticated else "fail"
    lines = [
        f"Authentication-Results: mx.kemper.example; dmarc={verdict} header.from={sender.rpartition('@')[2]}",
        f"From: {sender}",
        "To: cobranza@kemper.example",
        f"Subject: Re: {mail['Subject']}",
        f"Message-ID: <v{desk.counter}@kemper.example>",
        f"Date: {dt.datetime.combine(desk.today, dt.time(15), dt.UTC):%a, %d %b %Y %H:%M:%S} +0000",
        f"In-Reply-To: {mail['Message-ID']}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
    ]
    desk.deliver(("\n".join(lines) + f"\n\n{text}\n").encode())


def test_an_answer_by_command_becomes_a_plan_that_payments_keep(asked: Desk, command: Command) -> None:
    task = asked.task("sales-intervention").id
    wrong = command("tasks", "done", str(task), "--answer", "agreement", "--instalment", "2026-03-13=1000", *AGREED)
    assert wrong == [
        "the instalments come to 1,000.00 MXN, and 2,000.00 MXN is open; give each as --instalment DAY=AMOUNT; one of them may be DAY=rest"
    ]
    agreed = ("--instalment", "2026-03-13=1000", "--instalment", "2026-03-31=rest")
    assert command("tasks", "done", str(task), "--answer", "agreement", *agreed, *AGREED) == f"La tarea {task} está hecha.\n"
    asked.tick()
    assert [mail["Subject"] for mail in asked.mails()][-1].endswith("su pago del 13 de marzo de 2026")
    paid(asked, "FA-2", 84000, 901)
    paid(asked, "FA-1", 16000, 902)
    shown = json.loads(command("payment-plan", "show", "1", "--json"))
    assert [(each["state"], each["kept"]) for each in shown["instalments"]] == [("kept", "1000.00"), ("pending", "0.00")]
    assert (shown["state"], shown["percent_kept"], shown["next_on"], shown["task"]) == ("open", 50, "2026-03-31", task)
    asked.assert_whole()


def hand_over(desk: Desk) -> None:
    """Sales signs the packet, and Administration has it."""
    desk.approve("sales_manager")
    desk.tick()


def test_a_broken_plan_is_told_and_escalates_and_administration_may_decide_on_another(asked: Desk, command: Command) -> None:
    task = asked.task("sales-intervention").id
    command("tasks", "done", str(task), "--answer", "agreement", "--instalment", "2026-03-12=rest", *AGREED)
    asked.run(dt.date(2026, 3, 13))
    assert all(said in text_of(asked.last_mail()) for said in ("No hemos recibido completo el pago 1 del convenio 1", "$2,000.00 MXN"))
    asked.run(dt.date(2026, 3, 19))
    assert "intervention for FA-1 answered: agreement_broken" in told(asked)
    assert "payment plan 1 is broken: 2,000.00 MXN of 2026-03-12 was not paid" in told(asked)
    hand_over(asked)
    decide = asked.task("decide-on-case").id
    said = ("--answer", "payment_plan", "--instalment", "2026-03-31=rest")
    assert command("payment-plan", "agree", "FA-1", "--instalment", "2026-03-31=rest", *AGREED) == [
        "FA-1 is in payment plan 1 already; give --replaces 1, if the new one takes its place"
    ]
    assert command("tasks", "done", str(decide), *said, *AGREED) == f"La tarea {decide} está hecha.\n"
    assert [plan["state"] for plan in json.loads(command("payment-plan", "list", "--state", "replaced", "--json"))["payment_plans"]] == [
        "replaced"
    ]
    row = asked.invoice("FA-1")
    assert (row.case_status, row.rung, row.payment_plan) == ("collections", "second-reminder", 2)
    asked.tick()
    assert len(asked.actions("escalation")) == 1


def test_an_answer_by_mail_decides_where_it_is_beyond_doubt(asked: Desk, command: Command) -> None:
    mail = mail_to_sales(asked)
    assert (mail["To"], "[task " in mail["Subject"]) == (SALES, True)
    answer(asked, "acuerdo: la mitad el viernes")
    answer(asked, "acuerdo: 2,000 el 31 de marzo", sender="otro@kemper.example")
    answer(asked, "acuerdo: 2,000 el 31 de marzo", authenticated=False)
    asked.tick()
    assert [row.state for row in asked.received()] == ["open"] * 3
    assert asked.invoice("FA-1").intervention == "open"
    answer(asked, "Acuerdo: 1,000 el 20 de marzo y el resto el 31 de marzo; con Ana Ruiz\n\nSaludos")
    asked.tick()
    assert [row.state for row in asked.received()] == ["open"] * 3 + ["settled"]
    (plan,) = json.loads(command("payment-plan", "list", "--json"))["payment_plans"]
    assert (plan["agreed_with"], plan["who"], plan["invoices"]) == ("Ana Ruiz", SALES, ["FA-1", "FA-2"])
    answer(asked, "sin acuerdo: ya no quieren")
    asked.tick()
    assert asked.received()[-1].state == "open"  # The token was good for one answer.
    assert asked.invoice("FA-1").intervention == "agreement"


def test_a_late_answer_calls_off_the_packet_that_waits_for_its_signature(asked: Desk, command: Command) -> None:
    task = asked.task("sales-intervention").id
    asked.run(dt.date(2026, 3, 20))
    assert asked.action("escalation").state == "awaiting_signature"
    command("tasks", "done", str(task), "--answer", "agreement", "--instalment", "2026-03-31=rest", *AGREED)
    row = asked.invoice("FA-1")
    assert (row.case_status, row.rung, row.payment_plan) == ("collections", "second-reminder", 1)
    asked.tick()
    assert asked.action("escalation").state == "cancelled"
    assert [each.name for each in asked.tasks()] == []


def test_a_later_answer_is_told_to_administration_and_changes_nothing(asked: Desk, command: Command) -> None:
    task = asked.task("sales-intervention").id
    asked.run(dt.date(2026, 3, 20))
    hand_over(asked)
    asked.done(asked.task("decide-on-case").id, "administration_manager", "legal")
    command("tasks", "done", str(task), "--answer", "agreement", "--instalment", "2026-03-31=rest", *AGREED)
    assert (asked.invoice("FA-1").case_status, asked.invoice("FA-1").payment_plan) == ("legal", None)
    originals, late = asked.tasks()
    assert (originals.name, originals.assigned_to) == ("hand-over-originals", "sales_manager")
    assert (late.name, late.assigned_to, late.detail["instalments"]) == ("late-agreement", "administration_manager", ["2026-03-31 rest"])
