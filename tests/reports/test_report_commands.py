"""The commands of reports as a user calls them, over a small book: two invoices, one of them paid later."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from tests.cfdi_files import invoice, receipt, uuid_of
from tests.stories.desk import UNIVERSITY, customer_list
from tests.stories.folders import make_folder
from tests.stories.program import Program

MONDAY, FRIDAY = "2026-03-02", "2026-03-06"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """FA-1, due on 4 February, is paid in part on Friday, which comes to be known on that day."""
    program = Program(make_folder(tmp_path_factory.mktemp("reports") / "workspace"))
    folder = program.base.parent / "archivos"
    folder.mkdir()
    (folder / "CLIENTES.csv").write_bytes(customer_list(UNIVERSITY))
    (folder / "FA-1.xml").write_bytes(invoice("FA-1", "1160.00"))
    program("import", str(folder), "--opening", "2026-02-27", "--payments-through", MONDAY, "--on", MONDAY)
    paid = program.base / "P-1.xml"
    paid.write_bytes(receipt("P-1", {"FA-1": "160.00"}))
    program("import", str(paid), "--on", FRIDAY)
    return program


def test_a_past_day_is_told_as_it_was_known_then_or_as_it_is_known_now(program: Program) -> None:
    then = program.json("aging", "--on", FRIDAY, "--as-of", "2026-03-03", "--by", "customer")
    assert [then[key] for key in ("on", "as_of", "known", "by")] == ["2026-03-03", "2026-03-03", "then", "customer"]
    assert then["invoices"] == [
        {
            "uuid": uuid_of("FA-1"),
            "number": "FA-1",
            "customer": "C-001",
            "currency": "MXN",
            "balance": "1160.00",
            "due_date": "2026-02-04",
            "days_overdue": 27,
            "bucket": "1-30",
            "on_hold": None,
        }
    ]
    (group,) = then["groups"]
    assert (group["customer"], group["total"], group["buckets"]["1-30"], group["unapplied"]) == ("C-001", "1160.00", "1160.00", "0.00")
    now = program.json("aging", "--on", FRIDAY, "--as-of", "2026-03-03", "--known", "now")
    assert [one["balance"] for one in now["invoices"]] == ["1000.00"]
    assert program.json("aging", "--on", FRIDAY, "--as-of", "2026-01-01")["invoices"] == []


def test_the_aging_is_told_with_what_it_rests_on(program: Program, tmp_path: Path) -> None:
    book, picture = tmp_path / "aging.xlsx", tmp_path / "aging.svg"
    said = program("aging", "--on", FRIDAY, "--as-of", "2026-03-03", "--detail", "--xlsx", str(book), "--chart", str(picture))
    assert "Aging of balances on 2026-03-03" in said
    assert "As it was known at the end of 2026-03-03." in said
    assert f"{picture} written" in said
    assert openpyxl.load_workbook(book)["Invoices"]["E2"].value == 1160
    assert b"1-30" in picture.read_bytes()
    assert "no segment" in program("aging", "--on", FRIDAY, "--by", "segment")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--as-of", "2026-03-07"), "2026-03-07 is still to come: nothing is known of it; give a day that is not after 2026-03-06"),
        (("--known", "now"), "--known says something of a past day, and none is given; give the day with --as-of"),
        (("--chart", "aging.pdf"), "aging.pdf: a chart is a .png or a .svg file; name it so"),
    ],
)
def test_what_a_report_cannot_say_is_told(program: Program, arguments: tuple[str, ...], complaint: str) -> None:
    assert program("aging", "--on", FRIDAY, *arguments, code=1).strip() == complaint


def test_money_is_expected_and_missing_acknowledgements_are_told(program: Program) -> None:
    forecast = program.json("cash-forecast", "--on", FRIDAY, "--weeks", "2")
    (expected,) = forecast["expected"]
    assert (expected["number"], expected["amount"], expected["on"], expected["week"]) == ("FA-1", "1000.00", "2026-04-05", "later")
    assert [week["week"] for week in forecast["weeks"]] == [MONDAY, "2026-03-09", "later", "no day"]
    assert "as long again is expected" in program("cash-forecast", "--on", FRIDAY, "--detail")
    (waiting,) = program.json("acknowledgements", "--on", FRIDAY)["waiting"]
    assert (waiting["number"], waiting["bucket"], waiting["amount"]) == ("FA-1", "21+", "1000.00")


def test_indicators_and_statement_tell_the_same_book(program: Program) -> None:
    (month,) = program.json("indicators", "--on", FRIDAY, "--months", "1", "--known", "now")["indicators"]
    assert (month["month"], month["receivables"], month["cei"]) == ("2026-02", "1000.00", "13.8")
    assert "DSO (days)" in program("indicators", "--on", FRIDAY)
    told = program.json("statement", "C-001", "--on", FRIDAY, "--as-of", "2026-03-03")
    assert (told["as_of"], [one["total"] for one in told["statements"]]) == ("2026-03-03", ["1160.00"])
    assert program.json("statement", "C-001", "--on", FRIDAY)["statements"][0]["invoices"][0]["balance"] == "1000.00"
    assert "Statement of account of UNIVERSIDAD ROBOTICA ESPAÑOLA" in program("statement", "C-001", "--on", FRIDAY, "--text")
