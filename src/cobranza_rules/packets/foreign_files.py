"""Files from outside become plain pages, each within bounds, in a process that can be thrown away: what ends it ends no packet."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from cobranza_rules.packets.foreign_worker import JOBS
from cobranza_rules.packets.refusals import Refusal

MB = 1_000_000
PDF = "application/pdf"
PICTURES = frozenset({"image/jpeg", "image/png", "image/tiff"})
PROGRAM = ("-P", "-m", "cobranza_rules.packets.foreign_worker")


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of one file: bytes as stored, `pages`, `seconds` of processor time, bytes of `memory`, and what its pages unpack to."""

    largest: int = 50 * MB
    pages: int = 1000
    seconds: int = 20
    memory: int = 1000 * MB
    content: int = 200 * MB
    largest_output: int = 200 * MB


@dataclass(frozen=True, slots=True)
class ForeignFile:
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ForeignPages:
    """`content` is a PDF of plain pages, and empty where `refused` says why there is none. `left_out` are words of `plain_pages`."""

    content: bytes = b""
    pages: int = 0
    left_out: tuple[str, ...] = ()
    refused: Refusal | None = None


@dataclass
class ForeignReader:
    """`processes` counts those that were started: one, and one more for each file that ended its own."""

    bounds: Bounds = field(default_factory=Bounds)
    processes: int = 0

    def read(self, files: Sequence[ForeignFile]) -> list[ForeignPages]:
        """In the order of `files`."""
        found: dict[int, ForeignPages] = {}
        waiting = []
        for place, file in enumerate(files):
            refused = self._refused_unopened(file)
            if refused is not None:
                found[place] = ForeignPages(refused=refused)
            else:
                waiting.append(place)
        with tempfile.TemporaryDirectory(prefix="cobranza-packet-") as name:
            folder = Path(name)
            for place in waiting:
                (folder / f"{place}.in").write_bytes(files[place].content)
            while waiting:
                self._run(folder, [(place, files[place].media_type) for place in waiting])
                answered = dict(_answers(folder, waiting))
                found |= answered
                waiting = [place for place in waiting if place not in answered]
                if waiting:  # The process has ended at the first one without an answer.
                    found[waiting.pop(0)] = ForeignPages(refused=Refusal.TOO_SLOW)
        return [found[place] for place in range(len(files))]

    def _refused_unopened(self, file: ForeignFile) -> Refusal | None:
        if file.media_type != PDF and file.media_type not in PICTURES:
            return Refusal.OTHER_KIND
        return Refusal.TOO_LARGE if len(file.content) > self.bounds.largest else None

    def _run(self, folder: Path, jobs: Sequence[tuple[int, str]]) -> None:
        told = {
            "bounds": asdict(self.bounds),
            "jobs": [
                {"media_type": media, "source": f"{place}.in", "target": f"{place}.pdf", "answer": f"{place}.json"} for place, media in jobs
            ],
        }
        (folder / JOBS).write_text(json.dumps(told), encoding="utf-8")
        self.processes += 1
        with subprocess.Popen(  # noqa: S603 (our own module, no shell)
            [sys.executable, *PROGRAM, str(folder)],
            cwd=folder,
            env={"PATH": os.defpath, "HOME": str(folder), "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "2"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:
            try:
                # Processor time is bounded in the process itself; this is for one that waits for something.
                process.wait(timeout=30 + 3 * self.bounds.seconds * len(jobs))
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)


def _answers(folder: Path, places: Sequence[int]) -> Iterator[tuple[int, ForeignPages]]:
    for place in places:
        try:
            answer: dict[str, Any] = json.loads((folder / f"{place}.json").read_bytes())
        except (OSError, ValueError):
            return
        if "refused" in answer:
            yield place, ForeignPages(refused=Refusal(answer["refused"]))
        else:
            yield place, ForeignPages((folder / f"{place}.pdf").read_bytes(), answer["pages"], tuple(answer["left_out"]))
