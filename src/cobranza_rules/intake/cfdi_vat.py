"""The VAT that a CFDI of our own transfers (Anexo 20: cfdi:Impuestos/cfdi:Traslados/cfdi:Traslado with Impuesto 002)."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from cobranza_rules.intake.cfdi_reading import CFDI4
from cobranza_rules.intake.xml_reader import read_xml
from cobranza_rules.money import Money, MoneyError

VAT = "002"  # c_Impuesto


def vat_transferred(content: bytes, file: str, currency: str) -> int:
    """Minor units of the document's currency; 0 where it transfers none. Raises ProblemError where the XML cannot be read."""
    total = Decimal(0)
    for line in read_xml(content, file).root.iterfind(f"{{{CFDI4}}}Impuestos/{{{CFDI4}}}Traslados/{{{CFDI4}}}Traslado"):
        if line.get("Impuesto") != VAT:
            continue
        try:
            total += Decimal(line.get("Importe", "0"))
        except InvalidOperation:
            continue
    try:
        return Money.of(total, currency).minor
    except MoneyError:
        return 0
