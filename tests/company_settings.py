"""The sample company's settings without what ties a test to the story: statements that must have come, and limits of discounts."""

from __future__ import annotations

import re
from pathlib import Path

SETTINGS = Path(__file__).parents[1] / "samples" / "cobranza.toml"


def company_settings(changes: dict[str, str]) -> str:
    """`changes` replace texts."""
    text = re.sub(r"\nstatements = [^\n]*", "", SETTINGS.read_text(encoding="utf-8"))
    text = re.sub(r"\[discounts\]\n[^\n]+\n\n", "", text)
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return text


def without_packets(rules: str) -> str:
    """Rules in which Accounting gets no packets, each line in its place: most stories are about what customers get, and a packet takes its time."""
    return re.sub(r"(?m)^  - id: (?:collections|discounts)-to-accounting\n(?:    .*\n)+", lambda found: "\n" * found[0].count("\n"), rules)


def without_their_tests(tests: str) -> str:
    """Rule tests but those that name the rules of the packets."""
    return "\n\n".join(test for test in tests.split("\n\n") if "-to-accounting" not in test)


def keep_accounting_out(base: Path) -> None:
    """In the rules of a workspace."""
    file = base / "rules" / "collections.yaml"
    file.write_text(without_packets(file.read_text(encoding="utf-8")), encoding="utf-8")
    tests = base / "rules" / "tests" / "collections.yaml"
    tests.write_text(without_their_tests(tests.read_text(encoding="utf-8")), encoding="utf-8")
