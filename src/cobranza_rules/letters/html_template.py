"""The .docx compiled to an HTML template for the PDF engines: Word stays the only source of a letter."""

from __future__ import annotations

import posixpath

from lxml import etree

from cobranza_rules.letters.docx_package import MAIN_PART, DocxPackage, parse_xml
from cobranza_rules.letters.html_blocks import blocks_html
from cobranza_rules.letters.html_inline import Conversion
from cobranza_rules.letters.html_page import Sheet, document_html, geometry_of, has_title_page, header_references
from cobranza_rules.letters.html_styles import Styles
from cobranza_rules.letters.marked_xml import MARK, MarkedPart, W, mark
from cobranza_rules.letters.numbering import Numbering
from cobranza_rules.letters.sandbox import LetterEnvironment
from cobranza_rules.letters.template_parts import TemplateParts
from cobranza_rules.letters.word import core_source
from cobranza_rules.problems import Problem

ENVIRONMENT = LetterEnvironment("<br>")


def html_source(package: DocxPackage, parts: TemplateParts, numbering: Numbering) -> tuple[str, list[Problem]]:
    """The Jinja source of the HTML, and every element of the document that it cannot show. What it writes goes through `numbering.filled`."""
    styles = Styles(package)
    marked = {name: mark(part, package.name) for name, part in parts.parts.items()}
    conversions = {name: Conversion(package, styles, numbering, part) for name, part in marked.items()}
    body = marked[MAIN_PART]
    shown = {name: _shown(conversion, number) for number, (name, conversion) in enumerate(conversions.items())}
    sheet = _sheet(shown, body, package)
    rules = [rule for conversion in conversions.values() for rule in conversion.rules]
    source = document_html(sheet, geometry_of(body), rules, _title(package))
    return source, [problem for part in marked.values() for problem in part.problems]


def _shown(conversion: Conversion, number: int) -> str:
    conversion.table_count = number * 1000  # Names of tables differ between the parts.
    part = conversion.part
    root = part.tree.find(W + "body") if part.name == MAIN_PART else part.tree
    return "" if root is None else part.restored(blocks_html(root, conversion, {}))


def _sheet(shown: dict[str, str], body: MarkedPart, package: DocxPackage) -> Sheet:
    links = _part_links(package)
    headers, footers = (header_references(body, kind, links) for kind in ("header", "footer"))
    first = "first" if has_title_page(body) else "default"
    return Sheet(
        body=shown[MAIN_PART],
        first_header=shown.get(headers.get(first, ""), ""),
        header=shown.get(headers.get("default", ""), ""),
        first_footer=shown.get(footers.get(first, ""), ""),
        footer=shown.get(footers.get("default", ""), ""),
    )


def _part_links(package: DocxPackage) -> dict[str, str]:
    content = package.parts.get("word/_rels/document.xml.rels")
    links: list[etree._Element] = [] if content is None else list(parse_xml(content))
    return {link.get("Id") or "": posixpath.normpath(posixpath.join("word", link.get("Target") or "")).lstrip("/") for link in links}


def _title(package: DocxPackage) -> str:
    """The title of the document's properties, as the .docx shows it."""
    source = core_source(package)
    title = source[source.index("<dc:title>") + len("<dc:title>") : source.index("</dc:title>")]
    return MARK.sub("", title)
