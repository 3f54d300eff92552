"""Where the engines run. durable-rules gets a process that can be thrown away; what a broken one leaves open the native engine answers."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator, Sequence
from itertools import count
from types import TracebackType
from typing import Any, Literal, Self

import orjson

from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.durable_program import DurableProgram
from cobranza_rules.rules.engine import Conditions, Engine, EngineError, Facts
from cobranza_rules.rules.native import NativeEngine
from cobranza_rules.wire import WireClosedError, WireTimeoutError, close, receive, send

CHUNK = 2000  # Facts that are lost to the native engine when the worker dies
CHUNK_SECONDS = 30.0
START_SECONDS = 60.0
MOST_DEATHS = 3  # In a row; then the native engine does the rest, so that a run does not wait for every chunk in vain.

Names = frozenset[str]
EngineName = Literal["durable", "native", "both"]


class WorkerDiedError(Exception):
    """The worker crashed, hung or answered nonsense, and was ended."""


class Worker:
    """One process with durable-rules in it. It is ended by `end`, at the latest when this object or the interpreter goes."""

    def __init__(self, rulesets: dict[str, list[str]]) -> None:
        """Raises WorkerDiedError."""
        self._wire, theirs = socket.socketpair()
        # -P keeps the current directory off the path, where a stray module could take the place of a real one.
        command = [sys.executable, "-P", "-m", "cobranza_rules.engine_worker", str(theirs.fileno())]
        try:
            with theirs:
                self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=(theirs.fileno(),))  # noqa: S603 (our own module)
        except OSError as error:
            close(self._wire)
            raise WorkerDiedError(f"could not be started ({error.strerror})") from error
        self.pid = self._process.pid
        self.end = weakref.finalize(self, _end, self._process, self._wire)
        self._ask(orjson.dumps(rulesets), START_SECONDS)

    def match(self, scope: Scope, facts: list[str], seconds: float) -> list[frozenset[int]]:
        """Numbers of the conditions that hold, for each fact. Raises WorkerDiedError."""
        asked = "\n".join([scope.value, *facts]).encode()  # JSON has no line break of its own
        try:
            answer: dict[str, Any] = orjson.loads(self._ask(asked, seconds))
            sets = [frozenset(numbers) for numbers in answer["sets"]]
            found = [sets[row] for row in answer["rows"]]
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise self._died("answered nonsense") from error
        if len(found) != len(facts):
            raise self._died("answered nonsense")
        return found

    def _ask(self, message: bytes, seconds: float) -> bytes:
        try:
            send(self._wire, message, seconds)
            return receive(self._wire, seconds)
        except WireTimeoutError:
            raise self._died(f"did not answer within {seconds:g} seconds") from None
        except WireClosedError:
            raise self._died("ended") from None

    def _died(self, how: str) -> WorkerDiedError:
        self.end()
        code = self._process.returncode
        return WorkerDiedError(f"{how} (exit code {code})" if how == "ended" else how)


def _end(process: subprocess.Popen[bytes], wire: socket.socket) -> None:
    """A worker ends by itself when its wire closes; one that does not is killed. Either way it is waited for: no zombie stays."""
    close(wire)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=1)
        return
    process.kill()
    process.wait()


class DurableRoom:
    """`incidents` tells of every worker that was lost. One caller at a time is let in, so that answers cannot be mixed up."""

    def __init__(self, conditions: Conditions, *, chunk: int = CHUNK, chunk_seconds: float = CHUNK_SECONDS) -> None:
        self.incidents: list[str] = []
        self._chunk, self._chunk_seconds = chunk, chunk_seconds
        self._native = NativeEngine(conditions)
        self._programs = {scope: DurableProgram(scope, conditions) for scope in Scope}
        self._worker: Worker | None = None
        self._deaths = 0
        self._chunks = count(1)
        self._lock = threading.Lock()

    @property
    def worker_pid(self) -> int:
        """0 while none is running."""
        return self._worker.pid if self._worker is not None else 0

    def evaluate(self, scope: Scope, facts: Sequence[Facts]) -> list[Names]:
        if not self._programs[scope].rulesets:
            return self._native.evaluate(scope, facts)
        with self._lock:
            return [names for chunk in _chunks(facts, self._chunk) for names in self._evaluate_chunk(scope, chunk)]

    def _evaluate_chunk(self, scope: Scope, facts: Sequence[Facts]) -> list[Names]:
        number = next(self._chunks)
        if self._deaths >= MOST_DEATHS:
            return self._native.evaluate(scope, facts)
        program = self._programs[scope]
        written = [program.write(each) for each in facts]
        try:
            matched = iter(self._match(scope, [text for text in written if text is not None]))
        except WorkerDiedError as error:
            self._lose_worker(f"the worker of durable-rules {error} at chunk {number} ({len(facts)} facts of '{scope}')")
            return self._native.evaluate(scope, facts)
        self._deaths = 0
        names = program.names
        return [
            self._native.evaluate(scope, [each])[0] if text is None else frozenset(names[index] for index in next(matched))
            for each, text in zip(facts, written, strict=True)
        ]

    def _match(self, scope: Scope, written: list[str]) -> list[frozenset[int]]:
        if not written:
            return []
        if self._worker is None:
            self._worker = Worker({of.value: program.rulesets for of, program in self._programs.items()})
        return self._worker.match(scope, written, self._chunk_seconds)

    def _lose_worker(self, incident: str) -> None:
        self._worker = None
        self._deaths += 1
        after = "; the native engine evaluated it"
        if self._deaths >= MOST_DEATHS:
            after += f" and, after {MOST_DEATHS} losses in a row, evaluates everything that follows"
        self.incidents.append(incident + after)

    def close(self) -> None:
        with self._lock:
            if self._worker is not None:
                self._worker.end()
                self._worker = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _chunks(facts: Sequence[Facts], size: int) -> Iterator[Sequence[Facts]]:
    for start in range(0, len(facts), size):
        yield facts[start : start + size]


class BothEngines:
    """Every fact is evaluated twice, and nothing is said where the answers differ."""

    def __init__(self, conditions: Conditions) -> None:
        self.room = DurableRoom(conditions)
        self._native = NativeEngine(conditions)

    @property
    def incidents(self) -> list[str]:
        return self.room.incidents

    def evaluate(self, scope: Scope, facts: Sequence[Facts]) -> list[Names]:
        """Raises EngineError that names the first fact on which they differ, and the conditions."""
        durable, native = self.room.evaluate(scope, facts), self._native.evaluate(scope, facts)
        for position, (one, other) in enumerate(zip(durable, native, strict=True)):
            if one != other:
                raise EngineError(_difference(scope, position, facts[position], one, other))
        return native

    def close(self) -> None:
        self.room.close()


def _difference(scope: Scope, position: int, facts: Facts, durable: Names, native: Names) -> str:
    """The fact by its number and by what names it, not by all its values: they belong to customers."""
    subject = next((f"{name} {facts[name]}" for name in ("invoice", "customer") if facts.get(name) is not None), f"fact {position}")
    only = [f"{name} holds by durable-rules only" for name in sorted(durable - native)]
    only += [f"{name} holds by the native engine only" for name in sorted(native - durable)]
    return f"the engines differ on {subject} (number {position} of scope '{scope}'): {', '.join(only)}"


def open_engine(name: EngineName, conditions: Conditions) -> Engine:
    """Raises ProblemError where durable-rules is asked for and cannot be imported."""
    if name == "native":
        return NativeEngine(conditions)
    try:
        import durable_rules_engine  # noqa: F401 (only whether it can be loaded matters: a build for another Python fails here, not later)
    except ImportError:
        raise ProblemError(
            [
                Problem(
                    _("the engine '{name}' needs durable-rules, which cannot be imported here", name=name),
                    _('install durable-rules, or write engine = "native" in cobranza.toml: both engines give the same answers'),
                    file="cobranza.toml",
                    place="engine",
                )
            ]
        ) from None
    return DurableRoom(conditions) if name == "durable" else BothEngines(conditions)
