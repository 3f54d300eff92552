"""`cobranza backtest` as a user calls it, and the spreadsheet that it writes."""

from __future__ import annotations

import datetime as dt
import io
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest

from cobranza_rules.backtest.deeds import Deed, DeedItem
from cobranza_rules.backtest.history import Period
from cobranza_rules.backtest.report import BacktestReport, report_of
from cobranza_rules.backtest.workbook import backtest_workbook
from cobranza_rules.language import in_english
from cobranza_rules.rules.document import read_rules
from tests.cfdi_files import invoice
from tests.stories.desk import UNIVERSITY, customer_list
from tests.stories.folders import ROOT, make_folder
from tests.stories.program import Program

MONDAY, TUESDAY, NEXT_MONDAY = "2026-03-02", "2026-03-03", "2026-03-09"
CLOSING = "acknowledgement-missing:after-last"
NOTES = [
    "What is planned counts as signed and sent on the same day, and every message arrives.",
    "What customers, banks and people did is as recorded; customers' data are those of today; bank and mailbox count as read every day.",
    "Amounts hold each invoice once, with the balance that was claimed last.",
    "Nothing waits for a signature: rules for approvals are left out. Tasks stay open until a recorded one of that name was done.",
]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """In automatic mode: a first reminder left on Monday, and nobody has run the program since."""
    folder = tmp_path_factory.mktemp("backtest")
    program = Program(make_folder(folder / "workspace", **{'mode = "supervised"': 'mode = "automatic"'}))
    old = folder / "apertura"
    old.mkdir()
    (old / "CLIENTES.csv").write_bytes(customer_list(UNIVERSITY))
    (old / "FA-1.xml").write_bytes(invoice("FA-1", "1160.00"))
    program("import", str(old), "--opening", "2026-02-27", "--payments-through", MONDAY, "--on", MONDAY)
    program("run", "--on", MONDAY)
    return program.base


@pytest.fixture
def program(played: Path, tmp_path: Path) -> Program:
    return Program(Path(shutil.copytree(played, tmp_path / "workspace")))


def everything_in(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return list(connection.iterdump())


def test_it_tells_what_would_have_been_sent_beside_what_was_and_writes_nothing(program: Program) -> None:
    (database,) = program.base.glob("*.db")
    before = everything_in(database)
    said = program("backtest", "--from", MONDAY, "--to", NEXT_MONDAY, "--on", NEXT_MONDAY)
    assert said.splitlines() == [
        "Backtest from 2026-03-02 to 2026-03-09: simulated beside really sent",
        "Rule or rung        Messages  Invoices  Customers        Amount  Messages sent  Invoices sent   Amount sent",
        "------------------  --------  --------  ---------  ------------  -------------  -------------  ------------",
        "first-reminder             1         1          1  1,160.00 MXN              1              1  1,160.00 MXN",
        "second-reminder            1         1          1  1,160.00 MXN              0              0",
        "Total to customers         2         1          1  1,160.00 MXN              1              1  1,160.00 MXN",
        *NOTES,
    ]
    assert everything_in(database) == before


def test_json_is_a_contract(program: Program) -> None:
    told = program.json("backtest", "--from", TUESDAY, "--to", NEXT_MONDAY, "--on", NEXT_MONDAY)
    nothing = {"messages": 0, "in_house": 0, "invoices": 0, "customers": 0, "amounts": []}
    one = {"messages": 1, "in_house": 0, "invoices": 1, "customers": 1, "amounts": [{"currency": "MXN", "amount": "1160.00"}]}
    assert len(told.pop("rules")) == 64
    assert told == {
        "from": TUESDAY,
        "to": NEXT_MONDAY,
        "simulated": one,
        "sent": nothing,
        "rungs": [{"rule": "second-reminder", "step": 11, "simulated": one, "sent": nothing}],
        "held": [],
        "beyond_per_run": [],
        "messages": [
            {
                "on": NEXT_MONDAY,
                "rule": "second-reminder",
                "customer": "C-001",
                "currency": "MXN",
                "amount": "1160.00",
                "invoices": ["FA-1"],
                "about": None,
                "in_house": False,
            }
        ],
    }


def test_holds_and_crowded_days_are_told(program: Program) -> None:
    program("dispute", "open", "FA-1", "--comment", "precio", "--who", "collections_analyst", "--on", TUESDAY)
    rules = program.base / "otras"
    shutil.copytree(program.base / "rules", rules)
    said = program("backtest", "--from", TUESDAY, "--to", NEXT_MONDAY, "--rules", str(rules), "--on", NEXT_MONDAY)
    assert "On hold by dispute: 1 invoice-days, 1 invoices" in said.splitlines()
    assert "Total to customers         0" in said


def test_what_is_wrong_is_said_in_sentences(program: Program, tmp_path: Path) -> None:
    empty, broken = tmp_path / "vacia", tmp_path / "rota"
    empty.mkdir()
    broken.mkdir()
    (broken / "reglas.yaml").write_text("version: 1\nrules: 5\nladders: 6\n", encoding="utf-8")
    (broken / "replies.yaml").write_text("this is not read\n", encoding="utf-8")
    when = ("--from", MONDAY, "--to", NEXT_MONDAY, "--on", NEXT_MONDAY)
    assert program("backtest", *when, "--rules", str(empty), code=1) == (
        f"{empty}: there are no rules files; put at least one .yaml file there\n"
    )
    lines = program("backtest", *when, "--rules", str(broken), code=1).splitlines()
    assert len(lines) >= 2
    assert all(line.startswith(f"{broken}/reglas.yaml:") for line in lines)
    assert program("backtest", "--from", MONDAY, "--to", NEXT_MONDAY, "--on", TUESDAY, code=1) == (
        "--to: 2026-03-09 is still to come; give today or an earlier day: what is still to come nobody has recorded\n"
    )
    said = program("backtest", *when, "--xlsx", str(tmp_path / "nada" / "prueba.xlsx"), code=1)
    assert said.endswith(
        f"{tmp_path}/nada/prueba.xlsx: the file cannot be written: No such file or directory; check the folder and its permissions\n"
    )
    assert "No such option" not in program("backtest", "--from", MONDAY, code=2)


def test_the_spreadsheet_is_written_where_it_is_wanted(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "prueba.xlsx"
    said = program("backtest", "--from", MONDAY, "--to", NEXT_MONDAY, "--xlsx", str(file), "--on", NEXT_MONDAY)
    assert said.startswith(f"{file} written\n")
    assert openpyxl.load_workbook(file).sheetnames == ["Totals", "Simulated", "Really sent", "Holds"]


def report() -> BacktestReport:
    rules, _warnings = read_rules([("rules/collections.yaml", (ROOT / "rules" / "collections.yaml").read_bytes())])
    day = dt.date(2026, 3, 2)
    pesos = tuple(DeedItem("first-reminder", number, f"F-{number}", 123_456 * number) for number in (1, 2))
    deeds = [
        Deed(day, "first-reminder", 8, 1, "=2+2", "MXN", pesos, to_customer=True),
        Deed(day, "first-reminder", 8, 1, "=2+2", "JPY", (DeedItem("first-reminder", 3, "F-3", 5000),), to_customer=True),
        Deed(day, CLOSING, 3, 2, "C-2", "MXN", (DeedItem(CLOSING, 1, "F-1", 123_456),), to_customer=False),
        Deed(day, "first-reminder", 8, 3, "C-3", "MXN", (DeedItem("first-reminder", 4, "F-4", 2**53),), to_customer=True),
    ]
    held = {("dispute", 1): 3, ("dispute", 2): 1}
    return report_of(Period(day, day), rules, deeds, deeds[:1], held)


def test_the_spreadsheet_has_numbers_as_numbers_and_texts_as_texts() -> None:
    content = backtest_workbook(report(), in_english)
    assert content == backtest_workbook(report(), in_english)
    book = openpyxl.load_workbook(io.BytesIO(content))
    totals, simulated, sent, holds = book.worksheets
    lines = {(row[1], row[2]): row for row in totals.iter_rows(min_row=7, values_only=True)}
    assert lines["acknowledgement-missing, after the last time", "MXN"][:8] == (
        *(3, "acknowledgement-missing, after the last time", "MXN"),
        *(0, 1, 1, 1, 1234.56),
    )
    assert lines["first-reminder", "JPY"][:8] == (8, "first-reminder", "JPY", 3, 0, 4, 2, 5000)  # Counts stand in the first line.
    assert lines["first-reminder", "MXN"][7] == "90071992551113.60"  # More than a spreadsheet can hold exactly
    assert lines["Total to customers", "JPY"][3:6] == (3, 1, 4)
    cells = {cell.value: cell for row in simulated.iter_rows() for cell in row}
    assert cells["=2+2"].data_type == "s"
    assert cells[dt.datetime(2026, 3, 2)].number_format == "yyyy-mm-dd"  # noqa: DTZ001 (a cell has no zone)
    assert cells[5000].number_format == "#,##0"
    assert cells[3703.68].number_format == "#,##0.00"
    assert cells["F-1, F-2"].coordinate == "I3"
    assert [row[0] for row in sent.iter_rows(min_row=2, values_only=True)] == [dt.datetime(2026, 3, 2)]  # noqa: DTZ001
    assert list(holds.iter_rows(values_only=True)) == [("Hold", "Invoice-days", "Invoices"), ("dispute", 4, 2)]


def test_headings_stay_in_sight_and_nothing_is_cut_off() -> None:
    book = openpyxl.load_workbook(io.BytesIO(backtest_workbook(report(), in_english)))
    assert [(sheet.title, sheet.freeze_panes, sheet.print_title_rows) for sheet in book.worksheets] == [
        ("Totals", "A8", "$7:$7"),
        ("Simulated", "A2", "$1:$1"),
        ("Really sent", "A2", "$1:$1"),
        ("Holds", "A2", "$1:$1"),
    ]
    for sheet in book.worksheets:
        first = 7 if sheet.title == "Totals" else 1
        for row in sheet.iter_rows(min_row=first):
            for cell in row:
                if isinstance(cell.value, str):
                    letter = next(name for name, one in sheet.column_dimensions.items() if (one.min or 0) <= cell.column <= (one.max or 0))
                    assert len(cell.value) <= sheet.column_dimensions[letter].width, cell.value
