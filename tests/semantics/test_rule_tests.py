"""The sentences of the semantics as rule tests over the shipped rules. An analyst's own workspace holds those of its rules only."""

from __future__ import annotations

from pathlib import Path

from cobranza_rules.rule_files import run_files
from cobranza_rules.rules.testing_report import difference_lines

ROOT = Path(__file__).resolve().parents[2]


def test_each_sentence_holds_for_the_shipped_rules() -> None:
    tested = run_files([Path(__file__).with_name("semantics.yaml")], ROOT)
    results = [result for report in tested.reports for result in report.results]
    assert len(results) == 27
    assert [str(line) for result in results for difference in result.differences for line in difference_lines(difference)] == []
