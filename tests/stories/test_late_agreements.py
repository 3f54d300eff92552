"""Sales were silent, no packet goes to Administration, and then they agree with the customer after all: who decides, and what comes of it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner

from cobranza_rules.cli import cobranza
from cobranza_rules.cli.command import Call
from cobranza_rules.problems import ProblemError
from tests.conftest import publish_anew
from tests.stories.desk import Desk

Command = Callable[..., Any]
SILENT = dt.date(2026, 3, 18)  # Sales had until the day before.
SAID = ("--who", "sales_manager", "--comment", "por teléfono")
PACKET = """          - packet: escalation # contrato, facturas, acuses, cartas, respuestas y cuenta en un solo PDF foliado: `cobranza tasks show NÚMERO -o CARPETA`
            to: administration_manager
            sign: sales_manager # Ventas lo entrega; si no firma, lo recibe Administración sin esperar más
            sign_substitute: { administration_manager: 3 workdays }
"""


@pytest.fixture
def escalated(desk: Desk) -> Desk:
    """By rules that ask for a decision and send no packet."""
    rules = desk.workspace.base / "rules" / "collections.yaml"
    shipped = rules.read_text(encoding="utf-8")
    assert PACKET in shipped
    rules.write_text(shipped.replace(PACKET, ""), encoding="utf-8")
    publish_anew(desk.workspace)
    desk.tick()
    desk.run(dt.date(2026, 3, 9))
    desk.run(SILENT)
    assert (desk.action("escalation").state, desk.invoice("FA-1").case_status) == ("sent", "with_administration")
    return desk


@pytest.fixture
def command(escalated: Desk) -> Command:
    def outcome(*words: str) -> Any:
        given = Call(escalated.workspace.base, escalated.today)
        try:
            return CliRunner().invoke(cobranza, [*words], obj=given, catch_exceptions=False, standalone_mode=False).output
        except ProblemError as error:
            return [str(problem) for problem in error.problems]
        finally:
            given.close()

    return outcome


def open_tasks(command: Command) -> dict[str, int]:
    return {row["name"]: row["id"] for row in json.loads(command("tasks", "list", "--json"))["tasks"]}


def told(command: Command, since: dt.date) -> list[str]:
    return [event["text"] for event in json.loads(command("case", "C-001", "--since", since.isoformat(), "--json"))["events"]]


def agree(command: Command, *terms: str) -> None:
    task = open_tasks(command)["sales-intervention"]
    assert command("tasks", "done", str(task), "--answer", "agreement", *terms, *SAID) == f"La tarea {task} está hecha.\n"


def test_nobody_decides_any_more_and_a_plan_that_breaks_asks_for_the_decision_again(escalated: Desk, command: Command) -> None:
    assert set(open_tasks(command)) == {"sales-intervention", "hand-over-originals", "decide-on-case"}
    escalated.on(dt.date(2026, 3, 19))
    agree(command, "--instalment", "2026-03-23=rest", "--with", "Ana Ruiz")
    assert open_tasks(command) == {}
    row = escalated.invoice("FA-1")
    assert (row.case_status, row.rung, row.intervention, row.payment_plan) == ("collections", "second-reminder", "agreement", 1)
    assert any("ya nadie decide sobre FA-1" in each for each in told(command, escalated.today))
    assert escalated.planned_on(dt.date(2026, 3, 19)) == 0
    escalated.run(dt.date(2026, 3, 30))
    assert escalated.invoice("FA-1").case_status == "with_administration"
    assert set(open_tasks(command)) == {"hand-over-originals", "decide-on-case"}
    escalated.assert_whole()


def test_a_day_that_was_agreed_on_and_passes_asks_for_the_decision_again(escalated: Desk, command: Command) -> None:
    agree(command, "--pay-on", "2026-03-20")
    row = escalated.invoice("FA-1")
    assert (row.case_status, row.rung, row.intervention) == ("collections", "second-reminder", "agreement")
    assert [escalated.planned_on(dt.date(2026, 3, day)) for day in (18, 20, 23, 24)] == [0, 0, 0, 0], (
        "nobody is reminded of what was agreed on"
    )
    assert escalated.planned_on(dt.date(2026, 3, 25)) == 1
    assert (escalated.invoice("FA-1").case_status, set(open_tasks(command))) == (
        "with_administration",
        {"hand-over-originals", "decide-on-case"},
    )
    escalated.assert_whole()


@pytest.mark.parametrize("decision", ["with_administration", "credit_stop", "legal"])
def test_what_was_decided_stands_and_administration_is_told(escalated: Desk, command: Command, decision: str) -> None:
    command("tasks", "done", str(open_tasks(command)["decide-on-case"]), "--answer", decision, "--who", "administration_manager")
    agree(command, "--instalment", "2026-03-31=rest")
    row = escalated.invoice("FA-1")
    assert (row.case_status, row.payment_plan) == ("legal" if decision == "legal" else "with_administration", None)
    late = json.loads(command("tasks", "show", str(open_tasks(command)["late-agreement"]), "--json"))
    assert (late["assigned_to"], late["detail"]["instalments"]) == ("administration_manager", ["2026-03-31 rest"])
    assert any("cuando el caso ya había salido o estaba decidido" in each for each in told(command, escalated.today))
    escalated.assert_whole()
