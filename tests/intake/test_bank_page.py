"""The example of docs/bank.md and docs/banco.es.md is a bank that is added: its profile reads its file."""

from __future__ import annotations

import re

import pytest
from tests.intake.bank_files import ACCOUNTS, ROOT, problems_of, read, shipped

from cobranza_rules.intake.bank.accounts import OurAccounts
from cobranza_rules.intake.bank.profile_file import FOUND, HEAD, KEYS, TOTALS, read_profile
from cobranza_rules.intake.bank.reading import BankFiles, fitting

PAGES = ("bank.md", "banco.es.md")


def block(page: str, kind: str) -> str:
    found = re.search(rf"^```{kind}\n(.*?)^```$", (ROOT / "docs" / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("page", PAGES)
def test_the_profile_of_the_page_reads_the_file_of_the_page(page: str) -> None:
    profile = read_profile("rules/banks/ejemplo.yaml", block(page, "yaml").encode())
    profiles = {**shipped(), profile.name: profile}
    content = block(page, "text").encode()
    assert fitting(content, "ejemplo.csv", profiles) == [profile]
    found = read(content, BankFiles(profiles, OurAccounts(ACCOUNTS)))
    assert (found.problems, found.warnings) == ([], [])
    (statement,) = found.statements
    deposit, fee = statement.lines
    assert (statement.account, statement.profile) == ("00012345678", "ejemplo")
    assert statement.opening is not None
    assert statement.closing is not None
    assert (statement.opening.plain(), statement.closing.plain()) == ("1000.00", "2148.40")
    assert (deposit.reference, deposit.tracking_key, deposit.counterparty_rfc) == ("0000123", "2026ABC", "KIJ0906199R1")
    assert (deposit.counterparty_name, deposit.kind, fee.kind, fee.amount.plain()) == ("KERNEL INDUSTIA", "spei", "fee", "-11.60")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Saldo final;2,148.40", "Saldo final;2,148.41", "the last balance comes to 2,148.40 MXN, and the statement says 2,148.41 MXN"),
        ("Saldo inicial;1,000.00", "Saldo inicial;1,000.01", "the running balance breaks here: 2,160.01 MXN was to come"),
        ("Saldo inicial;1,000.00", "Saldo inicial;mil", "'mil' is no amount"),
        (";A;", ";X;", "'X' says neither deposit nor withdrawal; what is expected is A or C"),
        (";C;11.60", ";C;-11.60", "the amount is negative beside a column of signs; correct 'signs' in the profile of the bank"),
    ],
)
def test_totals_and_signs_have_to_agree(page: str, old: str, new: str, said: str) -> None:
    profile = read_profile("rules/banks/ejemplo.yaml", block(page, "yaml").encode())
    content = block(page, "text")
    assert old in content
    found = problems_of(content.replace(old, new).encode(), BankFiles({"ejemplo": profile}, OurAccounts(ACCOUNTS)))
    assert any(said in problem for problem in found)


@pytest.mark.parametrize("page", PAGES)
def test_every_key_stands_on_the_page(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert [key for key in (*KEYS, *HEAD, *TOTALS, *FOUND) if f"`{key}`" not in text] == []
