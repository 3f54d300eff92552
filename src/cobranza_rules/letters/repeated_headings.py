"""Headings of long tables on every page, for wkhtmltopdf's unpatched Qt, which does not repeat them.

Only the layout knows where pages break. So a trial print marks each row with a dot of a colour of its own; the colours that a page draws are
its rows; the table is then cut in two where a page begins, and each piece has the heading.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import cast

from lxml import etree
from lxml import html as lxml_html

from cobranza_rules.letters.qt_pdf import page_drawings

_MOST_ROWS = 255 * 255
_RED = 1  # Of the marks' colours; a template that draws in #01xxyy itself would at worst have a heading in an odd place.
_COLOUR = re.compile(rb"([\d.]+) ([\d.]+) ([\d.]+) scn")
_NEW_PAGE = "page-break-before:always;"


class HeadedTables:
    """The tables with heading rows in a page of HTML. Rows are counted through all of them, headings included."""

    def __init__(self, html: str) -> None:
        self.tree = lxml_html.document_fromstring(html)

    def _tables(self) -> list[etree._Element]:
        return [table for table in self.tree.iter("table") if table.find("thead/tr") is not None and table.find("tbody/tr") is not None]

    def _rows(self) -> list[tuple[etree._Element, etree._Element]]:
        """Each row with its table."""
        pairs = [
            (table, row) for table in self._tables() for part in table.iterchildren("thead", "tbody") for row in part.iterchildren("tr")
        ]
        return pairs[:_MOST_ROWS]

    def html(self) -> str:
        return "<!DOCTYPE html>" + _text(self.tree)

    def marked(self) -> str:
        trial = HeadedTables(_text(self.tree))
        for index, (_table, row) in enumerate(trial._rows()):
            cell = row.find("td")
            if cell is not None:
                look = f"position:absolute;width:1pt;height:1pt;background-color:rgb({_RED},{index // 255},{index % 255})"
                cell.insert(0, etree.Element("span", style=look))
        return trial.html()

    def cut(self, trial: bytes) -> bool:
        """Cuts the first table that runs over a page's end, going by the print of `marked()`; False where none does."""
        page_of = {row: page for page, drawing in enumerate(page_drawings(trial)) for row in _marks(drawing)}
        rows = self._rows()
        for index in range(1, len(rows)):
            table, row = rows[index]
            before, last = rows[index - 1]
            if before is table and page_of.get(index, 0) > page_of.get(index - 1, 0):
                # The last row of the page moves on too, for the closing line of the table needs room that the row may have filled.
                _cut_before(table, last if _in_body(last) else row)
                return True
        return False


def _in_body(row: etree._Element) -> bool:
    body = row.getparent()
    return body is not None and body.tag == "tbody"


def _cut_before(table: etree._Element, row: etree._Element) -> None:
    """Where only the heading fits on the page, the whole table moves on."""
    body = row.getparent()
    parent = table.getparent()
    if body is None or parent is None or body.tag != "tbody":
        return
    look = table.get("style") or ""
    if row.getprevious() is None:
        table.set("style", _NEW_PAGE + look.replace(_NEW_PAGE, ""))
        return
    rest = etree.Element(
        "table", {**{str(key): str(value) for key, value in table.attrib.items()}, "style": _NEW_PAGE + look.replace(_NEW_PAGE, "")}
    )
    rest.tail, table.tail = table.tail, None
    rest.extend(copy.deepcopy(part) for part in table.iterchildren("colgroup", "thead"))
    moved = etree.SubElement(rest, "tbody")
    for follower in [row, *row.itersiblings()]:
        moved.append(follower)
    parent.insert(parent.index(table) + 1, rest)


def _marks(drawing: bytes) -> Iterator[int]:
    for found in _COLOUR.finditer(drawing):
        red, green, blue = (round(float(part) * 255) for part in found.groups())
        if red == _RED:
            yield green * 255 + blue


def _text(tree: etree._Element) -> str:
    return cast("str", lxml_html.tostring(tree, encoding="unicode"))
