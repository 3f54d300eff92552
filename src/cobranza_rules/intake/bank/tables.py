"""A bank's table, by its profile, as a statement. All of it is taken, or nothing."""

from __future__ import annotations

from collections.abc import Mapping

from cobranza_rules.domain.bank import BankStatement
from cobranza_rules.intake.bank.accounts import OurAccounts
from cobranza_rules.intake.bank.around import told_account, told_currency, told_period, told_totals
from cobranza_rules.intake.bank.balances import balance_problem, closing_of, opening_of, totals_problems
from cobranza_rules.intake.bank.profile import BankProfile
from cobranza_rules.intake.bank.rows import Movements, read_movements
from cobranza_rules.intake.bank.sheet import BankSheet, Layout, open_sheet
from cobranza_rules.intake.cfdi_reading import shown
from cobranza_rules.language import _
from cobranza_rules.money import Money
from cobranza_rules.problems import Problem, ProblemError


def read_table_statement(content: bytes, file: str, profile: BankProfile, accounts: OurAccounts) -> tuple[BankStatement, list[Problem]]:
    """The statement, and warnings. Raises ProblemError with everything that is wrong with it."""
    table, layout = open_sheet(content, file, profile)
    sheet = BankSheet(table, _complete(layout, profile, file))
    headings = sheet.layout.row
    account = accounts.of(told_account(table, headings, profile), profile.name, file)
    told = told_currency(table, headings, profile)
    if told and told != account.currency:
        raise ProblemError([other_currency(told, account.account, account.currency, file)])
    movements = read_movements(sheet, profile, account.currency, file)
    totals, problems = told_totals(sheet, profile, account.currency, file)
    if found := [*movements.problems, *problems]:
        raise ProblemError(found)
    period = told_period(table, headings, profile)
    if problems := _contradictions(movements, totals, account.currency, file):
        raise ProblemError(problems)
    if not movements.lines and period is None:
        what = _("the statement has no movement, and does not say of which days it is")
        raise ProblemError([Problem(what, _("download it again with the days that it covers"), file)])
    lines = tuple(movements.lines)
    opening = totals.get("opening", opening_of(lines))
    from_on, through_on = period or (lines[0].booked_on, lines[-1].booked_on)
    if lines and not from_on <= lines[0].booked_on <= lines[-1].booked_on <= through_on:
        what = _("a movement stands outside of the days of the statement, {first} to {last}", first=from_on, last=through_on)
        raise ProblemError([Problem(what, _("download the statement again, and do not edit it"), file)])
    closing = totals.get("closing") or closing_of(lines, opening)
    statement = BankStatement(account.key, account.currency, from_on, through_on, opening, closing, lines, profile.name)
    return statement, [*table.problems, *movements.warnings, *_unchecked(movements, totals, file)]


def other_currency(told: str, account: str, currency: str, file: str) -> Problem:
    what = _("the statement is in {told}, and the account {account} in {currency}", told=shown(told), account=account, currency=currency)
    return Problem(what, _("choose the account with --account, or correct its currency in cobranza.toml"), file)


def _complete(layout: Layout | None, profile: BankProfile, file: str) -> Layout:
    if layout is not None and not layout.missing:
        return layout
    lacking = layout.missing if layout is not None else tuple(wanted.headings[0] for wanted in profile.columns)
    what = _("headings of the profile {profile} are missing: {headings}", profile=profile.name, headings=", ".join(lacking))
    hint = _("download the statement again, or correct 'columns' in rules/banks/{profile}.yaml", profile=profile.name)
    raise ProblemError([Problem(what, hint, file)])


def _contradictions(movements: Movements, totals: Mapping[str, Money], currency: str, file: str) -> list[Problem]:
    broken = balance_problem(movements.lines, totals.get("opening"), file, movements.places)
    return [broken] if broken is not None else totals_problems(movements.lines, totals, currency, file)


def _unchecked(movements: Movements, totals: Mapping[str, Money], file: str) -> list[Problem]:
    """Amounts after the last balance, for which nothing vouches."""
    if "closing" in totals or {"deposits", "withdrawals"} <= totals.keys():
        return []
    last = max((at for at, line in enumerate(movements.lines, 1) if line.balance is not None), default=0)
    if not (without := movements.places[last:]):
        return []
    what = _("no balance comes after {count} movements: that none is missing was not checked", count=len(without))
    hint = _("compare their sum with the bank's, or download the statement with its balances")
    return [Problem(what, hint, file, place=without[0], warning=True)]
