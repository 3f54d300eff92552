"""The discount for prompt payment that customers take by themselves."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.domain.agreement import PromptPayment
from cobranza_rules.domain.prompt_discount import agreed_discount, discount_taken
from cobranza_rules.money import Money

ISSUED = dt.date(2026, 1, 5)
AGREED = PromptPayment(Decimal("2.5"), 30)


@pytest.mark.parametrize(
    ("balance", "paid_on", "taken"),
    [
        (2500, dt.date(2026, 2, 4), 2500),
        (2499, dt.date(2026, 1, 5), 2499),
        (2501, dt.date(2026, 1, 5), None),  # A short payment
        (2500, dt.date(2026, 2, 5), None),  # Too late
        (0, dt.date(2026, 1, 5), None),
        (-100, dt.date(2026, 1, 5), None),
    ],
)
def test_what_is_open_is_the_discount_where_it_was_paid_in_time(balance: int, paid_on: dt.date, taken: int | None) -> None:
    found = discount_taken(Money(100_000, "MXN"), Money(balance, "MXN"), ISSUED, paid_on, AGREED)
    assert found == (None if taken is None else Money(taken, "MXN"))


def test_it_is_rounded_half_up_to_the_units_of_the_currency() -> None:
    assert agreed_discount(Money(1020, "MXN"), AGREED) == Money(26, "MXN")  # 25.5
    assert agreed_discount(Money(1019, "JPY"), AGREED) == Money(25, "JPY")


@given(total=st.integers(0, 10**12), balance=st.integers(-10, 10**12), days=st.integers(-5, 400))
def test_no_more_than_was_agreed_on_is_ever_taken(total: int, balance: int, days: int) -> None:
    found = discount_taken(Money(total, "MXN"), Money(balance, "MXN"), ISSUED, ISSUED + dt.timedelta(days=days), AGREED)
    assert found is None or (days <= AGREED.days and 0 < found.minor == balance <= (total * 25 + 500) // 1000)
