"""Days of review and payment in the forms that people write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.domain.terms import FixedDays, Terms, problems_of
from cobranza_rules.intake.fixed_days import fixed_days_of


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("martes", FixedDays((1,))),
        ("Martes y jueves", FixedDays((1, 3))),
        ("MIÉRCOLES", FixedDays((2,))),
        ("lun, mié, vie", FixedDays((0, 2, 4))),
        ("lunes a viernes", FixedDays((0, 1, 2, 3, 4))),
        ("los sábados", FixedDays((5,))),
        ("Tuesdays and Fridays", FixedDays((1, 4))),
        ("15 y 30", FixedDays((), (15, 30))),
        ("15 y último", FixedDays((), (15, 31))),
        ("último día del mes", FixedDays((), (31,))),
        ("viernes y día 15 de cada mes", FixedDays((4,), (15,))),
        ("todos los días", FixedDays()),
        ("cualquier día", FixedDays()),
        ("", None),
        ("quincena", None),
        ("15-30", None),
        ("lunes-viernes", None),
        ("1 al 5", None),
        ("viernes a lunes", None),
        ("martes a", None),
        ("a martes", None),
        ("0", None),
        ("32", None),
        ("día", None),
    ],
)
def test_days_as_people_write_them(text: str, days: FixedDays | None) -> None:
    assert fixed_days_of(text) == days


@given(st.text(max_size=40))
def test_whatever_is_understood_makes_sense(text: str) -> None:
    days = fixed_days_of(text)
    assert days is None or problems_of(Terms(30, review=days)) == []
