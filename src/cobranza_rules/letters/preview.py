"""A letter template on sample data, as it will look: its Word document beside its PDF, in one picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cobranza_rules.letters.libreoffice import NAME, LibreOffice
from cobranza_rules.letters.page_pictures import PictureColumn, pages_of, side_by_side
from cobranza_rules.letters.pdf_engine import PdfEngine
from cobranza_rules.letters.template import CompiledTemplate


def preview_of(
    template: CompiledTemplate, fields: dict[str, Any], engine: PdfEngine, office: LibreOffice | None, heading: Callable[[str], str] = str
) -> bytes:
    """A PNG; without LibreOffice it holds the PDF alone. `heading` says what stands above a document, by the program that shows it.

    Raises ProblemError.
    """
    columns = []
    if office is not None:
        columns.append(PictureColumn(heading(NAME), pages_of(office.as_pdf(template.word(fields)))))
    columns.append(PictureColumn(heading(engine.name), pages_of(engine.render(template.html(fields)))))
    return side_by_side(columns)
