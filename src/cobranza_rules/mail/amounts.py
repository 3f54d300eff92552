"""Amounts of money that Spanish and English replies name, as Money; numbers that bear no sign of money are none."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from cobranza_rules.mail.words import LONGEST_TEXT, fold
from cobranza_rules.money import Money, MoneyError

MOST_AMOUNTS = 50
CURRENCIES = {
    "mxn": "MXN",
    "mx$": "MXN",
    "mn": "MXN",
    "m.n.": "MXN",
    "m.n": "MXN",
    "pesos": "MXN",
    "peso": "MXN",
    "mdp": "MXN",
    "usd": "USD",
    "us$": "USD",
    "u.s.d.": "USD",
    "dolares": "USD",
    "dolar": "USD",
    "dollars": "USD",
    "dlls": "USD",
    "dls": "USD",
    "eur": "EUR",
    "€": "EUR",
    "euros": "EUR",
    "cad": "CAD",
}
_SIGNS = "|".join(re.escape(name) for name in sorted(CURRENCIES, key=len, reverse=True))
NUMBER = r"\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,2})?|\d{1,3}(?:\.\d{3}){1,4}(?:,\d{1,2})?|\d{1,3}(?: \d{3}){1,4}(?:[.,]\d{1,2})?|\d{1,12}(?:[.,]\d{1,2})?"
_PREFIXES = "|".join(
    re.escape(name) for name in ("mx$", "mxn", "us$", "usd", "eur", "€", "cad")
)  # Words for money stand behind the number.
AMOUNT = re.compile(
    rf"(?<![\w.,/-])(?P<before>(?:(?:{_PREFIXES}) ?\$?|\$) ?)?(?P<number>{NUMBER})(?![\d%])(?!,\d|\.\d)"
    rf"(?: ?(?P<scale>mil(?:es)?\b(?: (?P<rest>\d{{3}})\b)?|millon(?:es)?\b|mdp\b|k\b))?(?: ?(?:de )?(?P<after>(?:{_SIGNS})(?!\w)))?(?!\w)"
)
GROUPED_WITH_CENTS = re.compile(r"\d{1,3}(?:,\d{3})+\.\d{2}")


@dataclass(frozen=True, slots=True)
class FoundAmount:
    """`vague` where the number can be read in two ways (1.234). `currency_stated` is False where a bare `$` took the given currency."""

    text: str
    amount: Money
    start: int
    end: int
    currency_stated: bool
    vague: bool = False


def find_amounts(text: str, currency: str = "MXN") -> list[FoundAmount]:
    """In the order of the text. `currency` is what a bare `$` means between the two companies."""
    written = unicodedata.normalize("NFC", text[:LONGEST_TEXT])
    found: list[FoundAmount] = []
    for match in AMOUNT.finditer(fold(written)):
        amount = _read(match, currency)
        if amount is not None and len(found) < MOST_AMOUNTS:
            value, stated, vague = amount
            found.append(FoundAmount(written[match.start() : match.end()].strip(), value, match.start(), match.end(), stated, vague))
    return found


def _read(match: re.Match[str], currency: str) -> tuple[Money, bool, bool] | None:
    before, after, scale = (match["before"] or "").strip(), match["after"] or "", match["scale"] or ""
    number = match["number"]
    if not before and not after and scale != "mdp" and not GROUPED_WITH_CENTS.fullmatch(number):
        return None
    named = CURRENCIES.get(after) or CURRENCIES.get(before.removesuffix("$").strip()) or CURRENCIES.get(before) or CURRENCIES.get(scale)
    value = _value(number) * _factor(scale) + Decimal(match["rest"] or 0)
    try:
        money = Money.of(value, named or currency)
    except MoneyError:
        return None
    vague = bool(re.fullmatch(r"\d{1,3}\.\d{3}", number))  # Thousands in Spain, a damaged decimal in Mexico
    return (money, named is not None, vague) if money.minor > 0 else None


def _value(number: str) -> Decimal:
    """The last separator is the decimal one where one or two digits follow it; every other separator groups."""
    decimals = re.search(r"[.,](\d{1,2})$", number)
    whole = number[: decimals.start()] if decimals else number
    return Decimal(re.sub(r"\D", "", whole) + "." + (decimals[1] if decimals else "0"))


def _factor(scale: str) -> int:
    if scale.startswith(("millon", "mdp")):
        return 1_000_000
    return 1000 if scale else 1
