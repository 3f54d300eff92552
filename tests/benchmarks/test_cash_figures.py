"""The benchmark of cash application: the floor applies nothing that ours does not, and the deposits are always the same."""

from __future__ import annotations

from pathlib import Path

from benchmarks.cash import FLOOR_NAME, measure_apply


def test_what_the_floor_applies_ours_applies_alike(tmp_path: Path) -> None:
    figure = measure_apply(40, turns=1, books=tmp_path)
    assert (figure.figure, figure.unit, figure.n, figure.reference_name) == ("apply", "deposits", 40, FLOOR_NAME)
    assert figure.ours > 0
    assert figure.reference > 0
