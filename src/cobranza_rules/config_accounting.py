"""The sections of cobranza.toml about deposits, about what is taken off invoices, and about the accounts of the journal."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from cobranza_rules.cash.deposit import Level, Policy
from cobranza_rules.config_sections import Section
from cobranza_rules.domain.discount import DiscountKind, Limits
from cobranza_rules.domain.journal import Accounts
from cobranza_rules.language import _
from cobranza_rules.money import MINOR_UNITS, Money
from cobranza_rules.problems import Problem, ProblemError

_CURRENCY = Annotated[str, Field(pattern=rf"^({'|'.join(MINOR_UNITS)})$")]
_ACCOUNT = Annotated[str, Field(max_length=40)]


class DiscountsSection(Section):
    """`limits` are amounts as texts by currency: what may be taken off an invoice without an approval. A currency that is not named has none.

    `approver` is the role that approves what is above it.
    """

    limits: dict[_CURRENCY, Annotated[str, Field(pattern=r"^\d{1,12}(\.\d{1,2})?$")]] = Field(default_factory=dict)
    approver: str = "administration_manager"

    def as_limits(self) -> Limits:
        return Limits({currency: Money.of(amount, currency).minor for currency, amount in self.limits.items()}, self.approver)


class AccountsSection(Section):
    """Numbers of accounts. `banks` by currency, `kinds` of discounts that have one of their own.

    `exchange_gain` and `exchange_loss` are needed once a payment is in another currency than its invoice. With both `vat_transferred` and `vat_to_transfer` the VAT of what was collected is posted as well.
    """

    customers: _ACCOUNT = ""
    discounts: _ACCOUNT = ""
    unapplied: _ACCOUNT = ""
    vat_transferred: _ACCOUNT = ""
    vat_to_transfer: _ACCOUNT = ""
    exchange_gain: _ACCOUNT = ""
    exchange_loss: _ACCOUNT = ""
    banks: dict[_CURRENCY, _ACCOUNT] = Field(default_factory=dict)
    kinds: dict[DiscountKind, _ACCOUNT] = Field(default_factory=dict)


class AccountingSection(Section):
    accounts: AccountsSection = AccountsSection()

    def as_accounts(self) -> Accounts:
        """Raises ProblemError with every account that a journal needs and that is not set."""
        given = self.accounts
        problems = [
            Problem(
                _("the account '{name}' is not set", name=name),
                _("name it under [accounting.accounts] in cobranza.toml"),
                place=f"accounting.accounts.{name}",
            )
            for name in ("customers", "discounts", "unapplied")
            if not getattr(given, name)
        ]
        if problems:
            raise ProblemError(problems)
        kinds = {kind.value: account for kind, account in given.kinds.items()}
        return Accounts(
            given.customers,
            given.discounts,
            given.unapplied,
            given.banks,
            kinds,
            given.vat_transferred,
            given.vat_to_transfer,
            given.exchange_gain,
            given.exchange_loss,
        )


class CashSection(Section):
    """`apply` are the levels of cash.deposit.Level that the program applies by itself; what is found otherwise is proposed.

    `days`: workdays that the bank's day and a receipt's may lie apart. `most_invoices` of a customer are looked at for a sum.
    """

    apply: tuple[Literal["named", "same", "exact"], ...] = ("named", "same", "exact")
    days: Annotated[int, Field(ge=0, le=30)] = 3
    most_invoices: Annotated[int, Field(ge=1, le=500)] = 40

    def policy(self) -> Policy:
        return Policy(frozenset(map(Level, self.apply)), self.days, self.most_invoices)


class PaymentPlansSection(Section):
    """`grace_workdays`: business days after the day of an instalment in which it may still be paid before the plan is broken."""

    grace_workdays: Annotated[int, Field(ge=0, le=30)] = 3
