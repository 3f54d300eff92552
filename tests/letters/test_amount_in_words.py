from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.letters.amount_in_words import amount_in_words
from cobranza_rules.money import Money


@pytest.mark.parametrize(
    ("amount", "currency", "language", "words"),
    [
        ("12300.50", "MXN", "es", "(DOCE MIL TRESCIENTOS PESOS 50/100 M.N.)"),
        ("0", "MXN", "es", "(CERO PESOS 00/100 M.N.)"),
        ("1", "MXN", "es", "(UN PESO 00/100 M.N.)"),
        ("21", "MXN", "es", "(VEINTIÚN PESOS 00/100 M.N.)"),
        ("31000.01", "MXN", "es", "(TREINTA Y UN MIL PESOS 01/100 M.N.)"),
        ("100", "USD", "es", "(CIEN DÓLARES 00/100 USD)"),
        ("101", "USD", "es", "(CIENTO UN DÓLARES 00/100 USD)"),
        ("1000", "EUR", "es", "(MIL EUROS 00/100 EUR)"),
        ("1000000", "MXN", "es", "(UN MILLÓN DE PESOS 00/100 M.N.)"),
        ("1000001", "MXN", "es", "(UN MILLÓN UN PESOS 00/100 M.N.)"),
        ("21000000", "MXN", "es", "(VEINTIÚN MILLONES DE PESOS 00/100 M.N.)"),
        ("1000000000", "MXN", "es", "(MIL MILLONES DE PESOS 00/100 M.N.)"),
        ("1000000000000", "MXN", "es", "(UN BILLÓN DE PESOS 00/100 M.N.)"),
        ("555.55", "CHF", "es", "(QUINIENTOS CINCUENTA Y CINCO CHF 55/100)"),
        ("1500", "JPY", "es", "(MIL QUINIENTOS JPY)"),
        ("-5.10", "MXN", "es", "(MENOS CINCO PESOS 10/100 M.N.)"),
        ("12300.50", "USD", "en", "(TWELVE THOUSAND THREE HUNDRED US DOLLARS 50/100)"),
        ("1", "USD", "en", "(ONE US DOLLAR 00/100)"),
        ("1000042.07", "MXN", "en", "(ONE MILLION FORTY-TWO MEXICAN PESOS 07/100)"),
        ("-0.10", "EUR", "en", "(MINUS ZERO EUROS 10/100)"),
        (
            "345678901.23",
            "MXN",
            "es",
            "(TRESCIENTOS CUARENTA Y CINCO MILLONES SEISCIENTOS SETENTA Y OCHO MIL NOVECIENTOS UN PESOS 23/100 M.N.)",
        ),
        ("500000000", "USD", "es", "(QUINIENTOS MILLONES DE DÓLARES 00/100 USD)"),
        ("231000021.99", "EUR", "es", "(DOSCIENTOS TREINTA Y UN MILLONES VEINTIÚN EUROS 99/100 EUR)"),
        ("1", "USD", "es", "(UN DÓLAR 00/100 USD)"),
        ("1.50", "EUR", "es", "(UN EURO 50/100 EUR)"),
        (
            "345678901.23",
            "MXN",
            "en",
            "(THREE HUNDRED FORTY-FIVE MILLION SIX HUNDRED SEVENTY-EIGHT THOUSAND NINE HUNDRED ONE MEXICAN PESOS 23/100)",
        ),
        ("500000000", "USD", "en", "(FIVE HUNDRED MILLION US DOLLARS 00/100)"),
        ("100000000.05", "EUR", "en", "(ONE HUNDRED MILLION EUROS 05/100)"),
        ("1", "MXN", "en", "(ONE MEXICAN PESO 00/100)"),
        ("1.50", "EUR", "en", "(ONE EURO 50/100)"),
    ],
)
def test_amounts_as_letters_state_them(amount: str, currency: str, language: str, words: str) -> None:
    assert amount_in_words(Money.of(amount, currency), language) == words  # type: ignore[arg-type]  # es or en


def test_an_amount_beyond_the_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="too large to be written in words"):
        amount_in_words(Money(10**20, "MXN"), "es")


UNITS = {
    "es": "CERO UN DOS TRES CUATRO CINCO SEIS SIETE OCHO NUEVE DIEZ ONCE DOCE TRECE CATORCE QUINCE DIECISÉIS DIECISIETE DIECIOCHO DIECINUEVE "
    "VEINTE VEINTIÚN VEINTIDÓS VEINTITRÉS VEINTICUATRO VEINTICINCO VEINTISÉIS VEINTISIETE VEINTIOCHO VEINTINUEVE",
    "en": "ZERO ONE TWO THREE FOUR FIVE SIX SEVEN EIGHT NINE TEN ELEVEN TWELVE THIRTEEN FOURTEEN FIFTEEN SIXTEEN SEVENTEEN EIGHTEEN NINETEEN",
}
ROUND = {
    "es": "TREINTA CUARENTA CINCUENTA SESENTA SETENTA OCHENTA NOVENTA",
    "en": "TWENTY THIRTY FORTY FIFTY SIXTY SEVENTY EIGHTY NINETY",
}
HUNDREDS_ES = "CIENTO DOSCIENTOS TRESCIENTOS CUATROCIENTOS QUINIENTOS SEISCIENTOS SETECIENTOS OCHOCIENTOS NOVECIENTOS"


def read_back(words: str, language: str) -> int:
    """A reader that knows only what each word is worth: a large scale closes what was counted before it."""
    worth = {word: value for value, word in enumerate(UNITS[language].split())}
    first = 30 if language == "es" else 20
    worth |= {word: first + 10 * index for index, word in enumerate(ROUND[language].split())}
    worth |= {word: 100 * (index + 1) for index, word in enumerate(HUNDREDS_ES.split())} | {"CIEN": 100}
    if language == "es":
        closing = {"MILLÓN": 10**6, "MILLONES": 10**6, "BILLÓN": 10**12, "BILLONES": 10**12}
    else:
        closing = {"THOUSAND": 10**3, "MILLION": 10**6, "BILLION": 10**9, "TRILLION": 10**12, "QUADRILLION": 10**15}
    whole = group = 0
    for word in re.split(r"[ -]", words):
        if word == "MIL":
            group = max(group, 1) * 1000
        elif word == "HUNDRED":
            group *= 100
        elif word in closing:
            whole, group = whole + group * closing[word], 0
        elif word not in ("Y", "DE"):
            group += worth[word]
    return whole + group


@given(st.integers(0, 10**15), st.sampled_from(["es", "en"]))
def test_the_words_read_back_as_the_amount(units: int, language: str) -> None:
    words = amount_in_words(Money(units * 100 + 37, "USD"), language)  # type: ignore[arg-type]  # es or en
    figure = re.fullmatch(r"\((.*?)(?: DE)? (?:US )?(?:DÓLAR|DÓLARES|DOLLAR|DOLLARS) 37/100(?: USD)?\)", words)
    assert figure is not None
    assert read_back(figure[1], language) == units
