"""A patched part as a tree in which each Jinja tag is a mark: `if` and `for` may stand where XML has no text, and hold `<` and `&`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from cobranza_rules.language import Sentence, _
from cobranza_rules.letters.docx_package import parse_xml
from cobranza_rules.letters.template_parts import TAG, TemplatePart
from cobranza_rules.problems import Problem

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_OPEN, _CLOSE = "\ue000", "\ue001"  # Private use: no font shows them and no author writes them.
MARK = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_KEYWORD = re.compile(r"\{%[-+]?\s*(\w+)")
_ENDS = {"endif": "if", "endfor": "for"}
_MIDDLES = {"elif": ("if",), "else": ("if", "for")}
_PLACES = frozenset(W + name for name in ("p", "tc", "tr", "tbl"))
# Elements that hold blocks or runs, between which a paragraph-, row- or run-level tag may stand; a field only where text is.
_TEXT = W + "t"
_HOLDERS = frozenset(W + name for name in ("body", "hdr", "ftr", "tbl", "tr", "tc", "p", "sdtContent"))


@dataclass
class MarkedPart:
    """`tags[n]` is what mark n stands for. `problems` grows while the part is read."""

    name: str
    file: str
    tree: etree._Element
    tags: list[str]
    problems: list[Problem] = field(default_factory=list)

    def complain(self, element: etree._Element, what: Sentence, hint: Sentence) -> None:
        problem = Problem(what, hint, self.file, place=self.place_of(element))
        if problem not in self.problems:
            self.problems.append(problem)

    def place_of(self, element: etree._Element) -> str:
        """The text of the paragraph, row or table around the element, by which its author finds it."""
        holder: etree._Element | None = element
        while holder is not None and (holder.tag not in _PLACES or not self.written(holder)):
            holder = holder.getparent()
        text = self.name if holder is None else self.written(holder)
        return text if len(text) <= 80 else text[:77] + "..."

    def written(self, element: etree._Element) -> str:
        return " ".join(self.restored("".join(str(text) for text in element.itertext(W + "t"))).split())

    def restored(self, text: str) -> str:
        return MARK.sub(lambda found: self.tags[int(found[1])], text)


def mark(part: TemplatePart, file: str) -> MarkedPart:
    """Where the tags tear the XML apart the tree is empty and the problem says so."""
    tags: list[str] = []

    def marked(found: re.Match[str]) -> str:
        tags.append(found[0])
        return f"{_OPEN}{len(tags) - 1}{_CLOSE}"

    source = part.source.replace(_OPEN, "").replace(_CLOSE, "")
    try:
        tree = parse_xml(TAG.sub(marked, source).encode())
    except etree.XMLSyntaxError:
        tree = etree.Element(W + "body")
        what = _("the tags cut paragraphs, rows or cells in two")
        return MarkedPart(
            part.name, file, tree, tags, [Problem(what, _("begin and end each tag inside one paragraph"), file, place=part.name)]
        )
    result = MarkedPart(part.name, file, tree, tags)
    _check_places(result)
    _check_balance(result)
    return result


def statement_keyword(tag: str) -> str:
    """`if` of `{% if x %}`; empty for what is no statement."""
    found = _KEYWORD.match(tag)
    return found[1] if found else ""


def _check_places(part: MarkedPart) -> None:
    """Data may become text of the letter and nothing else: no attribute, no field code, no address of a link."""
    for element in part.tree.iter(etree.Element):
        parent = element.getparent()
        if any(_OPEN in str(value) for value in element.attrib.values()):
            _complain_of_place(part, element)
        for text, holder in ((element.text, element.tag), (element.tail, "" if parent is None else parent.tag)):
            tags = [part.tags[int(found[1])] for found in MARK.finditer(text or "")]
            if tags and holder != _TEXT:
                if holder not in _HOLDERS:
                    _complain_of_place(part, element)
                elif fields := [tag for tag in tags if tag.startswith("{{")]:  # docxtpl's forms for values that are documents themselves
                    what = _("the field '{field}' stands in the place of a whole paragraph, run, row or cell", field=fields[0])
                    part.complain(element, what, _("write it without p, r, tr or tc after the braces"))


def _complain_of_place(part: MarkedPart, element: etree._Element) -> None:
    part.complain(
        element,
        _("a tag stands where only text may stand"),
        _("tags belong into the text of paragraphs and cells, not into fields or links"),
    )


def _check_balance(part: MarkedPart) -> None:
    """A block must end at the same depth of the document as it began, so that leaving it out leaves a document."""
    opened: list[tuple[str, str, tuple[str, ...], etree._Element]] = []
    for tag, path, element in _statements(part):
        keyword = statement_keyword(tag)
        if keyword in ("if", "for"):
            opened.append((keyword, tag, path, element))
        elif keyword in _ENDS or keyword in _MIDDLES:
            wanted = (_ENDS[keyword],) if keyword in _ENDS else _MIDDLES[keyword]
            if opened and opened[-1][0] in wanted and opened[-1][2] != path:
                what = _("'{tag}' and its '{end}' stand at different depths of the document", tag=opened[-1][1], end=tag)
                part.complain(opened[-1][3], what, _("put both into the text of one paragraph, or use the forms with p or tr for both"))
            if opened and keyword in _ENDS:
                opened.pop()


def _statements(part: MarkedPart) -> Iterator[tuple[str, tuple[str, ...], etree._Element]]:
    """Each `{% %}` with the names of the elements around it, in the order of the document."""
    path: list[str] = []

    def inside(text: str | None, element: etree._Element) -> Iterator[tuple[str, tuple[str, ...], etree._Element]]:
        for found in MARK.finditer(text or ""):
            if (tag := part.tags[int(found[1])]).startswith("{%"):
                yield tag, tuple(path), element

    for event, element in etree.iterwalk(part.tree, events=("start", "end")):
        if not isinstance(element.tag, str):
            continue
        if event == "start":
            path.append(element.tag)
            yield from inside(element.text, element)
        else:
            path.pop()
            yield from inside(element.tail, element)
