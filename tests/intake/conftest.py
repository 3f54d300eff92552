"""Builds CFDI 4.0 documents from values: the attributes of Anexo 20, any of which a test may change or leave out (None)."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import openpyxl
import pytest

from cobranza_rules.problems import ProblemError

UUID = "5A1B2C3D-0000-4000-8000-00000000000A"
OTHER_UUID = "5A1B2C3D-0000-4000-8000-00000000000B"
HEAD = {
    "Version": "4.0",
    "Serie": "FA",
    "Folio": "1001",
    "Fecha": "2026-03-02T10:15:00",
    "SubTotal": "1000.00",
    "Moneda": "MXN",
    "Total": "1160.00",
    "TipoDeComprobante": "I",
    "Exportacion": "01",
    "MetodoPago": "PPD",
    "LugarExpedicion": "64000",
}
ISSUER = {"Rfc": "EKU9003173C9", "Nombre": "ESCUELA KEMPER URGATE", "RegimenFiscal": "601"}
RECEIVER = {"Rfc": "URE180429TM6", "Nombre": "UNIVERSIDAD ROBOTICA ESPAÑOLA", "UsoCFDI": "G03"}
PAYMENT = {"FechaPago": "2026-03-20T12:00:00", "FormaDePagoP": "03", "MonedaP": "MXN", "TipoCambioP": "1", "Monto": "1160.00"}
APPLICATION = {
    "IdDocumento": OTHER_UUID,
    "Serie": "FA",
    "Folio": "1001",
    "MonedaDR": "MXN",
    "EquivalenciaDR": "1",
    "NumParcialidad": "1",
    "ImpSaldoAnt": "1160.00",
    "ImpPagado": "1160.00",
    "ImpSaldoInsoluto": "0.00",
}
Changes = Mapping[str, str | None]


def element(tag: str, attributes: Mapping[str, str | None], inside: str = "") -> str:
    told = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items() if value is not None)
    return f"<{tag}{told}>{inside}</{tag}>" if inside else f"<{tag}{told}/>"


class CfdiFactory:
    """`head`, `issuer` and `receiver` change attributes; what else is given is XML."""

    uuid, other_uuid = UUID, OTHER_UUID

    def stamp(self, uuid: str = UUID) -> str:
        space = {"xmlns:tfd": "http://www.sat.gob.mx/TimbreFiscalDigital"}
        return element("tfd:TimbreFiscalDigital", {**space, "Version": "1.1", "UUID": uuid, "FechaTimbrado": "2026-03-02T10:16:00"})

    def relation(self, kind: str, *uuids: str) -> str:
        return element(
            "cfdi:CfdiRelacionados", {"TipoRelacion": kind}, "".join(element("cfdi:CfdiRelacionado", {"UUID": one}) for one in uuids)
        )

    def document(
        self,
        head: Changes | None = None,
        *,
        issuer: Changes | None = None,
        receiver: Changes | None = None,
        relations: str = "",
        taxes: Changes | None = None,
        complement: str | None = None,
        after: str = "",
        lines: int = 1,
    ) -> bytes:
        taxed = taxes if taxes is not None else {"TotalImpuestosTrasladados": "160.00"}
        line = element("cfdi:Concepto", {"ClaveProdServ": "81112101", "Cantidad": "1", "Descripcion": "Servicio", "Importe": "1000.00"})
        inside = (
            relations
            + element("cfdi:Emisor", ISSUER | dict(issuer or {}))
            + element("cfdi:Receptor", RECEIVER | dict(receiver or {}))
            + element("cfdi:Conceptos", {}, line * lines)
            + element("cfdi:Impuestos", taxed)
            + (self.complement(self.stamp()) if complement is None else complement)
            + after
        )
        return self.wrapped(inside, head)

    def wrapped(self, inside: str, head: Changes | None = None) -> bytes:
        spaces = {"xmlns:cfdi": "http://www.sat.gob.mx/cfd/4", "xmlns:pago20": "http://www.sat.gob.mx/Pagos20"}
        return ('<?xml version="1.0" encoding="UTF-8"?>\n' + element("cfdi:Comprobante", spaces | HEAD | dict(head or {}), inside)).encode()

    def complement(self, inside: str) -> str:
        return element("cfdi:Complemento", {}, inside)

    def application(self, changes: Changes | None = None) -> str:
        return element("pago20:DoctoRelacionado", APPLICATION | dict(changes or {}))

    def payment(self, changes: Changes | None = None, applications: Sequence[str] | None = None) -> str:
        return element(
            "pago20:Pago", PAYMENT | dict(changes or {}), "".join(applications if applications is not None else [self.application()])
        )

    def receipt(self, *payments: str, head: Changes | None = None, pagos: str | None = None) -> bytes:
        told = element("pago20:Pagos", {"Version": "2.0"}, "".join(payments or [self.payment()])) if pagos is None else pagos
        changes = {"TipoDeComprobante": "P", "Moneda": "XXX", "SubTotal": "0", "Total": "0", "MetodoPago": None, **(head or {})}
        return self.document(changes, taxes={}, complement=self.complement(told + self.stamp()))

    def text(self, tag: str, inside: str, attributes: Changes | None = None) -> str:
        return element(tag, attributes or {}, escape(inside))


@pytest.fixture(scope="session")
def cfdi() -> CfdiFactory:
    return CfdiFactory()


class Workbooks:
    """XLSX files, made by another library than the one that reads them."""

    def of(self, rows: Sequence[Sequence[Any]], title: str = "Clientes", merge: Sequence[str] = ()) -> bytes:
        workbook = openpyxl.Workbook()
        sheet = workbook.active
        assert sheet is not None
        sheet.title = title
        for row in rows:
            sheet.append(list(row))
        for area in merge:
            sheet.merge_cells(area)
        return self.saved(workbook)

    def saved(self, workbook: openpyxl.Workbook) -> bytes:
        file = io.BytesIO()
        workbook.save(file)
        return file.getvalue()


@pytest.fixture(scope="session")
def workbooks() -> Workbooks:
    return Workbooks()


@pytest.fixture(scope="session")
def said() -> Any:
    """Calls a reader that must fail and gives the text of each problem, warnings marked."""

    def told(reader: Any, *arguments: Any) -> list[str]:
        with pytest.raises(ProblemError) as caught:
            reader(*arguments)
        return [("warning: " if problem.warning else "") + problem.text() for problem in caught.value.problems]

    return told
