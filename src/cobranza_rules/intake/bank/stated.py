"""What MT940 and CAMT.053 share: one statement of a file is sound or it is not, whatever the others are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cobranza_rules.domain.bank import BankLine, BankStatement
from cobranza_rules.domain.company import BankAccount
from cobranza_rules.intake.bank.balances import totals_problems
from cobranza_rules.intake.bank.finding import found_in, is_clabe, kind_of
from cobranza_rules.intake.bank.profile import BankProfile
from cobranza_rules.intake.bank.reading import BankFiles
from cobranza_rules.intake.bank.tables import other_currency
from cobranza_rules.money import Money
from cobranza_rules.problems import Problem, ProblemError

MOST_LINES = 100_000


@dataclass
class Stated:
    """One statement as its file tells it; `place` names it in problems, and `days` are those that it says it covers."""

    told_account: str
    currency: str
    opening: Money
    closing: Money
    days: tuple[dt.date, dt.date]
    lines: list[BankLine] = field(default_factory=list)
    line: int = 0
    place: str = ""


def as_statement(stated: Stated, files: BankFiles, format_name: str, file: str) -> BankStatement:
    """Raises ProblemError where it is of no account of ours, of another currency, or does not add up."""
    account = files.accounts.of(stated.told_account, format_name, file)
    if stated.currency != account.currency:
        raise ProblemError([_placed(other_currency(stated.currency, account.account, account.currency, file), stated)])
    profile = profile_of(account, files, format_name)
    lines = tuple(with_what_is_found(line, profile) if profile else line for line in stated.lines)
    totals = {"opening": stated.opening, "closing": stated.closing}
    if problems := totals_problems(lines, totals, stated.currency, file):
        raise ProblemError(_placed(problem, stated) for problem in problems)
    days = [*stated.days, *(line.booked_on for line in lines)]
    return BankStatement(account.key, account.currency, min(days), max(days), stated.opening, stated.closing, lines, format_name)


def _placed(problem: Problem, stated: Stated) -> Problem:
    return replace(problem, line=stated.line, place=stated.place)


def profile_of(account: BankAccount, files: BankFiles, format_name: str) -> BankProfile | None:
    """That of the account, where it is of this format, else the one that has the format's name."""
    own = files.profiles.get(account.statements)
    return own if own is not None and own.format.value == format_name else files.profiles.get(format_name)


def with_what_is_found(line: BankLine, profile: BankProfile) -> BankLine:
    """What the format has no place of its own for is taken of the text."""
    found = found_in(line.description, profile.find)
    clabe = line.counterparty_clabe or found.get("clabe", "")
    return replace(
        line,
        reference=line.reference or found.get("reference", ""),
        tracking_key=line.tracking_key or found.get("tracking_key", "")[:80],
        counterparty_name=line.counterparty_name or found.get("name", ""),
        counterparty_rfc=line.counterparty_rfc or found.get("rfc", ""),
        counterparty_clabe=clabe if len(clabe) != 18 or is_clabe(clabe) else "",
        kind=line.kind or kind_of(line.description, profile.kinds),
    )


def in_order(lines: Sequence[BankLine]) -> list[BankLine]:
    """Oldest day first, as they stand within a day; what moves no money is left out."""
    moved = sorted((line for line in lines if line.amount), key=lambda line: line.booked_on)
    return [replace(line, position=at) for at, line in enumerate(moved, 1)]
