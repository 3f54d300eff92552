"""CFDI for tests, written from a few values; the company is the sample company, the customers are the SAT's public test RFCs."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

COMPANY = "EKU9003173C9"
UNIVERSITY = ("URE180429TM6", "UNIVERSIDAD ROBOTICA ESPAÑOLA")


def uuid_of(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name)).upper()


def _document(kind: str, name: str, attributes: str, receiver: tuple[str, str], day: dt.date, relations: str, complement: str) -> bytes:
    rfc, called = receiver
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<cfdi:Comprobante xmlns:cfdi="http://www.sat.gob.mx/cfd/4" xmlns:pago20="http://www.sat.gob.mx/Pagos20" '
        'xmlns:tfd="http://www.sat.gob.mx/TimbreFiscalDigital" '
        f'Version="4.0" Fecha="{day}T10:00:00" Exportacion="01" LugarExpedicion="06000" TipoDeComprobante="{kind}" {attributes}>'
        f'{relations}<cfdi:Emisor Rfc="{COMPANY}" Nombre="ESCUELA KEMPER URGATE" RegimenFiscal="601"/>'
        f'<cfdi:Receptor Rfc="{rfc}" Nombre="{called}" DomicilioFiscalReceptor="06000" RegimenFiscalReceptor="601" UsoCFDI="G03"/>'
        '<cfdi:Conceptos><cfdi:Concepto ClaveProdServ="84111506" Cantidad="1" ClaveUnidad="ACT" Descripcion="Servicio" '
        'ValorUnitario="0" Importe="0" ObjetoImp="01"/></cfdi:Conceptos>'
        f'<cfdi:Complemento>{complement}<tfd:TimbreFiscalDigital Version="1.1" UUID="{uuid_of(name)}" FechaTimbrado="{day}T10:01:00" '
        'RfcProvCertif="SPR190613I52" SelloCFD="c2VsbG8=" NoCertificadoSAT="30001000000500003456" SelloSAT="c2VsbG8="/>'
        "</cfdi:Complemento></cfdi:Comprobante>"
    ).encode()


def _related(kind: str, *names: str) -> str:
    if not names:
        return ""
    inside = "".join(f'<cfdi:CfdiRelacionado UUID="{uuid_of(name)}"/>' for name in names)
    return f'<cfdi:CfdiRelacionados TipoRelacion="{kind}">{inside}</cfdi:CfdiRelacionados>'


def invoice(
    name: str,
    total: str = "1160.00",
    day: dt.date = dt.date(2026, 1, 5),
    currency: str = "MXN",
    receiver: tuple[str, str] = UNIVERSITY,
    replaces: tuple[str, ...] = (),
    method: str = "PPD",
) -> bytes:
    """`name` is its number, SERIES-FOLIO, and makes its UUID."""
    series, _dash, folio = name.partition("-")
    rate = "" if currency == "MXN" else 'TipoCambio="18.5" '
    attributes = f'Serie="{series}" Folio="{folio}" SubTotal="{total}" Moneda="{currency}" {rate}Total="{total}" MetodoPago="{method}" FormaPago="99"'
    return _document("I", name, attributes, receiver, day, _related("04", *replaces), "")


def credit_note(name: str, total: str, *invoices: str, day: dt.date = dt.date(2026, 2, 1), receiver: tuple[str, str] = UNIVERSITY) -> bytes:
    series, _dash, folio = name.partition("-")
    attributes = f'Serie="{series}" Folio="{folio}" SubTotal="{total}" Moneda="MXN" Total="{total}" MetodoPago="PUE" FormaPago="15"'
    return _document("E", name, attributes, receiver, day, _related("01", *invoices), "")


def receipt(
    name: str,
    parts: dict[str, str],
    day: dt.date = dt.date(2026, 2, 10),
    operation: str = "",
    currency: str = "MXN",
    receiver: tuple[str, str] = UNIVERSITY,
    replaces: tuple[str, ...] = (),
    pesos_for_one: str = "",
) -> bytes:
    """One payment that covers `parts`: invoice name to amount in `currency`; with `pesos_for_one` of that it was made in pesos."""
    amount = sum((Decimal(part) for part in parts.values()), Decimal())
    paid_in, equivalence = ("MXN", f"{1 / Decimal(pesos_for_one):.10f}") if pesos_for_one else (currency, "1")
    amount = round(amount * Decimal(pesos_for_one or 1), 2)
    documents = "".join(
        f'<pago20:DoctoRelacionado IdDocumento="{uuid_of(invoice_name)}" MonedaDR="{currency}" EquivalenciaDR="{equivalence}" NumParcialidad="1" '
        f'ImpSaldoAnt="{part}" ImpPagado="{part}" ImpSaldoInsoluto="0.00" ObjetoImpDR="01"/>'
        for invoice_name, part in parts.items()
    )
    number = f' NumOperacion="{operation}"' if operation else ""
    rate = ' TipoCambioP="1"' if paid_in == "MXN" else ' TipoCambioP="18.5"'
    payment = (
        f'<pago20:Pagos Version="2.0"><pago20:Totales MontoTotalPagos="{amount}"/><pago20:Pago FechaPago="{day}T12:00:00" '
        f'FormaDePagoP="03" MonedaP="{paid_in}"{rate} Monto="{amount}"{number}>{documents}</pago20:Pago></pago20:Pagos>'
    )
    series, _dash, folio = name.partition("-")
    attributes = f'Serie="{series}" Folio="{folio}" SubTotal="0" Moneda="XXX" Total="0"'
    return _document("P", name, attributes, receiver, day, _related("04", *replaces), payment)
