"""One wkhtmltopdf for many letters: it reads the options of each from a line of its standard input (`--read-args-from-stdin`).

Most of what a letter costs is the start of the program. It ends at the first letter that it cannot print, without a word of which; given one
letter at a time it can have failed of that one only. It says `Done` on its standard error when a file is complete.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cobranza_rules.language import _
from cobranza_rules.letters.child_process import ChildProcess
from cobranza_rules.letters.patience import Patience
from cobranza_rules.letters.pdf_engine import pdf_error

MOST_LETTERS = 250  # A process then makes way for a fresh one: these programs do not give all of their memory back.
_DONE = b"\rDone"
_MOST_SAID = 100_000  # Bytes of messages about one letter
_OUTSIDE = re.compile(rb"(Blocked access to|Failed to load)[^\r\n,]*")  # It says so, leaves the thing out, and goes on.
# Qt orders fonts and objects by a random hash unless it is told not to: the same letter would give other bytes.
_ENVIRONMENT = {"QT_QPA_PLATFORM": "offscreen", "QT_HASH_SEED": "0"}


class PrintingProcess:
    """`printed` counts its letters."""

    def __init__(self, command: Sequence[str]) -> None:
        """Raises ProblemError where the program cannot be started."""
        self.printed = 0
        try:
            self.child = ChildProcess([*command, "--read-args-from-stdin"], _ENVIRONMENT, by_errors=True)
        except OSError as error:
            what = _("wkhtmltopdf does not run: {detail}", detail=str(error))
            raise pdf_error(what, _("install it anew, or set pdf.engine to weasyprint")) from None

    @property
    def worn(self) -> bool:
        """It ended, or has printed so much that the next letter is better printed by another."""
        return self.printed >= MOST_LETTERS or not self.child.alive

    def close(self) -> None:
        self.child.close()

    def print(self, html: str, options: Sequence[str], timeout_seconds: float) -> bytes:
        """One letter; empty where the program wrote none.

        Raises ProblemError where the letter fetches something, and where the program fails or takes too long: then this is closed.
        """
        source, target = self.child.folder / "letter.html", self.child.folder / "letter.pdf"
        source.write_text(html, encoding="utf-8")
        target.unlink(missing_ok=True)
        patience = Patience(self.child.process.pid, timeout_seconds)
        self.child.tell(" ".join([*options, source.name, target.name]).encode() + b"\n")
        said = self._said(patience)
        self.printed += 1
        source.unlink()
        if outside := _OUTSIDE.search(said):
            what = _("the letter fetches something: {detail}", detail=outside[0].decode(errors="replace").strip())
            raise pdf_error(what, _("embed it in the template, or remove it"))
        return target.read_bytes() if target.is_file() else b""

    def _said(self, patience: Patience) -> bytes:
        """All that it says of the letter."""
        said = b""
        while _DONE not in said:
            piece = self.child.hear(patience)
            said = (said + piece)[-_MOST_SAID:]
            if not piece:
                code = self.child.process.wait()
                self.close()
                detail = said.decode(errors="replace").strip()[-300:] or str(code)
                raise pdf_error(_("wkhtmltopdf failed: {detail}", detail=detail), _("'cobranza doctor' checks the engine"))
        return said
