"""What stands inside a paragraph, as HTML: text, breaks, images, page numbers; everything else is refused with its reason."""

from __future__ import annotations

import html
import posixpath
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from cobranza_rules.language import _
from cobranza_rules.letters.coded_fields import CodedField, field_name, is_link, link_target
from cobranza_rules.letters.docx_package import DocxPackage, parse_xml
from cobranza_rules.letters.html_styles import A, Styles, attribute, css_text, number, points
from cobranza_rules.letters.marked_xml import MARK, MarkedPart, W
from cobranza_rules.letters.numbering import Numbering

OF_FIELDS = frozenset(W + name for name in ("rPr", "fldChar", "instrText"))
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
PAGE, PAGES = '<span class="page"></span>', '<span class="pages"></span>'
FIELDS = {"PAGE": PAGE, "NUMPAGES": PAGES}
EMU_PER_POINT = 12700
LARGEST_IMAGE = 2_000_000  # Bytes; each letter carries its images.
_IMAGES = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"))
_TRANSPARENT = frozenset(W + name for name in ("sdt", "sdtContent", "smartTag"))
_SILENT = frozenset(
    W + name
    for name in (
        *("pPr", "rPr", "sdtPr", "sdtEndPr", "bookmarkStart", "bookmarkEnd", "proofErr", "permStart", "permEnd", "smartTagPr"),
        *("lastRenderedPageBreak", "softHyphen", "annotationRef"),
    )
)
REASONS = {
    "ins": _("tracked changes are not decided"),
    "del": _("tracked changes are not decided"),
    "moveFrom": _("tracked changes are not decided"),
    "moveTo": _("tracked changes are not decided"),
    "commentRangeStart": _("comments would reach the customer"),
    "commentReference": _("comments would reach the customer"),
    "footnoteReference": _("footnotes cannot be shown in the PDF"),
    "endnoteReference": _("endnotes cannot be shown in the PDF"),
    "AlternateContent": _("text boxes and shapes cannot be shown in the PDF"),
    "pict": _("text boxes and shapes cannot be shown in the PDF"),
    "object": _("embedded objects cannot be shown in the PDF"),
    "sym": _("symbols of special fonts cannot be shown in the PDF"),
    "oMath": _("equations cannot be shown in the PDF"),
}
HINTS = {
    "ins": _("accept or reject all changes in Word"),
    "del": _("accept or reject all changes in Word"),
    "commentRangeStart": _("delete all comments in Word"),
    "commentReference": _("delete all comments in Word"),
    "AlternateContent": _("use a table for layout, and pictures in line with text"),
    "pict": _("use a table for layout, and pictures in line with text"),
}


@dataclass
class Conversion:
    """One part on its way to HTML. `rules` collects CSS that cannot stand in a style attribute."""

    package: DocxPackage
    styles: Styles
    numbering: Numbering
    part: MarkedPart
    rules: list[str] = field(default_factory=list)
    table_count: int = 0

    def refuse(self, element: etree._Element) -> None:
        name = etree.QName(element).localname
        reason = REASONS.get(name, _("the element {element} cannot be shown in the PDF", element=name))
        self.part.complain(element, reason, HINTS.get(name, _("remove it, or replace it with plain text, a table or a picture")))


def marks_between(text: str | None) -> str:
    """The marks in what stands between blocks, where white space means nothing."""
    return "".join(found[0] for found in MARK.finditer(text or ""))


def inline_html(paragraph: etree._Element, conversion: Conversion) -> str:
    inline = _Inline(conversion)
    shown = "".join(inline.pieces(paragraph))
    if any(each.linked for each in inline.fields):
        conversion.part.complain(paragraph, _("a link goes on in the next paragraph"), _("begin and end it in one paragraph"))
    return shown


@dataclass
class _Inline:
    """`fields` are those that have begun and not ended, the innermost last."""

    conversion: Conversion
    fields: list[CodedField] = field(default_factory=list)

    def pieces(self, holder: etree._Element) -> Iterator[str]:
        if holder.tag != W + "r":
            yield marks_between(holder.text)
        for element in holder:
            if element.tag == W + "r":
                yield self.run(element)
            elif element.tag in _TRANSPARENT:
                yield from self.pieces(element)
            elif element.tag == W + "hyperlink":
                yield self.link(element)
            elif (fallback := element.find(MC + "Fallback")) is not None:
                yield from self.pieces(fallback)
            elif element.tag == W + "fldSimple":
                yield self.simple_field(element)
            elif element.tag not in _SILENT and isinstance(element.tag, str):
                self.conversion.refuse(element)
            yield marks_between(element.tail)

    def link(self, link: etree._Element) -> str:
        """To a page or an address; `docx_package` has refused all others. One to another place of the letter is text."""
        target = _link_target(self.conversion, link.get(R + "id") or "")
        text = "".join(self.pieces(link))
        return f'<a href="{html.escape(target)}">{text}</a>' if target else text

    def simple_field(self, element: etree._Element) -> str:
        code = attribute(element, "instr")
        begin = self.field_html(code, element)
        return begin + "".join(self.pieces(element)) + ("</a>" if begin else "") if is_link(code) else begin

    def run(self, run: etree._Element) -> str:
        if all(element.tag in OF_FIELDS for element in run):
            return "".join(self.content(run))  # Its two ends may lie in runs of different looks.
        properties = run.find(W + "rPr")
        css = self.conversion.styles.run_css(properties)
        if properties is not None and (style := attribute(properties.find(W + "rStyle"))):
            css = self.conversion.styles.style_css(style) | css
        opened, closed = (f'<span style="{css_text(css)}">', "</span>") if css else ("", "")
        # A statement stands outside the span, so that the two ends of a block may lie in runs of different looks.
        text = "".join(self.content(run))
        pieces = []
        position = 0
        for found in MARK.finditer(text):
            if self.conversion.part.tags[int(found[1])].startswith("{{"):
                continue
            pieces += [_wrapped(text[position : found.start()], opened, closed), found[0]]
            position = found.end()
        return "".join([*pieces, _wrapped(text[position:], opened, closed)])

    def content(self, run: etree._Element) -> Iterator[str]:
        for element in run:
            name = etree.QName(element).localname if isinstance(element.tag, str) else ""
            if name == "fldChar":
                yield self.field_mark(attribute(element, "fldCharType"), element)
            elif name == "instrText":
                if self.fields:
                    self.fields[-1].code += element.text or ""
            elif not any(field.hidden for field in self.fields):
                yield self.shown(element, name)

    def shown(self, element: etree._Element, name: str) -> str:
        if name == "t":
            text = element.text or ""
            kept = element.get("{http://www.w3.org/XML/1998/namespace}space") == "preserve"
            return html.escape(text if kept else text.strip(), quote=False)
        if name in ("br", "cr"):
            if attribute(element, "type") == "page":
                return '<span class="page-break"></span>'
            return "<br>"
        if name == "tab":
            return self.tab(element)
        if name == "noBreakHyphen":
            return "\u2011"
        if name == "drawing":
            return self.image(element)
        if (fallback := element.find(MC + "Fallback")) is not None:  # What programs show that do not know the newer form
            return "".join(self.content(fallback))
        if element.tag not in _SILENT:
            self.conversion.refuse(element)
        return ""

    def tab(self, element: etree._Element) -> str:
        """At the start of a paragraph a tab is an indent of half an inch; elsewhere its width depends on the text before it."""
        run = element.getparent()
        paragraph = None if run is None else run.getparent()
        leading = run is not None and paragraph is not None and not marks_and_text_before(paragraph, element)
        if not leading:
            hint = _("use a table without borders to put texts side by side")
            self.conversion.part.complain(element, _("tab stops cannot be shown in the PDF"), hint)
        return '<span class="tab"></span>'

    def field_mark(self, kind: str, element: etree._Element) -> str:
        """Word writes a field as begin, code, separate, last result, end; the text of a link is its last result."""
        if kind == "begin":
            self.fields.append(CodedField())
        if kind not in ("separate", "end") or not self.fields:
            return ""
        field = self.fields[-1]
        shown = ""
        if not field.read:
            shown = self.field_html(field.code, element)
            field.read, field.linked = True, shown.startswith("<a ")
            field.hidden = not field.linked and not is_link(field.code)
        if kind == "end":
            self.fields.pop()
            shown += "</a>" if field.linked else ""
        return shown

    def field_html(self, code: str, element: etree._Element) -> str:
        """Of a link its beginning; nothing where it leads to another place of the letter."""
        name = field_name(code)
        if is_link(code):
            return self.link_begin(code, element)
        if name not in FIELDS:
            what = _("the field {code} is not allowed", code=name or "?")
            self.conversion.part.complain(
                element, what, _("only the page number (PAGE), the number of pages (NUMPAGES) and links (HYPERLINK) are")
            )
        return FIELDS.get(name, "")

    def link_begin(self, code: str, element: etree._Element) -> str:
        target = link_target(code)
        if target is None:
            what = _(
                "the link {code} leads to no page and no e-mail address", code=" ".join(self.conversion.part.restored(code).split())[:80]
            )
            self.conversion.part.complain(element, what, _("write an address that begins with https: or mailto:"))
        return f'<a href="{html.escape(target)}">' if target else ""

    def image(self, drawing: etree._Element) -> str:
        inline, blip = drawing.find(WP + "inline"), drawing.find(f".//{A}blip")
        extent = None if inline is None else inline.find(WP + "extent")
        if extent is None or blip is None:
            hint = _("set its layout to 'in line with text' in Word")
            self.conversion.part.complain(drawing, _("a picture or shape floats over the text"), hint)
            return ""
        content = _related(self.conversion, blip.get(R + "embed") or "")
        media_type = next((kind for magic, kind in _IMAGES if content.startswith(magic)), "")
        if not media_type or len(content) > LARGEST_IMAGE:
            what = _("a picture is not a PNG, JPEG or GIF of at most {limit} MB", limit=LARGEST_IMAGE // 1_000_000)
            self.conversion.part.complain(drawing, what, _("insert it anew in one of these formats"))
            return ""
        width, height = (points(round(number(extent.get(side) or "") / EMU_PER_POINT, 2)) for side in ("cx", "cy"))
        return f'<img alt="" style="width:{width};height:{height}" src="data:{media_type};base64,{b64encode(content).decode()}">'


def marks_and_text_before(paragraph: etree._Element, element: etree._Element) -> bool:
    """Whether any text, tag or image precedes `element` in its paragraph; tabs before it do not count."""
    for other in paragraph.iter(W + "t", W + "tab", W + "drawing", W + "br"):
        if other is element:
            return False
        if other.tag != W + "tab" and (other.tag != W + "t" or (other.text or "").strip()):
            return True
    return False


def _wrapped(text: str, opened: str, closed: str) -> str:
    return f"{opened}{text}{closed}" if text else ""


def _links(conversion: Conversion) -> dict[str, etree._Element]:
    """The relationships of the part on its way, by their id."""
    folder, name = posixpath.split(conversion.part.name)
    links = conversion.package.parts.get(f"{folder}/_rels/{name}.rels")
    return {} if links is None else {link.get("Id") or "": link for link in parse_xml(links)}


def _related(conversion: Conversion, relationship: str) -> bytes:
    """The bytes of a part that the part on its way refers to; empty where there is none."""
    link = _links(conversion).get(relationship)
    if link is None or link.get("TargetMode") == "External":
        return b""
    target = posixpath.join(posixpath.dirname(conversion.part.name), link.get("Target") or "")
    return conversion.package.parts.get(posixpath.normpath(target).lstrip("/"), b"")


def _link_target(conversion: Conversion, relationship: str) -> str:
    link = _links(conversion).get(relationship)
    return link.get("Target") or "" if link is not None and link.get("TargetMode") == "External" else ""
