from __future__ import annotations

import dataclasses
import io
from typing import Any

import pytest
from openpyxl import load_workbook

from cobranza_rules.letters.sample_letters import COMPANY, letter, line
from cobranza_rules.letters.statement import statement_workbook
from cobranza_rules.money import Money

from .docx_files import parts_of


def sheet_of(content: bytes) -> Any:
    return load_workbook(io.BytesIO(content)).active


def rows_of(content: bytes) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet_of(content).iter_rows()]


def test_a_statement_in_spanish() -> None:
    made = letter("statement", "es", 3)
    rows = rows_of(statement_workbook(made))
    assert rows[0][0] == "Escuela Kemper Urgate, S.A. de C.V."
    assert rows[3][0] == "Estado de cuenta al 5 de marzo de 2026"
    assert [row[:2] for row in rows[4:8]] == [
        ["Cliente", "Herrería & Eléctricos <Suc. Peñón>, S.A. de C.V."],
        ["RFC", "H&E951128469"],
        ["Moneda", "MXN"],
        ["Referencia de pago", "C-014"],
    ]
    assert rows[9] == ["Factura", "Folio fiscal (UUID)", "Emisión", "Vencimiento", "Días vencidos", "Antigüedad", "Importe", "Saldo"]
    number, uuid, issued, due, days, bucket, total, balance = rows[11]
    assert (number, uuid, bucket) == ("F-1001", "AD3FB5C9-0001-4BCA-9C6D-E1F2ADB4C5DE", "1–30 días")
    assert (f"{issued:%Y-%m-%d}", f"{due:%Y-%m-%d}", days) == ("2026-01-27", "2026-02-26", 7)
    assert (total, balance) == (13333.32, 13333.32)
    assert [rows[13][0], rows[13][7]] == ["Total", 39499.96]
    assert ["Por vencer", 11845.67] in [row[:2] for row in rows]
    assert ["Total", 39499.96] in [row[:2] for row in rows[15:]]
    flat = [str(value) for row in rows for value in row]
    assert "Partidas en aclaración, no incluidas en el total" in flat
    assert "Motivo: Diferencia en precio: en aclaración" in flat
    assert "CLABE 012180001234567897" in flat


def test_a_statement_in_english() -> None:
    rows = rows_of(statement_workbook(letter("statement", "en", 2)))
    assert rows[3][0] == "Statement of account as of March 5, 2026"
    assert rows[9] == ["Invoice", "Fiscal folio (UUID)", "Issued", "Due", "Days overdue", "Age", "Amount", "Balance"]
    assert "SWIFT EXBKUS33" in [row[0] for row in rows]


def test_layout_for_screen_and_paper() -> None:
    sheet = sheet_of(statement_workbook(letter("statement", "es", 3)))
    assert sheet.freeze_panes == "B11"
    assert sheet.print_title_rows == "$10:$10"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage is True
    assert sheet.page_setup.fitToHeight == 0  # as many pages down as it takes, one across
    assert sheet.column_dimensions["B"].width == pytest.approx(38.7, abs=0.1)
    assert sheet["H12"].number_format == "#,##0.00;[Red]-#,##0.00"
    assert sheet["C12"].number_format == "dd/mm/yyyy"


@pytest.mark.parametrize(
    "text", ['=HYPERLINK("http://x.example","y")', "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "{=1}", "http://x.example", "007"]
)
def test_texts_from_outside_stay_texts(text: str) -> None:
    hostile = dataclasses.replace(line(1), number=text, uuid=text, note=text)
    made = letter("statement", "es", 1, lines=(hostile,), held=(hostile,), unapplied=((text, Money(100, "MXN")),), reference=text)
    made = dataclasses.replace(
        made, addressee=dataclasses.replace(made.addressee, company=text), company=dataclasses.replace(COMPANY, name=text)
    )
    content = statement_workbook(made)
    sheet = sheet_of(content)
    assert [cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == []
    assert {sheet["A1"].value, sheet["B5"].value, sheet["A11"].value} == {text}
    xml = parts_of(content)["xl/worksheets/sheet1.xml"]
    assert b"<f>" not in xml
    assert b"<hyperlink" not in xml


def test_the_same_letter_gives_the_same_bytes() -> None:
    made = letter("statement", "es", 5)
    assert statement_workbook(made) == statement_workbook(made)


def test_amounts_of_currencies_without_cents_and_beyond_a_double() -> None:
    yen = dataclasses.replace(line(0, "JPY"), total=Money(123456, "JPY"), balance=Money(2**53, "JPY"))
    made = letter("statement", "es", 1, currency="JPY", lines=(yen,), held=(), unapplied=(), buckets=(), total=Money(2**53, "JPY"))
    sheet = sheet_of(statement_workbook(made))
    assert (sheet["G11"].value, sheet["G11"].number_format) == (123456, "#,##0;[Red]-#,##0")
    assert sheet["H11"].value == "9007199254740992"
