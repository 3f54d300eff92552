"""Messages from outside are parsed in a process that can be thrown away: one that ends it, or takes too long, keeps no other back."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import socket
import subprocess
import sys
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cobranza_rules.language import Sentence, _
from cobranza_rules.mail.message import Failures, IncomingAttachment, IncomingMessage
from cobranza_rules.mail.mime import UnreadableMessage
from cobranza_rules.wire import WireClosedError, WireTimeoutError, close, receive, send

SECONDS = 30.0  # For one message; a usual one takes a thousandth of one.
TRIES = 3
AHEAD = 2
# -P keeps the current directory off the path, where a stray module could take the place of a real one.
PROGRAM = ("-P", "-m", "cobranza_rules.mail.reading_worker")
ENVIRONMENT = {"PATH": os.defpath, "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "2"}

Read = IncomingMessage | Sentence  # The message, or why it cannot be read


class MessageReader:
    """`processes` counts those that were started: one, and one more for each time that a message ended its own. Not for several threads."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self.processes = 0
        self._seconds = seconds
        self._process: _Process | None = None

    def read(self, paths: Sequence[Path]) -> Iterator[Read]:
        """In the order of `paths`; the process is at the next ones while one is being looked at. Raises OSError where it cannot be started."""
        done = 0
        while done < len(paths):
            for answer in self._answers([{"path": str(path)} for path in paths[done:]]):
                done += 1
                yield _read(answer)
            if done < len(paths):
                done += 1
                yield self._alone(paths[done - 1])

    def write_attachment(self, path: Path, number: int, target: Path) -> None:
        """The content of one of the message's attachments, counted from 0, goes into a new file. Raises UnreadableMessage."""
        for answer in self._answers([{"path": str(path), "attachment": number, "target": str(target)}]):
            if "written" in answer:
                return
            raise UnreadableMessage(_reason(answer))
        raise UnreadableMessage(_lost())

    @property
    def pid(self) -> int | None:
        """Of the process that reads now."""
        return self._process.pid if self._process is not None else None

    def close(self) -> None:
        if self._process is not None:
            self._process.end()
            self._process = None

    def _alone(self, path: Path) -> Read:
        """Of one that has ended a process: perhaps it was not its fault."""
        for _try in range(TRIES - 1):
            for answer in self._answers([{"path": str(path)}]):
                return _read(answer)
        return _lost()

    def _answers(self, asked: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """As many as come before the process is lost. Some are asked ahead, so few that neither side ever waits for room on the wire."""
        if self._process is None:
            self._process = _Process()
            self.processes += 1
        process = self._process
        try:
            for place in range(len(asked) + AHEAD):
                if place < len(asked):
                    send(process.wire, json.dumps(asked[place]).encode(), self._seconds)
                if place >= AHEAD:
                    answer: dict[str, Any] = json.loads(receive(process.wire, self._seconds))
                    yield answer
        except (WireClosedError, WireTimeoutError, ValueError):
            self.close()
        except GeneratorExit:
            self.close()  # What it was asked and nobody has read would be taken for the answer to what is asked next.
            raise


class _Process:
    """It is ended by `end`, at the latest when this object or the interpreter goes."""

    def __init__(self) -> None:
        self.wire, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(  # noqa: S603 (our own module, no shell)
                [sys.executable, *PROGRAM, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=ENVIRONMENT,
                pass_fds=(theirs.fileno(),),
            )
        self.pid = process.pid
        self.end = weakref.finalize(self, _end, process, self.wire)


def _end(process: subprocess.Popen[bytes], wire: socket.socket) -> None:
    close(wire)
    process.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=5)


def _read(answer: dict[str, Any]) -> Read:
    return message_of_json(answer["message"]) if "message" in answer else _reason(answer)


def _reason(answer: dict[str, Any]) -> Sentence:
    if "unreadable" in answer:
        return Sentence.from_json(answer["unreadable"])
    return _("the program failed on this message ({kind})", kind=str(answer.get("failed", "")))


def _lost() -> Sentence:
    return _("reading it takes more time or memory than a message may ({count} tries)", count=TRIES)


def message_of_json(said: dict[str, Any]) -> IncomingMessage:
    """As `dataclasses.asdict` and JSON have made it of a message."""
    lists = {name: tuple(said[name]) for name in ("to", "references", "authentication_results")}
    return IncomingMessage(
        **{
            **said,
            **lists,
            "dated": dt.datetime.fromisoformat(said["dated"]) if said["dated"] else None,
            "attachments": tuple(IncomingAttachment(**each) for each in said["attachments"]),
            "report_parts": tuple((media_type, text) for media_type, text in said["report_parts"]),
            "failures": Failures(tuple(said["failures"]["temporary"]), tuple(said["failures"]["permanent"])),
        }
    )
