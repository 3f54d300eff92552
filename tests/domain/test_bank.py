"""When two statements speak of the same line."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

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


def test_a_deposit_waits_to_be_applied_and_a_withdrawal_does_not() -> None:
    assert LINE.first_state is LineState.OPEN
    assert replace(LINE, amount=Money(-1, "MXN")).first_state is LineState.OUTGOING
