"""Who signs a reply: name, post and phone, from the lines below the closing or from labels in the text (the acuse of a transmittal)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cobranza_rules.mail.words import fold

LONGEST_FIELD = 100

HONORIFIC = re.compile(
    r"^((lic|licda|ing|arq|c\.? ?p|dr|dra|mtro|mtra|sr|sra|srta|mr|mrs|ms|l\.? ?c|l\.? ?a|m\.? ?a)\b\.? ?){1,2}", re.IGNORECASE
)
POST = re.compile(
    r"\b(gerente|gerencia|jefe|jefa|jefatura|coordinador|coordinadora|coordinacion|analista|auxiliar|asistente|contador|contadora|contabilidad|director"
    r"|directora|direccion|subdirector|tesorero|tesorera|tesoreria|cuentas por pagar|cxp|compras|comprador|compradora|administracion|administrativ[oa]"
    r"|finanzas|recepcion|recepcionista|encargad[oa]|responsable|supervisor|supervisora|pagos|almacen|facturacion|manager|accounts payable|accountant"
    r"|accounting|controller|treasurer|treasury|assistant|specialist|analyst|clerk|supervisor|head of|director of|purchasing|finance|coordinator)\b"
)
COMPANY = re.compile(r"\b(s\.? ?a\.?|s\.? ?de r\.? ?l\.?|c\.? ?v\.?|inc|llc|ltd|corp|gmbh|grupo|empresa)\b|\.(com|mx|example)\b|@|https?:")
OFFICE = re.compile(
    r"\b(portal|departamento|depto|area|mesa|proveedores|suppliers?|vendors?|help ?desk|team|equipo|unidad|oficina|servicios|services)\b"
)
PHONE = re.compile(
    r"(?:(?P<label>tel(?:efono|s)?|cel(?:ular)?|movil|mobile|phone|ph|whatsapp|conmutador|directo|t|m|c)\b[.: ]{0,4}){0,2}"
    r"(?P<number>\+?\(?\d[\d() .\-]{6,20}\d)(?P<extension>[ ,.]{0,3}(?:ext|x|extension)\b[.: ]{0,3}\d{1,6})?"
)
LABELS = {
    "person": re.compile(
        r"^\W{0,3}(?:nombre(?: de quien recibe)?|recibe|recibio|recibi|recibido por|quien recibe|firma|name|received by|signed by)\s?:\s?(.{2,100})$"
    ),
    "title": re.compile(r"^\W{0,3}(?:cargo|puesto|title|position|job title)\s?:\s?(.{2,100})$"),
    "phone": re.compile(r"^\W{0,3}(?:telefono|tel|phone|celular|contacto)\.?\s?:\s?(.{7,40})$"),
}
RECEIVED_BY = re.compile(r"\b(?:recibe|recibio|recibido por|received by)\W{1,3}([^\n,;.()]{5,60})")


@dataclass(frozen=True, slots=True)
class Signer:
    """Empty where the reply does not say."""

    person: str = ""
    title: str = ""
    phone: str = ""


def read_signer(said: str, signature: str) -> Signer:
    """Labels in the text come first: they were filled in for us. The signature fills what they leave out."""
    labelled = _labelled(said)
    below = _from_lines([line.strip() for line in signature.split("\n")[:20] if line.strip()])
    return Signer(labelled.person or below.person, labelled.title or below.title, labelled.phone or below.phone)


def _labelled(said: str) -> Signer:
    found: dict[str, str] = {}
    for line in said.split("\n")[:200]:
        for name, label in LABELS.items():
            if name not in found and (match := label.match(fold(line[:200]))):
                found[name] = line[match.start(1) : match.end(1)].strip()
    if "person" not in found and (match := RECEIVED_BY.search(fold(said[:5_000]))):
        candidate = said[match.start(1) : match.end(1)].strip()
        found |= {"person": candidate} if is_name(candidate) else {}
    return Signer(found.get("person", "")[:LONGEST_FIELD], found.get("title", "")[:LONGEST_FIELD], phone_of(found.get("phone", "")))


def _from_lines(lines: list[str]) -> Signer:
    person = title = phone = ""
    for line in lines:
        for piece in re.split(r"\s[|/–—-]\s|\s*\|\s*|\t|,\s", line[:200]):
            text = piece.strip(" *_,")
            folded = fold(text)
            if not phone and (number := phone_of(text)):
                phone = number
            elif not title and POST.search(folded) and len(text) <= LONGEST_FIELD and not COMPANY.search(folded):
                title = text
            elif not person and is_name(text):
                person = text
    return Signer(person, title, phone)


def is_name(text: str) -> bool:
    """Two to six words that begin in capitals, joined by de, del, la, y; no post and no company."""
    folded = fold(text)
    if POST.search(folded) or COMPANY.search(folded) or OFFICE.search(folded) or any(letter.isdigit() for letter in text):
        return False
    words = HONORIFIC.sub("", text).split()
    joins = {"de", "del", "la", "las", "los", "y", "van", "von", "da", "e"}
    named = [word for word in words if word.lower() not in joins]
    return 2 <= len(named) <= 6 and all(word[0].isupper() and re.fullmatch(r"[^\W\d_][\w.'’-]*", word) for word in named)


def phone_of(text: str) -> str:
    """A phone number as written, with its extension; at least eight digits."""
    match = PHONE.search(fold(text[:200]))
    if not match or sum(letter.isdigit() for letter in match["number"]) < 8:
        return ""
    return text[match.start("number") : match.end()].strip()
