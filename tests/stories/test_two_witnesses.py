"""CFDI and the tables of AdminPAQ tell of the same company: what both say counts once, and what may be the same is asked of a person."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.booking.one_book import RFCS, as_cfdi, as_spreadsheet, as_tables
from tests.stories.folders import make_folder
from tests.stories.program import Program

MONDAY = "2026-03-02"
ISSUED, PAID, POSTED = dt.date(2026, 1, 5), dt.date(2026, 2, 10), dt.date(2026, 2, 12)
CUSTOMERS = [{"rfc": rfc, "name": name, "code": f"C-{at}", "days": 30} for at, (rfc, name) in enumerate(RFCS, 1)]
INVOICE = {
    "number": "FA-1",
    "customer": 0,
    "currency": "MXN",
    "issued": ISSUED,
    "cents": 100_000,
    "ledger_due": ISSUED,
    "cancelled": False,
    "uuid_in_ledger": True,
}


def payment(name: str, day: dt.date, *, stamped: bool, posted: bool) -> dict[str, Any]:
    said = {"name": name, "parts": {"FA-1": 40_000}, "day": day, "operation": name, "uuid_in_ledger": False}
    return {**said, "stamped": stamped, "posted": posted}


def written(folder: Path, *payments: dict[str, Any]) -> tuple[str, str]:
    """The folder of the CFDI and that of the tables."""
    book = {"customers": CUSTOMERS, "invoices": [INVOICE], "payments": list(payments), "notes": []}
    cfdi, tables = folder / "cfdi", folder / "adminpaq"
    cfdi.mkdir()
    tables.mkdir()
    (cfdi / "clientes.csv").write_bytes(as_spreadsheet(book))
    for number, content in enumerate(as_cfdi(book)):
        (cfdi / f"{number}.xml").write_bytes(content)
    for name, content in as_tables(book).items():
        (tables / name).write_bytes(content)
    return str(cfdi), str(tables)


def owed(program: Program) -> list[tuple[str, str]]:
    return [(one["number"], one["balance"]) for one in program.json("aging", "--detail", "--on", MONDAY)["invoices"]]


@pytest.mark.parametrize("cfdi_first", [True, False])
def test_what_both_tell_of_counts_once_whichever_comes_first(tmp_path: Path, cfdi_first: bool) -> None:
    program = Program(make_folder(tmp_path / "workspace"))
    folders = written(tmp_path, payment("P-1", PAID, stamped=True, posted=True))
    for folder in folders if cfdi_first else reversed(folders):
        program("import", folder, "--opening", "2026-02-27", "--on", MONDAY)
    assert owed(program) == [("FA-1", "600.00")]
    assert program.json("differences", "--on", MONDAY)["differences"] == []


def test_a_credit_that_may_be_a_payment_of_here_counts_once_a_person_says_that_it_is_another(tmp_path: Path) -> None:
    program = Program(make_folder(tmp_path / "workspace"))
    for folder in written(tmp_path, payment("P-1", PAID, stamped=True, posted=False), payment("P-9", POSTED, stamped=False, posted=True)):
        program("import", folder, "--opening", "2026-02-27", "--on", MONDAY)
    assert owed(program) == [("FA-1", "600.00")]
    assert [one["number"] for one in program.json("differences", "--on", MONDAY)["credits"]] == ["P-9"]
    (task,) = [task for task in program.json("tasks", "list")["tasks"] if task["name"] == "match-ledger-credit"]
    program("tasks", "done", str(task["id"]), "--answer", "another", "--who", "collections_analyst", "--on", MONDAY)
    assert owed(program) == [("FA-1", "200.00")]
    assert program.json("differences", "--on", MONDAY)["credits"] == []
