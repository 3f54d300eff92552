"""CFDI 4.0 as XML (Anexo 20), with seals and certificate that seal nothing: their text says so, at the usual length."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from xml.sax.saxutils import quoteattr

from sample_book.customers import Customer
from sample_book.invoices import Invoice, Line, cents, exchange_rate
from sample_book.money_in import Applied, CreditNote, Receipt

ISSUER = {"Rfc": "EKU9003173C9", "Nombre": "ESCUELA KEMPER URGATE", "RegimenFiscal": "601"}
POSTCODE = "06000"
CFDI_NAMESPACES = {"xmlns:cfdi": "http://www.sat.gob.mx/cfd/4", "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance"}
CFDI_SCHEMA = "http://www.sat.gob.mx/cfd/4 http://www.sat.gob.mx/sitio_internet/cfd/4/cfdv40.xsd"
PAYMENT_SCHEMA = "http://www.sat.gob.mx/Pagos20 http://www.sat.gob.mx/sitio_internet/cfd/Pagos/Pagos20.xsd"
CERTIFICATE = "30001000000500003416"
EXEMPT, IVA_RATE = "0.000000", "0.160000"
Attributes = Mapping[str, object]


def dummy(label: str, size: int) -> str:
    """Base64 of `size` bytes that repeat the label."""
    return base64.b64encode((label * (size // len(label) + 1)).encode()[:size]).decode()


def element(name: str, attributes: Attributes, *children: str) -> str:
    written = "".join(f" {key}={quoteattr(str(value))}" for key, value in attributes.items() if value != "")
    return f"<{name}{written}>{''.join(children)}</{name}>" if children else f"<{name}{written}/>"


def invoice_xml(invoice: Invoice) -> str:
    related = [("04", [invoice.substitutes.uuid])] if invoice.substitutes else []
    head = {
        "Serie": invoice.number.split("-")[0],
        "Folio": invoice.number.split("-")[1],
        "Fecha": _stamp(invoice.issued_on, invoice.hour),
        "FormaPago": "03" if invoice.method == "PUE" else "99",
        "CondicionesDePago": f"NET {invoice.customer.credit_days}" if invoice.customer.foreign else f"{invoice.customer.credit_days} DIAS",
        **_amounts(invoice.subtotal, invoice.total, invoice.customer, invoice.issued_on),
        "TipoDeComprobante": "I",
        "MetodoPago": invoice.method,
    }
    use = "S01" if invoice.customer.foreign else "G03"
    concepts = [_concept(line, invoice.rate) for line in invoice.lines]
    taxes = _taxes(invoice.subtotal, invoice.tax, invoice.rate)
    return _document(head, invoice.customer, invoice.uuid, Content(use, concepts, taxes, related))


def credit_note_xml(note: CreditNote) -> str:
    rate = note.invoices[0].rate
    head = {
        "Serie": "NC",
        "Folio": note.number.split("-")[1],
        "Fecha": _stamp(note.issued_on, dt.time(10, 5)),
        "FormaPago": "15",
        **_amounts(note.subtotal, note.total, note.customer, note.issued_on),
        "TipoDeComprobante": "E",
        "MetodoPago": "PUE",
    }
    line = Line("84111506", "ACT", note.description, 1, note.subtotal)
    related = [("01", [invoice.uuid for invoice in note.invoices])]
    taxes = _taxes(note.subtotal, note.tax, rate)
    return _document(head, note.customer, note.uuid, Content("G02", [_concept(line, rate)], taxes, related))


def receipt_xml(receipt: Receipt) -> str:
    head = {
        "Serie": "P",
        "Folio": receipt.number.split("-")[1],
        "Fecha": _stamp(receipt.issued_on, dt.time(16, 30)),
        "SubTotal": "0",
        "Moneda": "XXX",
        "Total": "0",
        "TipoDeComprobante": "P",
    }
    nothing = {
        "ClaveProdServ": "84111506",
        "Cantidad": "1",
        "ClaveUnidad": "ACT",
        "Descripcion": "Pago",
        "ValorUnitario": "0",
        "Importe": "0",
    }
    concept = element("cfdi:Concepto", {**nothing, "ObjetoImp": "01"})
    return _document(head, receipt.customer, receipt.uuid, Content("CP01", [concept], complement=_payments(receipt)))


def _payments(receipt: Receipt) -> str:
    """Pagos 2.0 with one Pago. Totales is in pesos, what each DoctoRelacionado says in the invoice's own currency."""
    foreign = receipt.customer.foreign
    rate = exchange_rate(receipt.paid_on) if receipt.currency != "MXN" else Decimal(1)
    base, tax = (receipt.amount, cents(Decimal(0))) if foreign else _split(receipt.amount)
    kind = "0" if foreign else "16"
    totals = {
        f"TotalTrasladosBaseIVA{kind}": cents(base * rate),
        f"TotalTrasladosImpuestoIVA{kind}": cents(tax * rate),
        "MontoTotalPagos": cents(receipt.amount * rate),
    }
    payment = {
        "FechaPago": _stamp(receipt.paid_on, dt.time(12)),
        "FormaDePagoP": "03",
        "MonedaP": receipt.currency,
        "TipoCambioP": "1" if receipt.currency == "MXN" else rate,
        "Monto": receipt.amount,
        "NumOperacion": receipt.operation,
    }
    transfer = {"BaseP": base, "ImpuestoP": "002", "TipoFactorP": "Tasa", "TasaOCuotaP": EXEMPT if foreign else IVA_RATE, "ImporteP": tax}
    taxes = element("pago20:ImpuestosP", {}, element("pago20:TrasladosP", {}, element("pago20:TrasladoP", transfer)))
    documents = [_applied(receipt, part) for part in receipt.applied]
    return element(
        "pago20:Pagos",
        {"xmlns:pago20": "http://www.sat.gob.mx/Pagos20", "Version": "2.0"},
        element("pago20:Totales", totals),
        element("pago20:Pago", payment, *documents, taxes),
    )


def _applied(receipt: Receipt, part: Applied) -> str:
    foreign = receipt.customer.foreign
    base, tax = (part.paid, cents(Decimal(0))) if foreign else _split(part.paid)
    # EquivalenciaDR: units of the invoice's currency that one unit of the payment's buys, up to ten decimals.
    equivalence = f"{1 / exchange_rate(receipt.paid_on):.10f}" if receipt.crosses_currencies else "1"
    document = {
        "IdDocumento": part.invoice.uuid,
        "Serie": part.invoice.number.split("-")[0],
        "Folio": part.invoice.number.split("-")[1],
        "MonedaDR": part.invoice.customer.currency,
        "EquivalenciaDR": equivalence,
        "NumParcialidad": part.installment,
        "ImpSaldoAnt": part.before,
        "ImpPagado": part.paid,
        "ImpSaldoInsoluto": part.after,
        "ObjetoImpDR": "02",
    }
    transfer = {
        "BaseDR": base,
        "ImpuestoDR": "002",
        "TipoFactorDR": "Tasa",
        "TasaOCuotaDR": EXEMPT if foreign else IVA_RATE,
        "ImporteDR": tax,
    }
    taxes = element("pago20:ImpuestosDR", {}, element("pago20:TrasladosDR", {}, element("pago20:TrasladoDR", transfer)))
    return element("pago20:DoctoRelacionado", document, taxes)


@dataclass(frozen=True)
class Content:
    """What a document says between its head and its timbre. `related` holds pairs of TipoRelacion and UUIDs."""

    use: str
    concepts: Sequence[str]
    taxes: str = ""
    related: Sequence[tuple[str, Sequence[str]]] = ()
    complement: str = ""


def _document(head: Attributes, customer: Customer, uuid: str, content: Content) -> str:
    root = {
        **CFDI_NAMESPACES,
        "xsi:schemaLocation": f"{CFDI_SCHEMA} {PAYMENT_SCHEMA}" if content.complement else CFDI_SCHEMA,
        "Version": "4.0",
        **head,
        "Exportacion": "01",
        "LugarExpedicion": POSTCODE,
        "NoCertificado": CERTIFICATE,
        "Certificado": dummy("certificado de prueba sin validez ", 1350),
        "Sello": dummy("sello de prueba sin validez ", 256),
    }
    relations = [
        element("cfdi:CfdiRelacionados", {"TipoRelacion": kind}, *(element("cfdi:CfdiRelacionado", {"UUID": other}) for other in uuids))
        for kind, uuids in content.related
    ]
    body = element(
        "cfdi:Comprobante",
        root,
        *relations,
        element("cfdi:Emisor", ISSUER),
        element("cfdi:Receptor", _receiver(customer, content.use)),
        element("cfdi:Conceptos", {}, *content.concepts),
        content.taxes,
        element("cfdi:Complemento", {}, content.complement, _timbre(uuid, str(head["Fecha"]))),
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _receiver(customer: Customer, use: str) -> Attributes:
    abroad = {"ResidenciaFiscal": "USA", "NumRegIdTrib": customer.tax_id} if customer.foreign else {}
    return {
        "Rfc": customer.rfc,
        "Nombre": customer.name,
        "DomicilioFiscalReceptor": customer.postcode,
        **abroad,
        "RegimenFiscalReceptor": customer.regime,
        "UsoCFDI": use,
    }


def _timbre(uuid: str, stamped: str) -> str:
    return element(
        "tfd:TimbreFiscalDigital",
        {
            "xmlns:tfd": "http://www.sat.gob.mx/TimbreFiscalDigital",
            "Version": "1.1",
            "UUID": uuid,
            "FechaTimbrado": stamped,
            "RfcProvCertif": "SPR190613I52",
            "SelloCFD": dummy("sello de prueba sin validez ", 256),
            "NoCertificadoSAT": "30001000000500003456",
            "SelloSAT": dummy("sello del SAT de prueba ", 256),
        },
    )


def _amounts(subtotal: Decimal, total: Decimal, customer: Customer, day: dt.date) -> Attributes:
    rate = exchange_rate(day) if customer.foreign else ""
    return {"SubTotal": subtotal, "Moneda": customer.currency, "TipoCambio": rate, "Total": total}


def _concept(line: Line, rate: Decimal) -> str:
    attributes = {
        "ClaveProdServ": line.product,
        "Cantidad": line.quantity,
        "ClaveUnidad": line.unit,
        "Descripcion": line.description,
        "ValorUnitario": line.price,
        "Importe": line.amount,
        "ObjetoImp": "02",
    }
    transfer = _transfer(line.amount, cents(line.amount * rate), rate)
    return element("cfdi:Concepto", attributes, element("cfdi:Impuestos", {}, element("cfdi:Traslados", {}, transfer)))


def _taxes(base: Decimal, tax: Decimal, rate: Decimal) -> str:
    return element("cfdi:Impuestos", {"TotalImpuestosTrasladados": tax}, element("cfdi:Traslados", {}, _transfer(base, tax, rate)))


def _transfer(base: Decimal, tax: Decimal, rate: Decimal) -> str:
    """IVA is tax 002 of c_Impuesto."""
    kind = {"Impuesto": "002", "TipoFactor": "Tasa", "TasaOCuota": f"{rate:.6f}"}
    return element("cfdi:Traslado", {"Base": base, **kind, "Importe": cents(tax)})


def _split(amount: Decimal) -> tuple[Decimal, Decimal]:
    """An amount that includes 16 % of IVA, as base and tax."""
    base = cents(amount / Decimal("1.16"))
    return base, amount - base


def _stamp(day: dt.date, hour: dt.time) -> str:
    return dt.datetime.combine(day, hour).isoformat()
