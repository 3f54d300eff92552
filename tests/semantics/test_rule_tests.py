"""The sentences of the semantics as rule tests, over the shipped rules and over small ones. An analyst's workspace holds those of its rules only."""

from __future__ import annotations

from pathlib import Path

import pytest

from cobranza_rules.rule_files import run_files
from cobranza_rules.rules.testing_report import difference_lines

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(("name", "count"), [("semantics.yaml", 37), ("small-desk-tests.yaml", 6), ("two-ladders-tests.yaml", 6)])
def test_each_sentence_holds(name: str, count: int) -> None:
    tested = run_files([Path(__file__).with_name(name)], ROOT)
    results = [result for report in tested.reports for result in report.results]
    assert len(results) == count
    assert [str(line) for result in results for difference in result.differences for line in difference_lines(difference)] == []
