"""A report that is grouped by customer is refused with a sentence that says so; nobody guesses whose its documents are."""

from __future__ import annotations

from typing import Any

import pytest
from tests.intake.ledger_files import DUE, HEADINGS, ISSUED, numbers_and_said, row

from cobranza_rules.intake.recognise import Kind, recognise

WITHOUT = ["Fecha", "Vencimiento", "Concepto", "Serie", "Folio", "Moneda", "Total", "Pendiente"]
UNGROUPED = "export the report without groups, with the customer's code or RFC in the row of each document; nothing was guessed"


def plain_row(folio: int) -> list[Any]:
    return [ISSUED, DUE, "Factura", "FA", folio, "MXN", 100, 50]


@pytest.mark.parametrize(
    "title", [["C-001 Comercializadora, S.A."], ["Cliente:", "C-001", "Comercializadora, S.A."], ["C-001", None, "Comercializadora, S.A."]]
)
def test_without_a_column_of_customers(workbooks: Any, title: list[Any]) -> None:
    rows = [["Antigüedad de saldos"], WITHOUT, title, plain_row(1), plain_row(2), ["Total del cliente", *[None] * 5, 200, 100]]
    content = workbooks.of(rows)
    assert recognise(content, "r.xlsx") is Kind.LEDGER_REPORT
    shown = " ".join(cell for cell in title if cell)
    assert numbers_and_said(content) == (
        [],
        [f"r.xlsx (Clientes!A3): the report is grouped by customer, as by '{shown}': no column says whose each document is; {UNGROUPED}"],
    )


def test_without_titles_either(workbooks: Any) -> None:
    assert numbers_and_said(workbooks.of([WITHOUT, plain_row(1)])) == (
        [],
        [
            (
                "r.xlsx (Clientes!A1): no column says whose each document is: the headings 'Código', 'Cliente' and 'RFC' are missing; "
                "add the column with the customer's code or RFC"
            )
        ],
    )


def test_with_the_columns_left_empty(workbooks: Any) -> None:
    """Documents that name their customer are taken all the same."""
    nobody: dict[str, Any] = {"Código": None, "Cliente": None, "RFC": None}
    total: list[Any] = ["Total C-001", *[None] * 8, 2320, 321]
    rows = [HEADINGS, ["Cliente: C-001", "Comercializadora, S.A."], row(Folio=1, **nobody), row(Folio=2, **nobody), total, row(Folio=3)]
    assert numbers_and_said(workbooks.of(rows)) == (
        ["FA-3"],
        [
            (
                "r.xlsx (Clientes!A2): the report is grouped by customer, as by 'Cliente: C-001 Comercializadora, S.A.': "
                f"documents that name no customer in their own row: 2; {UNGROUPED}"
            )
        ],
    )


def test_one_row_without_its_customer_is_no_group(workbooks: Any) -> None:
    nobody: dict[str, Any] = {"Código": None, "Cliente": None, "RFC": None}
    assert numbers_and_said(workbooks.of([HEADINGS, row(Folio=1, **nobody), row(Folio=2)])) == (
        ["FA-2"],
        ["r.xlsx (Clientes!G2): the row names no customer; fill it in, or delete the whole row"],
    )
