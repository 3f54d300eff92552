"""One measured figure, and how figures are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """`ours` and `reference` are seconds for the same work on `n` things, `peak_mb` is the most memory that ours needed, in 2**20 bytes."""

    figure: str
    unit: str
    n: int
    ours: float
    reference: float
    reference_name: str
    peak_mb: float

    @property
    def ratio(self) -> float:
        return self.ours / self.reference


def as_json(figures: Sequence[Figure]) -> list[dict[str, Any]]:
    return [{**asdict(figure), "ratio": round(figure.ratio, 3)} for figure in figures]


def table(figures: Sequence[Figure]) -> str:
    """Costs in seconds, the ratio, and microseconds a thing: those tell sizes apart that seconds hide."""
    rows = [("figure", "n", "ours", "reference", "ratio", "us each", "peak MB", "reference is")]
    rows += [
        (
            each.figure,
            f"{each.n:,}",
            f"{each.ours:.3f}",
            f"{each.reference:.3f}",
            f"{each.ratio:.2f}",
            f"{each.ours / each.n * 1e6:.1f}",
            f"{each.peak_mb:.0f}",
            each.reference_name,
        )
        for each in figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = (
        "  ".join(
            cell.ljust(width) if column in (0, 7) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)
