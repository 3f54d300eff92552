"""Which program makes the PDF. The choice is made in one place, once, and never changed in the middle of a batch."""

from __future__ import annotations

import importlib.util
import shutil
from typing import Literal

from cobranza_rules.language import _
from cobranza_rules.letters.pdf_engine import PdfEngine, pdf_error
from cobranza_rules.letters.weasyprint_engine import WeasyprintEngine
from cobranza_rules.letters.wkhtmltopdf import WkhtmltopdfEngine

__all__ = ["PdfEngine", "WeasyprintEngine", "WkhtmltopdfEngine", "choose_engine"]


def choose_engine(wanted: Literal["auto", "wkhtmltopdf", "weasyprint"], timeout_seconds: float = 60.0) -> PdfEngine:
    """`auto` takes wkhtmltopdf where it is installed, for it is several times faster, and else WeasyPrint. Raises ProblemError."""
    program = shutil.which("wkhtmltopdf") if wanted != "weasyprint" else None
    if program:
        return WkhtmltopdfEngine(program, timeout_seconds)
    if wanted == "wkhtmltopdf":
        hint = _("install the package wkhtmltopdf, or set pdf.engine to weasyprint")
        raise pdf_error(_("wkhtmltopdf is not installed"), hint)
    if importlib.util.find_spec("weasyprint") is not None:
        return WeasyprintEngine(timeout_seconds)
    if wanted == "weasyprint":
        raise pdf_error(_("WeasyPrint is not installed"), _("install it with: pip install 'cobranza-rules[weasyprint]'"))
    hint = _("install the package wkhtmltopdf, or WeasyPrint with: pip install 'cobranza-rules[weasyprint]'")
    raise pdf_error(_("there is no program that makes PDFs"), hint)
