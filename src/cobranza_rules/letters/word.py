"""A letter as .docx: docxtpl's patched parts, rendered by Jinja, beside the parts that no field changes.

docxtpl would patch, parse and pack everything anew for each letter; here that is done once, and a letter costs one rendering and one
compression. The parts are equal to docxtpl's own, and the same letter always gives the same bytes.
"""

from __future__ import annotations

import io
import itertools
import re
import zipfile
from typing import Any

from jinja2 import Template
from lxml import etree
from markupsafe import escape

from cobranza_rules.letters.docx_package import CONTENT_TYPES, MAIN_PART, DocxPackage, parse_xml
from cobranza_rules.letters.sandbox import LetterEnvironment, render_bounded
from cobranza_rules.letters.template_parts import DECLARATION, TAG, TemplateParts

NEWLINE = '</w:t><w:br/><w:t xml:space="preserve">'  # As docxtpl's resolve_listing writes it.
ENVIRONMENT = LetterEnvironment(NEWLINE)
# Properties are attributes of a file, not text with breaks: a line break in a value becomes a space there.
PROPERTY_ENVIRONMENT = LetterEnvironment(" ")
CORE_PART, APP_PART = "docProps/core.xml", "docProps/app.xml"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # The earliest date that ZIP knows; the letter's own date stands in its properties.
_DRAWING_ID = re.compile(r'(<wp:docPr\b[^>]*?\bid=")\d+(")')
_FIRST_DRAWING_ID = 1001  # docxtpl's numbering
_APP = (
    DECLARATION + '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    "<Application>cobranza-rules</Application></Properties>"
)
_CORE = (
    DECLARATION + '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    "<dc:title>{title}</dc:title><dc:subject>{subject}</dc:subject><dc:creator>{{{{ company.name }}}}</dc:creator>"
    '<dcterms:created xsi:type="dcterms:W3CDTF">{{{{ date_iso }}}}T00:00:00Z</dcterms:created>'
    '<dcterms:modified xsi:type="dcterms:W3CDTF">{{{{ date_iso }}}}T00:00:00Z</dcterms:modified>'
    "</cp:coreProperties>"
)


class WordTemplate:
    def __init__(self, package: DocxPackage, parts: TemplateParts) -> None:
        self.name = package.name
        self.templates: dict[str, Template] = {name: ENVIRONMENT.from_string(part.source) for name, part in parts.parts.items()}
        fixed = {name: content for name, content in package.parts.items() if name not in self.templates}
        if APP_PART in fixed:
            fixed[APP_PART] = _APP.encode()  # Word writes the author's company and manager there.
        if CORE_PART in fixed:
            del fixed[CORE_PART]
            self.templates[CORE_PART] = PROPERTY_ENVIRONMENT.from_string(core_source(package))
        self.base = _packed(fixed)

    def render(self, fields: dict[str, Any]) -> bytes:
        """Raises ProblemError if a field cannot be filled in."""
        file = io.BytesIO()
        file.write(self.base)
        with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
            for name, template in self.templates.items():
                xml = render_bounded(template, fields, self.name)
                archive.writestr(_member(name), (_renumbered(xml) if name == MAIN_PART else xml).encode())
        return file.getvalue()


def core_source(package: DocxPackage) -> str:
    """The properties of the finished letter: the author's title and subject, which may hold tags; nothing about who edited the template."""
    tree = parse_xml(package.parts[CORE_PART]) if CORE_PART in package.parts else None
    return _CORE.format(title=_property(tree, "title"), subject=_property(tree, "subject"))


def _property(tree: etree._Element | None, name: str) -> str:
    element = None if tree is None else tree.find(f"{{http://purl.org/dc/elements/1.1/}}{name}")
    text = "" if element is None else element.text or ""
    tags = TAG.findall(text)
    plain = [str(escape(piece)) for piece in TAG.split(text)]
    return "".join(piece + tag for piece, tag in itertools.zip_longest(plain, tags, fillvalue=""))


def _renumbered(xml: str) -> str:
    """Drawings that a loop repeats need ids of their own."""
    if "<wp:docPr" not in xml:
        return xml
    numbers = itertools.count(_FIRST_DRAWING_ID)
    return _DRAWING_ID.sub(lambda found: f"{found[1]}{next(numbers)}{found[2]}", xml)


def _packed(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(parts, key=lambda name: name != CONTENT_TYPES):  # Readers that sniff look for it at the front.
            archive.writestr(_member(name), parts[name])
    return file.getvalue()


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _EPOCH)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.create_system = 0  # The same on every machine.
    return member
