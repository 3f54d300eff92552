"""A program that makes PDFs, as a child with bounds: its own folder, its own environment, so much memory, and no longer life than ours."""

from __future__ import annotations

import contextlib
import os
import resource
import select
import shutil
import signal
import subprocess
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path

from cobranza_rules.language import _
from cobranza_rules.letters.patience import MOST_WAITING, Patience
from cobranza_rules.letters.pdf_engine import LARGEST_PDF, pdf_error
from cobranza_rules.problems import ProblemError

LARGEST_MEMORY = 4 * 2**30  # Bytes of addresses; wkhtmltopdf reserves 1.4 GB of them and uses 70 MB.
_PIECE = 65_536  # Bytes


class ChildProcess:
    """`answers` is what it says on the stream that was asked for. `close` ends it and removes its folder; so does the end of this object."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], *, by_errors: bool) -> None:
        """`by_errors`: it answers on standard error and not on standard output. Raises OSError where it cannot be started."""
        self.folder = Path(tempfile.mkdtemp(prefix="cobranza-pdf-"))
        places = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.folder), "XDG_RUNTIME_DIR": str(self.folder)}
        try:
            self.process = subprocess.Popen(  # noqa: S603 (a configured program with our own options, no shell)
                command,
                cwd=self.folder,
                env={"LANG": "C.UTF-8", "TZ": "UTC", **environment, **places},
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL if by_errors else subprocess.PIPE,
                stderr=subprocess.PIPE if by_errors else subprocess.DEVNULL,
                start_new_session=True,
                bufsize=0,
            )
        except OSError:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        self.close = weakref.finalize(self, _end, self.process, self.folder)
        _bound(self.process.pid)

    @property
    def alive(self) -> bool:
        return self.close.alive and self.process.poll() is None

    def tell(self, content: bytes) -> None:
        """Nothing is said where it has ended: that is heard when it should answer."""
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            rest = memoryview(content)
            while rest:
                rest = rest[self.process.stdin.write(rest) or 0 :]

    def hear(self, patience: Patience, most: int = _PIECE) -> bytes:
        """The next piece of its answer, of at most `most` bytes; empty where it has ended.

        Raises ProblemError where the patience is over, and then it is closed.
        """
        answers = self.process.stdout or self.process.stderr
        assert answers is not None
        while not select.select([answers], [], [], patience.rest)[0]:
            if patience.is_over():
                self.close()
                raise _too_late(patience)
        if not patience.rest and self.alive and patience.is_spent():  # It says much, and never that it is done.
            self.close()
            raise _too_late(patience)
        return os.read(answers.fileno(), min(most, _PIECE))


def _too_late(patience: Patience) -> ProblemError:
    if patience.busy:
        seconds = f"{patience.seconds * MOST_WAITING:g}"
        what = _("the PDF was not ready after {seconds} seconds, for the machine is busy with other work", seconds=seconds)
        return pdf_error(what, _("try again when it is less busy, or raise pdf.timeout_seconds"))
    what = _("the PDF was not ready after {seconds} seconds", seconds=f"{patience.seconds:g}")
    return pdf_error(what, _("raise pdf.timeout_seconds, or shorten the letter"))


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
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
    shutil.rmtree(folder, ignore_errors=True)
