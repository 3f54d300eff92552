"""What an invoice in another currency has cost, and what lies between its own rate and that of the payment."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.domain.exchange import Crossing, plain_rate, worth
from cobranza_rules.money import Money

USD_1000 = Money(100_000, "USD")


def test_a_gain_and_a_loss_against_the_invoices_own_rate() -> None:
    gain = Crossing(USD_1000, Money(1_725_500, "MXN"), Decimal("17.00"))
    assert (gain.rate, gain.booked, gain.difference) == (Decimal("17.255"), Money(1_700_000, "MXN"), Money(25_500, "MXN"))
    assert Crossing(USD_1000, Money(1_725_500, "MXN"), Decimal("18.5")).difference == Money(-124_500, "MXN")


@pytest.mark.parametrize(
    "crossing",
    [
        Crossing(USD_1000, Money(1_725_500, "MXN")),
        Crossing(Money(1_000_000, "MXN"), Money(58_000, "USD"), Decimal(1)),
        Crossing(USD_1000, Money(92_000, "EUR"), Decimal("17.00")),
    ],
)
def test_without_a_rate_to_pesos_there_is_no_difference(crossing: Crossing) -> None:
    assert crossing.difference is None


def test_units_without_cents() -> None:
    assert worth(Money(1_500, "JPY"), Decimal("0.1234"), "MXN") == Money(18_510, "MXN")
    assert Crossing(Money(1_500, "JPY"), Money(18_510, "MXN"), Decimal("0.12")).difference == Money(510, "MXN")


@pytest.mark.parametrize(("rate", "said"), [("17", "17.0000"), ("17.255", "17.2550"), ("17.255012", "17.255012"), ("120", "120.0000")])
def test_a_rate_as_it_is_written(rate: str, said: str) -> None:
    assert plain_rate(Decimal(rate)) == said


@given(
    minor=st.integers(1, 10**9),
    rate=st.decimals("0.01", "400", places=4),
    invoiced_at=st.decimals("0.01", "400", places=4),
)
def test_what_was_paid_is_what_it_was_worth_and_the_difference(minor: int, rate: Decimal, invoiced_at: Decimal) -> None:
    covers = Money(minor, "USD")
    crossing = Crossing(covers, worth(covers, rate, "MXN"), invoiced_at)
    booked, difference = crossing.booked, crossing.difference
    assert booked is not None
    assert difference is not None
    assert booked + difference == crossing.paid
