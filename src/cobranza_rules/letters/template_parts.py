"""The parts of a Word template that hold tags, patched by docxtpl once: the common ground of the Word and the HTML output."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from cobranza_rules.letters.docx_package import MAIN_PART, DocxPackage

if TYPE_CHECKING:
    from docxtpl import DocxTemplate

TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_PARAGRAPH = re.compile(r"<w:p([ >])")
_MARKUP = re.compile(r"<[^>]+>")
_ESCAPES = (("{_{", "{{ '{{' }}"), ("}_}", "{{ '}}' }}"), ("{_%", "{{ '{%' }}"), ("%_}", "{{ '%}' }}"))
DECLARATION = "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n"


@dataclass(frozen=True)
class TemplatePart:
    """`source` is the part's XML with Jinja tags where Word had runs, paragraphs or rows."""

    name: str
    source: str

    @cached_property
    def by_paragraph(self) -> str:
        """The same with each paragraph on a line of its own, so that a line number leads to the paragraph."""
        return _PARAGRAPH.sub(r"\n<w:p\1", self.source.replace("\n", " ")).replace("</w:p>", "</w:p>\n")

    def paragraph_at(self, line: int) -> str:
        """The text of the paragraph on a line of `by_paragraph`, shortened, as a place that the author finds again."""
        lines = self.by_paragraph.splitlines()
        text = " ".join(_MARKUP.sub("", lines[min(max(line, 1), len(lines)) - 1]).split())
        return text if len(text) <= 80 else text[:77] + "..."


@dataclass(frozen=True)
class TemplateParts:
    """`parts` by part name: the body, headers and footers. `word` is docxtpl's view of the same document."""

    parts: dict[str, TemplatePart]
    word: DocxTemplate


def read_parts(package: DocxPackage) -> TemplateParts:
    from docxtpl import DocxTemplate

    word = DocxTemplate(io.BytesIO(package.content))
    word.render_init()
    parts = {MAIN_PART: TemplatePart(MAIN_PART, _body(word))}
    for uri in (word.HEADER_URI, word.FOOTER_URI):
        for _key, part in word.get_headers_footers(uri):
            name = str(part.partname).lstrip("/")
            parts[name] = TemplatePart(name, _patched(word, word.get_part_xml(part)))
    return TemplateParts(parts, word)


def _body(word: DocxTemplate) -> str:
    """The body alone is patched, so that the document element around it stays as it is."""
    document: str = word.xml_to_string(word.docx._element)  # noqa: SLF001 (docxtpl itself reaches the element this way)
    start, end = document.index("<w:body"), document.rindex("</w:body>") + len("</w:body>")
    return DECLARATION + document[:start] + _patched(word, word.get_xml()) + document[end:]


def _patched(word: DocxTemplate, xml: str) -> str:
    patched: str = word.patch_xml(xml)
    for written, meant in _ESCAPES:  # docxtpl replaces these after rendering, in data too; here only where the author wrote them.
        patched = patched.replace(written, meant)
    return patched
