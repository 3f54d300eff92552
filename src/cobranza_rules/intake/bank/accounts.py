"""Which of the company's accounts a statement is of. One that is not ours is a problem, and never a guess."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cobranza_rules.domain.company import BankAccount, account_key
from cobranza_rules.intake.cfdi_reading import shown
from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem, ProblemError

_SHORTEST = 6  # Digits by which an account can be told from others


@dataclass(frozen=True, slots=True)
class OurAccounts:
    """`chosen` is what a person named for files that do not name their account, "" for nothing."""

    accounts: Sequence[BankAccount]
    chosen: str = ""

    def of(self, told: str, profile: str, file: str) -> BankAccount:
        """By what the statement tells, else by what a person chose, else the only account whose statements come in this profile.

        Raises ProblemError.
        """
        unknown = _("the account {account} is none of the company's", account=shown(self.chosen))
        chosen = self._named(self.chosen, unknown, file) if self.chosen else None
        if told:
            not_ours = _("the statement is of the account {account}, which is none of the company's", account=shown(told))
            found = self._named(told, not_ours, file)
            if chosen is not None and found is not chosen:
                what = _("the statement is of the account {account}, not of {chosen}", account=shown(told), chosen=shown(self.chosen))
                raise ProblemError([Problem(what, _("leave --account out, or choose the right file"), file)])
            return found
        if chosen is not None:
            return chosen
        likely = [account for account in self.accounts if account.statements == profile]
        if len(likely) == 1:
            return likely[0]
        what = _("the statement does not say of which account it is")
        hint = _('name it with --account NUMBER, or write statements = "{profile}" into one block of company.accounts', profile=profile)
        raise ProblemError([Problem(what, hint, file)])

    def profile_of_chosen(self) -> str:
        """The profile of the account that a person chose; "" where nobody did, or it has none."""
        return next((account.statements for account in self.accounts if self.chosen and _is_named(self.chosen, account)), "")

    def _named(self, text: str, what: Sentence, file: str) -> BankAccount:
        found = [account for account in self.accounts if _is_named(text, account)]
        if len(found) == 1:
            return found[0]
        hint = _("add it to company.accounts in cobranza.toml if it is ours, with all its digits")
        raise ProblemError([Problem(what, hint, file)])


def _is_named(text: str, account: BankAccount) -> bool:
    """As the settings write it, zeros before it aside, by its CLABE, or by the eleven digits of its account in that (3 bank, 3 plaza)."""
    key = account_key(text).lstrip("0")
    if len(key) < _SHORTEST:
        return False
    known = {account.key, account_key(account.clabe), account_key(account.clabe)[6:17]}
    return key in {each.lstrip("0") for each in known if each}
