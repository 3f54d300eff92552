"""Cells with the error of a formula: the row is told with them, and is neither read without them nor passed over."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
import xlsxwriter
from tests.intake.ledger_files import HEADINGS, numbers_and_said, row
from tests.intake.test_old_workbook import old_workbook

from cobranza_rules.intake.agreements import read_agreements
from cobranza_rules.intake.contacts import read_customers
from cobranza_rules.intake.error_cells import is_error, is_remark

CORRECT = "correct its formula, or write the value itself, and import the file again"


def with_errors(*rows: list[Any]) -> bytes:
    """Cells that begin with `#` are formulas whose result is that error."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "default_date_format": "dd/mm/yyyy"})
    sheet = book.add_worksheet("Clientes")
    for number, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if isinstance(cell, str) and cell.startswith("#"):
                sheet.write_formula(number, column, "=Otra!A1", value=cell)
            else:
                sheet.write(number, column, cell)
    book.close()
    return target.getvalue()


def delimited(*rows: list[Any]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


@pytest.mark.parametrize(("write", "file", "sheet"), [(with_errors, "r.xlsx", "Clientes!"), (delimited, "r.csv", "")])
@pytest.mark.parametrize(
    ("heading", "column", "error"),
    [
        ("Fecha", "A", "#REF!"),
        ("Código", "F", "#N/A"),
        ("Cliente", "G", "#VALUE!"),
        ("Pendiente", "K", "#DIV/0!"),
        ("Cancelado", "L", "#NAME?"),
    ],
)
def test_a_row_with_an_error_is_told(write: Any, file: str, sheet: str, heading: str, column: str, error: str) -> None:
    content = write(HEADINGS, row(), row(Folio=2, **{heading: error}), row(Folio=3))
    assert numbers_and_said(content, file) == (
        ["FA-1001", "FA-3"],
        [f"{file} ({sheet}{column}3): the cell holds the error {error}; {CORRECT}"],
    )


def test_several_errors_are_told_one_by_one() -> None:
    said = numbers_and_said(with_errors(HEADINGS, row(Cliente="#N/A", Total="#N/A", Pendiente="#N/A")))[1]
    assert said == [f"r.xlsx (Clientes!{column}2): the cell holds the error #N/A; {CORRECT}" for column in "GJK"]


def test_an_error_where_nothing_is_read_does_no_harm() -> None:
    assert numbers_and_said(with_errors([*HEADINGS, "Nuestra columna"], [*row(), "#REF!"])) == (["FA-1001"], [])


def test_an_old_workbook_says_the_same() -> None:
    said = numbers_and_said(old_workbook([HEADINGS, row(Cliente="#N/A")]), "r.xls")[1]
    assert said == [f"r.xls (Documentos!G2): the cell holds the error #N/A; {CORRECT}"]


def test_customers_and_agreements() -> None:
    headings = ["Clave", "Razón social", "RFC", "Segmento"]
    records, problems = read_customers(
        with_errors(headings, ["#REF!", "XENON", "XIA190128J61", "a"], ["C2", "X", "URE180429TM6", "#N/A"]), "c.xlsx"
    )
    assert records == []
    assert [str(one) for one in problems] == [
        f"c.xlsx (Clientes!A2): the cell holds the error #REF!; {CORRECT}",
        f"c.xlsx (Clientes!D3): the cell holds the error #N/A; {CORRECT}",
    ]
    agreements = with_errors(["Cliente", "Contrato", "Moneda", "Vigencia desde"], ["C1", "K-1", "MXN", "#VALUE!"])
    assert [str(one) for one in read_agreements(agreements, "k.xlsx")[1]] == [
        f"k.xlsx (Clientes!D2): the cell holds the error #VALUE!; {CORRECT}",
    ]


def test_remarks_are_no_errors() -> None:
    assert is_remark("# EJEMPLO")
    assert not is_error("# EJEMPLO")
    assert is_error("#¡REF!")
    assert not is_remark("#¡REF!")
