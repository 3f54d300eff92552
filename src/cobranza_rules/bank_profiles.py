"""The profiles of banks on the disk: those of the workspace, or those that come with the program where it has none of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from cobranza_rules.config import FILE_NAME
from cobranza_rules.domain.company import BankAccount
from cobranza_rules.intake.bank.profile import BankProfile
from cobranza_rules.intake.bank.profile_file import read_profile
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rule_files import read_file, shown_as, yaml_files
from cobranza_rules.rules.suggestions import suggestion
from cobranza_rules.starting import shipped

BANKS = "banks"


def profiles_in(rules: Path, base: Path) -> dict[str, BankProfile]:
    """By name, of the folder `banks` of the rules. Raises ProblemError with everything that is wrong in any of them."""
    folder = rules / BANKS if (rules / BANKS).is_dir() else shipped("rules") / BANKS
    profiles: dict[str, BankProfile] = {}
    problems: list[Problem] = []
    for path in yaml_files(folder, base):
        shown = shown_as(path, base)
        try:
            profiles[path.stem] = read_profile(shown, read_file(path, shown))
        except ProblemError as error:
            problems += error.problems
    if problems:
        raise ProblemError(problems)
    return profiles


def unknown_profiles(accounts: Sequence[BankAccount], profiles: Mapping[str, BankProfile]) -> list[Problem]:
    """Accounts whose statements would never be read."""
    return [
        Problem(
            _("there is no profile '{name}' of a bank", name=account.statements),
            suggestion(account.statements, profiles),
            FILE_NAME,
            place=f"company.accounts.{number}.statements",
        )
        for number, account in enumerate(accounts)
        if account.statements and account.statements not in profiles
    ]
