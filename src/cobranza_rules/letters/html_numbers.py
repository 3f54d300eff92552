"""The number or bullet before a paragraph, as HTML: its place, its looks, and a mark that `numbering` replaces in the finished letter."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from cobranza_rules.language import _
from cobranza_rules.letters.docx_package import MAIN_PART
from cobranza_rules.letters.html_inline import Conversion
from cobranza_rules.letters.html_styles import Css, attribute, css_text, number, paragraph_css, points
from cobranza_rules.letters.marked_xml import W
from cobranza_rules.letters.number_formats import FORMATS
from cobranza_rules.letters.numbering import Level, number_mark

_DEFAULT_TAB = 36.0  # Points; where a number is followed by a tab and the paragraph has no hanging indent.

_GAP = "3pt"  # Between the text and a number that is as wide as its room


@dataclass(frozen=True, slots=True)
class Numbered:
    """`direct` is true where the paragraph itself names its list, false where its style does: then the style's indents go before the list's."""

    list_id: str
    level: Level
    direct: bool

    @property
    def css(self) -> Css:
        """What the level says of its paragraphs."""
        return paragraph_css(self.level.element.find(W + "pPr"))

    def html(self, paragraph: etree._Element, conversion: Conversion, css: Css) -> str:
        """`css` is the paragraph's own: its hanging indent is the room of the number."""
        looks = conversion.styles.run_css(paragraph.find(f"{W}pPr/{W}rPr")) | conversion.styles.run_css(self.level.element.find(W + "rPr"))
        if self.level.format == "bullet":
            looks.pop("font-family", None)  # Symbol and Wingdings have no letters
        mark = number_mark(self.list_id, self.level.index)
        follows = attribute(self.level.element.find(W + "suff")) or "tab"
        if follows == "tab":
            indent = number(css.get("text-indent", "0").removesuffix("pt"))
            width = points(-indent if indent < 0 else _DEFAULT_TAB)
            room = {"display": "inline-block", "text-indent": "0", "min-width": width, "box-sizing": "border-box", "padding-right": _GAP}
            return f'<span style="{css_text(looks | room)}">{mark}</span>'
        return f'<span style="{css_text(looks)}">{mark}</span>' + (" " if follows == "space" else "")


def numbered(paragraph: etree._Element, style: str, conversion: Conversion) -> Numbered | None:
    """The list of a paragraph; None where it has none. What cannot be shown is complained of."""
    own = paragraph.find(f"{W}pPr/{W}numPr")
    chain = [found for each in conversion.styles.chain(style) if (found := each.find(f"{W}pPr/{W}numPr")) is not None]
    named = [found for found in [*chain, *([] if own is None else [own])] if found.find(W + "numId") is not None]
    list_id = attribute(named[-1].find(W + "numId")) if named else "0"
    if list_id == "0":
        return None
    listed = conversion.numbering.lists.get(list_id)
    level = None if listed is None else listed.levels.get(_level(own, chain, listed.level_of_style(style)))
    if level is None:  # Word shows no number then.
        return None
    if conversion.part.name != MAIN_PART:
        hint = _("write the number or the dash as text, or use a table")
        conversion.part.complain(paragraph, _("automatic numbers of headers and footers cannot be shown in the PDF"), hint)
    if level.format not in FORMATS and level.format != "bullet":
        what = _("automatic numbers of the kind '{kind}' cannot be shown in the PDF", kind=level.format)
        conversion.part.complain(paragraph, what, _("use 1, 01, a, A, i or I"))
    if level.element.find(W + "lvlPicBulletId") is not None:
        conversion.part.complain(paragraph, _("pictures as bullets cannot be shown in the PDF"), _("use a sign as the bullet"))
    return Numbered(list_id, level, own is not None and own.find(W + "numId") is not None)


def _level(own: etree._Element | None, chain: list[etree._Element], of_style: int) -> int:
    """The paragraph's level, else that of its style, else the one that is tied to the style."""
    for properties in ([] if own is None else [own]) + chain[::-1]:
        if (level := properties.find(W + "ilvl")) is not None:
            return int(number(attribute(level)))
    return of_style
