"""A case goes to Administration: Sales is asked for the originals, and Administration's receipt ends that; what of the stop of credit is seen."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from sqlalchemy import select

from cobranza_rules.cli import cobranza
from cobranza_rules.cli.command import Call
from cobranza_rules.store.tables import InternalMessageRow
from tests.stories.desk import Desk

Command = Callable[..., Any]
ESCALATED = dt.date(2026, 3, 18)
SALES, ADMINISTRATION = ("--who", "sales_manager"), ("--who", "administration_manager")


@pytest.fixture
def asked(desk: Desk) -> Desk:
    """The packet of FA-1 has left, and Sales is asked for the papers."""
    desk.tick()
    desk.run(dt.date(2026, 3, 9))
    desk.run(ESCALATED)
    desk.approve("sales_manager")
    desk.tick()
    return desk


@pytest.fixture
def command(asked: Desk) -> Command:
    def outcome(*words: str) -> Any:
        given = Call(asked.workspace.base, asked.today)
        try:
            return CliRunner().invoke(cobranza, [*words], obj=given, catch_exceptions=False, standalone_mode=False).output
        finally:
            given.close()

    return outcome


def test_the_receipt_of_the_last_original_closes_the_task(asked: Desk, command: Command) -> None:
    task = asked.task("hand-over-originals")
    assert (task.assigned_to, task.due_on, task.invoices) == ("sales_manager", dt.date(2026, 3, 23), [asked.invoice("FA-1").id])
    asked.tick()
    with asked.workspace.database.reading() as session:
        (told,) = session.scalars(select(InternalMessageRow).where(InternalMessageRow.subject.like("Entregar los originales de %")))
    assert (told.recipient, told.copies) == (
        asked.workspace.addresses["sales_manager"],
        [asked.workspace.addresses["administration_manager"]],
    )
    command("originals", "add", "C-001", "Contrato CT-1", *SALES)
    command("originals", "add", "C-001", "Pagaré 1", "--kind", "promissory_note", *SALES)
    shown = json.loads(command("tasks", "show", str(task.id), "--json"))
    assert shown["originals"] == ["1 Contrato CT-1 (ventas@kemper.example)", "2 Pagaré 1 (ventas@kemper.example)"]
    command("originals", "handed-over", "1", "2", "--to", "administration_manager", *SALES)
    assert "hecha" not in command("originals", "received", "1", *ADMINISTRATION)
    assert asked.task("hand-over-originals").state == "open"
    assert command("originals", "received", "2", *ADMINISTRATION).splitlines()[-1] == f"La tarea {task.id} está hecha."
    assert "hand-over-originals" not in {each.name for each in asked.tasks()}
    asked.assert_whole()


def test_a_case_that_comes_back_asks_for_no_originals(asked: Desk, command: Command) -> None:
    command("tasks", "done", str(asked.task("decide-on-case").id), "--answer", "back_to_collections", *ADMINISTRATION)
    assert "hand-over-originals" not in {each.name for each in asked.tasks()}
    assert "retirada por" in command("case", "C-001")


def test_a_stop_of_credit_is_seen_wherever_the_customer_is(asked: Desk, command: Command, tmp_path: Path) -> None:
    assert json.loads(command("aging", "--json"))["credit_stopped"] == []
    command("customer", "credit", "C-001", "--stop", "--why", "no paga", *ADMINISTRATION)
    assert json.loads(command("explain", "FA-1", "--json"))["credit_stopped_on"] == "2026-03-18"
    assert command("explain", "FA-1").splitlines()[0] == "El crédito de C-001 está suspendido desde el 2026-03-18."
    report = json.loads(command("aging", "--by", "customer", "--json"))
    assert [one["since"] for one in report["credit_stopped"]] == ["2026-03-18"]
    assert [one["credit_stopped_on"] for one in report["groups"]] == ["2026-03-18"]
    assert "Crédito suspendido" in command("aging")
    assert "Sin crédito desde" in command("aging", "--by", "customer")
    book = tmp_path / "antiguedad.xlsx"
    command("aging", "--by", "customer", "--xlsx", str(book))
    marked = {
        sheet.title
        for sheet in openpyxl.load_workbook(book)
        if any("2026-03-18" in str(cell.value) for row in sheet.iter_rows() for cell in row)
    }
    assert marked == {"Antigüedad", "Facturas", "Crédito suspendido"}
    assert json.loads(command("aging", "--as-of", "2026-03-17", "--json"))["credit_stopped"] == []
