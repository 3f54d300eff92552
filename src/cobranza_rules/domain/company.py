"""The company whose invoices are collected: what its letters show."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Where customers pay in one currency. `clabe` has 18 digits; `swift` and `bank_address` serve customers abroad.

    `statements` names the bank's profile by which its statements are read; "" where none are expected.
    """

    currency: str
    bank: str
    account: str
    clabe: str
    beneficiary: str
    swift: str = ""
    bank_address: str = ""
    statements: str = ""

    @property
    def key(self) -> str:
        """Its number as statements and tables know it, however the settings part it."""
        return account_key(self.account)


def account_key(text: str) -> str:
    """Letters and digits alone: banks part an account number by spaces, hyphens and dots."""
    return re.sub(r"[^0-9A-Z]", "", text.upper())


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the company, by role: administration_manager, collections_analyst, supervisor, sales_manager, accounting."""

    role: str
    name: str
    title: str
    email: str
    phone: str = ""
    title_en: str = ""

    def title_in(self, language: str) -> str:
        """As it stands under a letter of that language; the only one where the settings name no other."""
        return (self.title_en if language == "en" else "") or self.title


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pictures of one letter, as PNG or JPEG; empty where there is none. `letterhead` is as wide as the text and replaces the printed one."""

    letterhead: bytes = b""
    logo: bytes = b""
    signature: bytes = b""
    rubric: bytes = b""


NO_PICTURES = Pictures()


@dataclass(frozen=True, slots=True)
class CompanyPictures:
    """Of the company, and of its people by role."""

    letterhead: bytes = b""
    logo: bytes = b""
    signatures: Mapping[str, bytes] = field(default_factory=dict)
    rubrics: Mapping[str, bytes] = field(default_factory=dict)

    def of(self, *, signer: Person | None, analyst: Person | None) -> Pictures:
        """What a letter shows that these two have signed and initialled; None for one who has not."""
        return Pictures(
            letterhead=self.letterhead,
            logo=self.logo,
            signature=self.signatures.get(signer.role, b"") if signer else b"",
            rubric=self.rubrics.get(analyst.role, b"") if analyst else b"",
        )


NO_COMPANY_PICTURES = CompanyPictures()


@dataclass(frozen=True, slots=True)
class Company:
    rfc: str
    name: str
    address: str
    city: str
    phone: str
    email: str
    website: str
    privacy_notice: str
    accounts: tuple[BankAccount, ...]
    people: tuple[Person, ...]

    @property
    def watched_accounts(self) -> tuple[str, ...]:
        """The numbers of those whose statements are expected."""
        return tuple(account.key for account in self.accounts if account.statements)

    def account_for(self, currency: str) -> BankAccount | None:
        return next((account for account in self.accounts if account.currency == currency), None)

    def person(self, role: str) -> Person | None:
        return next((person for person in self.people if person.role == role), None)
