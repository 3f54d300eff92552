"""Lists of what was reminded of before the program came: which rows are read, and what is said of the others."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from cobranza_rules.intake.cells import day_of
from cobranza_rules.intake.recognise import Kind, recognise
from cobranza_rules.intake.reminders import EXPECTED, read_reminders
from cobranza_rules.intake.table import Value

HEADINGS = EXPECTED.split(", ")
TEMPLATES = Path(__file__).parents[2] / "samples" / "plantillas"


def read(content: bytes) -> tuple[list[tuple[str, str, dt.date | None]], list[str]]:
    records, problems = read_reminders(content, "r.xlsx")
    said = [("warning: " if problem.warning else "") + problem.text() for problem in problems]
    return [(record.invoice, record.rung, record.day) for record in records], said


def test_each_row_names_an_invoice_its_last_reminder_and_the_day(workbooks: Any) -> None:
    rows = [HEADINGS, ["FA-1", "Primer recordatorio", dt.date(2026, 2, 16)], [1209, 2, "16/02/2026"], ["# FA-3", "no cuenta", "nada"]]
    found, problems = read(workbooks.of(rows))
    assert problems == []
    assert found == [("FA-1", "Primer recordatorio", dt.date(2026, 2, 16)), ("1209", "2", dt.date(2026, 2, 16))]


def test_an_invoice_without_a_reminder_is_passed_over(workbooks: Any) -> None:
    assert read(workbooks.of([HEADINGS, ["FA-1", None, None], ["FA-2", "Ninguno", None], [None, None, None]])) == ([], [])


def test_every_cell_that_is_wrong_is_named_and_costs_its_row_only(workbooks: Any) -> None:
    rows = [HEADINGS, [None, "1", "ayer"], ["FA-2", None, dt.date(2026, 2, 16)], ["FA-3", "1", None], ["FA-4", "1", "2026-02-16"]]
    hint = "give the day on which the reminder left, like 2026-02-16 or 16/02/2026"
    assert read(workbooks.of(rows)) == (
        [("FA-3", "1", None), ("FA-4", "1", dt.date(2026, 2, 16))],
        [
            "r.xlsx (Clientes!A2): the cell is empty; fill it in, or delete the whole row",
            f"r.xlsx (Clientes!C2): 'ayer' is not a date; {hint}",
            "r.xlsx (Clientes!B3): a day stands there, but no reminder; name the last reminder",
            f"r.xlsx (Clientes!C4): the cell is empty; {hint}",
        ],
    )


def test_without_its_days_nothing_is_taken(workbooks: Any) -> None:
    found, problems = read(workbooks.of([["Factura", "Último recordatorio", "Saldo"], ["FA-1", "1", 100]]))
    assert found == []
    assert problems == [
        "warning: r.xlsx (Clientes!C1): the heading 'Saldo' is not known, its column was not read; nothing to do if the column is not for this program",
        f"r.xlsx (Clientes!A1): the heading 'Fecha' is missing; add the column; the headings expected are: {EXPECTED}",
    ]


@pytest.mark.parametrize(
    "heading",
    ["Factura,Último recordatorio,Fecha", "RFC,Cliente,No. de factura,Recordatorio,Fecha de envío", "Invoice,Last reminder,Sent on"],
)
def test_it_is_known_by_its_headings_even_where_it_names_its_customers(heading: str) -> None:
    rows = "\n".join([heading, *[",".join("x" for _each in heading.split(","))] * 2])
    assert recognise(rows.encode(), "lista.csv") is Kind.REMINDERS


@pytest.mark.parametrize("name", ["recordatorios.xlsx", "recordatorios.csv"])
def test_the_empty_template_is_such_a_list_and_holds_nothing(name: str) -> None:
    content = (TEMPLATES / name).read_bytes()
    assert recognise(content, name) is Kind.REMINDERS
    assert read_reminders(content, name) == ([], [])


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (dt.date(2026, 2, 3), dt.date(2026, 2, 3)),
        (dt.datetime(2026, 2, 3, 10, 30), dt.date(2026, 2, 3)),  # noqa: DTZ001 (spreadsheets have no zones)
        ("2026-02-03", dt.date(2026, 2, 3)),
        ("2026-02-03 00:00:00", dt.date(2026, 2, 3)),
        ("03/02/2026", dt.date(2026, 2, 3)),
        (" 3-2-2026 ", dt.date(2026, 2, 3)),
        ("3.2.2026", dt.date(2026, 2, 3)),
        ("02/13/2026", None),
        ("03/02/26", None),
        ("31/02/2026", None),
        (46000, None),
        (None, None),
    ],
)
def test_days_are_read_as_mexican_desks_write_them(cell: Value, day: dt.date | None) -> None:
    assert day_of(cell) == day
