"""The words and numbers of AdminPAQ and CONTPAQi for what a document is, how it moves an account, and its currency."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from cobranza_rules.domain.ledger_document import LedgerKind, Nature
from cobranza_rules.intake.heading_row import plain
from cobranza_rules.money import MINOR_UNITS

# admDocumentosModelo, CIDDOCUMENTODE: those that stand on a customer's account. 28 and 29 are exchange gains and losses, 35 and 36 sales notes.
KIND_OF_MODEL = {
    4: LedgerKind.INVOICE,
    5: LedgerKind.CREDIT_NOTE,
    7: LedgerKind.CREDIT_NOTE,
    9: LedgerKind.PAYMENT,
    10: LedgerKind.PAYMENT,
    12: LedgerKind.PAYMENT,
    13: LedgerKind.DEBIT_NOTE,
    36: LedgerKind.CREDIT_NOTE,
    **dict.fromkeys((11, 14, 15, 16, 28, 29, 35), LedgerKind.OTHER),
}
# Quotations, orders, remissions and exchanges owe nothing yet; 17 to 27, 30 and 31 are suppliers' documents, 32 to 34 and 37 the warehouse's.
MODELS_OF_OTHERS = frozenset({1, 2, 3, 6, 8, *range(17, 28), *range(30, 35), 37})
NATURE_OF_NUMBER = {0: Nature.CHARGE, 1: Nature.CREDIT}  # 2 is "sin naturaleza"

_NATURES = {
    Nature.CHARGE: "cargo|cargos|c|0|debe|charge|debit",
    Nature.CREDIT: "abono|abonos|a|1|haber|credit",
}
_CURRENCIES = {
    "MXN": "peso|pesos|peso mexicano|pesos mexicanos|moneda nacional|m n|mn|mxp|nacional",
    "USD": "dolar|dolares|dolar americano|dolares americanos|dolar estadounidense|dls|us dollar|dollars|us",
    "EUR": "euros",
    "CAD": "dolar canadiense|dolares canadienses",
}
_FLAGS = {
    True: "si|s|1|true|verdadero|x|cancelado|cancelada|canceled|cancelled|yes|y",
    False: (
        "|no|n|0|false|falso|vigente|activo|activa|emitido|emitida|pendiente|pagado|pagada|parcial|abierto|abierta|impreso|impresa|afectado|afectada|"
        "timbrado|timbrada|vencido|vencida|por cobrar|cobrado|cobrada|saldado|saldada|liquidado|liquidada|normal|valid|active|open|paid"
    ),
}


@dataclass(frozen=True, slots=True)
class Concept:
    """What a concept's name says: `nature` None where it does not tell; `ours` is False for what owes nothing, or is no customer's."""

    kind: LedgerKind
    nature: Nature | None
    ours: bool = True


_WHOLE = re.compile(r"([0-9]{1,20})\.0{1,6}")
_OTHERS = Concept(LedgerKind.OTHER, None, ours=False)
_MONEY = "pago|abono|cobro|cobranza|cheque|deposito|anticipo|transferencia|complemento de pago|rep|recibo de pago|payment"
_TAKEN_BACK = r"\b(?:devuelt|rechazad|cancelad|reversad|rebotad)[oa]s?\b"  # A returned cheque charges what its payment had credited.
_RETURN = r"devolucion(?: (?:de |sobre |s )(?:nota de )?(?:ventas?|mercancias?|facturas?|clientes?)\b.*)?"
# The first that fits counts: a "pago de factura" is a payment, and a "devolución sobre compra" no business of ours.
_CONCEPTS: tuple[tuple[re.Pattern[str], Concept], ...] = (
    (re.compile(r".*\b(?:al|del|de) proveedor\b.*|compras?\b.*|devolucion (?:de |sobre )?compra\b.*"), _OTHERS),
    (re.compile(r"(?:entrada|salida) (?:al|del|de) almacen\b.*|(?:traspaso|ajuste)s?\b.*"), _OTHERS),
    (re.compile(r"(?:cotizacion|pedido|remision|devolucion (?:de |sobre )?remision|orden)\b.*"), _OTHERS),
    (re.compile(r"(?:nota|notas) de cargo\b.*|debit note\b.*"), Concept(LedgerKind.DEBIT_NOTE, Nature.CHARGE)),
    (
        re.compile(rf"(?:nota|notas) de credito\b.*|bonificacion\b.*|credit (?:note|memo)\b.*|{_RETURN}"),
        Concept(LedgerKind.CREDIT_NOTE, Nature.CREDIT),
    ),
    (
        re.compile(rf"(?:{_MONEY})\b(?!.*{_TAKEN_BACK}).*"),
        Concept(LedgerKind.PAYMENT, Nature.CREDIT),
    ),
    (re.compile(r"(?:factura|facturas|fact|cfdi factura|invoice)\b.*"), Concept(LedgerKind.INVOICE, Nature.CHARGE)),
    (re.compile(r"(?:nota de venta|interes moratorio|intereses moratorios|pagare)\b.*"), Concept(LedgerKind.OTHER, Nature.CHARGE)),
    (re.compile(r"descuento\b.*"), Concept(LedgerKind.OTHER, Nature.CREDIT)),
)
_UNTOLD = Concept(LedgerKind.OTHER, None)


@lru_cache(maxsize=1024)
def concept_of(text: str) -> Concept:
    words = plain(text)
    return next((concept for pattern, concept in _CONCEPTS if pattern.fullmatch(words)), _UNTOLD)


@lru_cache(maxsize=64)
def nature_of(text: str) -> Nature | None:
    return next((nature for nature, words in _NATURES.items() if plain(text) in words.split("|")), None)


@lru_cache(maxsize=64)
def currency_of(text: str) -> str:
    """The ISO 4217 code that a name or code stands for; "" where it is not known."""
    words = plain(text)
    if words.upper() in MINOR_UNITS:
        return words.upper()
    return next((code for code, names in _CURRENCIES.items() if words in names.split("|")), "")


@lru_cache(maxsize=64)
def flag_of(text: str) -> bool | None:
    """Whether a cell says yes, as of CCANCELADO or of a state's name; None where it says neither. An empty cell says no."""
    return next((told for told, words in _FLAGS.items() if plain(text) in words.split("|")), None)


def understood(concept: str, model: str, nature: str) -> tuple[LedgerKind, Nature | None, bool]:
    """Kind, nature (None where nothing tells it), and whether such a document stands on a customer's account at all."""
    by_name, model, nature = concept_of(concept), whole_text(model), whole_text(nature)
    number = int(model) if model.isdecimal() and len(model) < 4 else 0
    ours = number not in MODELS_OF_OTHERS and (bool(number) or by_name.ours) and nature != "2"
    return KIND_OF_MODEL.get(number, by_name.kind), nature_of(nature) if nature else by_name.nature, ours


def whole_text(text: str) -> str:
    """A number that came as a float: 123.0 is 123."""
    found = _WHOLE.fullmatch(text) if text.endswith("0") else None
    return found.group(1) if found else text
