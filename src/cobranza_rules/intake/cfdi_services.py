"""What an invoice is for: the descriptions of its concepts, as its CFDI 4.0 has them (Anexo 20, Concepto@Descripcion)."""

from __future__ import annotations

from cobranza_rules.intake.cfdi_reading import CFDI4
from cobranza_rules.intake.xml_reader import read_xml
from cobranza_rules.problems import ProblemError

MOST, LONGEST = 20, 300  # Concepts, and characters of each


def services_named(content: bytes) -> tuple[str, ...]:
    """The first ones; none where the XML cannot be read."""
    try:
        root = read_xml(content, "").root
    except ProblemError:
        return ()
    concepts = root.find(f"{{{CFDI4}}}Conceptos")
    told = [str(each.get("Descripcion") or "").strip() for each in (concepts if concepts is not None else ())]
    return tuple(text[:LONGEST] for text in dict.fromkeys(filter(None, told)))[:MOST]
