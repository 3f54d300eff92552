"""Agreements from a spreadsheet, a row each. A bad row is told with its cells and reasons, and costs no other row."""

from __future__ import annotations

from cobranza_rules.domain.agreement import AgreementKind, AgreementRecord, Interest, PromptPayment
from cobranza_rules.domain.terms import LONGEST_CREDIT
from cobranza_rules.intake.cfdi_reading import shown
from cobranza_rules.intake.heading_row import Column, KnownHeadings, heading_key, plain
from cobranza_rules.intake.row_list import RowList
from cobranza_rules.intake.sheet_row import SheetRow
from cobranza_rules.intake.terms_cells import TERMS_FIELDS, terms_of
from cobranza_rules.language import _
from cobranza_rules.money import MINOR_UNITS
from cobranza_rules.problems import ProblemError

EXPECTED = (
    "Cliente, Contrato, Tipo, Moneda, Vigencia desde, Vigencia hasta, Fecha de firma, Límite de crédito, Días de crédito, Plazo desde, "
    "Sin acuse a los, Días de revisión, Días de pago, Fin de mes, Parcialidades, Pronto pago %, Pronto pago días, Descuentos, "
    "Interés anual %, Base de interés, Garantías, Soporte"
)
REQUIRED = {"customer": "Cliente", "number": "Contrato", "currency": "Moneda", "valid_from": "Vigencia desde"}
CUSTOMER_WORDS = "cliente|clave cliente|codigo cliente|clave del cliente|rfc|rfc cliente|customer|customer code"
CURRENCIES = frozenset(MINOR_UNITS)
_FIELDS = {
    "customer": CUSTOMER_WORDS,
    "number": (
        "contrato|numero de contrato|no contrato|num contrato|convenio|numero de convenio|acuerdo|numero de acuerdo|condiciones comerciales|"
        "agreement|agreement number|contract|contract number"
    ),
    "kind": "tipo|tipo de contrato|tipo de acuerdo|kind|type",
    "currency": "moneda|divisa|currency",
    "valid_from": "vigencia desde|vigente desde|inicio de vigencia|inicio vigencia|desde|valid from|from",
    "valid_until": "vigencia hasta|vigente hasta|fin de vigencia|fin vigencia|vencimiento|hasta|valid until|until",
    "signed_on": "fecha de firma|firmado|firmado el|firma|signed on|signed",
    "credit_limit": "limite de credito|limite|linea de credito|credit limit|credit line",
    "prompt_percent": "pronto pago|descuento por pronto pago|descuento pronto pago|pronto pago porcentaje|prompt payment percent|prompt payment",
    "prompt_days": "pronto pago dias|dias de pronto pago|dias pronto pago|prompt payment days",
    "discounts": "descuentos|otros descuentos|bonificaciones|discounts|other discounts",
    "interest": "interes anual|interes|intereses|interes moratorio|moratorios|interes moratorio anual|annual interest|interest",
    "day_count": "base de interes|base|base dias|dias del ano|day count",
    "guarantees": "garantias|garantia|aval|guarantees|guarantee",
    "support": "soporte|soporte requerido|soporte para entrega|documentos requeridos|support|support required",
    **TERMS_FIELDS,
}
_KINDS = {
    AgreementKind.CONTRACT: "contrato|contract",
    AgreementKind.COMMERCIAL_TERMS: "condiciones comerciales|condiciones|terminos comerciales|commercial terms|terms",
}
ANY = "any"
_SUPPORT = {
    ANY: "si|s|yes|y|x|cualquiera|any",
    "purchase_order": "orden de compra|pedido|oc|purchase order",
    "remission": "remision|nota de remision|remission|delivery note",
    "acceptance_sheet": "aceptacion|hoja de aceptacion|acta de entrega|acta de entrega recepcion|acceptance",
    "other": "otro|otros|other",
}
_NONE = frozenset({"", "no", "n", "ninguno"})


def _are_enough(held: set[Column]) -> bool:
    """A list of customers has no numbers of contracts, and no days from which they count."""
    return {"customer", "number", "valid_from"} <= held


AGREEMENT_HEADINGS = KnownHeadings(
    {heading_key(word): name for name, words in _FIELDS.items() for word in words.split("|")}, _are_enough, EXPECTED
)


def agreement_of(row: SheetRow) -> AgreementRecord:
    """Raises ProblemError with everything that is wrong with the row."""
    customer, number, currency = row.required("customer", 40), row.required("number", 80), row.currency("currency", CURRENCIES)
    valid_from, valid_until, signed_on = row.day("valid_from"), row.day("valid_until"), row.day("signed_on")
    if valid_from is None and row.value("valid_from") is None:
        row.blame("valid_from", *row.empty)
    if valid_from and valid_until and valid_until < valid_from:
        what = _("it ends on {until}, before it begins on {begin}", until=valid_until, begin=valid_from)
        row.blame("valid_until", what, _("correct one of the two days; leave the end empty if there is none"))
    kind = row.choice("kind", _KINDS, AgreementKind.CONTRACT)
    terms, credit_limit = terms_of(row), row.amount("credit_limit", currency or "MXN")
    prompt_payment, interest, support = _prompt_payment(row), _interest(row), _support(row)
    discounts, guarantees = row.text("discounts", 500), row.text("guarantees", 500)
    if row.errors or valid_from is None:
        raise ProblemError(row.errors)
    return AgreementRecord(
        customer=customer,
        number=number,
        kind=kind,
        currency=currency,
        valid_from=valid_from,
        valid_until=valid_until,
        signed_on=signed_on,
        terms=terms,
        credit_limit=credit_limit,
        prompt_payment=prompt_payment,
        discounts=discounts,
        interest=interest,
        guarantees=guarantees,
        support_required=support,
    )


def _prompt_payment(row: SheetRow) -> PromptPayment | None:
    before = len(row.errors)
    percent, days = row.percent("prompt_percent"), row.whole("prompt_days", 0, LONGEST_CREDIT)
    if len(row.errors) == before and (percent is None) is not (days is None):
        what = _("the discount for prompt payment needs its percentage and its days")
        row.blame("prompt_percent" if percent is None else "prompt_days", what, _("fill in both, or neither"))
    return PromptPayment(percent, days) if percent is not None and days is not None else None


def _interest(row: SheetRow) -> Interest | None:
    percent, day_count = row.percent("interest"), row.choice("day_count", {"360": "360", "365": "365"}, "360")
    return Interest(percent, int(day_count)) if percent is not None else None


def _support(row: SheetRow) -> tuple[str, ...]:
    text = row.text("support", 200)
    if plain(text) in _NONE:
        return ()
    found = set()
    for part in text.replace(",", ";").split(";"):
        kind = next((kind for kind, words in _SUPPORT.items() if plain(part) in words.split("|")), None)
        if kind is None:
            allowed = "sí, no, orden de compra, remisión, aceptación, otro"
            row.blame("support", _("'{text}' is not known here", text=shown(part.strip())), _("write one of: {allowed}", allowed=allowed))
            return ()
        found.add(kind)
    return tuple(sorted(found))


read_agreements = RowList(
    AGREEMENT_HEADINGS, REQUIRED, _("no heading row of a list of agreements was found in the first rows"), agreement_of, "number"
).read
