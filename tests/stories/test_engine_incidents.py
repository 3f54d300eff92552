"""What a person reads when durable-rules does not work: `plan`, `run` and `doctor` say so, and decide the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cobranza_rules import engine_process
from cobranza_rules.cli import cobranza
from cobranza_rules.cli.command import Call
from tests.cfdi_files import invoice
from tests.conftest import WorkspaceMaker
from tests.stories.desk import UNIVERSITY, customer_list

INCIDENT = (
    "the worker of durable-rules could not be started (ended (exit code 3)) at chunk {chunk} (facts of '{scope}': 1); "
    "the native engine evaluated 1 of them"
)
SENTENCES = [INCIDENT.format(chunk=1, scope="invoice"), INCIDENT.format(chunk=2, scope="customer")]


@pytest.fixture
def base(make_workspace: WorkspaceMaker, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with one invoice, in which no worker can be started."""
    monkeypatch.setenv("COBRANZA_LANGUAGE", "en")
    monkeypatch.setattr(engine_process, "PROGRAM", ("-P", "-c", "raise SystemExit(3)"))
    base = make_workspace(**{'engine = "native"': 'engine = "durable"'}).base
    for name, content in (
        ("CLIENTES.csv", customer_list(UNIVERSITY + "direccion@robotica.example")),
        ("FA-1.xml", invoice("FA-1", "1160.00")),
    ):
        (base / name).write_bytes(content)
    run(base, "import", str(base / "CLIENTES.csv"), str(base / "FA-1.xml"))
    return base


def run(base: Path, *args: str, code: int = 0) -> str:
    call = Call(base)
    result = CliRunner().invoke(cobranza, list(args), obj=call)
    call.close()
    assert result.exit_code == code
    return result.stdout


def test_plan_and_run_tell_of_a_worker_that_cannot_be_started(base: Path) -> None:
    day = ("--on", "2026-03-02")
    told = [f"Rules engine: {said}" for said in SENTENCES]
    assert [line for line in run(base, "plan", *day).splitlines() if line.startswith("Rules engine")] == told
    assert json.loads(run(base, "plan", *day, "--json"))["incidents"] == SENTENCES
    assert json.loads(run(base, "run", *day, "--json", code=3))["incidents"][:2] == SENTENCES


def test_the_doctor_says_that_durable_rules_does_not_work(base: Path) -> None:
    findings = json.loads(run(base, "doctor", "--json", code=1))["findings"]
    (engines,) = [found for found in findings if found["what"] == "engines agree"]
    assert not engines["ok"]
    assert engines["detail"].startswith(
        "the worker of durable-rules could not be started (ended (exit code 3)) at chunk 1 (facts of 'invoice': "
    )
    assert engines["detail"].endswith('; set engine = "native" and report it')
