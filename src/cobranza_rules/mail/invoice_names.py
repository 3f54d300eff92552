"""The invoices that a reply names: by folio fiscal, by series and folio, or by a number behind the word for an invoice."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cobranza_rules.mail.words import fold

MOST_NAMED = 50
UUID = re.compile(r"(?<![0-9a-f-])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f-])")
_UNITS = r"pesos|mil|mxn|usd|dlls|dolares|dollars|eur|m\.n|mn|dias|days|piezas|pzas|cajas|pieces|units|habiles|%|kg|hrs|am\b|pm\b"
_FOLIO = rf"\d{{1,8}}(?![\w]|[.,/:-]\d|[ ]?(?:{_UNITS})|(?<!\d\d\d)[ ]?de (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|sep|octubre|noviembre|diciembre))"
_NUMBER = rf"(?:[a-z]{{1,6}}[ -]{{0,1}})?{_FOLIO}"
_NEXT = r"(?:,? ?(?:y|e|and|&|o|or) |, ?| ?/ ?)(?:(?:la|las|el|the|factura|invoice) ){0,2}"
WITH_SERIES = re.compile(
    rf"(?<![\w.@/-])(?P<series>[a-z]{{1,6}})(?P<mark>[ -]?)(?P<folio>{_FOLIO})(?P<more>(?:{_NEXT}\d{{3,8}}(?![\w]|[.,/:-]\d|[ ]?(?:{_UNITS}|de ))){{0,20}})"
)
BEHIND_WORD = re.compile(
    rf"\b(?:facturas?|facts?|facs?|fcaturas?|cfdis?|invoices?|inv|bills?|folios?)\b[.:]?(?: ?(?:no|nos|num|nums|numero|numeros|number|numbers|con folio|folio|folios)\b[.:]?)?"
    rf"[ #:]{{0,3}}(?P<list>{_NUMBER}(?:{_NEXT}#?{_NUMBER}){{0,20}})"
)
# What bears such a number and is no invoice.
OTHER_BEFORE = re.compile(
    r"\b(?:contra[ -]?r{0,2}ecibos?|recepcion|ingreso|revision|oc|orden(?:es)?(?: de compra)?|o\.c|pedidos?|po|purchase order|order|remision(?:es)?|referencia|ref|rastreo|cuenta|cta"
    r"|clabe|cheque|check|ticket|guia|contrato|poliza|nota(?:s)? de credito|credit (?:note|memo)|uso|uso de cfdi|forma|formato|proveedor|vendor|account|wire|transferencia|tel|telefono|ext)"
    r"(?: (?:de recepcion|de compra|de pago|no|num|numero|number|folio|es|el|la|de|del|is))*[.:# ]{0,4}$"
)
NO_SERIES = frozenset(
    [
        "oc",
        "po",
        "cr",
        "nc",
        "w",
        "rfc",
        "ref",
        "clabe",
        "spei",
        "iva",
        "cp",
        "tel",
        "ext",
        "col",
        "km",
        "no",
        "num",
        "nos",
        "dia",
        "el",
        "la",
        "los",
        "las",
        "de",
        "del",
        "y",
        "a",
        "e",
        "o",
        "u",
        "en",
        "al",
        "por",
        "para",
        "con",
        "se",
        "su",
        "es",
        "un",
        "hasta",
        "desde",
        "entre",
        "cada",
        "the",
        "on",
        "by",
        "of",
        "at",
        "to",
        "in",
        "is",
        "and",
        "for",
        "or",
        "day",
        "net",
        "id",
        "pago",
        "page",
        "pag",
        "piso",
        "av",
        "calle",
        "am",
        "pm",
        "hrs",
        "cel",
        "fax",
        "mob",
        "usd",
        "mxn",
        "eur",
        "mn",
        "n",
        "art",
        "ley",
        "fracc",
        "lote",
        "mz",
        "int",
        "enero",
        "feb",
        "febrero",
        "mar",
        "marzo",
        "abr",
        "abril",
        "may",
        "mayo",
        "jun",
        "junio",
        "jul",
        "julio",
        "ago",
        "agosto",
        "sep",
        "sept",
        "octubre",
        "oct",
        "nov",
        "dic",
        "january",
        "march",
        "april",
        "june",
        "july",
        "august",
        "lunes",
        "martes",
        "jueves",
        "viernes",
        "sabado",
        "vie",
        "lun",
        "jue",
        "mie",
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
        "friday",
        "monday",
        "que",
        "mas",
        "menos",
        "son",
        "fueron",
        "faltan",
        "solo",
        "va",
        "van",
        "ok",
    ]
)


@dataclass(frozen=True, slots=True)
class NamedInvoice:
    """`number` in capitals, as `FA-1038`, `1038` or a UUID; `start` and `end` are positions in the text."""

    number: str
    start: int
    end: int


def find_invoices(text: str) -> list[NamedInvoice]:
    """In the order of the text, each number once. Whether the customer has such an invoice is for the book to say."""
    folded = fold(text)
    found: dict[str, NamedInvoice] = {}
    for match in UUID.finditer(folded):
        _put(found, match[0].upper(), match.start(), match.end())
    for match in WITH_SERIES.finditer(folded):
        _read_series(found, match, text)
    for match in BEHIND_WORD.finditer(folded):
        if OTHER_BEFORE.search(folded[max(0, match.start() - 40) : match.start()]) is None:
            _read_list(found, match)
    return sorted(found.values(), key=lambda one: one.start)[:MOST_NAMED]


def _read_series(found: dict[str, NamedInvoice], match: re.Match[str], text: str) -> None:
    """`FA-1038`, and the bare folios that follow it. Without a hyphen only in capitals and with three digits or more."""
    series, folio = match["series"], match["folio"]
    hyphen = match["mark"] == "-"
    if series in NO_SERIES or OTHER_BEFORE.search(fold(text[max(0, match.start() - 40) : match.start()])):
        return
    if not hyphen and (len(folio) < 3 or not text[match.start() : match.start() + len(series)].isupper()):
        return
    _put(found, f"{series}-{folio}".upper(), match.start(), match.end("folio"))
    for more in re.finditer(r"\d{3,8}", match["more"]):
        if len(more[0]) == len(folio):
            _put(found, f"{series}-{more[0]}".upper(), match.start("more") + more.start(), match.start("more") + more.end())


def _read_list(found: dict[str, NamedInvoice], match: re.Match[str]) -> None:
    series = ""
    for one in re.finditer(_NUMBER, match["list"]):
        letters, digits = re.match(r"([a-z]*)[ -]?(\d+)", one[0]).groups()  # type: ignore[union-attr]
        begin = one.start()
        if letters in NO_SERIES:
            letters, begin = "", one.end() - len(digits)
        series = letters or series
        number = f"{series}-{digits}".upper() if series else digits
        _put(found, number, match.start("list") + begin, match.start("list") + one.end())


def _put(found: dict[str, NamedInvoice], number: str, start: int, end: int) -> None:
    if not any(one.start < end and start < one.end for one in found.values()):
        found.setdefault(number, NamedInvoice(number, start, end))


def same_number(named: str, number: str, uuid: str) -> bool:
    """Whether a name means the invoice: its UUID, its whole number without marks, or its folio alone where only that is said."""
    plain = re.sub(r"[^0-9A-Z]", "", named.upper())
    if plain == re.sub(r"[^0-9A-Z]", "", uuid.upper()):
        return True
    own = re.sub(r"[^0-9A-Z]", "", number.upper())
    if named.isdigit():
        folio = re.search(r"\d+$", own)
        return own == plain or (folio is not None and folio[0].lstrip("0") == plain.lstrip("0"))
    return own == plain
