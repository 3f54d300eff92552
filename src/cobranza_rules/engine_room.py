"""Where durable-rules runs: in a process that can be thrown away. A fact that kills one is found, set apart and answered by the native engine."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from itertools import count
from types import TracebackType
from typing import Self

from cobranza_rules.engine_bisection import Patience, Search, search
from cobranza_rules.engine_incident import Chunk, incident
from cobranza_rules.engine_process import Worker, WorkerBrokenError, WorkerDiedError
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import Sentence, _
from cobranza_rules.rules.durable_program import DurableProgram
from cobranza_rules.rules.engine import Conditions, Facts
from cobranza_rules.rules.native import NativeEngine

CHUNK = 2000  # Facts that a worker is given at once
CHUNK_SECONDS = 30.0
MOST_LOSSES = 3  # Chunks in a row; then the native engine does the rest, so that a run does not wait for every chunk in vain.

Names = frozenset[str]
Numbers = frozenset[int]


class DurableRoom:
    """`incidents` tells of every worker that was lost. One caller at a time is let in, so that answers cannot be mixed up."""

    def __init__(
        self, conditions: Conditions, *, chunk: int = CHUNK, chunk_seconds: float = CHUNK_SECONDS, patience: Patience | None = None
    ) -> None:
        self.incidents: list[Sentence] = []
        self._chunk, self._chunk_seconds, self._patience = chunk, chunk_seconds, patience or Patience()
        self._native = NativeEngine(conditions)
        self._programs = {scope: DurableProgram(scope, conditions) for scope in Scope}
        self._worker: Worker | None = None
        self._quarantine: set[bytes] = set()
        self._losses = 0
        self._chunks = count(1)
        self._lock = threading.Lock()

    @property
    def worker_pid(self) -> int:
        """0 while none is running."""
        return self._worker.pid if self._worker is not None else 0

    @property
    def quarantined(self) -> int:
        """How many different facts no worker is given any more."""
        return len(self._quarantine)

    def begin(self) -> None:
        """A new run: what was told is told, and workers are trusted again, for what kept them from answering may be over."""
        with self._lock:
            self.incidents.clear()
            self._losses = 0

    def evaluate(self, scope: Scope, facts: Sequence[Facts]) -> list[Names]:
        if not self._programs[scope].rulesets:
            return self._native.evaluate(scope, facts)
        with self._lock:
            return [names for chunk in self._parted(scope, facts) for names in self._evaluate_chunk(chunk)]

    def _parted(self, scope: Scope, facts: Sequence[Facts]) -> Iterator[Chunk]:
        for start in range(0, len(facts), self._chunk):
            part = facts[start : start + self._chunk]
            written = self._programs[scope].write_all(part)
            if self._quarantine:
                written = [None if text is None or _digest(scope, text) in self._quarantine else text for text in written]
            yield Chunk(next(self._chunks), scope, part, written)

    def _evaluate_chunk(self, chunk: Chunk) -> list[Names]:
        """What the worker has not answered the native engine does."""
        matched = iter(self._matched(chunk))
        answers = [None if text is None else next(matched) for text in chunk.written]
        program = self._programs[chunk.scope]
        return [
            self._native.evaluate(chunk.scope, chunk.facts[index : index + 1])[0] if numbers is None else program.named(numbers)
            for index, numbers in enumerate(answers)
        ]

    def _matched(self, chunk: Chunk) -> Sequence[Numbers | None]:
        """For each fact that was written. None where no worker could be brought to an answer."""
        written = [text for text in chunk.written if text is not None]
        if self._losses >= MOST_LOSSES or not written:
            return [None] * len(written)
        try:
            found = self._ask(chunk.scope, written, self._chunk_seconds)
        except WorkerDiedError as error:
            return self._searched(chunk, written, error)
        self._losses = 0
        return found

    def _searched(self, chunk: Chunk, written: list[str], death: WorkerDiedError) -> list[Numbers | None]:
        if isinstance(death, WorkerBrokenError):
            found = Search()
        else:
            found = search(written, lambda facts, seconds: self._ask(chunk.scope, facts, seconds), self._patience)
        self._quarantine |= {_digest(chunk.scope, text) for text in found.killers}
        self._count_loss(found, len(set(written)))
        said = incident(chunk, death.how, found)
        if self._losses >= MOST_LOSSES:
            said = _(
                "{incident}; it evaluates all that follows, since {losses} chunks in a row were lost", incident=said, losses=MOST_LOSSES
            )
        self.incidents.append(said)
        return [found.answers.get(text) for text in written]

    def _count_loss(self, found: Search, asked: int) -> None:
        """Lost is a chunk in which no worker answered anything, so that its facts are hardly to blame, or of which a part was left open."""
        lost = not found.answers or len(found.answers) + len(found.killers) < asked
        self._losses = self._losses + 1 if lost else 0

    def _ask(self, scope: Scope, written: list[str], seconds: float) -> list[Numbers]:
        """Of the worker that there is, else of a new one. Raises WorkerDiedError, after which there is none."""
        worker, self._worker = self._worker, None
        if worker is None:
            worker = Worker({of.value: program.rulesets for of, program in self._programs.items()})
        found = worker.match(scope, written, seconds)
        self._worker = worker
        return found

    def close(self) -> None:
        with self._lock:
            if self._worker is not None:
                self._worker.end()
                self._worker = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _digest(scope: Scope, written: str) -> bytes:
    return blake2b(f"{scope.value} {written}".encode(), digest_size=16).digest()
