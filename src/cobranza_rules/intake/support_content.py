"""Whether a file may go with an invoice: a PDF or a picture of paper, within bounds. It is kept and sent as it came, and never opened."""

from __future__ import annotations

from cobranza_rules.domain.support import SupportKind
from cobranza_rules.intake.archive import MB
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError

PDF = "application/pdf"
SUFFIXES = {PDF: ".pdf", "image/jpeg": ".jpg", "image/png": ".png", "image/tiff": ".tif"}
LARGEST = 20 * MB
_PICTURES = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"II*\0", "image/tiff"), (b"MM\0*", "image/tiff"))
_LOOKED_AT = 1024  # ISO 32000-1, annex H: readers take a header in the first 1024 bytes, and the end mark in the last.


def media_type_of(content: bytes, name: str, kind: SupportKind | None = None) -> str:
    """Raises ProblemError. A CFDI is a PDF; `kind` None is a scan of an acknowledgement."""
    if len(content) > LARGEST:
        what = _("the file is larger than {limit} MB", limit=LARGEST // MB)
        raise ProblemError([Problem(what, _("scan it with a lower resolution, or in black and white"), name)])
    if b"%PDF-" in content[:_LOOKED_AT]:
        if b"%%EOF" not in content[-_LOOKED_AT:]:
            raise ProblemError([Problem(_("the PDF has no end: it is cut off or damaged"), _("ask for it again"), name)])
        return PDF
    picture = next((media for mark, media in _PICTURES if content.startswith(mark)), None)
    if picture is None or kind is SupportKind.CFDI:
        what = _("the file is not a PDF") if kind is SupportKind.CFDI else _("the file is neither a PDF nor a picture (JPEG, PNG, TIFF)")
        raise ProblemError([Problem(what, _("print or scan it as a PDF"), name)])
    return picture
