"""What customers say by telephone or in person is entered by hand, and makes the same of an invoice as their mail would."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cobranza_rules.casefile.timeline import timeline
from cobranza_rules.cli import cobranza
from cobranza_rules.cli.command import Call
from cobranza_rules.problems import ProblemError
from tests.cfdi_files import invoice
from tests.conftest import DAY
from tests.stories.desk import UNIVERSITY, Desk
from tests.stories.fixtures import OPENING, DeskMaker

Command = Callable[..., Any]
XENON = "C-002,XENON INDUSTRIAL ARTICLES,XIA190128J61,nacional,es,30,correo,facturas@xenon.example,pagos@xenon.example,"
ANALYST = "analista@kemper.example"
WHO = ("--who", "collections_analyst")
CALLED = (*WHO, "--comment", "Ana, por teléfono")
FRIDAY = dt.date(2026, 3, 6)


@pytest.fixture
def books(make_desk: DeskMaker) -> Desk:
    desk = make_desk(UNIVERSITY, XENON)
    desk.take(
        *(invoice(number, "1160.00") for number in ("FA-1", "FA-2")),
        invoice("FX-1", "1160.00", receiver=("XIA190128J61", "XENON INDUSTRIAL ARTICLES")),
        opening=OPENING,
    )
    return desk


@pytest.fixture
def command(books: Desk) -> Command:
    def outcome(*words: str) -> Any:
        given = Call(books.workspace.base, books.today)
        try:
            return CliRunner().invoke(cobranza, [*words], obj=given, catch_exceptions=False, standalone_mode=False).output
        except ProblemError as error:
            return [str(problem) for problem in error.problems]
        finally:
            given.close()

    return outcome


def told(desk: Desk) -> list[str]:
    with desk.workspace.database.reading() as session:
        return [str(event.sentence) for event in timeline(session, desk.customers()[0].id)]


def test_a_promise_by_telephone_holds_as_one_by_mail(books: Desk, command: Command) -> None:
    shown = json.loads(command("promise", "FA-1", "FA-2", "--pay-on", "2026-03-06", *CALLED, "--json"))
    assert [(row["number"], row["pay_on"], row["new"]) for row in shown["promised"]] == [
        ("FA-1", "2026-03-06", True),
        ("FA-2", "2026-03-06", True),
    ]
    row = books.invoice("FA-1")
    assert (row.promised_on, row.promised_minor, row.promise_count) == (FRIDAY, 0, 1)
    books.tick()
    assert books.held("FA-1") == {"promise-to-pay"}
    again = json.loads(command("promise", "FA-1", "--pay-on", "2026-03-06", *CALLED, "--json"))
    assert (again["promised"][0]["new"], books.invoice("FA-1").promise_count) == (False, 1)
    assert f"payment of FA-1 promised for 2026-03-06: {ANALYST}, Ana, por teléfono" in told(books)


def test_part_of_an_invoice_is_promised_and_the_whole_is_the_whole(books: Desk, command: Command) -> None:
    command("promise", "FA-1", "--pay-on", "2026-03-06", "--amount", "1,000.00", *CALLED)
    command("promise", "FA-2", "--pay-on", "2026-03-06", "--amount", "5000 MXN", *CALLED)
    assert [books.invoice(number).promised_minor for number in ("FA-1", "FA-2")] == [100_000, 0]


def test_a_promise_that_was_wrong_was_never_made(books: Desk, command: Command) -> None:
    command("promise", "FA-1", "--pay-on", "2026-03-06", *CALLED)
    assert command("promise", "FA-1", "--withdraw", *WHO) == ["a promise is withdrawn with its reason; say why with --comment"]
    command("promise", "FA-1", "--withdraw", *WHO, "--comment", "era de otra factura")
    row = books.invoice("FA-1")
    assert (row.promised_on, row.promise_count) == (None, 0)
    assert f"the promise for FA-1 is withdrawn: {ANALYST}, era de otra factura" in told(books)
    assert command("promise", "FA-1", "--withdraw", *CALLED) == [
        "no payment of FA-1 is promised; 'cobranza explain FA-1' says how it stands"
    ]


def test_all_that_is_wrong_with_a_promise_is_said_at_once_and_nothing_is_entered(books: Desk, command: Command) -> None:
    assert command("promise", "FA-1", "FX-1", "FA-9", "--pay-on", "2026-02-27", "--amount", "12,50", *WHO) == [
        "a promise is entered with who made it and how; say so with --comment",
        "2026-02-27 is past; give the day on which the customer will pay",
        "there is no invoice 'FA-9'; 'cobranza aging --detail' lists the open ones",
        "these invoices are of different customers; enter what each of them said by itself",
        "an amount belongs to one invoice; enter the others by themselves, or leave the amount out",
    ]
    assert command("promise", "FA-1", *CALLED) == ["a promise needs its day; give --pay-on YYYY-MM-DD"]
    assert books.invoice("FA-1").promise_count == 0


@pytest.mark.parametrize("written", ["12,50", "-5", "0", "1e3", "100 USD", "mucho", "1.000,00"])
def test_an_amount_that_may_be_read_in_two_ways_is_not_read(books: Desk, command: Command, written: str) -> None:
    what = f"'{written}' is no amount of FA-1, which is in MXN; write it like 1200.00"
    assert command("payment", "claim", "FA-1", "--amount", written, *CALLED) == [what]
    assert books.invoice("FA-1").claim_count == 0


def test_a_claimed_payment_is_looked_for_and_then_rejected(books: Desk, command: Command, tmp_path: Path) -> None:
    scan = tmp_path / "spei.pdf"
    scan.write_bytes(b"%PDF-1.4\nprueba\n%%EOF\n")
    claim = ("payment", "claim", "FA-1", "--amount", "1160.00", "--reference", "SPEI 123", "--file", str(scan), *CALLED, "--json")
    shown = json.loads(command(*claim))
    assert books.workspace.archive.get(shown["document"]) == scan.read_bytes()
    assert (books.invoice("FA-1").claimed_on, books.invoice("FA-1").claim_count) == (DAY, 1)
    books.tick()
    assert books.held("FA-1") == {"payment-claimed"}
    assert json.loads(command(*claim))["claimed"][0]["new"] is False
    assert books.invoice("FA-1").claim_count == 1
    assert f"the customer says that FA-1 was paid: {ANALYST}, 1160.00, SPEI 123, Ana, por teléfono" in told(books)
    assert command("payment", "reject", "FA-1", *WHO) == [
        "a claimed payment is rejected with its reason; say where it was looked for with --comment"
    ]
    command("payment", "reject", "FA-1", *WHO, "--comment", "no está en el banco")
    assert (books.invoice("FA-1").claimed_on, books.invoice("FA-1").claim_count) == (None, 1)
    assert command("payment", "reject", "FA-1", *CALLED) == ["nobody says that FA-1 was paid; 'cobranza explain FA-1' says how it stands"]
    books.assert_whole()


def test_a_note_stands_in_the_case_file_once(books: Desk, command: Command) -> None:
    for _time in range(2):
        command("note", "C-001", "Pide hablar con ventas.", "--kind", "call", *WHO)
    assert [line for line in told(books) if "Pide hablar" in line] == [f"call of {ANALYST}: Pide hablar con ventas."]
    assert command("note", "C-999", " ", *WHO) == [
        "there is no customer 'C-999'; give its code as in the customers' spreadsheet",
        "a note without a text says nothing; write what was said",
    ]
    books.assert_whole()
