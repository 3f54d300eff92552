"""What a PDF engine is, and what every engine refuses."""

from __future__ import annotations

from typing import Protocol

from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem, ProblemError

LARGEST_HTML = 20_000_000  # Characters
LARGEST_PDF = 50_000_000  # Bytes


class PdfEngine(Protocol):
    """`name` and `version` are recorded beside each document."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    def render(self, html: str) -> bytes:
        """One PDF. Fetches nothing but data: addresses. The same HTML gives the same bytes. Raises ProblemError."""
        ...

    def close(self) -> None:
        """Lets go of its process. It may be asked for more, and begins anew."""
        ...


def pdf_error(what: Sentence, hint: Sentence) -> ProblemError:
    return ProblemError([Problem(what, hint)])


def checked_html(html: str) -> str:
    if len(html) > LARGEST_HTML:
        raise pdf_error(_("the letter is too long for a PDF"), _("split it, or send the statement of account as a spreadsheet"))
    return html


def checked_pdf(content: bytes, engine: str) -> bytes:
    """An engine that ran out of disk or was cut off leaves a torso: it must not reach a customer."""
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-1024:] or len(content) > LARGEST_PDF:
        raise pdf_error(_("{engine} made no complete PDF", engine=engine), _("try again; 'cobranza doctor' checks the engine"))
    return content
