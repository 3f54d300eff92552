"""Which chain of the rules writes a letter."""

from __future__ import annotations

from pathlib import Path

import pytest

from cobranza_rules.rules.document import read_rules
from cobranza_rules.rules.letter_chains import chain_of_letter

RULES, _WARNINGS = read_rules([("collections.yaml", (Path(__file__).parents[2] / "rules" / "collections.yaml").read_bytes())])


@pytest.mark.parametrize(
    ("letter", "rule", "ladder"),
    [
        ("transmittal", "transmittal", ""),
        ("acknowledgement-form", "transmittal", ""),
        ("first-reminder", "first-reminder", "collection"),
        ("second-reminder", "second-reminder", "collection"),
    ],
)
def test_a_letter_belongs_to_the_chain_that_writes_it(letter: str, rule: str, ladder: str) -> None:
    chain = chain_of_letter(RULES, letter)
    assert chain is not None
    assert (chain.rule_id, chain.ladder) == (rule, ladder)
    assert chain.steps


@pytest.mark.parametrize("letter", ["nothing", "", "overdue-warning"])
def test_what_no_chain_writes_belongs_to_none(letter: str) -> None:
    assert chain_of_letter(RULES, letter) is None


def test_what_the_chain_sets_goes_with_it() -> None:
    chain = chain_of_letter(RULES, "transmittal")
    assert chain is not None
    assert dict(chain.sets) == {"delivery": "sent"}
