"""The sample company's settings without what ties a test to the story: statements that must have come, and limits of discounts."""

from __future__ import annotations

import re
from pathlib import Path

# Most stories are about reminders, and a packet takes its time.
ABOUT_PAYMENTS = ("collections-to-accounting", "discounts-to-accounting", "payment-confirmed", "payment-reversed")
SETTINGS = Path(__file__).parents[1] / "samples" / "cobranza.toml"


def company_settings(changes: dict[str, str]) -> str:
    """`changes` replace texts."""
    text = re.sub(r"\nstatements = [^\n]*", "", SETTINGS.read_text(encoding="utf-8"))
    text = re.sub(r"\[discounts\]\n[^\n]+\n\n", "", text)
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return text


def without_rules(rules: str, *ids: str) -> str:
    """Rules but these, each line of the others in its place."""
    return re.sub(rf"(?m)^  - id: (?:{'|'.join(ids)})\n(?:    .*\n)+", lambda found: "\n" * found[0].count("\n"), rules)


def without_their_tests(tests: str) -> str:
    """Rule tests but those that name one of these rules."""
    return "\n\n".join(test for test in tests.split("\n\n") if not re.search("|".join(ABOUT_PAYMENTS), test))


def keep_accounting_out(base: Path) -> None:
    """In the rules of a workspace."""
    file = base / "rules" / "collections.yaml"
    file.write_text(without_rules(file.read_text(encoding="utf-8"), *ABOUT_PAYMENTS), encoding="utf-8")
    tests = base / "rules" / "tests" / "collections.yaml"
    tests.write_text(without_their_tests(tests.read_text(encoding="utf-8")), encoding="utf-8")
