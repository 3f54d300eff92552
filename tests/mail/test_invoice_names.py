"""The invoices that replies name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.mail.invoice_names import find_invoices, same_number

UUID = "5E1D1C9A-1111-2222-3333-0123456789AB"


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("La FA-1070 la pagamos el viernes, la FA-1071 no", ["FA-1070", "FA-1071"]),
        ("facturas 1038, 1039 y 1040", ["1038", "1039", "1040"]),
        ("facturas FA-1038, 1039 y 1040", ["FA-1038", "FA-1039", "FA-1040"]),
        ("invoice #20418 and 20419", ["20418", "20419"]),
        ("Factura: FA-1290", ["FA-1290"]),
        ("FA1038 de marzo", ["FA-1038"]),
        (f"el folio fiscal {UUID.lower()}", [UUID]),
        ("pagamos la factura 1044 por $1,250.00", ["1044"]),
        ("OC 4500123, pedido FA-77, contrarrecibo CR-8891", []),
        ("la factura del 15 de marzo por 3 piezas", []),
        ("factura 15 de marzo", []),
        ("uso de CFDI G03, W-8BEN-E", []),
        ("check #20418, ref. NW-2201, orden de compra PO-5512", []),
        ("el viernes 13, el dia 20", []),
        ("tel 55-5555-0101 ext 12", []),
    ],
)
def test_what_is_an_invoice(text: str, numbers: list[str]) -> None:
    assert [one.number for one in find_invoices(text)] == numbers


@given(st.text(alphabet="FAfa -0123456789,.y#/facturs", max_size=200))
def test_a_number_is_written_where_it_was_found(text: str) -> None:
    for one in find_invoices(text):
        assert one.number.split("-")[-1] in text[one.start : one.end]


@pytest.mark.parametrize(
    ("named", "number", "uuid", "same"),
    [
        ("FA-1038", "FA-1038", "", True),
        ("FA-1038", "FA1038", "", True),
        ("1038", "FA-1038", "", True),
        ("1038", "FA-21038", "", False),
        ("FB-1038", "FA-1038", "", False),
        ("38", "FA-0038", "", True),
        (UUID, "FA-1", UUID.lower(), True),
        ("1038", "1038", "", True),
    ],
)
def test_which_invoice_is_meant(named: str, number: str, uuid: str, *, same: bool) -> None:
    assert same_number(named, number, uuid) is same
