"""Sentences of the semantics that no rule test can say, for they speak of bytes, numbers, people's words or publishing: each as a short story."""

from __future__ import annotations

import datetime as dt
import io
import shutil
from pathlib import Path

import openpyxl
import pytest

from tests.cfdi_files import invoice, receipt
from tests.stories.desk import UNIVERSITY, customer_list, read_mail
from tests.stories.folders import make_folder
from tests.stories.program import Program

MONDAY, TUESDAY = "2026-03-02", "2026-03-03"
NUMBER = "COB-2026-00001"


LITTLE_IS_NOT_ASKED_FOR = """
rules: ../collections.yaml
tests:
  - name: less than five thousand is not asked for
    start: 2026-03-02
    customers: [{id: ACME}]
    invoices: [{id: F-1, customer: ACME, due: 2026-02-10, balance: 4000.00 MXN, acknowledged: true}]
    expect: [{on: 2026-03-02, actions: []}]
"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """In supervised mode a reminder and a transmittal are due on Monday; another invoice was overpaid by 123.45."""
    folder = tmp_path_factory.mktemp("sentences")
    program = Program(make_folder(folder / "workspace"))
    old, new = folder / "old", folder / "new"
    old.mkdir()
    new.mkdir()
    (old / "customers.csv").write_bytes(customer_list(UNIVERSITY + "direccion@robotica.example"))
    (old / "FA-1.xml").write_bytes(invoice("FA-1", "1160.00"))
    (old / "FA-9.xml").write_bytes(invoice("FA-9", "100.00"))
    (new / "FA-2.xml").write_bytes(invoice("FA-2", "500.00", dt.date(2026, 3, 2)))
    (new / "P-9.xml").write_bytes(receipt("P-9", {"FA-9": "223.45"}, day=dt.date(2026, 3, 2)))
    program("import", str(old), "--opening", "2026-02-27", "--on", MONDAY)
    program("import", str(new), "--payments-through", MONDAY, "--on", MONDAY)
    return program.base


@pytest.fixture
def program(prepared: Path, tmp_path: Path) -> Program:
    return Program(Path(shutil.copytree(prepared, tmp_path / "workspace")))


def test_only_the_last_revision_leaves_and_its_number_is_given_when_it_is_signed(program: Program) -> None:
    program("run", "--on", MONDAY, code=3)
    paid = program.base / "P-2.xml"
    paid.write_bytes(receipt("P-2", {"FA-2": "100.00"}, day=dt.date(2026, 3, 3)))
    program("import", str(paid), "--on", TUESDAY)
    program("run", "--on", TUESDAY, code=3)
    asked = [one for one in program.json("approvals", "list")["approvals"] if one["rule"] == "transmittal"]
    assert [(one["gate"], one["total"]) for one in asked] == [("sign", "400.00"), ("release", "400.00")]
    assert program("approvals", "approve", "1", "--who", "administration_manager", "--on", TUESDAY, code=1) == (
        "approval 1 does not wait any more: outdated; 'cobranza approvals list' shows those that wait\n"
    )
    assert NUMBER not in program("case", "C-001"), "a draft has no number"
    for one, who in zip(asked, ("administration_manager", "collections_analyst"), strict=True):
        program("approvals", "approve", str(one["id"]), "--who", who, "--on", TUESDAY)
    program("run", "--on", TUESDAY)
    program("run", "--on", TUESDAY)
    (mail,) = [read_mail(program.base / "correo-enviado" / "new" / name) for name in program.sent()]
    assert mail["To"] == "facturas@robotica.example"
    assert f"ready to leave as {NUMBER}" in program("case", "C-001")


def test_what_was_paid_and_not_applied_stands_in_the_statement_that_leaves(program: Program) -> None:
    program("run", "--on", MONDAY, code=3)
    program("approvals", "approve", "--all", "--who", "collections_analyst", "--on", MONDAY)
    program("run", "--on", MONDAY)
    (mail,) = [read_mail(program.base / "correo-enviado" / "new" / name) for name in program.sent()]
    statement = next(part for part in mail.iter_attachments() if str(part.get_filename()).endswith(".xlsx"))
    sheet = openpyxl.load_workbook(io.BytesIO(statement.get_content())).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows(values_only=True) for cell in row]
    assert "Pagos y notas de crédito por aplicar" in cells
    assert 123.45 in cells


def test_explain_names_the_day_or_the_event_that_ends_each_hold(program: Program) -> None:
    said = program("explain", "FA-1", "--on", MONDAY).splitlines()
    assert said[0].startswith(
        "C-001 is on hold: mailbox-stale (rules/collections.yaml:48) blocks contact until the mailbox is read ('cobranza run'), because of "
    )
    given = ("--until", "2026-03-06", "--who", "collections_analyst", "--why", "his word", "--on", MONDAY)
    program("override", "set", "FA-1", "hold", "contact", *given)
    assert any("until 2026-03-06" in line for line in program("explain", "FA-1", "--on", MONDAY).splitlines())


def test_a_draft_changes_nothing_until_it_is_published(program: Program) -> None:
    program("run", "--on", MONDAY, code=3)
    program("approvals", "approve", "--all", "--who", "collections_analyst", "--on", MONDAY)
    rules = program.base / "rules" / "collections.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("MXN: 500.00", "MXN: 5000.00"), encoding="utf-8")
    tests = program.base / "rules" / "tests" / "collections.yaml"
    tests.write_text(LITTLE_IS_NOT_ASKED_FOR, encoding="utf-8")
    assert "  sent: 1" in program("run", "--on", MONDAY).splitlines(), "the reminder of 1,160.00 is above the minimum that is in force"
    other = program.base / "FA-3.xml"
    other.write_bytes(invoice("FA-3", "800.00"))
    program("import", str(other), "--opening", "2026-02-27", "--on", MONDAY)
    later = ("--on", "2026-03-06")
    program("run", *later)
    program("import", str(program.base / "FA-3.xml"), "--payments-through", "2026-03-06", *later)
    assert "first-reminder" in {action["rule_id"] for action in program.json("plan", *later)["actions"]}
    program("rules", "publish", "--by", "collections_analyst", "--yes", *later)
    assert "first-reminder" not in {action["rule_id"] for action in program.json("plan", *later)["actions"]}


def test_the_check_warns_of_not_over_the_unknown_and_over_other_currencies(program: Program) -> None:
    rules = program.base / "rules" / "collections.yaml"
    doubtful = '  - {id: doubtful, for: invoice, when: "not (days_overdue < 30) and not (balance > 500.00 MXN)", blocks: escalation}'
    rules.write_text(rules.read_text(encoding="utf-8").replace("\nholds:\n", f"\nholds:\n{doubtful}\n", 1), encoding="utf-8")
    said = program("rules", "check")
    assert "this is true too where 'days_overdue' is unknown; add 'days_overdue is known' if that is not meant" in said
    another = "this is true too where the amount is in another currency than MXN"
    assert f"{another}; add 'currency == \"MXN\"' if that is not meant" in said
