"""The replies under replies/ as data, and how well the patterns read them: now, and at first sight.

`script/score-replies` prints the tables of docs/mail.md from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from cobranza_rules.domain.reply import Classification, ReplyKind
from cobranza_rules.money import Money

from .messages import REPOSITORY, classified, reply

ROUNDS = ("first", "second", "third", "fourth", "fifth", "sixth")
HELD_OUT = ("third", "fourth", "fifth", "sixth")  # Rounds that keep what they were read as at first sight
TABLES = Path(__file__).parent / "replies"


@dataclass(frozen=True)
class Reading:
    """What a reply was read as. `facts` is whether every expected fact was read."""

    kind: str
    doubtful: bool
    facts: bool


@dataclass(frozen=True)
class Row:
    """One reply of the tables."""

    group: str
    text: str
    kind: str
    doubtful: bool
    facts: dict[str, str]
    also: tuple[str, ...]
    currency: str
    at_first: str

    def found(self) -> Classification:
        return classified(reply(self.text), currency=self.currency)

    def now(self) -> Reading:
        found = self.found()
        return self._as_meant(Reading(found.kind.value, found.doubtful, self.facts.items() <= shown(found).items()))

    def first_sight(self) -> Reading:
        if self.at_first in ("", "facts"):
            return Reading(self.kind, self.doubtful, not self.at_first)
        return self._as_meant(Reading(self.at_first.removesuffix("?"), self.at_first.endswith("?"), facts=True))

    def _as_meant(self, reading: Reading) -> Reading:
        return Reading(self.kind, reading.doubtful, reading.facts) if reading.kind in self.also else reading

    def is_right(self, reading: Reading) -> bool:
        return reading == Reading(self.kind, self.doubtful, facts=True)

    def is_mistaken(self, reading: Reading) -> bool:
        """Taken without a doubt for what it is not: of another kind, or clear where it is not."""
        return not reading.doubtful and (reading.kind != self.kind or self.doubtful)


def rows(groups: Iterable[str] = ROUNDS) -> list[Row]:
    return [_row(group, written) for group in groups for written in _written(group)]


def _written(group: str) -> list[dict[str, Any]]:
    """The first round are the tests that analysts find in their workspace."""
    if group == "first":
        return list(YAML(typ="safe").load((REPOSITORY / "rules" / "tests" / "replies.yaml").read_text("utf-8"))["tests"])
    return list(YAML(typ="safe").load((TABLES / f"{group}.yaml").read_text("utf-8")))


def _row(group: str, written: dict[str, Any]) -> Row:
    return Row(
        group,
        written["text"],
        written["kind"],
        written.get("doubtful", False),
        {name: _plain(value) for name, value in written.get("facts", {}).items()},
        tuple(written.get("also", ())),
        written.get("currency", "MXN"),
        written.get("at_first", ""),
    )


def shown(found: Classification) -> dict[str, str]:
    return {name: _plain(value) for name, value in found.facts.items()}


def _plain(value: object) -> str:
    if isinstance(value, Money):
        return f"{value.plain()} {value.currency}"
    return ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)


@dataclass(frozen=True)
class Score:
    """`precision`: of those read as the kind without a doubt, how many are; `recall`: of those that are clear, how many were so read.

    `to_person` is the share of the kind's replies that a person sees, those included that no reader could be sure of. None where there
    is none to count.
    """

    kind: str
    replies: int
    precision: float | None
    recall: float | None
    to_person: float | None


def scores(chosen: list[Row], read: Callable[[Row], Reading]) -> list[Score]:
    readings = [(row, read(row)) for row in chosen]
    return [_score(kind.value, readings) for kind in ReplyKind if not kind.automatic]


def _score(kind: str, readings: list[tuple[Row, Reading]]) -> Score:
    own = [(row, reading) for row, reading in readings if row.kind == kind]
    claimed = [row for row, reading in readings if reading.kind == kind and not reading.doubtful]
    clear = [reading for row, reading in own if not row.doubtful]
    right = sum(not reading.doubtful and reading.kind == kind for reading in clear)
    return Score(
        kind,
        len(own),
        _share(sum(row.kind == kind and not row.doubtful for row in claimed), len(claimed)),
        _share(right, len(clear)),
        _share(sum(reading.doubtful for _row, reading in own), len(own)),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def table(chosen: list[Row], read: Callable[[Row], Reading]) -> list[str]:
    lines = ["| kind | replies | precision | recall | to a person |", "|---|---|---|---|---|"]
    for score in scores(chosen, read):
        figures = (f"{figure:.0%}" if figure is not None else "–" for figure in (score.precision, score.recall, score.to_person))
        lines.append(f"| `{score.kind}` | {score.replies} | {' | '.join(figures)} |")
    return lines


def summary(name: str, chosen: list[Row], read: Callable[[Row], Reading]) -> str:
    """A line: right, left to a person though clear, facts missing, mistaken."""
    readings = [(row, read(row)) for row in chosen]
    right = sum(row.is_right(reading) for row, reading in readings)
    mistaken = sum(row.is_mistaken(reading) for row, reading in readings)
    facts = sum(reading.kind == row.kind and reading.doubtful == row.doubtful and not reading.facts for row, reading in readings)
    return f"| {name} | {len(chosen)} | {right} | {len(chosen) - right - mistaken - facts} | {facts} | {mistaken} |"


def report() -> list[str]:
    lines = [
        "| round | replies | read right | left to a person | facts missing | taken for something else without a doubt |",
        "|---|---|---|---|---|---|",
    ]
    lines += [summary(f"{group}, at first sight", rows([group]), Row.first_sight) for group in HELD_OUT]
    lines += [summary("all rounds, now", rows(), Row.now), "", "At first sight, the third to the sixth round:", ""]
    lines += [*table(rows(HELD_OUT), Row.first_sight), "", "Now, all rounds, by which the patterns have been corrected:", ""]
    return [*lines, *table(rows(), Row.now)]
