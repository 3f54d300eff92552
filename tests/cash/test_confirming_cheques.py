"""Which deposit is which cheque: by its number, or because nothing else can be."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.cash.cheques import Candidate, Cheque, confirmed_by, names_number
from cobranza_rules.cash.deposit import Deposit
from cobranza_rules.money import Money

DAY = dt.date(2026, 2, 10)


def cheque(key: int, number: str = "4711", minor: int = 100, **changes: object) -> Cheque:
    values = {"first_day": DAY, "presentable": DAY, **changes}
    return Cheque(key, 1, number, Money(minor, "MXN"), **values)  # type: ignore[arg-type]


def came(key: int, text: str, *, minor: int = 100, day: dt.date = DAY, account: str = "77", is_cheque: bool = False) -> Candidate:
    return Candidate(Deposit(key, day, Money(minor, "MXN"), text), account, is_cheque)


@pytest.mark.parametrize(
    ("text", "number", "is_named"),
    [
        ("DEPOSITO CHEQUE 0004711", "4711", True),
        ("DEPOSITO CHEQUE 4711", "0004711", True),
        ("REF:4711/BBVA", "4711", True),
        ("CHEQUE 94711", "4711", False),
        ("CHEQUE A4711", "4711", False),
        ("CHEQUE 12", "12", False),  # So short a number tells nothing apart.
        ("CHEQUE", "", False),
    ],
)
def test_a_number_is_a_whole_word(text: str, number: str, is_named: bool) -> None:
    assert names_number(text, number) is is_named


def test_the_number_counts_before_the_banks_word() -> None:
    found = confirmed_by(
        [cheque(1, account="77"), cheque(2, "9001", account="77")], [came(5, "CHEQUE", is_cheque=True), came(6, "CHEQUE 9001")]
    )
    assert found == {2: 6, 1: 5}


@pytest.mark.parametrize(
    "candidate",
    [
        came(5, "CHEQUE 4711", minor=101),
        came(5, "CHEQUE 4711", day=DAY - dt.timedelta(days=1)),
        came(5, "CHEQUE 4711", day=DAY + dt.timedelta(days=61)),
        came(5, "CHEQUE 4711", account="78"),
        came(5, "ABONO"),
    ],
)
def test_what_is_not_the_cheque(candidate: Candidate) -> None:
    assert confirmed_by([cheque(1, account="77")], [candidate]) == {}


def test_a_cheque_that_nobody_has_deposited_is_known_by_its_number_alone() -> None:
    assert confirmed_by([cheque(1)], [came(5, "DEPOSITO", is_cheque=True)]) == {}
    assert confirmed_by([cheque(1)], [came(5, "DEPOSITO 4711")]) == {1: 5}


cheques = st.lists(st.tuples(st.sampled_from(["4711", "9001"]), st.sampled_from([100, 200]), st.sampled_from(["", "77"])), max_size=4)
lines = st.lists(st.tuples(st.sampled_from(["CHEQUE 4711", "SBC", "9001"]), st.sampled_from([100, 200]), st.booleans()), max_size=4)


@given(some=cheques, others=lines, data=st.data())
def test_a_deposit_is_one_cheque_at_most_and_their_order_changes_nothing(
    some: list[tuple[str, int, str]], others: list[tuple[str, int, bool]], data: st.DataObject
) -> None:
    ours = [cheque(at, number, minor, account=account) for at, (number, minor, account) in enumerate(some)]
    theirs = [came(at, text, minor=minor, is_cheque=is_cheque) for at, (text, minor, is_cheque) in enumerate(others)]
    found = confirmed_by(ours, theirs)
    assert len(set(found.values())) == len(found)
    assert all(ours[one].amount == theirs[other].deposit.amount for one, other in found.items())
    assert confirmed_by(data.draw(st.permutations(ours)), data.draw(st.permutations(theirs))) == found
