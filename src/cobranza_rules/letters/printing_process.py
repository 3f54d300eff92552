"""One wkhtmltopdf for many letters: it reads the options of each from a line of its standard input (`--read-args-from-stdin`).

Most of what a letter costs is the start of the program. It ends at the first letter that it cannot print, without a word of which; given one
letter at a time it can have failed of that one only. It says `Done` on its standard error when a file is complete.
"""

from __future__ import annotations

import contextlib
import os
import re
import resource
import select
import shutil
import signal
import subprocess
import tempfile
import time
import weakref
from collections.abc import Sequence
from pathlib import Path

from cobranza_rules.language import _
from cobranza_rules.letters.pdf_engine import LARGEST_PDF, pdf_error

MOST_LETTERS = 250  # A process then makes way for a fresh one: the program does not give all of its memory back.
LARGEST_MEMORY = 4 * 2**30  # Bytes of addresses; the program reserves 1.4 GB of them and uses 70 MB.
_DONE = b"\rDone"
_MOST_SAID = 100_000  # Bytes of messages about one letter
_OUTSIDE = re.compile(rb"(Blocked access to|Failed to load)[^\r\n,]*")  # It says so, leaves the thing out, and goes on.
# Qt orders fonts and objects by a random hash unless it is told not to: the same letter would give other bytes.
_ENVIRONMENT = {"LANG": "C.UTF-8", "TZ": "UTC", "QT_QPA_PLATFORM": "offscreen", "QT_HASH_SEED": "0"}


class PrintingProcess:
    """`printed` counts its letters. It sees an environment and a folder of its own, and ends with this object at the latest."""

    def __init__(self, command: Sequence[str]) -> None:
        """Raises ProblemError where the program cannot be started."""
        self.printed = 0
        self.folder = Path(tempfile.mkdtemp(prefix="cobranza-pdf-"))
        places = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.folder), "XDG_RUNTIME_DIR": str(self.folder)}
        try:
            self._process = subprocess.Popen(  # noqa: S603 (a configured program with our own options, no shell)
                [*command, "--read-args-from-stdin"],
                cwd=self.folder,
                env=_ENVIRONMENT | places,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
                bufsize=0,
            )
        except OSError as error:
            shutil.rmtree(self.folder, ignore_errors=True)
            what = _("wkhtmltopdf does not run: {detail}", detail=str(error))
            raise pdf_error(what, _("install it anew, or set pdf.engine to weasyprint")) from None
        self.close = weakref.finalize(self, _end, self._process, self.folder)
        _bound(self._process.pid)

    @property
    def worn(self) -> bool:
        """It ended, or has printed so much that the next letter is better printed by another."""
        return self.printed >= MOST_LETTERS or not self.close.alive or self._process.poll() is not None

    def print(self, html: str, options: Sequence[str], timeout_seconds: float) -> bytes:
        """One letter; empty where the program wrote none.

        Raises ProblemError where the letter fetches something, and where the program fails or takes too long: then this is closed.
        """
        source, target = self.folder / "letter.html", self.folder / "letter.pdf"
        source.write_text(html, encoding="utf-8")
        target.unlink(missing_ok=True)
        with contextlib.suppress(BrokenPipeError):  # It has ended; what it said of it is read below.
            self._pipe_in(" ".join([*options, source.name, target.name]).encode() + b"\n")
        said = self._said(time.monotonic() + timeout_seconds, timeout_seconds)
        self.printed += 1
        source.unlink()
        if outside := _OUTSIDE.search(said):
            what = _("the letter fetches something: {detail}", detail=outside[0].decode(errors="replace").strip())
            raise pdf_error(what, _("embed it in the template, or remove it"))
        return target.read_bytes() if target.is_file() else b""

    def _pipe_in(self, line: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line)

    def _said(self, until: float, timeout_seconds: float) -> bytes:
        """All that it says of the letter."""
        assert self._process.stderr is not None
        said = b""
        while _DONE not in said:
            ready, _write, _failed = select.select([self._process.stderr], [], [], max(until - time.monotonic(), 0))
            if not ready:
                self.close()
                what = _("the PDF was not ready after {seconds} seconds", seconds=f"{timeout_seconds:g}")
                raise pdf_error(what, _("raise pdf.timeout_seconds, or shorten the letter"))
            piece = os.read(self._process.stderr.fileno(), 65_536)
            said = (said + piece)[-_MOST_SAID:]
            if not piece:
                code = self._process.wait()
                self.close()
                detail = said.decode(errors="replace").strip()[-300:] or str(code)
                raise pdf_error(_("wkhtmltopdf failed: {detail}", detail=detail), _("'cobranza doctor' checks the engine"))
        return said


def _bound(process: int) -> None:
    """Memory and size of its files; where the system knows no such bounds the time limit has to do."""
    if hasattr(resource, "prlimit"):
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(process, resource.RLIMIT_AS, (LARGEST_MEMORY, LARGEST_MEMORY))
            resource.prlimit(process, resource.RLIMIT_FSIZE, (LARGEST_PDF, LARGEST_PDF))


def _end(process: subprocess.Popen[bytes], folder: Path) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stderr):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
    shutil.rmtree(folder, ignore_errors=True)
