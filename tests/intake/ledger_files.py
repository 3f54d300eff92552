"""Rows of a document report as tests change them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from cobranza_rules.domain.ledger_document import LedgerDocument
from cobranza_rules.intake.adminpaq import open_report
from cobranza_rules.intake.report_mapping import ReportMapping
from cobranza_rules.problems import Problem

HEADINGS = ["Fecha", "Vencimiento", "Concepto", "Serie", "Folio", "Código", "Cliente", "RFC", "Moneda", "Total", "Pendiente", "Cancelado"]
ISSUED, DUE = dt.date(2026, 2, 2), dt.date(2026, 3, 4)
RFC, OTHER_RFC = "URE180429TM6", "XIA190128J61"
NAME, OTHER_NAME = "UNIVERSIDAD ROBOTICA ESPAÑOLA", "XENON INDUSTRIAL ARTICLES"
INVOICE: dict[str, Any] = {
    "Fecha": ISSUED,
    "Vencimiento": DUE,
    "Concepto": "Factura",
    "Serie": "FA",
    "Folio": 1001.0,
    "Código": "C1",
    "Cliente": NAME,
    "RFC": RFC,
    "Moneda": "Peso Mexicano",
    "Total": 1160.0,
    "Pendiente": 160.5,
    "Cancelado": 0,
}


def row(headings: Sequence[str] = HEADINGS, **changes: Any) -> list[Any]:
    told = INVOICE | changes
    return [told.get(heading) for heading in headings]


def read_report(content: bytes, file: str = "r.xlsx", mapping: ReportMapping | None = None) -> tuple[list[LedgerDocument], list[Problem]]:
    report = open_report(content, file, mapping)
    return list(report), report.told()


def documents(content: bytes, file: str = "r.xlsx", mapping: ReportMapping | None = None) -> list[LedgerDocument]:
    """Of a file with which nothing is wrong, warnings neither."""
    found, problems = read_report(content, file, mapping)
    assert [str(problem) for problem in problems] == []
    return found


def numbers_and_said(content: bytes, file: str = "r.xlsx", mapping: ReportMapping | None = None) -> tuple[list[str], list[str]]:
    found, problems = read_report(content, file, mapping)
    said = [("warning: " if problem.warning else "") + str(problem) for problem in problems]
    return [document.number for document in found], said
