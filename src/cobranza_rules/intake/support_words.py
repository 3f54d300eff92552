"""Words for the kinds of support, in Spanish and English, as files and spreadsheets name them."""

from __future__ import annotations

from cobranza_rules.domain.support import ANY, SupportKind

_WORDS = {
    SupportKind.CFDI: "cfdi|factura|fac|pdf|representacion impresa|invoice",
    SupportKind.PURCHASE_ORDER: "oc|o c|orden|orden de compra|orden compra|pedido|po|p o|purchase order|order",
    SupportKind.REMISSION: "remision|rem|nota de remision|remision de entrega|delivery note|packing slip",
    SupportKind.ACCEPTANCE: (
        "aceptacion|hoja de aceptacion|acta de aceptacion|entrada|entrada de almacen|hoja de entrada|entrada de servicio|acceptance|"
        "acceptance sheet|service entry sheet"
    ),
    SupportKind.OTHER: "soporte|anexo|anexos|contrato|estimacion|evidencia|support|annex|attachment",
}
KIND_OF: dict[str, SupportKind] = {word: kind for kind, words in _WORDS.items() for word in words.split("|")}
LONGEST = max(len(words.split()) for words in KIND_OF)  # Words of a kind's name

# What a spreadsheet may say of a customer: no support, some support, or which.
REQUIRED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("no", "ninguno", "ninguna", "none", "n"), ()),
    **dict.fromkeys(("si", "s", "x", "yes", "y", "cualquiera", "any"), (ANY,)),
    **{word: (kind.value,) for word, kind in KIND_OF.items()},
}
