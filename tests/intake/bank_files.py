"""Statements for tests: the profiles that are shipped, three accounts of ours, and what is read of a text."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cobranza_rules.bank_profiles import profiles_in
from cobranza_rules.domain.bank import BankLine
from cobranza_rules.domain.company import BankAccount
from cobranza_rules.intake.bank.accounts import OurAccounts
from cobranza_rules.intake.bank.profile import BankProfile
from cobranza_rules.intake.bank.reading import BankFiles, BankRead, read_statements
from cobranza_rules.problems import ProblemError

ROOT = Path(__file__).parents[2]
PESOS = BankAccount("MXN", "BANCO DE EJEMPLO", "00012345678", "999180000123456782", "KEMPER", statements="bbva")
DOLLARS = BankAccount("USD", "BANCO DE EJEMPLO", "00087654321", "999180000876543214", "KEMPER", statements="mt940")
OTHER = BankAccount("MXN", "OTRO BANCO", "7001-234567", "", "KEMPER", statements="banamex")
ACCOUNTS = (PESOS, DOLLARS, OTHER)


@cache
def shipped() -> dict[str, BankProfile]:
    return profiles_in(ROOT / "rules", ROOT)


def files(*accounts: BankAccount, chosen: str = "", told: bool = False) -> BankFiles:
    return BankFiles(shipped(), OurAccounts(accounts or ACCOUNTS, chosen), told)


def bbva(*rows: str, headings: str = "Día\tConcepto / Referencia\tcargo\tAbono\tSaldo") -> bytes:
    return "".join(f"{row}\r\n" for row in (headings, *rows)).encode("cp1252")


def read(content: bytes, how: BankFiles | None = None, name: str = "estado.txt") -> BankRead:
    return read_statements(content, name, how or files())


def lines_of(content: bytes, how: BankFiles | None = None) -> list[BankLine]:
    found = read(content, how)
    assert found.problems == []
    (statement,) = found.statements
    return list(statement.lines)


def problems_of(content: bytes, how: BankFiles | None = None, name: str = "estado.txt") -> list[str]:
    """Of a file of which nothing is taken."""
    try:
        found = read(content, how, name)
    except ProblemError as error:
        return [str(problem) for problem in error.problems]
    assert found.statements == []
    return [str(problem) for problem in found.problems]
