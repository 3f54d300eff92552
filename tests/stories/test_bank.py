"""Bank statements by the commands: taken, shown, missing, and what the digest and the doctor say of the oldest account."""

from __future__ import annotations

from pathlib import Path

import pytest

from cobranza_rules.diagnosis import _bank
from cobranza_rules.workspace import open_workspace
from tests.intake.bank_files import bbva
from tests.intake.test_bank_tables import banamex
from tests.stories.desk import UNIVERSITY, customer_list
from tests.stories.folders import make_folder
from tests.stories.program import Program

DAY = ("--on", "2026-03-10")
OURS = 'account = "00012345678"\n'
OTHER = '\n[[company.accounts]]\ncurrency = "MXN"\nbank = "OTRO BANCO"\naccount = "7001-234567"\nbeneficiary = "KEMPER"\nstatements = "banamex"\n'


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Of two accounts statements are expected."""
    base = make_folder(tmp_path / "workspace")
    file = base / "cobranza.toml"
    settings = file.read_text(encoding="utf-8")
    assert OURS in settings
    people = "\n[people.administration_manager]"
    settings = settings.replace(OURS, f'{OURS}statements = "bbva"\n').replace(people, OTHER + people, 1)
    file.write_text(settings, encoding="utf-8")
    return Program(base)


def doctor_says(program: Program) -> str:
    """Of the bank: the other looks of the doctor take their time."""
    workspace = open_workspace(program.base)
    try:
        return _bank(workspace).text()
    finally:
        workspace.close()


def test_statements_from_the_file_to_the_digest(program: Program, tmp_path: Path) -> None:
    monday, wednesday, other = (tmp_path / name for name in ("lunes.txt", "miercoles.txt", "otro.csv"))
    monday.write_bytes(bbva("02-03-2026\tSPEI RECIBIDOHSBC / 0000123\t\t5.00\t105.00"))
    wednesday.write_bytes(bbva("04-03-2026\tCOMISION\t1.00\t\t111.00"))
    other.write_bytes(banamex("09-03-2026,X,1.00,,1.00"))
    assert program("import", str(monday), *DAY) == "bank statements: 1 new\nmovements of the bank: 1 new\n"
    assert doctor_says(program) == "no statement of the account 7001234567 was taken yet: 'cobranza import' takes it"
    program("import", str(wednesday), str(other), *DAY)
    said = program("bank", "list").splitlines()
    assert [line.split() for line in said[2:]] == [
        ["1", "00012345678", "2026-03-02", "2026-03-02", "1", "1", "105.00", "MXN", str(monday)],
        ["2", "00012345678", "2026-03-04", "2026-03-04", "1", "0", "111.00", "MXN", str(wednesday)],
        ["3", "7001234567", "2026-03-01", "2026-03-09", "1", "1", "1.00", "MXN", str(other)],
        [
            "00012345678:",
            "between",
            "2026-03-02",
            "and",
            "2026-03-04",
            "its",
            "balance",
            "has",
            "moved",
            "by",
            "7.00",
            "MXN",
            "that",
            "no",
            "statement",
            "tells.",
        ],
    ]
    (shown,) = program.json("bank", "show", "1")["movements"]
    assert (shown["amount"], shown["state"], shown["kind"], shown["reference"]) == ("5.00", "open", "spei", "0000123")
    assert program("bank", "show", "9", code=1) == "there is no bank statement 9; 'cobranza bank list' shows those that were taken\n"
    amiss = program.json("digest", *DAY)["out_of_order"]
    assert amiss["old_accounts"] == [{"account": "00012345678", "through": "2026-03-04"}]
    assert amiss["workdays_since_bank_statement"] == 4
    assert [gap["difference"] for gap in amiss["bank_gaps"]] == ["7.00"]
    assert doctor_says(program) == "payments are known through 2026-03-04; the oldest statement is that of 00012345678"
    assert "bank account 00012345678" in program("digest", *DAY)


def test_a_profile_that_is_wrong_stops_nothing_but_statements(program: Program, tmp_path: Path) -> None:
    profile = program.base / "rules" / "banks" / "bbva.yaml"
    profile.write_text(profile.read_text(encoding="utf-8").replace("dates:", "date:"), encoding="utf-8")
    customers, statement = tmp_path / "clientes.csv", tmp_path / "lunes.txt"
    customers.write_bytes(customer_list(UNIVERSITY + "direccion@robotica.example"))
    statement.write_bytes(bbva("02-03-2026\tSPEI\t\t5.00\t105.00"))
    said = program("import", str(customers), str(statement), *DAY, code=1).splitlines()
    assert said[:2] == ["customers: 1 new", "other files: 1 in quarantine"]
    wrong = [
        "rules/banks/bbva.yaml:13:1: profile has no key 'date'; did you mean 'dates'?",
        "rules/banks/bbva.yaml:3:1: profile needs the key 'dates'; add it",
    ]
    assert said[-2:] == wrong
    assert program("rules", "check", code=1).splitlines()[-2:] == wrong


def test_a_file_that_does_not_say_whose_it_is(program: Program, tmp_path: Path) -> None:
    strange = tmp_path / "extraño.txt"
    strange.write_bytes(bbva(headings="Fecha\tTexto\tCargo\tAbono\tSaldo"))
    said = program("import", str(strange), "--kind", "bank", "--account", "0001 2345 678", *DAY, code=1)
    assert "headings of the profile bbva are missing: dia, concepto referencia" in said
    assert "bank statements: 1 in quarantine" in said
