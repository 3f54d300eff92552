"""Whether what a statement says of itself adds up: the running balance, the first and last one, and its totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cobranza_rules.domain.bank import BankLine
from cobranza_rules.language import _
from cobranza_rules.money import Money, total
from cobranza_rules.problems import Problem

_AGAIN = _("download the statement again; if the bank gives it so, ask the bank")


def broken_balance(lines: Sequence[BankLine], opening: Money | None) -> tuple[int, Money] | None:
    """The index of the first line whose running balance is not that before it and its amount, and what it should be. None where all are.

    Lines without a balance are summed up to the next one that has it; before the first balance that is known nothing can be said.
    """
    known = opening
    for index, line in enumerate(lines):
        expected = None if known is None else known + line.amount
        if line.balance is not None and expected is not None and line.balance != expected:
            return index, expected
        known = line.balance if line.balance is not None else expected
    return None


def opening_of(lines: Sequence[BankLine]) -> Money | None:
    """The balance before the first line, by the first running balance that is told."""
    moved = None
    for line in lines:
        moved = line.amount if moved is None else moved + line.amount
        if line.balance is not None:
            return line.balance - moved
    return None


def closing_of(lines: Sequence[BankLine], opening: Money | None) -> Money | None:
    if opening is None:
        return None
    known = opening
    for line in lines:
        known = known + line.amount
    return known


def totals_problems(lines: Sequence[BankLine], totals: Mapping[str, Money], currency: str, file: str) -> list[Problem]:
    """`totals` maps opening, closing, deposits and withdrawals (as a positive amount) to what the statement says of them."""
    deposits = total([line.amount for line in lines if line.is_deposit], currency)
    withdrawals = Money(-sum(line.amount.minor for line in lines if not line.is_deposit), currency)
    opening = totals.get("opening", opening_of(lines))
    problems = []
    for name, reckoned in (("deposits", deposits), ("withdrawals", withdrawals)):
        if name in totals and abs(totals[name].minor) != reckoned.minor:
            word = _("deposits") if name == "deposits" else _("withdrawals")
            what = _("the {word} add up to {reckoned}, and the statement says {told}", word=word, reckoned=reckoned, told=totals[name])
            problems.append(Problem(what, _AGAIN, file))
    told, reckoned_closing = totals.get("closing"), closing_of(lines, opening)
    if told is not None and reckoned_closing is not None and told != reckoned_closing:
        what = _("the last balance comes to {reckoned}, and the statement says {told}", reckoned=reckoned_closing, told=told)
        problems.append(Problem(what, _AGAIN, file))
    own_opening = opening_of(lines)
    if "opening" in totals and own_opening is not None and own_opening != totals["opening"]:
        what = _("the first line begins at {reckoned}, and the statement says {told}", reckoned=own_opening, told=totals["opening"])
        problems.append(Problem(what, _AGAIN, file))
    return problems


def balance_problem(lines: Sequence[BankLine], opening: Money | None, file: str, places: Sequence[str]) -> Problem | None:
    """The line at which the running balance breaks, by its place in the file."""
    broken = broken_balance(lines, opening)
    if broken is None:
        return None
    index, expected = broken
    what = _(
        "the running balance breaks here: {expected} was to come, and the statement says {told}",
        expected=expected,
        told=lines[index].balance,
    )
    hint = _("a line before it may be missing, doubled or shifted: download the statement again. Nothing of it was taken")
    return Problem(what, hint, file, place=places[index])
