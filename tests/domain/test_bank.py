"""When two statements speak of the same line."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.domain.bank import BankLine, BankStatement, LineState, line_identities
from cobranza_rules.money import Money

DAY = dt.date(2026, 3, 2)
LINE = BankLine(1, DAY, None, Money(120_000, "MXN"), None, "0000123", "SPEI RECIBIDO", "20260302ABC")


def statement(*lines: BankLine) -> BankStatement:
    return BankStatement("00012345678", "MXN", DAY, DAY, None, None, lines, "bbva")


def test_lines_that_say_the_same_are_two_where_a_statement_has_them_twice() -> None:
    once, twice = line_identities(statement(LINE)), line_identities(statement(LINE, replace(LINE, position=2)))
    assert len(set(twice)) == 2
    assert twice[0] == once[0]


def test_neither_the_position_nor_spaces_make_another_line() -> None:
    moved = replace(LINE, position=7, description=" SPEI  RECIBIDO ")
    assert line_identities(statement(moved)) == line_identities(statement(LINE))


def test_whatever_a_line_says_otherwise_makes_another_line() -> None:
    others = [
        replace(LINE, booked_on=dt.date(2026, 3, 3)),
        replace(LINE, amount=Money(120_001, "MXN")),
        replace(LINE, amount=Money(120_000, "USD")),
        replace(LINE, reference="123"),
        replace(LINE, description="SPEI DEVUELTO"),
        replace(LINE, tracking_key=""),
        replace(LINE, balance=Money(0, "MXN")),
    ]
    found = [line_identities(statement(other))[0] for other in (LINE, *others)]
    other_account = line_identities(replace(statement(LINE), account="00087654321"))
    assert len({*found, *other_account}) == len(others) + 2


@given(st.lists(st.tuples(st.integers(2, 5), st.integers(1, 2)), max_size=10), st.integers(2, 5), st.integers(2, 5))
def test_law_each_part_of_whole_days_says_of_its_lines_what_the_whole_says(moves: list[tuple[int, int]], one: int, other: int) -> None:
    first, last = sorted((one, other))
    lines = [replace(LINE, booked_on=dt.date(2026, 3, day), amount=Money(minor, "MXN")) for day, minor in sorted(moves)]
    part = [line for line in lines if first <= line.booked_on.day <= last]
    whole = [said for line, said in zip(lines, line_identities(statement(*lines)), strict=True) if line in part]
    assert line_identities(statement(*part)) == whole
    assert len(set(line_identities(statement(*lines)))) == len(lines)


def test_a_deposit_waits_to_be_applied_and_a_withdrawal_does_not() -> None:
    assert LINE.first_state is LineState.OPEN
    assert replace(LINE, amount=Money(-1, "MXN")).first_state is LineState.OUTGOING
