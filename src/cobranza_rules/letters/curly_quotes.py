"""Curly quotation marks in tags: Word puts them there by itself, docxtpl makes them straight without a word, and nothing else does.

The template works, but its author should know: the same tag in a mail, or in the properties of the document, is an error.
"""

from __future__ import annotations

import re

from lxml import etree

from cobranza_rules.language import _
from cobranza_rules.letters.docx_package import open_docx, parse_xml
from cobranza_rules.letters.template_parts import TAG
from cobranza_rules.problems import Problem

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_CURLY = re.compile("[“”‘’]")  # Those that docxtpl knows; of all others Jinja complains.
_PARTS = re.compile(r"^word/(document|header\d*|footer\d*)\.xml$")


def curly_quotes(content: bytes, name: str) -> list[Problem]:
    """A warning for each tag that has them. Raises ProblemError where the file is no Word document that could be used."""
    found: list[Problem] = []
    for part, xml in open_docx(content, name).parts.items():
        for paragraph in parse_xml(xml).iter(W + "p") if _PARTS.match(part) else ():
            found += [problem for problem in _in_paragraph(paragraph, name) if problem not in found]
    return found


def _in_paragraph(paragraph: etree._Element, name: str) -> list[Problem]:
    written = "".join(text.text or "" for text in paragraph.iter(W + "t"))
    hint = _("use straight quotation marks, \" or '; in Word, undo right after typing them (Ctrl+Z)")
    shown = " ".join(written.split())
    return [
        Problem(
            _("the tag '{tag}' has curly quotation marks; they are taken for straight ones", tag=tag),
            hint,
            name,
            place=shown if len(shown) <= 80 else shown[:77] + "...",
            warning=True,
        )
        for tag in TAG.findall(written)
        if _CURLY.search(tag)
    ]
