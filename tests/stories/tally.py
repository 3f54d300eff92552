"""What many rounds of misfortune came to, and the table of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields

HEADINGS = ("Misfortune", "Runs", "Attempts", "Faults", "Sent", "Doubled", "Lost", "Queued")
Row = Sequence[str | int]


@dataclass
class Tally:
    """`doubled` and `lost` have to be zero. An attempt is one handing over of one message to the server."""

    rounds: int = 0
    runs: int = 0
    kills: int = 0
    attempts: int = 0
    messages: int = 0
    sent: int = 0
    uncertain: int = 0
    refused: int = 0  # By the server for good: a person has a task, and nothing is repeated
    faults: int = 0  # Beside the kills
    doubled: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    where: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: Tally) -> Tally:
        return Tally(**{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)})

    @property
    def sound(self) -> bool:
        return not self.doubled and not self.lost

    def row(self, name: str) -> Row:
        """As the table has it; queued is what waits for a person."""
        queued = self.uncertain + self.refused
        return (name, self.runs, self.attempts, self.kills + self.faults, self.sent, len(self.doubled), len(self.lost), queued)


def table(rows: Sequence[Row]) -> str:
    """In Markdown."""
    lines = [HEADINGS, ("---", *("---:" for _heading in HEADINGS[1:])), *rows]
    return "\n".join(map(line, lines))


def line(row: Row) -> str:
    return f"| {' | '.join(f'{cell:,}' if isinstance(cell, int) else str(cell) for cell in row)} |"
