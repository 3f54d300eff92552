"""One process with durable-rules in it: started, asked within a time limit, and ended whatever state it is in."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import weakref
from collections.abc import Mapping
from typing import Any

import orjson

from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import Sentence, _
from cobranza_rules.wire import WireClosedError, WireTimeoutError, close, receive, send

START_SECONDS = 60.0
# -P keeps the current directory off the path, where a stray module could take the place of a real one.
PROGRAM = ("-P", "-m", "cobranza_rules.engine_worker")


class WorkerDiedError(Exception):
    """The worker crashed, hung or answered nonsense, and was ended. `how` goes on a sentence that begins with the worker."""

    def __init__(self, how: Sentence) -> None:
        super().__init__(str(how))
        self.how = how


class WorkerBrokenError(WorkerDiedError):
    """It never became ready, or answered nonsense: that is not for a search among the facts."""


class Worker:
    """It is ended by `end`, at the latest when this object or the interpreter goes."""

    def __init__(self, rulesets: Mapping[str, list[str]]) -> None:
        """Raises WorkerBrokenError."""
        self._wire, theirs = socket.socketpair()
        command = [sys.executable, *PROGRAM, str(theirs.fileno())]
        try:
            with theirs:
                self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=(theirs.fileno(),))  # noqa: S603 (our own module)
        except OSError as error:
            close(self._wire)
            raise WorkerBrokenError(_("could not be started ({detail})", detail=error.strerror)) from error
        self.pid = self._process.pid
        self.end = weakref.finalize(self, _end, self._process, self._wire)
        try:
            self._ask(orjson.dumps(rulesets), START_SECONDS)
        except WorkerDiedError as error:
            raise WorkerBrokenError(_("could not be started ({detail})", detail=error.how)) from error

    def match(self, scope: Scope, facts: list[str], seconds: float) -> list[frozenset[int]]:
        """Numbers of the conditions that hold, for each fact. Raises WorkerDiedError."""
        asked = "\n".join([scope.value, *facts]).encode()  # JSON has no line break of its own
        try:
            answer: dict[str, Any] = orjson.loads(self._ask(asked, seconds))
            sets = [frozenset(numbers) for numbers in answer["sets"]]
            found = [sets[row] for row in answer["rows"]]
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise self._lied() from error
        if len(found) != len(facts):
            raise self._lied()
        return found

    def _ask(self, message: bytes, seconds: float) -> bytes:
        try:
            send(self._wire, message, seconds)
            return receive(self._wire, seconds)
        except WireTimeoutError:
            self._process.kill()  # It may be caught in a loop, from which its closed wire would not wake it.
            self.end()
            raise WorkerDiedError(_("did not answer within {seconds} seconds", seconds=f"{seconds:g}")) from None
        except WireClosedError:
            self.end()
            raise WorkerDiedError(_("ended (exit code {code})", code=self._process.returncode)) from None

    def _lied(self) -> WorkerBrokenError:
        self.end()
        return WorkerBrokenError(_("answered nonsense"))


def _end(process: subprocess.Popen[bytes], wire: socket.socket) -> None:
    """A worker ends by itself when its wire closes; one that does not is killed. Either way it is waited for: no zombie stays."""
    close(wire)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=1)
        return
    process.kill()
    process.wait()
