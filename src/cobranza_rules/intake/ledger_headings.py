"""The headings of a document report of AdminPAQ or CONTPAQi: as its reports print them, and the columns' own names in its tables."""

from __future__ import annotations

from dataclasses import replace

from cobranza_rules.intake.heading_row import Column, KnownHeadings, heading_key
from cobranza_rules.intake.report_mapping import ReportMapping

EXPECTED = "Fecha, Vencimiento, Concepto, Serie, Folio, Código, Cliente, RFC, Moneda, Total, Pendiente, Cancelado, Referencia, UUID"
_FIELDS = {
    "internal_id": "id documento|ciddocumento|ciddocum01",
    "model": "documento modelo|ciddocumentode|ciddocum02",
    "nature": "naturaleza|cargo abono|cargo o abono|cnaturaleza|cnatural01|nature",
    "concept": "concepto|nombre del concepto|concepto documento|documento|tipo de documento|tipo|cnombreconcepto|cnombrec01|concept|document type|type",
    "series": "serie|serie documento|cseriedocumento|cseriedo01|series",
    "folio": "folio|folio documento|no de documento|numero de documento|numero|serie folio|serie y folio|factura|no factura|numero de factura|cfolio|invoice|invoice number|document number|number",
    "uuid": "uuid|folio fiscal|folio fiscal uuid|uuid folio fiscal|cuuid",
    "rfc": "rfc|r f c|rfc cliente|crfc",
    "name": "cliente|razon social|nombre|nombre del cliente|razon social del cliente|nombre o razon social|crazonsocial|crazonso01|customer|customer name|name",
    "code": "codigo|codigo cliente|clave|clave cliente|numero de cliente|no cliente|ccodigocliente|ccodigoc01|customer code|code",
    "issued": "fecha|fecha documento|fecha emision|emision|fecha de la factura|fecha factura|fecha de documento|cfecha|date|issue date|document date",
    "due": "vencimiento|fecha vencimiento|fecha de vencimiento|fecha vence|vence|vto|cfechavencimiento|cfechave01|due|due date",
    "total": "total|importe|importe total|total documento|monto|monto total|ctotal|amount",
    "open": "pendiente|saldo|saldo pendiente|importe pendiente|total pendiente|saldo documento|saldo actual|por cobrar|cpendiente|open|open amount|balance",
    "charge": "cargo|cargos|debe|importe cargo|debit",
    "credit": "abono|abonos|haber|importe abono|credit",
    "currency": "moneda|nombre de la moneda|cnombremoneda|currency",
    "cancelled": "cancelado|cancelada|estado|estatus|status|ccancelado|cancelled",
    "posted": "afectado|cafectado|posted",
    "reference": "referencia|creferencia|creferen01|reference",
}


def _are_enough(held: set[Column]) -> bool:
    """A document's number and day, an amount, and what is left of it or when it is due; whose it is a report by customers has elsewhere."""
    return {"folio", "issued"} <= held and not held.isdisjoint({"total", "charge", "credit"}) and not held.isdisjoint({"open", "due"})


REPORT_HEADINGS = KnownHeadings(
    {heading_key(word): name for name, words in _FIELDS.items() for word in words.split("|")},
    _are_enough,
    EXPECTED,
    two_rows=True,
    others_matter=False,
)


def headings_of(mapping: ReportMapping | None) -> KnownHeadings:
    """The usual ones, with those of a mapping in place of the usual ones of the same columns."""
    if mapping is None or not mapping.columns:
        return REPORT_HEADINGS
    usual = {key: name for key, name in REPORT_HEADINGS.aliases.items() if name not in mapping.columns}
    return replace(REPORT_HEADINGS, aliases=usual | {heading_key(heading): name for name, heading in mapping.columns.items()})
