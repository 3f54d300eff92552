"""Why a condition holds or not, in words that people read."""

from __future__ import annotations

import pytest

from cobranza_rules.facts.vocabulary import Scope, Value
from cobranza_rules.rules.causes import why_false, why_true
from cobranza_rules.rules.expression import Condition, Definitions, Place, Written, parse_condition

PLACE = Place("rules.yaml", 1, 1)
FACTS: dict[str, Value] = {
    "balance": 120000,
    "currency": "MXN",
    "status": "open",
    "due_on": 739681,
    "days_overdue": 0,
    "acknowledged": False,
    "dispute_open": True,
}


def read(text: str) -> Condition:
    definitions = Definitions({"collectable": Written('balance > 0 and status == "open"', PLACE)})
    return parse_condition(text, Scope.INVOICE, PLACE, definitions)


@pytest.mark.parametrize(
    ("text", "causes"),
    [
        ("balance >= 5000.00 MXN", ["balance >= 5000.00 MXN (balance: 1,200.00 MXN)"]),
        ("balance >= 5.00 USD", ["balance >= 5.00 USD (balance: 1,200.00 MXN)"]),
        ("due_on > 2026-03-06", ["due_on > 2026-03-06 (due_on: 2026-03-06)"]),
        ("workdays_since_delivery >= 5", ["workdays_since_delivery >= 5 (workdays_since_delivery: unknown)"]),
        ("acknowledged", ["acknowledged: no"]),
        ("not dispute_open", ["dispute_open: yes"]),
        ("collectable and acknowledged and days_overdue >= 1", ["acknowledged: no"]),
        ("collectable and (acknowledged or days_overdue >= 1)", ["acknowledged: no", "days_overdue >= 1 (days_overdue: 0)"]),
        ("(acknowledged or days_overdue >= 1) and promise_open", ["promise_open: unknown"]),
        ("not (collectable or acknowledged)", ["balance > 0 (balance: 1,200.00 MXN)", 'status == "open" (status: open)']),
        ("balance - paid > 0", ["balance - paid > 0 (balance: 1,200.00 MXN, paid: unknown)"]),
        ("false", ["false"]),
        ('currency == "USD"', ['currency == "USD" (currency: MXN)']),
    ],
)
def test_why_false(text: str, causes: list[str]) -> None:
    condition = read(text)
    assert [str(cause) for cause in why_false(condition, FACTS)] == causes
    assert why_true(condition, FACTS) == ()


@pytest.mark.parametrize(
    ("text", "causes"),
    [
        ("collectable", ["balance > 0 (balance: 1,200.00 MXN)", 'status == "open" (status: open)']),
        ("collectable or dispute_open", ["dispute_open: yes"]),
        ("not (acknowledged and collectable)", ["acknowledged: no"]),
        ("dispute_open and dispute_open", ["dispute_open: yes"]),
        ("true", ["true"]),
    ],
)
def test_why_true(text: str, causes: list[str]) -> None:
    condition = read(text)
    assert [str(cause) for cause in why_true(condition, FACTS)] == causes
    assert why_false(condition, FACTS) == ()


def test_words_are_translated_and_names_are_not() -> None:
    words = {"no": "falso", "unknown": "desconocido", "acknowledged": "wrong"}
    first, second = why_false(read("acknowledged or promise_open"), FACTS)

    def translate(template: str) -> str:
        return words.get(template, template)

    assert first.sentence.text(translate) == "acknowledged: falso"
    assert second.sentence.text(translate) == "promise_open: desconocido"


def test_an_amount_without_a_currency() -> None:
    (cause,) = why_false(read("balance > 5000.00 MXN"), {"balance": 5})
    assert str(cause) == "balance > 5000.00 MXN (balance: 0.05 in an unknown currency)"
