"""A text of a rules file and where each of its characters stands there, so that a message can point at the very word."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cobranza_rules.language import Sentence
from cobranza_rules.problems import Problem
from cobranza_rules.rules.place import Place


@dataclass(frozen=True, slots=True)
class Written:
    """`spots` has the line and column of every character and of the end; empty where the text stands on one line as it is."""

    text: str
    place: Place
    spots: tuple[tuple[int, int], ...] = ()

    def at(self, offset: int) -> Place:
        if self.spots:
            line, column = self.spots[min(offset, len(self.spots) - 1)]
            return Place(self.place.file, line, column)
        return Place(self.place.file, self.place.line, self.place.column + offset)

    def problem(self, offset: int, what: Sentence, hint: Sentence | None = None, *, warning: bool = False) -> Problem:
        return problem_at(self.at(offset), what, hint, warning=warning)


def problem_at(place: Place, what: Sentence, hint: Sentence | None = None, *, warning: bool = False) -> Problem:
    return Problem(what, hint, place.file, place.line, place.column, warning=warning)


def distinct(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each problem once, in order: a definition's own mistake comes back with every condition that uses it."""
    return tuple({(problem.warning, str(problem)): problem for problem in problems}.values())
