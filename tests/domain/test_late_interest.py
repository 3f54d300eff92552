from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from cobranza_rules.domain.agreement import Interest
from cobranza_rules.domain.late_interest import Debt, LateInterest, late_interest, stretches, vat_on
from cobranza_rules.domain.schedule import DuePart
from cobranza_rules.money import Money

TODAY = dt.date(2026, 3, 31)


def owed(amount: str, days: int) -> Debt:
    return Debt((DuePart(TODAY - dt.timedelta(days=days), Money.of(amount, "MXN").minor),))


def test_the_legal_interest_where_nothing_was_agreed_on() -> None:
    """10,000.00 at 6 % over 73 of 365 days: a fifth of 600.00."""
    assert late_interest(None, [owed("10000.00", 73)], TODAY, "MXN") == LateInterest(
        Decimal(6), 365, agreed=False, amount=Money(12_000, "MXN")
    )


def test_the_agreed_interest_and_its_year() -> None:
    found = late_interest(Interest(Decimal(24), 360), [owed("10000.00", 30)], TODAY, "MXN")
    assert found == LateInterest(Decimal(24), 360, agreed=True, amount=Money(20_000, "MXN"))


def test_what_is_not_overdue_bears_none() -> None:
    lines = [owed("10000.00", 0), owed("10000.00", -5), Debt()]
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
        late_interest(None, [Debt((DuePart(TODAY - dt.timedelta(days=count), minor),))], TODAY, "MXN").amount
        for count in (days, days + more)
    )
    assert sooner.minor <= later.minor


def test_a_part_payment_counts_from_its_day() -> None:
    """10,000.00 for 10 days and 4,000.00 for 20, a thousandth a day: 100.00 and 80.00."""
    debt = Debt((DuePart(dt.date(2026, 3, 1), 1_000_000),), ((dt.date(2026, 3, 12), 600_000),))
    found = list(stretches(debt, Interest(Decimal("36.5"), 365), TODAY, "MXN"))
    assert [(each.first, each.last, each.days, each.overdue.plain(), each.interest.plain()) for each in found] == [
        (dt.date(2026, 3, 2), dt.date(2026, 3, 11), 10, "10000.00", "100.00"),
        (dt.date(2026, 3, 12), dt.date(2026, 3, 31), 20, "4000.00", "80.00"),
    ]


def test_what_was_paid_in_time_bears_none_and_each_part_from_its_own_day() -> None:
    parts = (DuePart(dt.date(2026, 3, 1), 500_000), DuePart(dt.date(2026, 3, 21), 500_000))
    debt = Debt(parts, ((dt.date(2026, 2, 20), 500_000),))
    found = list(stretches(debt, Interest(Decimal("36.5"), 365), TODAY, "MXN"))
    assert [(each.first, each.days, each.interest.plain()) for each in found] == [(dt.date(2026, 3, 22), 10, "50.00")]


def test_the_tax_on_it_is_rounded_once() -> None:
    assert vat_on(Money(10_003, "MXN"), Decimal(16)) == Money(1_600, "MXN")


DAYS = st.dates(dt.date(2025, 12, 1), dt.date(2026, 4, 30))


@settings(max_examples=60)
@given(
    st.lists(st.tuples(DAYS, st.integers(1, 10**7)), max_size=3),
    st.lists(st.tuples(DAYS, st.integers(1, 10**7)), max_size=4),
    st.sampled_from([Interest(Decimal(6), 365), Interest(Decimal("24.5"), 360)]),
)
def test_it_is_what_day_by_day_comes_to(parts: list[tuple[dt.date, int]], paid: list[tuple[dt.date, int]], rate: Interest) -> None:
    debt = Debt(tuple(DuePart(day, minor) for day, minor in sorted(parts)), tuple(sorted(paid)))
    exact, day = Fraction(0), dt.date(2025, 11, 1)
    while day <= TODAY:
        due = sum(minor for on, minor in parts if on < day)
        settled = sum(minor for on, minor in paid if on <= day)
        exact += Fraction(max(due - settled, 0)) * Fraction(rate.annual_percent) / (100 * rate.day_count)
        day += dt.timedelta(days=1)
    assert late_interest(rate, [debt], TODAY, "MXN").amount.minor == math.floor(exact + Fraction(1, 2))
