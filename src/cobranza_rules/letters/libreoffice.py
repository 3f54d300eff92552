"""How LibreOffice shows a Word document: a second opinion for eyes and tests, never what a customer gets."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
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
        return self.as_pdfs({"letter": word})["letter"]

    def as_pdfs(self, words: Mapping[str, bytes]) -> dict[str, bytes]:
        """Many in one call, by names that are fit for files: starting it takes longer than a letter. Raises ProblemError."""
        with tempfile.TemporaryDirectory(prefix="cobranza-word-") as folder:
            sources = {name: Path(folder, f"{name}.docx") for name in words}
            for name, source in sources.items():
                source.write_bytes(words[name])
            self._convert(list(sources.values()), Path(folder))
            made = {name: source.with_suffix(".pdf") for name, source in sources.items()}
            return {name: checked_pdf(target.read_bytes() if target.exists() else b"", NAME) for name, target in made.items()}

    def _convert(self, sources: Sequence[Path], folder: Path) -> None:
        command = [self.program, "--headless", "--norestore", f"-env:UserInstallation={(folder / 'profile').as_uri()}"]
        command += ["--convert-to", "pdf", "--outdir", str(folder), *map(str, sources)]
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
