from __future__ import annotations

import datetime as dt
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.domain.agreement import Interest
from cobranza_rules.domain.late_interest import LateInterest, late_interest
from cobranza_rules.money import Money

TODAY = dt.date(2026, 3, 31)


def owed(amount: str, days: int) -> tuple[Money, dt.date]:
    return Money.of(amount, "MXN"), TODAY - dt.timedelta(days=days)


def test_the_legal_interest_where_nothing_was_agreed_on() -> None:
    """10,000.00 at 6 % over 73 of 365 days: a fifth of 600.00."""
    assert late_interest(None, [owed("10000.00", 73)], TODAY, "MXN") == LateInterest(
        Decimal(6), 365, agreed=False, amount=Money(12_000, "MXN")
    )


def test_the_agreed_interest_and_its_year() -> None:
    found = late_interest(Interest(Decimal(24), 360), [owed("10000.00", 30)], TODAY, "MXN")
    assert found == LateInterest(Decimal(24), 360, agreed=True, amount=Money(20_000, "MXN"))


def test_what_is_not_overdue_bears_none() -> None:
    lines = [owed("10000.00", 0), owed("10000.00", -5), (Money(1_000_000, "MXN"), None)]
    assert late_interest(None, lines, TODAY, "MXN").amount == Money(0, "MXN")


def test_each_invoice_is_rounded_half_up_to_the_cent() -> None:
    """Half a cent is a cent, and less is none; what two invoices bear is the sum of what stands beside each."""
    half = Interest(Decimal("36.5"), 365)  # A thousandth a day
    assert late_interest(half, [owed("5.00", 1)], TODAY, "MXN").amount == Money(1, "MXN")
    assert late_interest(half, [owed("4.99", 1)], TODAY, "MXN").amount == Money(0, "MXN")
    assert late_interest(half, [owed("5.00", 1), owed("5.00", 1)], TODAY, "MXN").amount == Money(2, "MXN")


@given(st.integers(1, 10**9), st.integers(1, 4000), st.integers(0, 4000))
def test_more_days_never_cost_less(minor: int, days: int, more: int) -> None:
    sooner, later = (
        late_interest(None, [(Money(minor, "MXN"), TODAY - dt.timedelta(days=count))], TODAY, "MXN").amount for count in (days, days + more)
    )
    assert sooner.minor <= later.minor
