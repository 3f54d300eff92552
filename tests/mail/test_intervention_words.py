"""Answers to interventions by mail: an agreement with its days and amounts, or none, or a doubt; never a guess."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.mail.intervention_words import read_intervention
from cobranza_rules.money import Money

DAY = dt.date(2026, 3, 2)
CALENDAR = BusinessCalendar()
MARCH = [dt.date(2026, 3, day) for day in (13, 31)]


@pytest.mark.parametrize(
    "said",
    [
        "acuerdo: 50,000 el 13 de marzo y 30,000 el 31 de marzo",
        "Buenos días\nAcuerdo: $50,000.00 el 13/03/2026, 30,000 pesos el 31 de marzo de 2026\nSaludos",
        "agreement: 50,000 on March 13 and 30,000 on March 31",
        "convenio: 50,000.00 MXN a más tardar el 13 de marzo; $30,000 el 31 de marzo",
    ],
)
def test_an_agreement_has_its_days_and_amounts(said: str) -> None:
    found = read_intervention(said, "MXN", DAY, CALENDAR)
    assert (found.agreed, found.instalments, found.doubt) == (True, tuple(zip(MARCH, ("50000.00", "30000.00"), strict=True)), None)


def test_it_may_have_a_discount_a_rest_and_who_agreed() -> None:
    found = read_intervention(
        "acuerdo: 50,000 el 13 de marzo y el resto el 31 de marzo; descuento de 1,000; con Ana Ruiz de la O", "MXN", DAY, CALENDAR
    )
    assert [amount for _day, amount in found.instalments] == ["50000.00", "rest"]
    assert (found.discount, found.agreed_with) == ("1000.00", "Ana Ruiz de la O")


@pytest.mark.parametrize(
    "said", ["sin acuerdo: no contestan el teléfono", "No hubo acuerdo porque no contestan el teléfono", "no agreement: no answer"]
)
def test_no_agreement_has_its_reason(said: str) -> None:
    found = read_intervention(said, "MXN", DAY, CALENDAR)
    assert found.agreed is False
    assert found.reason


@pytest.mark.parametrize(
    ("said", "doubt"),
    [
        ("sin acuerdo", "it says that there is no agreement, and not why"),
        ("sin acuerdo: motivo", "it says that there is no agreement, and not why"),
        ("quizá la próxima semana", "it says neither 'agreement' with its days and amounts nor 'no agreement'"),
        ("acuerdo: la mitad el viernes", "it says more than an agreement: 'la mitad el viernes'"),
        (
            "acuerdo: 50,000 el 13 de marzo si entregan antes",
            "it is not clear how much is to be paid when: '50,000 el 13 de marzo si entregan antes'",
        ),
        ("acuerdo: 1.234 el 13 de marzo", "it is not clear how much is to be paid when: '1.234 el 13 de marzo'"),
        ("acuerdo: 50,000 USD el 13 de marzo", "it is not clear how much is to be paid when: '50,000 USD el 13 de marzo'"),
        (
            "acuerdo: 50,000 el 13 de marzo; con la condición de que entreguemos",
            "it says more than an agreement: 'con la condición de que entreguemos'",
        ),
        (
            "acuerdo: 50,000 el 13 de marzo\nPero antes hay que hablar con ellos",
            "it says more than an agreement: 'Pero antes hay que hablar con ellos'",
        ),
        ("acuerdo: con Ana Ruiz", "it names no day with its amount, or too many"),
    ],
)
def test_whatever_else_is_said_decides_nothing(said: str, doubt: str) -> None:
    found = read_intervention(said, "MXN", DAY, CALENDAR)
    assert (found.agreed, str(found.doubt)) == (None, doubt)


@given(st.lists(st.tuples(st.dates(DAY, dt.date(2026, 12, 31)), st.integers(100, 10**10)), min_size=1, max_size=6))
def test_what_is_written_plainly_is_read_as_it_was_meant(parts: list[tuple[dt.date, int]]) -> None:
    amounts = [Money(minor, "MXN") for _day, minor in parts]
    written = "; ".join(f"${amount.amount:,.2f} el {day.isoformat()}" for (day, _minor), amount in zip(parts, amounts, strict=True))
    found = read_intervention(f"acuerdo: {written}", "MXN", DAY, CALENDAR)
    assert found.instalments == tuple((day, amount.plain()) for (day, _minor), amount in zip(parts, amounts, strict=True))


@given(st.text(max_size=200))
def test_whatever_comes_is_read_without_failing(text: str) -> None:
    read_intervention(text, "MXN", DAY, CALENDAR)
    read_intervention(f"acuerdo: {text}", "MXN", DAY, CALENDAR)
