"""Word's tables as HTML: grid, borders, shading, table styles, repeated headings (ECMA-376 part 1, 17.4)."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

from lxml import etree

from cobranza_rules.language import _
from cobranza_rules.letters.html_inline import Conversion, marks_between
from cobranza_rules.letters.html_page import HEADING_MARK, LOOSE, PIXEL, ROW_MARK, ROW_TOP
from cobranza_rules.letters.html_styles import Css, attribute, border_css, colour, css_text, number, paragraph_css, points, twips
from cobranza_rules.letters.marked_xml import W

SIDES = ("top", "left", "bottom", "right")
_CELL_MARGINS = {"top": 0.0, "left": 5.4, "bottom": 0.0, "right": 5.4}  # Points; Word's own where nothing is said.
_VERTICAL = {"center": "middle", "bottom": "bottom"}
# Conditional formats of table styles, the flag of tblLook that turns each on (None: `noHBand` off), and the cells that it reaches.
_CONDITIONAL = (
    ("band1Horz", "noHBand", "tbody tr:nth-child(odd) td"),
    ("band2Horz", "noHBand", "tbody tr:nth-child(even) td"),
    ("firstCol", "firstColumn", "td.first-column"),
    ("lastCol", "lastColumn", "td.last-column"),
    ("firstRow", "firstRow", "tr.first-row td"),
    ("lastRow", "lastRow", "tr.last-row td"),
)
_LOOK_BITS = {"firstRow": 0x20, "lastRow": 0x40, "firstColumn": 0x80, "lastColumn": 0x100, "noHBand": 0x200, "noVBand": 0x400}


_PARAGRAPH = re.compile(r"<p [^>]*>")


class Blocks(Protocol):
    """What turns the content of a cell into HTML; handed in, for cells hold tables and tables hold cells."""

    def __call__(self, holder: etree._Element, conversion: Conversion, around: Css, depth: int) -> str: ...


class _Inner(NamedTuple):
    """What the cells of a row need: how deep they lie, what turns their content into HTML, and the mark of the row.

    `css` is what the row says of their looks; `rowed` says that the row may be set as a table of its own.
    """

    depth: int
    blocks: Blocks
    mark: str
    rowed: bool
    css: Css


def table_html(table: etree._Element, conversion: Conversion, around: Css, depth: int, blocks: Blocks) -> str:
    conversion.table_count += 1
    name = f"t{conversion.table_count}"
    layout = _Layout(table, conversion)
    conversion.rules += [*layout.rules(name)]
    rows = list(_rows(table, conversion))
    marks = _marks_before_rows(table)
    # A heading row that a tag precedes may be left out or repeated: it is then a row like others.
    head = 0 if marks else next((index for index, row in enumerate(rows) if row.find(f"{W}trPr/{W}tblHeader") is None), len(rows))
    rowed = depth == 0 and all(map(_has_each_cell_once, rows))
    headed = rowed and 0 < head < len(rows) and table.find(f".//{W}tbl") is None
    kind = f"{name} rows headed" if headed else f"{name} rows" if rowed else name
    conversion.rules += [*layout.rules_of_loose_rows(name, headed=head > 0)] if rowed else []
    pieces = [f'<table class="{kind}" style="{css_text(layout.table_css())}">{layout.columns()}', "<thead>" if head else "<tbody>", marks]
    for index, row in enumerate(rows):
        position = "first-row" if index == 0 else "last-row" if index == len(rows) - 1 else ""
        mark = "" if not headed else HEADING_MARK if index < head else ROW_MARK
        pieces.append(_row(row, position, layout, around | layout.text_css, _Inner(depth, blocks, mark, rowed, {})))
        if index == head - 1:
            pieces.append("</thead><tbody>")
        pieces.append(marks_between(row.tail))
    return "".join(pieces) + "</tbody></table>"


def _has_each_cell_once(row: etree._Element) -> bool:
    """No tag leaves a cell out or repeats it: where each column stands is known beforehand, and a mark in the first cell tells the row."""
    return not any(map(marks_between, (row.text, *(cell.tail for cell in row))))


def _marks_before_rows(table: etree._Element) -> str:
    """Tags before the first row: they follow the grid, and open a loop over all rows."""
    before = [marks_between(table.text)]
    for element in table:
        if element.tag == W + "tr":
            break
        before.append(marks_between(element.tail))
    return "".join(before)


def _rows(table: etree._Element, conversion: Conversion) -> Iterator[etree._Element]:
    for element in table:
        if element.tag == W + "tr":
            yield element
        elif element.tag not in (W + "tblPr", W + "tblGrid", W + "bookmarkStart", W + "bookmarkEnd") and isinstance(element.tag, str):
            conversion.refuse(element)


def _row(row: etree._Element, position: str, layout: _Layout, around: Css, inner: _Inner) -> str:
    cells = [element for element in row if element.tag == W + "tc"]
    for element in row:
        if isinstance(element.tag, str) and element.tag not in (
            W + "tc",
            W + "trPr",
            W + "tblPrEx",
            W + "bookmarkStart",
            W + "bookmarkEnd",
        ):
            layout.conversion.refuse(element)
    height = row.find(f"{W}trPr/{W}trHeight")
    css = {"page-break-inside": "avoid"} | ({"height": points(twips(attribute(height)))} if height is not None else {})
    pieces = [f'<tr class="{position}" style="{css_text(css)}">' if position else f'<tr style="{css_text(css)}">', marks_between(row.text)]
    widths = layout.widths_of(cells) if inner.rowed and any(map(_span, cells)) else []
    for index, cell in enumerate(cells):
        column = "first-column" if index == 0 else "last-column" if index == len(cells) - 1 else ""
        width = {"width": widths[index]} if widths else {}
        pieces.append(layout.cell(cell, column, around, inner._replace(mark=inner.mark if index == 0 else "", css=width)))
        pieces.append(marks_between(cell.tail))
    return "".join(pieces) + "</tr>"


def _span(cell: etree._Element) -> int:
    """How many columns it covers; 0 where it says nothing."""
    return int(number(attribute(cell.find(f"{W}tcPr/{W}gridSpan"))))


class _Layout:
    """What the table's own properties and its style say, once for all of its cells."""

    def __init__(self, table: etree._Element, conversion: Conversion) -> None:
        self.table = table
        self.conversion = conversion
        own = table.find(W + "tblPr")
        self.own = etree.Element(W + "tblPr") if own is None else own
        self.chain = conversion.styles.chain(attribute(self.own.find(W + "tblStyle")))
        self.properties = [found for style in self.chain if (found := style.find(W + "tblPr")) is not None] + [self.own]
        self.borders = self._borders()
        self.margins = _CELL_MARGINS | self._margins([found.find(W + "tblCellMar") for found in self.properties])
        self.text_css: Css = {}
        for style in self.chain:
            self.text_css |= conversion.styles.run_css(style.find(W + "rPr")) | paragraph_css(style.find(W + "pPr"))
        if self.own.find(W + "tblpPr") is not None:
            conversion.part.complain(table, _("a table floats over the text"), _("set its text wrapping to none in Word"))

    def _borders(self) -> Css:
        css: Css = {}
        for properties in self.properties:
            borders = properties.find(W + "tblBorders")
            for side in (*SIDES, "insideH", "insideV"):
                border = None if borders is None else borders.find(W + side)
                if line := border_css(border):
                    css[side] = line
        return css

    @staticmethod
    def _margins(sources: list[etree._Element | None]) -> dict[str, float]:
        """Points by side; `start` and `end` are the newer names of left and right."""
        found = {}
        for source in sources:
            for side, names in (("top", ("top",)), ("bottom", ("bottom",)), ("left", ("left", "start")), ("right", ("right", "end"))):
                for name in names:
                    element = None if source is None else source.find(W + name)
                    if element is not None:
                        found[side] = twips(attribute(element, "w"))
        return found

    def table_css(self) -> Css:
        width = self.own.find(W + "tblW")
        kind, value = attribute(width, "type"), attribute(width, "w")
        if kind == "pct":
            size = f"{number(value.rstrip('%')) / (1 if value.endswith('%') else 50):g}%"  # fiftieths of a percent
        else:
            size = points(twips(value) if kind == "dxa" and number(value) else sum(self._grid()) / 20)
        css = {"width": size} | self._edges(SIDES)
        alignment = attribute(self.own.find(W + "jc"))
        if alignment in ("center", "right", "end"):
            css |= {"margin-left": "auto"} | ({"margin-right": "auto"} if alignment == "center" else {})
        elif indent := twips(attribute(self.own.find(W + "tblInd"), "w")):
            css["margin-left"] = points(indent)
        return css

    def _grid(self) -> list[float]:
        return [number(attribute(column, "w")) for column in self.table.iterfind(f"{W}tblGrid/{W}gridCol")]

    def columns(self) -> str:
        return "<colgroup>" + "".join(f'<col style="width:{self._share(width)}">' for width in self._grid()) + "</colgroup>"

    def _share(self, width: float) -> str:
        return f"{width / (sum(self._grid()) or 1) * 100:.5g}%"

    def widths_of(self, cells: list[etree._Element]) -> list[str]:
        """Of the cells of a row, some of which cover several columns."""
        grid = iter(self._grid())
        return [self._share(sum(itertools.islice(grid, _span(cell) or 1))) for cell in cells]

    def rules_of_loose_rows(self, name: str, *, headed: bool) -> Iterator[str]:
        """Where each row is a table of its own (`html_page.LOOSE`): the columns, the edges of the table, and the line that two rows share."""
        head, body = (f".{LOOSE} .{name}>{group}>tr" for group in ("thead", "tbody"))
        for index, width in enumerate(self._grid(), 1):
            yield f"{head}>td:nth-child({index}),{body}>td:nth-child({index}){{width:{self._share(width)}}}"
        first = head if headed else body
        for rows, sides in ((f"{head},{body}", SIDES[1::2]), (f"{first}:first-child", ("top",)), (f"{body}:last-child", ("bottom",))):
            yield f"{rows}{{{css_text(self._edges(sides))}}}"
        line = self.borders.get("insideH", "none")
        if line != "none":
            pixels = max(int(number(line.partition("pt")[0]) / PIXEL), 1)
            yield f"{head}+tr,{body if headed else body + '+tr'}{{margin-top:-{pixels * PIXEL:.4g}pt}}"

    def _edges(self, sides: Iterable[str]) -> Css:
        """`hidden` beats the inner lines of the cells at the table's edge; where there are none, cells have borders of their own or none."""
        found = {}
        for side in sides:
            inner = self.borders.get("insideH" if side in ("top", "bottom") else "insideV", "none")
            nothing = "none" if inner == "none" else "hidden"
            found[f"border-{side}"] = self.borders.get(side, "none").replace("none", nothing)
        return found

    def cell(self, cell: etree._Element, column: str, around: Css, inner: _Inner) -> str:
        properties = cell.find(W + "tcPr")
        css: Css = {}
        for side, inside in (("top", "insideH"), ("bottom", "insideH"), ("left", "insideV"), ("right", "insideV")):
            css[f"border-{side}"] = self.borders.get(inside, "none")
        margins, span = self.margins, 1
        if properties is not None:
            css |= self._cell_css(properties)
            margins = margins | self._margins([properties.find(W + "tcMar")])
            span = _span(cell) or 1
        css |= inner.css
        css["padding"] = " ".join(points(margins[side]) for side in ("top", "right", "bottom", "left"))
        attributes = (f' class="{column}"' if column else "") + (f' colspan="{span}"' if span > 1 else "")
        content = inner.blocks(cell, self.conversion, around, inner.depth + 1)
        if inner.mark:
            content = ROW_TOP + _PARAGRAPH.sub(lambda found: found[0] + inner.mark, content, count=1)
        return f'<td{attributes} style="{css_text(css)}">{content}</td>'

    def _cell_css(self, properties: etree._Element) -> Css:
        css = _cell_looks(properties)
        if vertical := _VERTICAL.get(attribute(properties.find(W + "vAlign")), ""):
            css["vertical-align"] = vertical
        for name, what in (("vMerge", _("cells are merged downwards")), ("textDirection", _("text is turned"))):
            if properties.find(W + name) is not None:
                self.conversion.part.complain(properties, what, _("the PDF cannot show it; leave the cells apart and upright"))
        return css

    def rules(self, name: str) -> Iterator[str]:
        """Conditional formats of the table style. They override what the cells' paragraphs take from the document's defaults."""
        for style in self.chain:
            formats = {attribute(found, "type"): found for found in style.findall(W + "tblStylePr")}
            for kind, flag, cells in _CONDITIONAL:
                if kind in formats and self._look(flag) is not flag.startswith("no"):
                    yield from self._rule(formats[kind], f".{name} {cells}")

    def _look(self, flag: str) -> bool:
        look = self.own.find(W + "tblLook")
        if direct := attribute(look, flag):
            return direct in ("1", "true", "on")
        bits = attribute(look)
        return bool(int(bits, 16) & _LOOK_BITS[flag]) if bits and all(digit in "0123456789abcdefABCDEF" for digit in bits) else False

    def _rule(self, format_: etree._Element, selector: str) -> Iterator[str]:
        cell, text = _cell_looks(format_.find(W + "tcPr")), self.conversion.styles.run_css(format_.find(W + "rPr"))
        for target, css in ((selector, cell), (f"{selector} p", text)):
            if css:
                said = ";".join(f"{key}:{value}" + ("" if key == "background-color" else " !important") for key, value in css.items())
                yield f"{target}{{{said}}}"


def _cell_looks(properties: etree._Element | None) -> Css:
    if properties is None:
        return {}
    css: Css = {}
    if ground := colour(attribute(properties.find(W + "shd"), "fill")):
        css["background-color"] = ground
    borders = properties.find(W + "tcBorders")
    for side in SIDES:
        if line := border_css(None if borders is None else borders.find(W + side)):
            css[f"border-{side}"] = line
    return css
