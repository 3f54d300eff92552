"""Paragraphs and what holds them, as HTML."""

from __future__ import annotations

from lxml import etree

from cobranza_rules.language import _
from cobranza_rules.letters.html_inline import PAGE, Conversion, inline_html, marks_between
from cobranza_rules.letters.html_keep import Block, kept_together
from cobranza_rules.letters.html_numbers import Numbered, numbered
from cobranza_rules.letters.html_styles import Css, attribute, css_text, number, paragraph_css, points, switched_on
from cobranza_rules.letters.html_tables import table_html
from cobranza_rules.letters.marked_xml import W

_TRANSPARENT = frozenset(W + name for name in ("sdt", "sdtContent", "customXml"))
_SILENT = frozenset(
    W + name for name in ("sectPr", "tcPr", "sdtPr", "sdtEndPr", "bookmarkStart", "bookmarkEnd", "proofErr", "permStart", "permEnd")
)
DEEPEST = 12  # Tables within tables; beyond it the file was not made by hand.


def blocks_html(holder: etree._Element, conversion: Conversion, around: Css, depth: int = 0) -> str:
    """`around` is what the table style around the blocks says; `depth` counts the holders."""
    if depth > DEEPEST:
        conversion.refuse(holder)
        return ""
    blocks = [_marks(holder.text)]
    for element in holder:
        if element.tag == W + "p":
            blocks.append(_paragraph(element, conversion, around))
        elif element.tag == W + "tbl":
            blocks.append(Block(table_html(element, conversion, around, depth, blocks_html), table=True))
        elif element.tag in _TRANSPARENT:
            blocks.append(Block(blocks_html(element, conversion, around, depth + 1), table=True))
        elif element.tag not in _SILENT and isinstance(element.tag, str):
            conversion.refuse(element)
        blocks.append(_marks(element.tail))
    return kept_together(blocks, conversion.part.tags)


def _marks(text: str | None) -> Block:
    return Block(marks_between(text), marks=True)


def _paragraph(paragraph: etree._Element, conversion: Conversion, around: Css) -> Block:
    listed = numbered(paragraph, _style_of(paragraph, conversion), conversion)
    css = _paragraph_style(paragraph, conversion, around, listed)
    content = ("" if listed is None else listed.html(paragraph, conversion, css)) + inline_html(paragraph, conversion)
    css.pop("display", None)  # Word hides a hidden paragraph mark, not the paragraph.
    marker = ' class="numbered"' if PAGE in content else ""
    keeps = css.get("page-break-after") == "avoid"
    return Block(f'<p{marker} style="{css_text(css)}">{content or "&nbsp;"}</p>', keeps=keeps)


def _paragraph_style(paragraph: etree._Element, conversion: Conversion, around: Css, listed: Numbered | None) -> Css:
    styles = conversion.styles
    properties = paragraph.find(W + "pPr")
    of_style = styles.style_css(_style_of(paragraph, conversion))
    if listed is not None:
        of_style = of_style | listed.css if listed.direct else listed.css | of_style
    css = styles.document_css() | around | of_style | paragraph_css(properties)
    if properties is not None:
        _check_properties(properties, conversion)
    if size := _strut(paragraph, conversion):
        css["font-size"] = size
    if _contextual(paragraph, conversion):
        for neighbour, margin in ((paragraph.getprevious(), "margin-top"), (paragraph.getnext(), "margin-bottom")):
            alike = (
                neighbour is not None and neighbour.tag == W + "p" and _style_of(neighbour, conversion) == _style_of(paragraph, conversion)
            )
            css |= {margin: "0"} if alike else {}
    return css


def _strut(paragraph: etree._Element, conversion: Conversion) -> str:
    """The size that sets the height of the lines: that of the largest run, or of the paragraph mark where there is no text.

    In HTML the paragraph's own size is a lower limit of each line's height; in Word it is none.
    """
    runs = [run for run in paragraph.iter(W + "r") if run.find(W + "t") is not None or run.find(W + "drawing") is not None]
    if not runs:
        return conversion.styles.run_css(paragraph.find(f"{W}pPr/{W}rPr")).get("font-size", "")
    sizes = [attribute(run.find(f"{W}rPr/{W}sz")) for run in runs]
    return points(max(number(size) for size in sizes) / 2) if all(sizes) else ""


def _style_of(paragraph: etree._Element, conversion: Conversion) -> str:
    return attribute(paragraph.find(f"{W}pPr/{W}pStyle")) or conversion.styles.default_paragraph


def _contextual(paragraph: etree._Element, conversion: Conversion) -> bool:
    """Whether space between paragraphs of one style is left out (ECMA-376 17.3.1.9)."""
    result = False
    chain = [style.find(W + "pPr") for style in conversion.styles.chain(_style_of(paragraph, conversion))]
    for properties in (*chain, paragraph.find(W + "pPr")):
        if properties is not None and (value := switched_on(properties, "contextualSpacing")) is not None:
            result = value
    return result


def _check_properties(properties: etree._Element, conversion: Conversion) -> None:
    if properties.find(W + "framePr") is not None:
        conversion.part.complain(properties, _("text frames cannot be shown in the PDF"), _("use a table"))
    if properties.find(W + "sectPr") is not None:
        conversion.part.complain(properties, _("the document has more than one section"), _("remove the section breaks"))
