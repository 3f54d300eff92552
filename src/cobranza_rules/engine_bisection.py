"""Finds the facts that a worker dies of: the halves of its chunk are asked again of fresh workers, down to single facts."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cobranza_rules.engine_process import WorkerBrokenError, WorkerDiedError

Numbers = frozenset[int]
Ask = Callable[[list[str], float], Sequence[Numbers]]  # Facts as written, and seconds; raises WorkerDiedError


@dataclass(frozen=True, slots=True)
class Patience:
    """`deaths` and `seconds` bound one search. A piece gets `shortest` seconds and `per_fact` more for each of its facts."""

    deaths: int = 40
    seconds: float = 60.0
    shortest: float = 1.0
    per_fact: float = 0.004

    def of(self, size: int) -> float:
        return self.shortest + self.per_fact * size


@dataclass(slots=True)
class Search:
    """`answers` by the fact as written. `killers` are those of which a worker died when it was given nothing else.

    Facts that are in neither were left open, because the patience was at its end or no worker could be had.
    """

    answers: dict[str, Numbers] = field(default_factory=dict)
    killers: list[str] = field(default_factory=list)
    deaths: int = 0


def search(facts: Sequence[str], ask: Ask, patience: Patience, clock: Callable[[], float] = time.monotonic) -> Search:
    """For facts of which a worker has died as a whole. A fact that stands in it several times is asked for once."""
    found = Search()
    deadline = clock() + patience.seconds
    pending = _halves(list(dict.fromkeys(facts)))
    while pending and found.deaths < patience.deaths and clock() < deadline:
        piece = pending.pop()
        try:
            answers = ask(piece.facts, patience.of(len(piece.facts)))
        except WorkerBrokenError:
            break
        except WorkerDiedError:
            found.deaths += 1
            if len(piece.facts) == 1:
                found.killers += piece.facts
            else:
                pending += _halves(piece.facts)
            continue
        found.answers.update(zip(piece.facts, answers, strict=True))
        if piece.first and len(pending[-1].facts) > 1:
            # The whole died and this half did not, so the other one is to blame: it is not asked as a whole, which saves a worker.
            pending += _halves(pending.pop().facts)
    return found


@dataclass(frozen=True, slots=True)
class _Piece:
    """`first` of two halves: while it stands on the pile, the other one lies right below it."""

    facts: list[str]
    first: bool


def _halves(facts: list[str]) -> list[_Piece]:
    """The first half last, since the pile is taken from its end. A single fact has no halves and is asked for by itself."""
    middle = len(facts) // 2
    if not middle:
        return [_Piece(facts, first=False)]
    return [_Piece(facts[middle:], first=False), _Piece(facts[:middle], first=True)]
