"""How LibreOffice shows a Word document: a second opinion for eyes and tests, never what a customer gets."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cobranza_rules.language import _
from cobranza_rules.letters.pdf_engine import checked_pdf, pdf_error

PROGRAMS = ("soffice", "libreoffice")
NAME = "LibreOffice"


@dataclass(frozen=True, slots=True)
class LibreOffice:
    """`program` is the path of the binary. Each call has a profile of its own, so that one that is open elsewhere does not matter."""

    program: str
    timeout_seconds: float = 120.0

    def as_pdf(self, word: bytes) -> bytes:
        """Raises ProblemError where it takes too long or makes nothing."""
        with tempfile.TemporaryDirectory(prefix="cobranza-word-") as folder:
            source = Path(folder, "letter.docx")
            source.write_bytes(word)
            self._convert(source, Path(folder))
            target = source.with_suffix(".pdf")
            return checked_pdf(target.read_bytes() if target.exists() else b"", NAME)

    def _convert(self, source: Path, folder: Path) -> None:
        command = [self.program, "--headless", "--norestore", f"-env:UserInstallation={(folder / 'profile').as_uri()}"]
        command += ["--convert-to", "pdf", "--outdir", str(folder), str(source)]
        environment = {"HOME": str(folder), "PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"}
        with subprocess.Popen(  # noqa: S603 (an installed program, no shell)
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:
            try:
                process.wait(self.timeout_seconds)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                what = _("LibreOffice was not ready after {seconds} seconds", seconds=f"{self.timeout_seconds:g}")
                raise pdf_error(what, _("close other programs and try again")) from None


def find_libreoffice() -> LibreOffice | None:
    """None where it is not installed: nothing rests on it."""
    found = next((program for name in PROGRAMS if (program := shutil.which(name)) is not None), None)
    return LibreOffice(found) if found is not None else None
