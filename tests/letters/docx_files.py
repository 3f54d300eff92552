"""Small Word documents for the tests, made by python-docx, and changed by hand where it cannot make something."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

from docx import Document
from lxml import html as lxml_html


def docx(*paragraphs: str, header: str = "", title: str = "", footer: str = "") -> bytes:
    document = Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if header:
        document.sections[0].header.paragraphs[0].text = header
    if footer:
        document.sections[0].footer.paragraphs[0].text = footer
    document.core_properties.title = title
    return saved(document)


def saved(document: object) -> bytes:
    file = io.BytesIO()
    document.save(file)  # type: ignore[attr-defined]  # python-docx has no types
    return file.getvalue()


def parsed(page: str) -> Any:
    """An HTML page as lxml reads it; Any, for the stubs know only part of its HTML elements."""
    return lxml_html.document_fromstring(page)


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def changed(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    parts = parts_of(content)
    before = parts[part]
    parts[part] = change(before)
    assert parts[part] != before
    return packed(parts)


def with_body_xml(xml: str, text: str = "Hola") -> bytes:
    """A document whose first paragraph is followed by raw XML of a body; the prefixes of python-docx's own document are known in it."""
    return changed(docx(text), "word/document.xml", lambda body: body.replace(b"</w:p>", b"</w:p>" + xml.encode(), 1))


def text_of(content: bytes) -> str:
    """The text of the body: a line a paragraph, cells set apart by bars, headers before and footers behind."""
    document = Document(io.BytesIO(content))
    section = document.sections[0]
    lines = ["[header]", *_lines(section.first_page_header), "[body]", *_lines(document), "[footer]", *_lines(section.first_page_footer)]
    return "\n".join(lines) + "\n"


def _lines(holder: object) -> list[str]:
    lines: list[str] = []
    for block in holder.iter_inner_content():  # type: ignore[attr-defined]  # python-docx has no types
        if hasattr(block, "rows"):
            lines.extend(" | ".join(" / ".join(_lines(cell)) for cell in row.cells) for row in block.rows)
        else:
            lines.append(block.text)
    return lines
