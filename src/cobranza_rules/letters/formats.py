"""Amounts and days as letters print them, in the language of the reader."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_decimal

from cobranza_rules.letters.amount_in_words import amount_in_words
from cobranza_rules.money import MINOR_UNITS, Money

LOCALES = {"es": "es_MX", "en": "en_US"}  # Plain "es" would group as Spain does: 1.234,50.
# The sign stands before the figure and the ISO code behind it, for "$" alone could be pesos or dollars.
SIGNS = {"MXN": "$", "USD": "$", "CAD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
# Day before month where that is the custom; the month in letters in English, whose readers differ about the order.
SHORT_DATES = {"es": "dd/MM/y", "en": "MMM d, y"}
NOT_DUE = {"es": "Por vencer", "en": "Not yet due"}
DAYS = {"es": "{range} días", "en": "{range} days"}
MORE_THAN = {"es": "Más de {days} días", "en": "Over {days} days"}


def money_text(money: Money, language: str) -> str:
    """`$12,300.50 MXN`, `-€10.00 EUR`, `1,000.00 CHF`."""
    digits = MINOR_UNITS.get(money.currency, 2)
    pattern = "#,##0." + "0" * digits if digits else "#,##0"
    figure = format_decimal(abs(money.amount), pattern, locale=LOCALES[language])
    return f"{'-' if money.minor < 0 else ''}{SIGNS.get(money.currency, '')}{figure} {money.currency}"


def percent_text(percent: Decimal, language: str) -> str:
    """`6 %` in Spanish, `6%` in English; the decimals that there are."""
    figure = format_decimal(percent.normalize(), "#,##0.##", locale=LOCALES[language])
    return f"{figure}%" if language == "en" else f"{figure}\u00a0%"


def long_date(day: dt.date | None, language: str) -> str:
    """`5 de marzo de 2026`, `March 5, 2026`; empty where there is none."""
    return format_date(day, "long", locale=LOCALES[language]) if day else ""


def short_date(day: dt.date | None, language: str) -> str:
    return format_date(day, SHORT_DATES[language], locale=LOCALES[language]) if day else ""


def bucket_label(name: str, language: str) -> str:
    """`current`, `1-30`, `91+` in words."""
    if name == "current":
        return NOT_DUE[language]
    if name.endswith("+") and name[:-1].isdigit():
        return MORE_THAN[language].format(days=int(name[:-1]) - 1)
    return DAYS[language].format(range=name.replace("-", "–"))


def in_words(money: Money, language: str) -> str:
    return amount_in_words(money, "es" if language == "es" else "en")


def grouped_clabe(clabe: str) -> str:
    """Bank, branch, account and check digit apart, as banks print it: `012 180 01234567890 5`."""
    return f"{clabe[:3]} {clabe[3:6]} {clabe[6:17]} {clabe[17:]}" if len(clabe) == 18 else clabe
