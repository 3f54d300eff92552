"""Sheets of agreements and of billing requests: which rows are read, and what is said of the others."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cobranza_rules.domain.agreement import AgreementKind, AgreementRecord, Interest, PromptPayment
from cobranza_rules.domain.billing_request import DeliveryContact, RequestRecord
from cobranza_rules.domain.customer import DeliveryMode
from cobranza_rules.domain.terms import CountedFrom, FixedDays, Instalment, Terms
from cobranza_rules.intake.agreements import EXPECTED as AGREEMENT
from cobranza_rules.intake.agreements import read_agreements
from cobranza_rules.intake.recognise import Kind, recognise
from cobranza_rules.intake.requests import EXPECTED as REQUEST
from cobranza_rules.intake.requests import read_requests
from cobranza_rules.money import Money

TEMPLATES = Path(__file__).parents[2] / "samples" / "plantillas"
A, R = AGREEMENT.split(", "), REQUEST.split(", ")
LEAST = {"Cliente": "C-001", "Contrato": "CT-1", "Moneda": "MXN", "Vigencia desde": "01/01/2026"}
ASKED = {"Cliente": "C-001", "Importe": "1,160.00", "Moneda": "MXN", "Concepto": "Servicio"}


def row_of(headings: list[str], **cells: Any) -> list[Any]:
    assert set(cells) <= set(headings)
    return [cells.get(heading) for heading in headings]


def agreements(workbooks: Any, *rows: dict[str, Any]) -> tuple[list[AgreementRecord], list[str]]:
    records, problems = read_agreements(workbooks.of([A, *(row_of(A, **LEAST | row) for row in rows)]), "a.xlsx")
    return [record for record, _place in records], [str(problem) for problem in problems]


def requests(workbooks: Any, *rows: dict[str, Any]) -> tuple[list[RequestRecord], list[str]]:
    records, problems = read_requests(workbooks.of([R, *(row_of(R, **ASKED | row) for row in rows)]), "r.xlsx")
    return [record for record, _place in records], [str(problem) for problem in problems]


def test_an_agreement_needs_little(workbooks: Any) -> None:
    assert agreements(workbooks, {}) == ([AgreementRecord("C-001", "CT-1", AgreementKind.CONTRACT, "MXN", dt.date(2026, 1, 1))], [])


def test_an_agreement_says_all_that_was_agreed(workbooks: Any) -> None:
    row = {
        "Tipo": "Condiciones comerciales",
        "Moneda": "pesos",
        "Vigencia desde": dt.date(2026, 1, 1),
        "Vigencia hasta": "31/12/2026",
        "Fecha de firma": "2025-12-20",
        "Límite de crédito": "$1,500,000.00",
        "Días de crédito": 30,
        "Plazo desde": "acuse",
        "Sin acuse a los": 10,
        "Días de revisión": "Lunes y miércoles",
        "Días de pago": "15 y último",
        "Fin de mes": "sí",
        "Pronto pago %": "2.5%",
        "Pronto pago días": 10,
        "Descuentos": "5% por volumen",
        "Interés anual %": 20,
        "Base de interés": 365,
        "Garantías": "Pagaré",
        "Soporte": "orden de compra; Remisión",
    }
    expected = AgreementRecord(
        customer="C-001",
        number="CT-1",
        kind=AgreementKind.COMMERCIAL_TERMS,
        currency="MXN",
        valid_from=dt.date(2026, 1, 1),
        valid_until=dt.date(2026, 12, 31),
        signed_on=dt.date(2025, 12, 20),
        terms=Terms(
            days=30,
            counted_from=CountedFrom.ACCEPTANCE,
            assumed_after=10,
            review=FixedDays(weekdays=(0, 2)),
            payment=FixedDays(month_days=(15, 31)),
            end_of_month=True,
        ),
        credit_limit=Money(150_000_000, "MXN"),
        prompt_payment=PromptPayment(Decimal("2.5"), 10),
        discounts="5% por volumen",
        interest=Interest(Decimal(20), 365),
        guarantees="Pagaré",
        support_required=("purchase_order", "remission"),
    )
    assert agreements(workbooks, row) == ([expected], [])
    assert expected.conditions["interest"] == {"annual_percent": "20", "day_count": 365}


@pytest.mark.parametrize(("cell", "days"), [("30 días", 30), ("Net 45", 45), ("contado", 0), (60, 60)])
def test_credit_days_are_read_as_desks_write_them(workbooks: Any, cell: object, days: int) -> None:
    (record,), problems = agreements(workbooks, {"Días de crédito": cell})
    assert (record.terms, problems) == (Terms(days), [])


@pytest.mark.parametrize(("cell", "minor"), [("$ 1,160.00", 116_000), (1160, 116_000), (1160.1, 116_010), (2320.0000000000005, 232_000)])
def test_an_amount_is_a_figure_with_or_without_its_sign(workbooks: Any, cell: object, minor: int) -> None:
    (record,), problems = requests(workbooks, {"Importe": cell})
    assert (record.amount, problems) == (Money(minor, "MXN"), [])


def test_an_amount_in_another_currency_than_its_column_is_not_read(workbooks: Any) -> None:
    assert requests(workbooks, {"Importe": "1,160.00 USD"}) == (
        [],
        ["r.xlsx (Clientes!E2): '1,160.00 USD' is no amount above zero; write it as 1200.00"],
    )


def test_instalments_bring_their_own_days(workbooks: Any) -> None:
    (record,), problems = agreements(workbooks, {"Parcialidades": "33.33% a 30 días; 33.33 a 60; 33.34% 90d"})
    assert problems == []
    assert record.terms == Terms(
        days=90, instalments=(Instalment(30, Decimal("33.33")), Instalment(60, Decimal("33.33")), Instalment(90, Decimal("33.34")))
    )


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"Moneda": "XXX"}, "a.xlsx (Clientes!D2): the currency 'XXX' is not known; write MXN, USD or EUR"),
        ({"Vigencia desde": None}, "a.xlsx (Clientes!E2): the cell is empty; fill it in, or delete the whole row"),
        ({"Vigencia desde": "1/2/26"}, "a.xlsx (Clientes!E2): '1/2/26' is not a date; write it like 2026-02-16 or 16/02/2026"),
        (
            {"Vigencia hasta": "2025-12-31"},
            "a.xlsx (Clientes!F2): it ends on 2025-12-31, before it begins on 2026-01-01; correct one of the two days; leave the end empty if there is none",
        ),
        ({"Límite de crédito": "-5"}, "a.xlsx (Clientes!H2): '-5' is no amount above zero; write it as 1200.00"),
        ({"Límite de crédito": "1.500,00"}, "a.xlsx (Clientes!H2): '1.500,00' is no amount above zero; write it as 1200.00"),
        (
            {"Días de crédito": "treinta"},
            "a.xlsx (Clientes!I2): 'treinta' is not a number of days from 0 to 720; write the days as a number, for example 30",
        ),
        (
            {"Días de revisión": "lunes"},
            "a.xlsx (Clientes!I2): the terms say nothing of credit days; write the days as a number, for example 30",
        ),
        (
            {"Días de crédito": 30, "Días de pago": "quincena"},
            "a.xlsx (Clientes!M2): 'quincena' names no days; write weekdays or days of the month, for example: martes y jueves, or 15 y último",
        ),
        (
            {"Parcialidades": "mitad"},
            "a.xlsx (Clientes!O2): 'mitad' is no instalment; write them like '50% a 30 días; 50% a 60 días'",
        ),
        (
            {"Parcialidades": "50% a 30; 40% a 60"},
            "a.xlsx (Clientes!I2): the instalments add up to 90 percent, not to 100; correct the shares; thirds are 33.33, 33.33 and 33.34",
        ),
        (
            {"Pronto pago %": 0.02, "Pronto pago días": 10},
            (
                "a.xlsx (Clientes!P2): '0.02' is no percentage from 0.1 to 100; write 2 or 2% for two percent, as text; "
                "a cell in percent format holds another number than it shows"
            ),
        ),
        (
            {"Pronto pago %": 2},
            "a.xlsx (Clientes!Q2): the discount for prompt payment needs its percentage and its days; fill in both, or neither",
        ),
        ({"Base de interés": 364}, "a.xlsx (Clientes!T2): '364' is not known here; write one of: 360, 365"),
        (
            {"Soporte": "tal vez"},
            "a.xlsx (Clientes!V2): 'tal vez' is not known here; write one of: sí, no, orden de compra, remisión, aceptación, otro",
        ),
        ({"Fin de mes": "a veces"}, "a.xlsx (Clientes!N2): 'a veces' is not known here; write one of: sí, no"),
    ],
)
def test_a_bad_cell_costs_its_row_only(workbooks: Any, cells: dict[str, Any], sentence: str) -> None:
    records, problems = agreements(workbooks, cells, {"Contrato": "CT-2"})
    assert [record.number for record in records] == ["CT-2"]
    assert problems == [sentence]


def test_a_request_says_who_asks_who_approved_and_who_receives(workbooks: Any) -> None:
    row = {
        "Solicitud": "S-1",
        "Fecha de solicitud": "2026-03-02",
        "Contrato": "CT-1",
        "Orden de compra": "OC 45",
        "Aprobó": "Adela Muestra",
        "Fecha de aprobación": "2026-03-01",
        "Solicitante": "Diego Muestra",
        "Correo solicitante": "ventas@kemper.example",
        "Entregar a": "Rita Muestra",
        "Cargo": "Cuentas por pagar",
        "Domicilio de entrega": "Calle 1",
        "Correo de entrega": "facturas@cliente.example",
        "Teléfono": "55 0000 0001",
        "Modo de entrega": "En persona",
    }
    contact = DeliveryContact("Rita Muestra", "Cuentas por pagar", "Calle 1", "facturas@cliente.example", "55 0000 0001")
    expected = RequestRecord(
        customer="C-001",
        agreement="CT-1",
        amount=Money(116_000, "MXN"),
        concept="Servicio",
        purchase_order="OC 45",
        approver="Adela Muestra",
        approved_on=dt.date(2026, 3, 1),
        requested_by="Diego Muestra",
        requester_email="ventas@kemper.example",
        requested_on=dt.date(2026, 3, 2),
        contact=contact,
        delivery=DeliveryMode.IN_PERSON,
        reference="S-1",
    )
    assert requests(workbooks, row) == ([expected], [])


def test_a_request_without_its_approval_is_read_for_the_desk_to_refuse(workbooks: Any) -> None:
    assert requests(workbooks, {}) == ([RequestRecord("C-001", "", Money(116_000, "MXN"), "Servicio")], [])


def test_every_cell_of_a_request_that_cannot_be_read_is_named(workbooks: Any) -> None:
    bad = {"Importe": "mil", "Concepto": None, "Fecha de aprobación": "ayer", "Correo solicitante": "yo", "Modo de entrega": "paloma"}
    assert requests(workbooks, bad, {"Solicitud": "S-2"})[1] == [
        "r.xlsx (Clientes!E2): 'mil' is no amount above zero; write it as 1200.00",
        "r.xlsx (Clientes!G2): the cell is empty; fill it in, or delete the whole row",
        "r.xlsx (Clientes!R2): 'paloma' is not known here; write one of: correo, en persona, portal",
        "r.xlsx (Clientes!J2): 'ayer' is not a date; write it like 2026-02-16 or 16/02/2026",
        "r.xlsx (Clientes!L2): 'yo' is not an e-mail address; correct it",
    ]


@pytest.mark.parametrize(
    ("headings", "kind"),
    [
        (AGREEMENT.replace(", ", ","), Kind.AGREEMENTS),
        ("RFC,Razón social,No. de contrato,Inicio de vigencia,Moneda,Línea de crédito", Kind.AGREEMENTS),
        ("Customer,Contract number,Valid from,Valid until,Currency", Kind.AGREEMENTS),
        (REQUEST.replace(", ", ","), Kind.REQUESTS),
        ("Cliente,Razón social,RFC,Monto,Moneda,Concepto,Autorizado por", Kind.REQUESTS),
        ("Customer,Amount,Currency,Concept,Agreement,Approved by", Kind.REQUESTS),
        ("Clave,Razón social,RFC,Días de crédito,Contacto,Correo", Kind.CUSTOMERS),
        ("Cliente,Fecha,Nota", Kind.SPREADSHEET),
    ],
)
def test_a_list_is_known_by_its_headings(headings: str, kind: Kind) -> None:
    rows = "\n".join([headings, *[",".join("x" for _each in headings.split(","))] * 2])
    assert recognise(rows.encode(), "lista.csv") is kind


def test_a_missing_column_is_named(workbooks: Any) -> None:
    content = workbooks.of([["Cliente", "Contrato", "Vigencia desde"], ["C-001", "CT-1", "2026-01-01"]])
    records, problems = read_agreements(content, "a.xlsx")
    assert records == []
    assert [str(problem) for problem in problems] == [
        f"a.xlsx (Clientes!A1): the heading 'Moneda' is missing; add the column; the headings expected are: {AGREEMENT}"
    ]


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_the_empty_templates_are_such_lists_and_hold_nothing(suffix: str) -> None:
    contracts, asked = (TEMPLATES / f"{name}.{suffix}" for name in ("contratos", "solicitudes"))
    assert recognise(contracts.read_bytes(), contracts.name) is Kind.AGREEMENTS
    assert read_agreements(contracts.read_bytes(), contracts.name) == ([], [])
    assert recognise(asked.read_bytes(), asked.name) is Kind.REQUESTS
    assert read_requests(asked.read_bytes(), asked.name) == ([], [])
