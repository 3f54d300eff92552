"""The benchmark of letters: both sides write as many letters, and memory of many is set beside that of few."""

from __future__ import annotations

import pytest
from benchmarks.letters import FIGURES, measure_many, measure_side
from benchmarks.measuring import MeasuringError, cost_of


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure[0])
@pytest.mark.parametrize(("rows", "suffix"), [(10, ""), (60, "-60-rows")])
def test_both_sides_write_the_letters(figure: tuple[str, str, str], rows: int, suffix: str) -> None:
    name, other, told = figure
    measured = measure_side(name, other, told, rows, 3, turns=1)
    assert (measured.figure, measured.unit, measured.n, measured.reference_name) == (f"{name}{suffix}", "letters", 3, told)
    assert 0 < measured.ours < measured.reference
    assert measured.peak_mb > 20


def test_many_letters_are_set_beside_few() -> None:
    measured = measure_many(2, 4)
    assert (measured.figure, measured.n) == ("word-and-pdf-many", 4)
    assert measured.reference_name.startswith("ours, 2 letters (")


def test_a_side_that_fails_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(MeasuringError, match="failed with exit code 1"):
        cost_of("benchmarks.letters_run", "nobody", "1", "1", progress=True)
    assert "KeyError" in capfd.readouterr().err
