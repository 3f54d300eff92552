"""One ledger read four ways (XLSX, XLS, CSV and tables) is the same ledger."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dbf_files import CONCEPT, CURRENCY, CUSTOMER, DOCUMENT, LINK, memo_file, table
from tests.intake.ledger_files import HEADINGS, NAME, OTHER_NAME, OTHER_RFC, RFC, read_report
from tests.intake.test_old_workbook import old_workbook

from cobranza_rules.domain.ledger_document import LedgerDocument, Nature
from cobranza_rules.intake.adminpaq_dbf import read_tables_of

CONCEPTS = {"Factura": (4, 0), "Pago del cliente": (9, 1), "Nota de Crédito": (7, 1), "Nota de Cargo": (13, 0)}
CURRENCIES = {"Peso Mexicano": 1, "Dólar Americano": 2}
CUSTOMERS = {"C1": (1, NAME, RFC), "C2": (2, OTHER_NAME, OTHER_RFC)}
DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31))


@st.composite
def rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    found = []
    for folio in draw(st.lists(st.integers(1, 999_999), max_size=6, unique=True)):
        total = draw(st.integers(0, 10**10))
        code = draw(st.sampled_from(sorted(CUSTOMERS)))
        _number, name, rfc = CUSTOMERS[code]
        found.append(
            {
                "Fecha": draw(DAYS),
                "Vencimiento": draw(st.none() | DAYS),
                "Concepto": draw(st.sampled_from(sorted(CONCEPTS))),
                "Serie": draw(st.sampled_from(["FA", "B"])),
                "Folio": folio,
                "Código": code,
                "Cliente": name,
                "RFC": rfc,
                "Moneda": draw(st.sampled_from(sorted(CURRENCIES))),
                "Total": Decimal(total).scaleb(-2),
                "Pendiente": Decimal(draw(st.integers(0, total))).scaleb(-2),
                "Cancelado": draw(st.integers(0, 1)),
            }
        )
    return found


def cells(row: dict[str, Any]) -> list[Any]:
    return [float(row[heading]) if isinstance(row[heading], Decimal) else row[heading] for heading in HEADINGS]


def as_workbook(told: list[dict[str, Any]]) -> bytes:
    workbook, content = openpyxl.Workbook(), io.BytesIO()
    sheet = workbook.active
    assert sheet is not None
    for one in (HEADINGS, *map(cells, told)):
        sheet.append(one)
    workbook.save(content)
    return content.getvalue()


def as_text(told: list[dict[str, Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([HEADINGS, *([row[heading] for heading in HEADINGS] for row in told)])
    return text.getvalue().encode("cp1252")


def as_tables(told: list[dict[str, Any]]) -> dict[str, bytes]:
    records: list[dict[str, Any]] = [
        {
            "CIDDOCUM01": number,
            "CIDDOCUM02": CONCEPTS[row["Concepto"]][0],
            "CIDCONCE01": CONCEPTS[row["Concepto"]][0],
            "CNATURAL01": CONCEPTS[row["Concepto"]][1],
            "CSERIEDO01": row["Serie"],
            "CFOLIO": row["Folio"],
            "CFECHA": row["Fecha"],
            "CFECHAVE01": row["Vencimiento"] or dt.date(1899, 12, 30),
            "CIDCLIEN01": CUSTOMERS[row["Código"]][0],
            "CRAZONSO01": row["Cliente"],
            "CRFC": row["RFC"],
            "CIDMONEDA": CURRENCIES[row["Moneda"]],
            "CAFECTADO": 1,
            "CCANCELADO": row["Cancelado"],
            "CTOTAL": row["Total"],
            "CPENDIENTE": row["Pendiente"],
        }
        for number, row in enumerate(told, 1)
    ]
    customers: list[dict[str, Any]] = [
        {"CIDCLIEN01": number, "CCODIGOC01": code, "CRAZONSO01": name, "CRFC": rfc, "CTIPOCLI01": 1}
        for code, (number, name, rfc) in CUSTOMERS.items()
    ]
    return {
        "MGW10008.DBF": table(DOCUMENT, records),
        "MGW10008.FPT": memo_file([]),
        "MGW10009.DBF": table(LINK, []),
        "MGW10002.DBF": table(CUSTOMER, customers),
        "MGW10006.DBF": table(CONCEPT, [{"CIDCONCE01": model, "CNOMBREC01": name} for name, (model, _nature) in CONCEPTS.items()]),
        "MGW10034.DBF": table(CURRENCY, [{"CIDMONEDA": number, "CNOMBREM01": name} for name, number in CURRENCIES.items()]),
    }


def alike(documents: Iterable[LedgerDocument]) -> list[LedgerDocument]:
    return [replace(one, source="", internal_id="", place="") for one in documents]


@settings(max_examples=40, deadline=None)
@given(rows())
def test_whichever_way_it_comes_it_says_the_same(told: list[dict[str, Any]]) -> None:
    new, old = read_report(as_workbook(told), "r.xlsx"), read_report(old_workbook([HEADINGS, *map(cells, told)]), "r.xls")
    text, tables = read_report(as_text(told), "r.csv"), read_tables_of(as_tables(told))
    assert [problems for _book, problems in (new, old, text, tables)] == [[], [], [], []]
    found = alike(new[0])
    assert found == alike(old[0]) == alike(text[0]) == alike(tables[0].documents)
    assert [(one.folio, one.total.amount, one.open.amount, one.issued_on, one.due_on, one.nature) for one in found] == [
        (str(row["Folio"]), row["Total"], row["Pendiente"], row["Fecha"], row["Vencimiento"], list(Nature)[CONCEPTS[row["Concepto"]][1]])
        for row in told
    ]
