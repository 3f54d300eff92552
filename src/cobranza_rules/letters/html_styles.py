"""Word's paragraph and run properties as CSS (ECMA-376 part 1, 17.3 and 17.7)."""

from __future__ import annotations

from lxml import etree

from cobranza_rules.letters.docx_package import DocxPackage, parse_xml
from cobranza_rules.letters.marked_xml import W

Css = dict[str, str]
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
# The old WebKit of wkhtmltopdf asks fontconfig for no substitute, so the metric-compatible free font is named behind each of Microsoft's.
SUBSTITUTES = {
    "Arial": '"Liberation Sans"',
    "Helvetica": '"Liberation Sans"',
    "Calibri": "Carlito",
    "Calibri Light": "Carlito",
    "Cambria": "Caladea",
    "Times New Roman": '"Liberation Serif"',
    "Courier New": '"Liberation Mono"',
    "Aptos": "Carlito",
}
NATURAL_LINE = 1.15  # Height of a line over the font size for Liberation Sans, whose metrics are Arial's; Word's "single".
_ALIGNMENTS = {
    "both": "justify",
    "distribute": "justify",
    "end": "right",
    "start": "left",
    "right": "right",
    "center": "center",
    "left": "left",
}
_BORDERS = {"double": "double", "dashed": "dashed", "dashSmallGap": "dashed", "dotted": "dotted"}
_HIGHLIGHTS = {"darkYellow": "#808000", "darkBlue": "#000080", "darkGreen": "#008000", "darkRed": "#800000", "lightGray": "#c0c0c0"}


def attribute(element: etree._Element | None, name: str = "val") -> str:
    return "" if element is None else element.get(W + name) or ""


def switched_on(properties: etree._Element, name: str) -> bool | None:
    """A toggle property: None where it is not mentioned."""
    element = properties.find(W + name)
    return None if element is None else attribute(element) not in ("0", "false", "off", "none")


def number(text: str) -> float:
    """0 for what is no number."""
    try:
        return float(text)
    except ValueError:
        return 0.0


def twips(text: str) -> float:
    """Twentieths of a point to points."""
    return number(text) / 20


def points(value: float) -> str:
    return f"{value:g}pt"


def colour(text: str) -> str:
    """A CSS colour, or nothing for automatic ones. Only hexadecimal digits come through: the value is written by whoever made the file."""
    return f"#{text.lower()}" if len(text) == 6 and all(digit in "0123456789abcdefABCDEF" for digit in text) else ""


def border_css(border: etree._Element | None) -> str:
    """`0.5pt solid #888888`; empty where nothing is said, `none` where it is said that there is none. Widths are eighths of a point."""
    if border is None:
        return ""
    kind = attribute(border)
    if kind in ("nil", "none", ""):
        return "none"
    width = max(number(attribute(border, "sz")) / 8, 0.5)
    return f"{points(width)} {_BORDERS.get(kind, 'solid')} {colour(attribute(border, 'color')) or '#000000'}"


def css_text(css: Css) -> str:
    return ";".join(f"{name}:{value}" for name, value in css.items())


class Styles:
    """The document's styles and theme fonts."""

    def __init__(self, package: DocxPackage) -> None:
        root = parse_xml(package.parts["word/styles.xml"]) if "word/styles.xml" in package.parts else etree.Element(W + "styles")
        self.by_id = {attribute(style, "styleId"): style for style in root.findall(W + "style")}
        self.defaults = root.find(W + "docDefaults")
        self.default_paragraph = next(
            (attribute(style, "styleId") for style in root.findall(W + "style") if _is_default(style, "paragraph")), ""
        )
        self.theme_fonts = _theme_fonts(package)

    def chain(self, style_id: str) -> list[etree._Element]:
        """The style and those that it is based on, the most general first."""
        found: list[etree._Element] = []
        while style_id in self.by_id and len(found) < 20:  # Styles may be based on each other in a circle.
            found.insert(0, self.by_id[style_id])
            style_id = attribute(self.by_id[style_id].find(W + "basedOn"))
        return found

    def document_css(self) -> Css:
        if self.defaults is None:
            return {}
        runs = self.run_css(self.defaults.find(f"{W}rPrDefault/{W}rPr"))
        return runs | paragraph_css(self.defaults.find(f"{W}pPrDefault/{W}pPr"))

    def style_css(self, style_id: str) -> Css:
        css: Css = {}
        for style in self.chain(style_id):
            css |= self.run_css(style.find(W + "rPr")) | paragraph_css(style.find(W + "pPr"))
        return css

    def run_css(self, properties: etree._Element | None) -> Css:
        if properties is None:
            return {}
        css = _weight(properties) | _decoration(properties) | self._font(properties)
        if size := number(attribute(properties.find(W + "sz"))) / 2:  # half-points
            css["font-size"] = points(size)
        if ink := colour(attribute(properties.find(W + "color"))):
            css["color"] = ink
        if ground := _background(properties):
            css["background-color"] = ground
        if spacing := twips(attribute(properties.find(W + "spacing"))):
            css["letter-spacing"] = points(spacing)
        return css

    def _font(self, properties: etree._Element) -> Css:
        fonts = properties.find(W + "rFonts")
        name = attribute(fonts, "ascii") or self.theme_fonts.get(attribute(fonts, "asciiTheme")[:5], "")
        clean = "".join(letter for letter in name if letter.isalnum() or letter in " -")
        if not clean:
            return {}
        generic = "serif" if clean in ("Times New Roman", "Cambria") else "sans-serif"
        return {"font-family": ",".join(part for part in (f"'{clean}'", SUBSTITUTES.get(clean, "").replace('"', "'"), generic) if part)}


def paragraph_css(properties: etree._Element | None) -> Css:
    if properties is None:
        return {}
    css = _spacing(properties.find(W + "spacing")) | _indent(properties.find(W + "ind"))
    if alignment := _ALIGNMENTS.get(attribute(properties.find(W + "jc")), ""):
        css["text-align"] = alignment
    if ground := _background(properties):
        css["background-color"] = ground
    borders = properties.find(W + "pBdr")
    for side in ("top", "bottom", "left", "right"):
        border = None if borders is None else borders.find(W + side)
        if line := border_css(border):
            css[f"border-{side}"] = line
            css[f"padding-{side}"] = points(number(attribute(border, "space")))
    if switched_on(properties, "keepNext"):
        css["page-break-after"] = "avoid"
    if switched_on(properties, "keepLines"):
        css["page-break-inside"] = "avoid"
    if switched_on(properties, "pageBreakBefore"):
        css["page-break-before"] = "always"
    return css


def _spacing(spacing: etree._Element | None) -> Css:
    css: Css = {}
    for side, name in (("before", "margin-top"), ("after", "margin-bottom")):
        if value := attribute(spacing, side):
            css[name] = points(twips(value))
    if line := attribute(spacing, "line"):
        rule = attribute(spacing, "lineRule")
        css["line-height"] = points(twips(line)) if rule in ("exact", "atLeast") else f"{number(line) / 240 * NATURAL_LINE:.4g}"
    return css


def _indent(indent: etree._Element | None) -> Css:
    css: Css = {}
    for sides, name in ((("left", "start"), "margin-left"), (("right", "end"), "margin-right")):
        if value := attribute(indent, sides[0]) or attribute(indent, sides[1]):
            css[name] = points(twips(value))
    if hanging := attribute(indent, "hanging"):
        css["text-indent"] = points(-twips(hanging))
    elif first := attribute(indent, "firstLine"):
        css["text-indent"] = points(twips(first))
    return css


def _weight(properties: etree._Element) -> Css:
    css: Css = {}
    for name, property_name, on, off in (
        ("b", "font-weight", "bold", "normal"),
        ("i", "font-style", "italic", "normal"),
        ("caps", "text-transform", "uppercase", "none"),
        ("smallCaps", "font-variant", "small-caps", "normal"),
    ):
        if (value := switched_on(properties, name)) is not None:
            css[property_name] = on if value else off
    if switched_on(properties, "vanish"):
        css["display"] = "none"
    return css


def _decoration(properties: etree._Element) -> Css:
    css: Css = {}
    lines = [
        word
        for name, word in (("u", "underline"), ("strike", "line-through"), ("dstrike", "line-through"))
        if switched_on(properties, name)
    ]
    if lines:
        css["text-decoration"] = " ".join(lines)
    elif switched_on(properties, "u") is False:
        css["text-decoration"] = "none"
    if raised := {"superscript": "super", "subscript": "sub"}.get(attribute(properties.find(W + "vertAlign")), ""):
        css |= {"vertical-align": raised, "font-size": "65%"}
    return css


def _background(properties: etree._Element) -> str:
    highlight = attribute(properties.find(W + "highlight"))
    if highlight.isalpha() and highlight != "none":
        return _HIGHLIGHTS.get(highlight, highlight.lower())
    return colour(attribute(properties.find(W + "shd"), "fill"))


def _is_default(style: etree._Element, kind: str) -> bool:
    return attribute(style, "type") == kind and attribute(style, "default") in ("1", "true", "on")


def _theme_fonts(package: DocxPackage) -> dict[str, str]:
    """The typefaces of headings ("major") and text ("minor")."""
    themes = [content for name, content in package.parts.items() if name.startswith("word/theme/") and name.endswith(".xml")]
    if not themes:
        return {}
    theme = parse_xml(themes[0])
    found = {kind: theme.find(f".//{A}{kind}Font/{A}latin") for kind in ("major", "minor")}
    return {kind: font.get("typeface") or "" for kind, font in found.items() if font is not None}
