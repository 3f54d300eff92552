"""The checklist of a write-off: each point of LISR, art. 27-XV, with what is on file of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.domain.write_off import Debts, Evidence, Limits, Point, checklist
from cobranza_rules.money import Money

DUE = dt.date(2024, 2, 29)
DEBT = Debts((Money(100_000_00, "MXN"),), DUE, ())
UDI = Limits(udi=Decimal("8.5"))


def point(wanted: Point, debts: Debts = DEBT, limits: Limits = UDI, today: dt.date = DUE) -> tuple[bool | None, str]:
    return next((each.there, str(each.said)) for each in checklist(debts, {}, limits, today) if each.point is wanted)


@pytest.mark.parametrize(
    ("debts", "limits", "found"),
    [
        (DEBT, UDI, (True, "100,000.00 MXN against 255,000.00 MXN")),
        (Debts((Money(255_000_01, "MXN"),), DUE, ()), UDI, (False, "255,000.01 MXN against 255,000.00 MXN")),
        (DEBT, Limits(), (None, "the value of the UDI is not given: write_off.udi in cobranza.toml")),
        (Debts((Money(100, "MXN"), Money(5_00, "USD")), DUE, ()), UDI, (None, "5.00 USD has first to be turned into pesos")),
    ],
)
def test_the_amount_against_the_limit(debts: Debts, limits: Limits, found: tuple[bool | None, str]) -> None:
    assert point(Point.AMOUNT, debts, limits) == found


def test_a_year_overdue_counts_from_the_newest_due_date() -> None:
    assert point(Point.ONE_YEAR, today=dt.date(2025, 2, 28)) == (False, "from 2025-03-01 on")
    assert point(Point.ONE_YEAR, today=dt.date(2025, 3, 1)) == (True, "from 2025-03-01 on")
    assert point(Point.PRESCRIPTION, today=dt.date(2034, 2, 28))[0] is False
    assert point(Point.ONE_YEAR, Debts((), None, ())) == (None, "no due date is known")


def test_a_demand_and_what_was_noted_by_hand() -> None:
    assert point(Point.DEMAND) == (False, "no formal demand was sent")
    assert point(Point.DEMAND, Debts((), DUE, (dt.date(2026, 3, 20),))) == (True, "sent on 2026-03-20")
    noted = {Point.LAWSUIT: Evidence(dt.date(2026, 4, 1), "gerencia@kemper.example", "Juzgado de ejemplo, 1/2026", "ab" * 32)}
    found = {each.point: each for each in checklist(DEBT, noted, UDI, DUE)}
    assert str(found[Point.LAWSUIT].said) == (
        f"2026-04-01, gerencia@kemper.example: Juzgado de ejemplo, 1/2026; document with SHA-256 {'ab' * 32}"
    )
    assert (found[Point.SAT_TOLD].there, str(found[Point.SAT_TOLD].said)) == (False, "nothing is on file")


@given(st.dates(max_value=dt.date(9000, 1, 1)), st.dates(max_value=dt.date(9000, 1, 1)), st.integers(0, 10**12))
def test_every_point_is_told_whatever_the_debt(due: dt.date, today: dt.date, minor: int) -> None:
    found = checklist(Debts((Money(minor, "MXN"),), due, ()), {}, UDI, today)
    assert [each.point for each in found] == list(Point)
