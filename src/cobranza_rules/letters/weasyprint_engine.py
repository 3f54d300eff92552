"""PDF by WeasyPrint: the same HTML where wkhtmltopdf cannot be had. Slower; it works in a process of its own with bounds, like the other."""

from __future__ import annotations

import importlib.metadata
import sys
from dataclasses import dataclass, field

from cobranza_rules.language import _
from cobranza_rules.letters.child_process import ChildProcess
from cobranza_rules.letters.patience import Patience
from cobranza_rules.letters.pdf_engine import LARGEST_PDF, checked_html, checked_pdf, pdf_error
from cobranza_rules.letters.printing_process import MOST_LETTERS

_WORKER = (sys.executable, "-m", "cobranza_rules.letters.weasyprint_worker")
_LENGTH = 8  # Bytes; the worker's module would bring the library into this process.
_HINT = _("'cobranza doctor' checks the engine")


@dataclass
class WeasyprintEngine:
    """One process prints letter after letter until it has printed MOST_LETTERS or `close` ends it."""

    timeout_seconds: float = 60.0
    name: str = field(default="weasyprint", init=False)
    _child: ChildProcess | None = field(default=None, init=False, repr=False, compare=False)
    _printed: int = field(default=0, init=False, repr=False, compare=False)

    @property
    def version(self) -> str:
        return importlib.metadata.version("weasyprint")

    def render(self, html: str) -> bytes:
        page = checked_html(html).encode()
        child = self._running()
        patience = Patience(child.process.pid, self.timeout_seconds)
        child.tell(len(page).to_bytes(_LENGTH) + page)
        self._printed += 1
        head = self._heard(child, 1 + _LENGTH, patience)
        length = int.from_bytes(head[1:])
        if length > LARGEST_PDF:
            self.close()
            return checked_pdf(b"", self.name)
        content = self._heard(child, length, patience)
        if head[:1] != b"+":
            raise pdf_error(_("WeasyPrint failed: {detail}", detail=content.decode(errors="replace")), _HINT)
        return checked_pdf(content, self.name)

    def _heard(self, child: ChildProcess, length: int, patience: Patience) -> bytes:
        """So many bytes of its answer."""
        heard = b""
        while len(heard) < length:
            piece = child.hear(patience, length - len(heard))
            if not piece:
                code = child.process.wait()
                self.close()
                raise pdf_error(_("WeasyPrint failed: {detail}", detail=str(code)), _HINT)
            heard += piece
        return heard

    def _running(self) -> ChildProcess:
        if self._child is None or not self._child.alive or self._printed >= MOST_LETTERS:
            self.close()
            self._child, self._printed = ChildProcess(_WORKER, {}, by_errors=False), 0
        return self._child

    def close(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None
