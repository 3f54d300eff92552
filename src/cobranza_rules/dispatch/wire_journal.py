"""How far a batch of messages has come on the wire, so that a killed run leaves one message in doubt and not the whole batch.

The database says of a batch, before the first of its messages is touched, that all of them are being sent, and what became of them only after the
last. In between stands this file: a line before each message and one after it, which outlive the process but, as nothing waits for the disk, not
the machine. So it is believed only on the machine and in the time between two starts in which it was written; else whatever stands at
`sending` is in doubt.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cobranza_rules.mail.message import Delivery, DeliveryReport

NAME = ".cobranza.wire"
BOOT = Path("/proc/sys/kernel/random/boot_id")
UNTOUCHED = DeliveryReport(Delivery.POSTPONED, "interrupted", "the program was stopped before its turn had come")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of one message."""

    message_id: str
    number: int


class WireJournal:
    def __init__(self, file: int) -> None:
        self._file = file

    def begins(self, attempt: Attempt) -> None:
        """Raises OSError; then the wire must not be touched."""
        _write(self._file, ["begins", attempt.message_id, attempt.number])

    def ended(self, report: DeliveryReport) -> None:
        _write(self._file, ["ended", report.outcome, report.phase, report.detail, report.refused])


@contextmanager
def journal_of(base: Path, attempts: Sequence[Attempt]) -> Iterator[WireJournal]:
    """Takes the place of the journal before, whose outcomes are in the database by now. Raises OSError."""
    file = os.open(base / NAME, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        _write(file, ["batch", _boot(), [[attempt.message_id, attempt.number] for attempt in attempts]])
        yield WireJournal(file)
    finally:
        os.close(file)


def read_journal(base: Path) -> Mapping[Attempt, DeliveryReport | None]:
    """What became of each message of the last batch; None of the one that was on the wire. Empty where the journal cannot be believed."""
    try:
        lines = (base / NAME).read_bytes().split(b"\n")[:-1]  # What has no end of line was not written to its end.
        return _told([json.loads(line) for line in lines])
    except (OSError, ValueError, LookupError, TypeError):
        return {}


def _told(lines: Sequence[Any]) -> Mapping[Attempt, DeliveryReport | None]:
    (kind, boot, listed), *rest = lines
    if kind != "batch" or not boot or boot != _boot():
        return {}
    found: dict[Attempt, DeliveryReport | None] = {Attempt(*one): UNTOUCHED for one in listed}
    current: Attempt | None = None
    for kind, *said in rest:
        if kind == "begins":
            current = Attempt(*said)
            found[current] = None
        elif current is not None:
            outcome, phase, detail, refused = said
            found[current] = DeliveryReport(Delivery(outcome), phase, detail, tuple((address, answer) for address, answer in refused))
    return found


def _write(file: int, what: Sequence[object]) -> None:
    line = json.dumps(what).encode() + b"\n"
    if os.write(file, line) != len(line):
        raise OSError("the journal of the wire could not be written to its end")


def _boot() -> str:
    """Another one after each start of the machine; empty where the system does not tell."""
    try:
        return BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return ""
