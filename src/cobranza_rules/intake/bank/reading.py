"""A file of a bank as statements, in whichever of the ways it is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cobranza_rules.domain.bank import BankStatement
from cobranza_rules.intake.bank.accounts import OurAccounts
from cobranza_rules.intake.bank.profile import BankProfile, Format
from cobranza_rules.intake.bank.sheet import Heads
from cobranza_rules.intake.bank.tables import read_table_statement
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError

_LOOKED_AT = 2**16
_MT940 = re.compile(rb"^:20:.{0,2000}?^:(?:25[A-Z]?|28C?|60[FM]):", re.MULTILINE | re.DOTALL)
_CAMT053 = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,40}:)?BkToCstmrStmt[\s>]")


@dataclass(frozen=True, slots=True)
class BankFiles:
    """How files of banks are read: the profiles by name, and the company's accounts. With `told` every file is a statement."""

    profiles: Mapping[str, BankProfile] = field(default_factory=dict)
    accounts: OurAccounts = field(default_factory=lambda: OurAccounts(()))
    told: bool = False


@dataclass
class BankRead:
    """The statements that are sound, and what is wrong with the others."""

    statements: list[BankStatement] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def format_of(content: bytes) -> Format | None:
    """MT940 and CAMT.053 tell themselves; None for anything else."""
    head = content[:_LOOKED_AT]
    if b"\x00" in head:
        head = head.replace(b"\x00", b"")
    if _CAMT053.search(head):
        return Format.CAMT053
    return Format.MT940 if _MT940.search(head) else None


def fitting(content: bytes, file: str, profiles: Mapping[str, BankProfile]) -> list[BankProfile]:
    """The profiles of tables all of whose headings stand in the file; of those that ask for more than another only the former."""
    heads = Heads(content, file)
    found = [profile for profile in profiles.values() if profile.format is Format.TABLE and heads.fit(profile)]
    most = max((len(profile.columns) for profile in found), default=0)
    return [profile for profile in found if len(profile.columns) == most]


def is_statement(content: bytes, file: str, files: BankFiles) -> bool:
    return files.told or format_of(content) is not None or bool(fitting(content, file, files.profiles))


def read_statements(content: bytes, file: str, files: BankFiles) -> BankRead:
    """Raises ProblemError where the file cannot be read at all."""
    from cobranza_rules.intake.bank.camt053 import read_camt053
    from cobranza_rules.intake.bank.mt940 import read_mt940

    kind = format_of(content)
    if kind is Format.MT940:
        return read_mt940(content, file, files)
    if kind is Format.CAMT053:
        return read_camt053(content, file, files)
    profile = _profile_for(content, file, files)
    statement, warnings = read_table_statement(content, file, profile, files.accounts)
    return BankRead([statement], [], warnings)


def _profile_for(content: bytes, file: str, files: BankFiles) -> BankProfile:
    found = fitting(content, file, files.profiles)
    if len(found) == 1:
        return found[0]
    if found:
        what = _("several profiles fit the statement: {names}", names=", ".join(profile.name for profile in found))
        raise ProblemError([Problem(what, _("tell them apart in rules/banks, by a heading or by 'table_after'"), file)])
    if (own := files.accounts.profile_of_chosen()) in files.profiles:
        return files.profiles[own]
    what = _("no profile of a bank fits: {names}", names=", ".join(sorted(files.profiles)) or "-")
    hint = _("docs/bank.md shows how a bank is added; if the headings were changed, download the statement again")
    raise ProblemError([Problem(what, hint, file)])
