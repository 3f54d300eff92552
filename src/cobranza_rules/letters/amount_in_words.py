"""Amounts in words, as Mexican letters and invoices state them: `(DOCE MIL TRESCIENTOS PESOS 50/100 M.N.)`.

Spanish counts by the long scale (a billón is a million millions), English by the short one.
"""

from __future__ import annotations

from typing import Literal

from cobranza_rules.money import MINOR_UNITS, Money

LARGEST = 10**18  # Beyond this the Spanish scale would need trillones; no invoice comes near.

# fmt: off
_ES_SMALL = (
    "CERO", "UN", "DOS", "TRES", "CUATRO", "CINCO", "SEIS", "SIETE", "OCHO", "NUEVE", "DIEZ", "ONCE", "DOCE", "TRECE", "CATORCE", "QUINCE",
    "DIECISÉIS", "DIECISIETE", "DIECIOCHO", "DIECINUEVE", "VEINTE", "VEINTIÚN", "VEINTIDÓS", "VEINTITRÉS", "VEINTICUATRO", "VEINTICINCO",
    "VEINTISÉIS", "VEINTISIETE", "VEINTIOCHO", "VEINTINUEVE",
)
_ES_TENS = ("", "", "", "TREINTA", "CUARENTA", "CINCUENTA", "SESENTA", "SETENTA", "OCHENTA", "NOVENTA")
_ES_HUNDREDS = (
    "", "CIENTO", "DOSCIENTOS", "TRESCIENTOS", "CUATROCIENTOS", "QUINIENTOS", "SEISCIENTOS", "SETECIENTOS", "OCHOCIENTOS", "NOVECIENTOS",
)
_EN_SMALL = (
    "ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE", "TEN", "ELEVEN", "TWELVE", "THIRTEEN", "FOURTEEN",
    "FIFTEEN", "SIXTEEN", "SEVENTEEN", "EIGHTEEN", "NINETEEN",
)
_EN_TENS = ("", "", "TWENTY", "THIRTY", "FORTY", "FIFTY", "SIXTY", "SEVENTY", "EIGHTY", "NINETY")
_EN_SCALES = ((10**15, "QUADRILLION"), (10**12, "TRILLION"), (10**9, "BILLION"), (10**6, "MILLION"), (10**3, "THOUSAND"))
# fmt: on

# Singular, plural and the mark that follows the hundredths: "M.N." (moneda nacional) for pesos.
_ES_NAMES = {"MXN": ("PESO", "PESOS", "M.N."), "USD": ("DÓLAR", "DÓLARES", "USD"), "EUR": ("EURO", "EUROS", "EUR")}
_EN_NAMES = {"MXN": ("MEXICAN PESO", "MEXICAN PESOS"), "USD": ("US DOLLAR", "US DOLLARS"), "EUR": ("EURO", "EUROS")}


def amount_in_words(money: Money, language: Literal["es", "en"]) -> str:
    """In capitals and parentheses. A currency without a name here stands by its ISO code. Raises ValueError from 10**18 units on."""
    digits = MINOR_UNITS.get(money.currency, 2)
    units, fraction = divmod(abs(money.minor), 10**digits)
    if units >= LARGEST:
        raise ValueError("the amount is too large to be written in words")
    hundredths = f" {fraction:0{digits}d}/{10**digits}" if digits else ""
    words = _in_spanish(units, money.currency, hundredths) if language == "es" else _in_english(units, money.currency, hundredths)
    minus = "" if money.minor >= 0 else "MENOS " if language == "es" else "MINUS "
    return f"({minus}{words})"


def _in_spanish(units: int, currency: str, hundredths: str) -> str:
    singular, plural, mark = _ES_NAMES.get(currency, (currency, currency, ""))
    of = " DE" if units and units % 10**6 == 0 else ""
    return f"{_spanish(units)}{of} {singular if units == 1 else plural}{hundredths} {mark}".strip()


def _in_english(units: int, currency: str, hundredths: str) -> str:
    singular, plural = _EN_NAMES.get(currency, (currency, currency))
    return f"{_english(units)} {singular if units == 1 else plural}{hundredths}"


def _spanish(number: int) -> str:
    """Apocopated, as before a masculine noun: VEINTIÚN, never VEINTIUNO."""
    if number == 0:
        return _ES_SMALL[0]
    billions, rest = divmod(number, 10**12)
    millions, units = divmod(rest, 10**6)
    parts = [
        _spanish_scale(billions, "UN BILLÓN", "BILLONES"),
        _spanish_scale(millions, "UN MILLÓN", "MILLONES"),
        _spanish_below_million(units),
    ]
    return " ".join(part for part in parts if part)


def _spanish_scale(count: int, one: str, many: str) -> str:
    if count == 0:
        return ""
    return one if count == 1 else f"{_spanish_below_million(count)} {many}"


def _spanish_below_million(number: int) -> str:
    thousands, rest = divmod(number, 1000)
    parts = ["MIL" if thousands == 1 else f"{_spanish_below_thousand(thousands)} MIL"] if thousands else []
    if rest:
        parts.append(_spanish_below_thousand(rest))
    return " ".join(parts)


def _spanish_below_thousand(number: int) -> str:
    if number == 100:
        return "CIEN"
    hundreds, rest = divmod(number, 100)
    parts = [_ES_HUNDREDS[hundreds]] if hundreds else []
    if 0 < rest < 30:
        parts.append(_ES_SMALL[rest])
    elif rest:
        tens, unit = divmod(rest, 10)
        parts.append(_ES_TENS[tens] + (f" Y {_ES_SMALL[unit]}" if unit else ""))
    return " ".join(parts)


def _english(number: int) -> str:
    if number == 0:
        return _EN_SMALL[0]
    parts = []
    for scale, name in _EN_SCALES:
        count, number = divmod(number, scale)
        if count:
            parts.append(f"{_english_below_thousand(count)} {name}")
    if number:
        parts.append(_english_below_thousand(number))
    return " ".join(parts)


def _english_below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    parts = [f"{_EN_SMALL[hundreds]} HUNDRED"] if hundreds else []
    if 0 < rest < 20:
        parts.append(_EN_SMALL[rest])
    elif rest:
        tens, unit = divmod(rest, 10)
        parts.append(_EN_TENS[tens] + (f"-{_EN_SMALL[unit]}" if unit else ""))
    return " ".join(parts)
