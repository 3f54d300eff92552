"""The benchmark of intake: both sides read the same files, all of them, and a side that does not is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.intake import FIGURES, measure_side
from benchmarks.measuring import MeasuringError, run


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure[0])
def test_both_sides_read_all_files(figure: tuple[str, str, str, str, tuple[int, ...]], tmp_path: Path) -> None:
    name, unit, other, told, _sizes = figure
    measured = measure_side(name, unit, other, told, 40, turns=1, folder=tmp_path)
    assert (measured.figure, measured.unit, measured.n, measured.reference_name) == (name, unit, 40, told)
    assert measured.ours > 0
    assert measured.reference > 0
    assert measured.peak_mb > 20


@pytest.mark.parametrize("side", ["cfdi", "lxml"])
def test_a_side_that_reads_another_number_is_told(side: str, tmp_path: Path) -> None:
    path = run("benchmarks.synthetic_files", "cfdi", "4", str(tmp_path)).strip()
    with pytest.raises(MeasuringError, match="4 were read, not 5"):
        run("benchmarks.intake_run", side, path, "5")
