"""A long run shows how far it is, a short one and one that speaks JSON do not."""

from __future__ import annotations

import pytest

from cobranza_rules.cli.progress import LONG, watched
from cobranza_rules.cli.screen import Screen


def shown(capsys: pytest.CaptureFixture[str], *totals: int, as_json: bool = False) -> str:
    with watched(Screen("en", as_json=as_json), "Letters and messages") as progress:
        for total in totals:
            for done in range(1, total + 1):
                progress(done, total)
    return capsys.readouterr().err


def test_a_long_run_has_a_bar_and_another_round_another(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, LONG).count("Letters and messages") == 1
    assert shown(capsys, LONG, 3, LONG + 1).count("Letters and messages") == 2


def test_a_short_run_and_json_have_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, LONG - 1) == ""
    assert shown(capsys, LONG, as_json=True) == ""
