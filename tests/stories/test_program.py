"""The whole way through the real command line, as a desk goes it."""

from __future__ import annotations

import datetime as dt
import fcntl
import shutil
from pathlib import Path

import pytest

from tests.cfdi_files import invoice, receipt, uuid_of
from tests.stories.desk import UNIVERSITY, customer_list, read_mail
from tests.stories.folders import make_folder
from tests.stories.program import Program

MONDAY, TUESDAY, NEXT_MONDAY = "2026-03-02", "2026-03-03", "2026-03-09"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A supervised workspace with one reminder and one transmittal due on Monday, everything imported by the program itself."""
    folder = tmp_path_factory.mktemp("program")
    program = Program(make_folder(folder / "workspace"))
    old, new = folder / "apertura", folder / "nuevo"
    for part in (old, new):
        part.mkdir()
    (old / "CLIENTES.csv").write_bytes(customer_list(UNIVERSITY + "direccion@robotica.example"))
    (old / "FA-1.xml").write_bytes(invoice("FA-1", "1160.00"))
    (new / "FA-2.xml").write_bytes(invoice("FA-2", "500.00", dt.date(2026, 3, 2)))
    assert program("import", str(old), "--opening", "2026-02-27", "--on", MONDAY) == "customers: 1 new\ninvoices: 1 new\n"
    assert program("import", str(new), "--payments-through", MONDAY, "--on", MONDAY) == "invoices: 1 new\n"
    return program.base


@pytest.fixture
def program(prepared: Path, tmp_path: Path) -> Program:
    return Program(Path(shutil.copytree(prepared, tmp_path / "workspace")))


def test_from_the_files_to_the_mail(program: Program) -> None:
    said = program("run", "--on", MONDAY, code=3)
    assert said.splitlines() == [
        "Newly planned: 2",
        "  awaiting approval: 2",
        "Waits for people since now: 3 (approvals, tasks, inbox, outbox)",
    ]
    assert program.sent() == []
    waiting = program.json("approvals", "list")["approvals"]
    assert [(one["rule"], one["gate"], one["total"], one["invoices"]) for one in waiting] == [
        ("transmittal", "sign", "500.00", ["FA-2"]),
        ("transmittal", "release", "500.00", ["FA-2"]),
        ("first-reminder", "release", "1160.00", ["FA-1"]),
    ]
    assert (
        program("approvals", "approve", "--all", "--who", "administration_manager", "--on", MONDAY)
        == "1 approved by Adela Muestra Ejemplo\n"
    )
    assert (
        program("approvals", "approve", "--all", "--who", "analista@kemper.example", "--on", MONDAY)
        == "2 approved by Benito Muestra Ejemplo\n"
    )
    assert program.installed("run", "--on", MONDAY).splitlines() == ["Newly planned: 0", "  sent: 2"]
    sent = program.sent()
    assert len(sent) == 2
    assert program("run", "--on", MONDAY).splitlines() == ["Newly planned: 0"]
    assert program.sent() == sent
    mails = [read_mail(file) for file in sorted((program.base / "correo-enviado" / "new").iterdir())]
    assert sorted(str(mail["To"]) for mail in mails) == ["facturas@robotica.example", "pagos@robotica.example"]
    for mail in mails:
        letter = next(part for part in mail.iter_attachments() if part.get_content_type() == "application/pdf")
        assert letter.get_content().startswith(b"%PDF-")
    assert program("outbox", "list") == "The outbox is empty.\n"
    assert program("case", "verify")


def test_the_plan_that_is_shown_is_the_plan_that_is_entered(program: Program) -> None:
    program("run", "--on", MONDAY, code=3)  # From here on the mailbox is read: before, no reminder is planned at all.
    program("approvals", "approve", "--all", "--who", "collections_analyst", "--on", MONDAY)
    program("run", "--on", MONDAY)
    more = program.base / "FA-3.xml"
    more.write_bytes(invoice("FA-3", "800.00"))
    program("import", str(more), "--on", MONDAY)
    shown = program.json("plan", "--on", MONDAY)
    assert [action["rule_id"] for action in shown["actions"]] == ["transmittal"]
    before = {action["id"] for action in program.json("approvals", "list")["approvals"]}
    report = program.json("run", "--on", MONDAY, code=3)
    assert report["planned"] == len(shown["actions"])
    entered = [one for one in program.json("approvals", "list")["approvals"] if one["id"] not in before]
    assert {(one["rule"], one["customer"], one["currency"], *one["invoices"]) for one in entered} == {
        (action["rule_id"], action["customer"], action["currency"], *(item["number"] for item in action["items"]))
        for action in shown["actions"]
    }
    assert program.json("plan", "--on", MONDAY)["actions"] == []


def test_the_plan_writes_nothing(program: Program) -> None:
    first = program.json("plan", "--on", MONDAY)
    assert program.json("plan", "--on", MONDAY) == first
    assert program.json("approvals", "list") == {"approvals": []}
    assert program.sent() == []


def test_aging_is_a_contract(program: Program) -> None:
    report = program.json("aging", "--on", MONDAY)
    assert report == {
        "on": MONDAY,
        "as_of": None,
        "known": None,
        "by": "currency",
        "invoices": [
            {
                "uuid": uuid_of("FA-1"),
                "number": "FA-1",
                "customer": "C-001",
                "currency": "MXN",
                "balance": "1160.00",
                "due_date": "2026-02-04",
                "days_overdue": 26,
                "bucket": "1-30",
                "on_hold": None,
            },
            {
                "uuid": uuid_of("FA-2"),
                "number": "FA-2",
                "customer": "C-001",
                "currency": "MXN",
                "balance": "500.00",
                "due_date": "2026-04-01",
                "days_overdue": -30,
                "bucket": "current",
                "on_hold": None,
            },
        ],
        "totals": [
            {"currency": "MXN", "bucket": "current", "amount": "500.00", "invoices": 1},
            {"currency": "MXN", "bucket": "1-30", "amount": "1160.00", "invoices": 1},
        ],
        "groups": [
            {
                "currency": "MXN",
                "buckets": {"current": "500.00", "1-30": "1160.00", "31-60": "0.00", "61-90": "0.00", "91+": "0.00", "no due date": "0.00"},
                "total": "1660.00",
                "on_hold": "0.00",
                "unapplied": "0.00",
            }
        ],
        "on_hold": [],
        "unapplied": [],
        "credit_stopped": [],
    }


def test_a_payment_changes_what_comes_next(program: Program) -> None:
    paid = program.base / "P-1.xml"
    paid.write_bytes(receipt("P-1", {"FA-1": "1160.00"}))
    program("import", str(paid), "--on", MONDAY)
    report = program.json("run", "--on", MONDAY, code=3)
    assert report["planned"] == 1
    assert [one["number"] for one in program.json("aging", "--on", MONDAY)["invoices"]] == ["FA-2"]


def test_wrong_input_ends_with_one_and_the_good_is_taken(program: Program) -> None:
    folder = program.base / "mixed"
    folder.mkdir()
    (folder / "bad.xml").write_bytes(invoice("FA-9")[:-100])
    (folder / "good.xml").write_bytes(invoice("FA-5"))
    said = program("import", str(folder), "--on", MONDAY, code=1)
    assert "invoices: 1 new" in said
    assert "the file breaks off before its end" in said


def test_wrong_use_ends_with_two(program: Program) -> None:
    assert "No such command" in program("nonsense", code=2)
    assert "No such option" in program("run", "--nonsense", code=2)
    assert "write the day as YYYY-MM-DD" in program("run", "--on", "tomorrow", code=2)
    assert "name the approvals, or say --all" in program("approvals", "approve", "--who", "collections_analyst", code=2)


def test_what_a_user_gets_wrong_is_said_in_sentences(program: Program) -> None:
    program("run", "--on", MONDAY, code=3)
    said = program("approvals", "approve", "1", "2", "4711", "--who", "collections_analyst", "--on", MONDAY, code=1)
    assert said.splitlines() == [
        "1 approved by Benito Muestra Ejemplo",
        "approval 1 is for administration_manager, and Benito Muestra Ejemplo is collections_analyst; let administration_manager decide it",
        "there is no approval 4711; 'cobranza approvals list' shows those that wait",
    ]
    assert "a rejection needs its reason; say why with --comment" in program(
        "approvals", "reject", "3", "--who", "collections_analyst", code=1
    )
    assert "nobody is known as 'zorro'" in program("approvals", "approve", "--all", "--who", "zorro", code=1)
    assert len(program.json("approvals", "list")["approvals"]) == 2


def test_without_a_workspace_it_says_so(tmp_path: Path) -> None:
    assert "there is no cobranza.toml here" in Program(tmp_path)("run", code=1)


def test_a_broken_rules_file_cannot_be_published_and_changes_nothing_of_what_runs(program: Program) -> None:
    rules = program.base / "rules" / "collections.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("days_overdue >= 1", "days_overdoo >= 1"), encoding="utf-8")
    said = program("rules", "publish", "--by", "collections_analyst", "--on", MONDAY, code=1)
    assert "rules/collections.yaml:" in said
    assert "days_overdue" in said  # The suggestion
    assert len(program.json("rules", "versions")["versions"]) == 1
    program("run", "--on", MONDAY, code=3)


def test_a_run_beyond_its_limit_ends_with_one_and_nothing_leaves(program: Program) -> None:
    rules = program.base / "rules" / "collections.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("per_run: 500", "per_run: 1"), encoding="utf-8")
    (program.base / "rules" / "tests" / "collections.yaml").write_text(
        "rules: ../collections.yaml\n"
        "tests:\n"
        "  - name: what is not due is left alone\n"
        "    start: 2026-03-02\n"
        "    customers: [{id: ACME}]\n"
        "    invoices: [{id: F-1, customer: ACME, due: 2026-12-01, balance: 900.00 MXN}]\n"
        "    expect: [{on: 2026-03-03, actions: []}]\n",
        encoding="utf-8",
    )
    program("rules", "publish", "--by", "collections_analyst", "--on", MONDAY)
    said = program("run", "--on", MONDAY, code=1)
    assert "2 messages would leave, and the rules allow 1 a run" in said
    assert program.json("approvals", "list") == {"approvals": []}


def test_while_one_run_is_under_way_another_says_so(program: Program) -> None:
    with (program.base / ".cobranza.lock").open("w") as lock:  # As a run that is under way holds it.
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = program("run", "--on", MONDAY, code=1)
    assert said == "another run is under way in this workspace; wait until it is done, or stop the daemon\n"
    program("run", "--on", MONDAY, code=3)


def test_two_runs_at_once_send_once(program: Program) -> None:
    program("run", "--on", MONDAY, code=3)
    for who in ("administration_manager", "collections_analyst"):
        program("approvals", "approve", "--all", "--who", who, "--on", MONDAY)
    both = program.together([("run", "--on", MONDAY)] * 2)
    assert sorted(done.code for done in both) in ([0, 0], [0, 1])  # One after the other, or one that was turned away.
    assert all(done.code == 0 or "another run is under way" in done.complained for done in both)
    assert len(program.sent()) == 2


def test_a_copy_of_the_workspace_works_elsewhere(program: Program, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(program.base, elsewhere)
    assert Program(elsewhere).json("aging", "--on", MONDAY) == program.json("aging", "--on", MONDAY)


def test_the_daemon_ticks_once(program: Program) -> None:
    """On the machine's own day: whatever that is, it polls and ends well."""
    said = program("daemon", "--once")
    assert "Newly planned:" in said
