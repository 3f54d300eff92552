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
