"""Settings of our own accounts that cannot be followed are said with their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from cobranza_rules.config import read_settings
from cobranza_rules.problems import ProblemError


def test_an_account_number_that_is_too_long(tmp_path: Path, sample_settings: Path) -> None:
    file = tmp_path / "cobranza.toml"
    text = sample_settings.read_text(encoding="utf-8")
    file.write_text(text.replace('account = "00012345678"', f'account = "{"1" * 41}"'), encoding="utf-8")
    with pytest.raises(ProblemError) as caught:
        read_settings(file)
    (found,) = caught.value.problems
    assert found.text().removeprefix(str(file)) == (
        " (company.accounts.0.account): not a valid value: it must have at most 40 characters; see docs/configuration.md"
    )
