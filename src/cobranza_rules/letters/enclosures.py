"""What goes with a letter, in the words of its reader: how many CFDI in XML and in PDF, and which support."""

from __future__ import annotations

from cobranza_rules.catalogue import translator
from cobranza_rules.domain.letter import Enclosed
from cobranza_rules.language import N_, Sentence, _, joined

# Kinds of support (domain.support), as a customer reads them
NAMES = {
    "purchase_order": N_("purchase order"),
    "remission": N_("delivery note"),
    "acceptance_sheet": N_("acceptance sheet"),
    "other": N_("other files"),
}


def enclosures_text(enclosed: Enclosed, language: str) -> str:
    """Empty where nothing goes with it but the letter itself."""
    found: list[Sentence] = []
    if enclosed.xml:
        found.append(_("{count} CFDI in XML", count=enclosed.xml))
    if enclosed.pdf:
        found.append(_("{count} CFDI in PDF", count=enclosed.pdf))
    if enclosed.support:
        kinds = joined(_("{kind}: {count}", kind=Sentence(NAMES[kind]), count=count) for kind, count in enclosed.support)
        found.append(_("support ({kinds})", kinds=kinds))
    return joined(found).text(translator(language)) if found else ""
