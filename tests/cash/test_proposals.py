"""What a deposit may be, without a database: names in texts, sums, discounts; and that more than one way is never certain."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.cash.around import Around
from cobranza_rules.cash.deciding import Doubt, exact_amounts, named_or_same
from cobranza_rules.cash.deposit import Deposit, Level, Owed, Policy, Told
from cobranza_rules.cash.names import written_in
from cobranza_rules.cash.proposing import proposals
from cobranza_rules.cash.sums import summing
from cobranza_rules.money import Money

DAY = dt.date(2026, 2, 10)
ISSUED = dt.date(2026, 1, 5)
UUID = "6E0B7F0A-0000-4000-8000-0000000000AA"


def owed(key: int, balance: int, number: str = "", customer: int = 1, **changes: object) -> Owed:
    values = {"uuid": "", "currency": "MXN", "issued_on": ISSUED, **changes}
    return Owed(key, number or f"FA-{100 + key}", customer=customer, balance=balance, **values)  # type: ignore[arg-type]


def deposit(minor: int, text: str = "", customer: int | None = None, key: int = 1, **changes: Any) -> Deposit:
    return Deposit(key, DAY, Money(minor, "MXN"), text, customer=customer, **changes)


def around(*invoices: Owed, told: tuple[Told, ...] = (), policy: Policy | None = None) -> Around:
    return Around(invoices, told, BusinessCalendar(), policy or Policy())


@pytest.mark.parametrize(
    ("text", "numbers", "bare"),
    [
        ("PAGO FA-0101", {"FA101"}, set()),
        ("pago fa 101 y 102", {"FA101"}, {"101", "102"}),
        ("FACTURA 101", {"FACTURA101"}, {"101"}),
        ("REF 0000101", {"REF101"}, {"101"}),
        ("CLABE 012180001234567897", set(), set()),
    ],
)
def test_what_a_text_writes(text: str, numbers: set[str], bare: set[str]) -> None:
    written = written_in(text)
    assert numbers <= written.numbers
    assert written.bare == bare


def test_a_uuid_in_the_text_names_its_invoice() -> None:
    found = named_or_same([deposit(500, f"PAGO {UUID.lower()}")], around(owed(1, 500, uuid=UUID)))
    assert found[1].shares == {1: 500}  # type: ignore[union-attr]


def test_an_invoice_of_another_customer_than_the_payer_is_for_a_person() -> None:
    assert named_or_same([deposit(500, "FA-101", customer=2)], around(owed(1, 500))) == {}


def test_an_invoice_in_another_currency_is_named_and_its_rate_is_for_a_person() -> None:
    (found,) = proposals(deposit(20_000_00, "PAGO FA-101"), around(owed(1, 1_000_00, currency="USD")), [])
    assert (found.level, dict(found.shares)) == (Level.PERSON, {})
    assert str(found.reason) == "the bank's text names FA-101, in USD: give each its amount, or --rate"


def test_two_invoices_over_the_amount_are_not_certain() -> None:
    assert exact_amounts([deposit(500, customer=1)], around(owed(1, 500), owed(2, 500))) == {}
    found = exact_amounts([deposit(500, customer=1)], around(owed(1, 500), owed(2, 400), owed(3, 500, issued_on=dt.date(2026, 2, 11))))
    assert {key: dict(each.shares) for key, each in found.items()} == {1: {1: 500}}  # type: ignore[union-attr]


def test_as_many_deposits_are_the_same_as_payments_are_told_of() -> None:
    told = Told(7, 1, DAY, Money(500, "MXN"), "", {1: 500})
    lies_around = around(owed(1, 0), owed(2, 500), told=(told,))
    found = named_or_same([deposit(500, customer=1), deposit(500, customer=1, key=2)], lies_around)
    assert [(key, each.payment) for key, each in found.items()] == [(1, 7)]


def test_a_payment_of_another_day_or_customer_is_another() -> None:
    late = Told(7, 1, DAY + dt.timedelta(days=7), Money(500, "MXN"), "", {1: 500})
    other = Told(8, 2, DAY, Money(500, "MXN"), "", {1: 500})
    assert named_or_same([deposit(500, customer=1)], around(owed(1, 0), told=(late, other))) == {}


def test_the_same_tracking_key_tells_more_than_the_day() -> None:
    told = Told(7, 1, DAY + dt.timedelta(days=20), Money(500, "MXN"), "abc-123456", {1: 500})
    found = named_or_same([deposit(500, tracking_key="ABC123456")], around(owed(1, 0), told=(told,)))
    assert found[1].payment == 7


def test_a_payment_of_other_invoices_leaves_a_doubt() -> None:
    told = Told(7, 1, DAY, Money(500, "MXN"), "", {2: 500})
    found = named_or_same([deposit(500, "FA-101")], around(owed(1, 500), owed(2, 0), told=(told,)))
    assert isinstance(found[1], Doubt)
    assert str(found[1].reason) == "a payment over the same amount is told of, but it pays other invoices than the bank's text names"


def test_sums_are_proposed_with_whether_others_come_to_the_same() -> None:
    (only,) = proposals(deposit(700, customer=1), around(owed(1, 300), owed(2, 400), owed(3, 5_000)), [])
    assert (only.level, only.certain, str(only.reason)) == (
        Level.SUM,
        False,
        "of the customer's open invoices only FA-101, FA-102 come to this amount",
    )
    several = proposals(deposit(700, customer=1), around(owed(1, 300), owed(2, 400), owed(3, 400)), [])
    assert {str(each.reason).split(" come ")[1] for each in several} == {"to this amount, and so do others of the customer"}


def test_the_discount_of_the_agreement_is_proposed_up_to_its_day() -> None:
    terms: dict[str, Any] = {"discount": 50, "discount_until": DAY}
    (found,) = proposals(deposit(950, customer=1), around(owed(1, 1_000, **terms)), [])
    assert (found.level, dict(found.shares), dict(found.discounts)) == (Level.DISCOUNT, {1: 950}, {1: 50})
    late: dict[str, Any] = {"discount": 50, "discount_until": DAY - dt.timedelta(days=1)}
    (found,) = proposals(deposit(950, customer=1), around(owed(1, 1_000, **late)), [])
    assert (found.level, str(found.reason)) == (Level.PERSON, "nothing tells whose it is; ask the bank or the customer")


@settings(max_examples=60)
@given(balances=st.lists(st.integers(1, 30), max_size=9), amount=st.integers(1, 120))
def test_the_search_for_sums_finds_what_there_is(balances: list[int], amount: int) -> None:
    invoices = [owed(key, balance) for key, balance in enumerate(balances)]
    subsets = [[each for at, each in enumerate(invoices) if mask >> at & 1] for mask in range(1, 1 << len(invoices))]
    ways = sum(1 for some in subsets if sum(each.balance for each in some) == amount)
    found, finished = summing(invoices, amount, 100_000)
    assert finished
    assert len(found) == min(ways, 2)
    assert all(sum(each.balance for each in some) == amount for some in found)


def test_the_search_for_sums_gives_up() -> None:
    invoices = [owed(key, 1_000_000 + 2 * key) for key in range(60)]
    found, finished = summing(invoices, 30_000_001, 500)
    assert (found, finished) == ([], False)
