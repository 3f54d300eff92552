"""Statements of the samples, read back, give the movements that they were written of."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cobranza_rules.bank_profiles import profiles_in
from cobranza_rules.domain.bank import BankLine
from cobranza_rules.domain.company import BankAccount
from cobranza_rules.intake.bank.accounts import OurAccounts
from cobranza_rules.intake.bank.reading import BankFiles, read_statements

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "script"))

from sample_book import bank  # type: ignore[import-not-found]  # noqa: E402 (the scripts' own folder)

CLABE = "002010077777777771"
MOVEMENTS = (
    bank.Movement(
        dt.date(2026, 3, 2),
        1_234_567_89,
        "SPEI RECIBIDO",
        "0000123",
        "HSBC260302000777",
        "KERNEL INDUSTIA JUGUETERA",
        "KIJ0906199R1",
        CLABE,
    ),
    bank.Movement(dt.date(2026, 3, 2), -11_60, "COMISION IVA"),
    bank.Movement(dt.date(2026, 3, 4), 500_00, "DEPOSITO EN EFECTIVO", "0000042"),
    bank.Movement(dt.date(2026, 3, 4), 500_00, "DEPOSITO EN EFECTIVO", "0000042"),
)
WRITERS: dict[str, Callable[..., bytes]] = {
    "bbva": lambda movements: bank.bbva(movements, 10_000_00),
    "banamex": lambda movements: bank.banamex(movements, 10_000_00, "7001 234567", dt.date(2026, 3, 1), dt.date(2026, 3, 6)),
    "hsbc": lambda movements: bank.hsbc(movements, 10_000_00),
}


def files() -> BankFiles:
    accounts = [
        BankAccount("MXN", name, number, "", "KEMPER", statements=name)
        for name, number in (("bbva", "0111222333"), ("banamex", "7001-234567"), ("hsbc", "4055667788"))
    ]
    return BankFiles(profiles_in(ROOT / "rules", ROOT), OurAccounts(accounts))


def as_written(line: BankLine) -> tuple[Any, ...]:
    return (
        line.booked_on,
        line.amount.minor,
        line.reference,
        line.tracking_key,
        line.counterparty_name,
        line.counterparty_rfc,
        line.counterparty_clabe,
    )


@pytest.mark.parametrize("name", WRITERS)
def test_what_is_written_is_read_back(name: str) -> None:
    read = read_statements(WRITERS[name](MOVEMENTS), f"{name}.dat", files())
    assert (read.problems, read.warnings) == ([], [])
    (statement,) = read.statements
    assert [as_written(line) for line in statement.lines] == [
        (each.day, each.cents, each.reference, each.tracking_key, each.name, each.rfc, each.clabe) for each in MOVEMENTS
    ]
    assert [line.kind for line in statement.lines] == ["spei", "fee", "cash", "cash"]
    assert statement.opening is not None
    assert statement.closing is not None
    assert (statement.opening.minor, statement.closing.minor) == (10_000_00, 1_245_556_29)
    assert statement.profile == name


@pytest.mark.parametrize("name", WRITERS)
def test_the_bytes_are_the_same_each_time(name: str) -> None:
    assert WRITERS[name](MOVEMENTS) == WRITERS[name](MOVEMENTS)
