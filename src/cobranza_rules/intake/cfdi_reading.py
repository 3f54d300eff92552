"""Attributes of a CFDI read strictly into typed values; what is wrong is collected with its place, so that all of it is reported at once."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from lxml import etree

from cobranza_rules.domain.customer import Party
from cobranza_rules.intake.rfc import is_rfc
from cobranza_rules.intake.xml_reader import XmlDocument
from cobranza_rules.language import Sentence, _
from cobranza_rules.money import LARGEST, MINOR_UNITS, Money
from cobranza_rules.problems import Problem

CFDI4 = "http://www.sat.gob.mx/cfd/4"
PAGOS2 = "http://www.sat.gob.mx/Pagos20"
STAMP = "http://www.sat.gob.mx/TimbreFiscalDigital"
LOCAL_TAXES = "http://www.sat.gob.mx/implocal"
_PREFIXES = {CFDI4: "cfdi", PAGOS2: "pago20", STAMP: "tfd", LOCAL_TAXES: "implocal"}

_UUID = re.compile(r"[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}")
# Anexo 20: t_Importe has up to six decimals, EquivalenciaDR ten. A sign is let through here to be named as what it is.
_AMOUNT = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,6})?")
_PLAIN = re.compile(r"([0-9]{1,13})(?:\.([0-9]{1,6}))?")  # Below money.LARGEST, so that no further look is needed.
_RATE = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,10})?")
_INSTANT = re.compile(r"20[1-9][0-9]-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}")
_ORIGINAL = _("ask the issuer for the original XML")
_ZERO, _ONE = Decimal(0), Decimal(1)
NO_INSTANT = dt.datetime(1970, 1, 1)  # noqa: DTZ001 (Fecha has no zone; this stands in a record that is never given out)
MOST_SHOWN = 60
MOST_PROBLEMS = 100  # Of one document; a thousandth sentence about it helps nobody.


def shown(text: str) -> str:
    """Outside text as a sentence may quote it: printable and short."""
    cut = text[:MOST_SHOWN] + ("…" if len(text) > MOST_SHOWN else "")
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in cut)


class CfdiReading:
    """Collects the problems of one document. A reader that finds one gives a neutral value, and the record is thrown away at the end."""

    def __init__(self, document: XmlDocument) -> None:
        self.document = document
        self.errors: list[Problem] = []
        self.warnings: list[Problem] = []

    def blame(self, element: etree._Element, name: str, what: Sentence, hint: Sentence = _ORIGINAL, *, warning: bool = False) -> None:
        found = self.warnings if warning else self.errors
        if len(found) == MOST_PROBLEMS:
            return
        place = path_of(element) + (f"/@{name}" if name else "")
        found.append(Problem(what, hint, self.document.file, self.document.line(element), place=place, warning=warning))

    def required(self, element: etree._Element, name: str, limit: int) -> str:
        text = self.text(element, name, limit)
        if not text and not element.get(name, "").strip():
            self.blame(element, name, _("the attribute is missing or empty"))
        return text

    def text(self, element: etree._Element, name: str, limit: int) -> str:
        """White space is collapsed, as the schema says of these attributes; `limit` is the schema's longest length."""
        found = element.get(name)
        if not found:
            return ""
        text = " ".join(found.split())
        if len(text) > limit:
            self.blame(element, name, _("the text is longer than the {limit} characters that CFDI allows", limit=limit))
            return ""
        return text

    def rfc(self, element: etree._Element) -> str:
        if is_rfc(rfc := element.get("Rfc", "")):  # Here and below, what is right is let through on the short way: this is the inner loop.
            return rfc
        rfc = self.required(element, "Rfc", MOST_SHOWN)
        if rfc and not is_rfc(rfc):
            self.blame(element, "Rfc", _("'{rfc}' is not an RFC", rfc=shown(rfc)))
        return rfc

    def party(self, root: etree._Element, element: etree._Element | None, tag: str) -> Party:
        """Emisor and Receptor. NumRegIdTrib and ResidenciaFiscal stand only where the receiver lives abroad."""
        if element is None:
            self.blame(root, "", _("the element {element} is missing", element=f"cfdi:{tag}"))
            return Party("", "")
        rfc, name = self.rfc(element), self.required(element, "Nombre", 300)
        return Party(rfc, name, self.text(element, "NumRegIdTrib", 40), self.text(element, "ResidenciaFiscal", 3))

    def uuid(self, element: etree._Element, name: str) -> str:
        if _UUID.fullmatch(uuid := element.get(name, "").upper()):
            return uuid
        uuid = self.required(element, name, 100).upper()
        if uuid and not _UUID.fullmatch(uuid):
            self.blame(element, name, _("'{uuid}' is not a UUID", uuid=shown(uuid)))
        return uuid

    def instant(self, element: etree._Element, name: str) -> dt.datetime:
        """tdCFDI:t_FechaH: `2026-03-02T10:15:00`, local to the place of issue, never with a zone."""
        text = self.required(element, name, MOST_SHOWN)
        try:
            if _INSTANT.fullmatch(text):
                return dt.datetime.fromisoformat(text)
        except ValueError:
            pass
        if text:
            self.blame(element, name, _("'{text}' is not a date and time of the form 2026-03-02T10:15:00", text=shown(text)))
        return NO_INSTANT

    def currency(self, element: etree._Element, name: str) -> str:
        """Empty where it is not known: amounts are then only looked at, not made into money."""
        if (currency := element.get(name, "")) in MINOR_UNITS:
            return currency
        currency = self.required(element, name, MOST_SHOWN)
        if currency and currency not in MINOR_UNITS:
            known = ", ".join(MINOR_UNITS)
            self.blame(
                element, name, _("the currency '{currency}' is not known", currency=shown(currency)), _("known are {known}", known=known)
            )
            return ""
        return currency

    def number(self, element: etree._Element, name: str, *, needed: bool = True) -> Decimal:
        text = element.get(name, "")
        if not _AMOUNT.fullmatch(text):
            text = self.required(element, name, MOST_SHOWN) if needed else self.text(element, name, MOST_SHOWN)
            if not text:
                return _ZERO
            if not _AMOUNT.fullmatch(text):
                self.blame(element, name, _("'{text}' is not an amount with up to six decimals", text=shown(text)))
                return _ZERO
        value = Decimal(text)
        if value < 0:
            self.blame(element, name, _("the amount {amount} is negative", amount=text))
        elif value >= LARGEST:
            self.blame(element, name, _("the amount {amount} is larger than any invoice", amount=text))
        else:
            return value
        return _ZERO

    def money(self, element: etree._Element, name: str, currency: str, *, positive: bool = False) -> Money:
        if currency and (plain := _PLAIN.fullmatch(element.get(name, ""))):
            whole, decimals = plain.group(1), plain.group(2) or ""
            digits = MINOR_UNITS[currency]
            if len(decimals) <= digits and (minor := int(whole + decimals.ljust(digits, "0"))):
                return Money(minor, currency)
        before = len(self.errors)
        value = self.number(element, name)
        if positive and not value and len(self.errors) == before:
            self.blame(element, name, _("the amount must be more than zero"))
        return Money.of(value, currency) if currency else Money(0, "MXN")

    def rate(self, element: etree._Element, name: str) -> Decimal | None:
        text = element.get(name)
        if text == "1":
            return _ONE
        text = self.text(element, name, MOST_SHOWN)
        if not text:
            return None
        if not _RATE.fullmatch(text) or not (rate := Decimal(text)):
            self.blame(element, name, _("'{text}' is not an exchange rate above zero", text=shown(text)))
            return None
        return rate


def path_of(element: etree._Element) -> str:
    """`cfdi:Comprobante/cfdi:Complemento/pago20:Pagos/pago20:Pago[2]`: the usual prefixes, counted only where there are several."""
    steps: list[str] = []
    step: etree._Element | None = element
    while step is not None:
        tag = etree.QName(step)
        prefix = _PREFIXES.get(tag.namespace or "", step.prefix)
        parent = step.getparent()
        alike = [] if parent is None else parent.findall(step.tag)
        count = f"[{alike.index(step) + 1}]" if len(alike) > 1 else ""
        steps.append((f"{prefix}:" if prefix else "") + tag.localname + count)
        step = parent
    return "/".join(reversed(steps))
