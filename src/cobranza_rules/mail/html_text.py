"""HTML as plain text that reads well: for replies that come as HTML only, and for the text part of what we send.

Nothing is rendered, loaded or executed. Time and memory grow with the input alone: it is cut, and depth is bounded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from cobranza_rules.mail.charsets import clean
from cobranza_rules.mail.text_table import Cell, lay_out

LONGEST_HTML = 1_000_000  # characters
LONGEST_LINK = 300
DEEPEST_TABLE = 8
DEEPEST_QUOTE = 5
DEEPEST_ELEMENT = 200  # Beyond it elements are read as plain text runs: libxml2's own cost grows with depth.
SILENT = frozenset({"script", "style", "head", "title", "template", "noscript", "object", "select", "textarea", "svg"})
BLOCKS = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "header",
    }
    | {"h1", "h2", "h3", "h4", "h5", "h6", "hr", "html", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tr", "ul"}
)
SPACED = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre"})
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)


def html_to_text(html: str) -> str:
    """Plain text: paragraphs apart, tables with ` | ` between aligned columns, links as `text <address>`."""
    writer = _Writer()
    target: Any = writer  # The stubs want all events of a target and bytes as well; a text parser gives only these and only str.
    parser = etree.HTMLParser(target=target, huge_tree=True, no_network=True, remove_comments=True, remove_pis=True)
    text = _shallow(clean(html[:LONGEST_HTML]))
    if not text.strip():
        return ""
    try:
        parser.feed(text)
        parser.close()
    except (etree.LxmlError, AssertionError):
        writer.close()  # What was read before the parser gave up is still text.
    return writer.result()


TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,15})\b[^<>]{0,4000}>")
NEVER_CLOSED = frozenset(
    {"br", "hr", "img", "meta", "link", "input", "col", "area", "base", "wbr", "p", "li", "td", "th", "tr", "dd", "dt", "option"}
)


def _shallow(html: str) -> str:
    """Without the opening tags that lie deeper than any mail program nests them; their text stays."""
    depth = 0
    pieces: list[str] = []
    last = 0
    for tag in TAG.finditer(html):
        if tag[2].lower() in NEVER_CLOSED:
            continue
        depth = max(0, depth - 1) if tag[1] else depth + 1
        if depth > DEEPEST_ELEMENT:
            pieces.append(html[last : tag.start()])
            last = tag.end()
    return "".join([*pieces, html[last:]]) if pieces else html


@dataclass(slots=True)
class _Flow:
    """Lines being written; `open_line` collects the runs of the last one."""

    lines: list[str] = field(default_factory=list)
    open_line: list[str] = field(default_factory=list)
    spaced: bool = False

    def end_line(self) -> None:
        line = re.sub(r"[ \t]+", " ", "".join(self.open_line)).strip()
        self.open_line.clear()
        if line:
            if self.spaced and self.lines:
                self.lines.append("")
            self.lines.append(line)
            self.spaced = False

    def add_block(self, lines: list[str]) -> None:
        self.end_line()
        if self.spaced and self.lines and lines:
            self.lines.append("")
        self.lines.extend(lines)
        self.spaced = False

    def taken(self) -> list[str]:
        self.end_line()
        return self.lines


@dataclass(slots=True)
class _Table:
    rows: list[list[Cell]] = field(default_factory=list)


class _Writer:
    """Receives the parser's events. `flows` is a stack: the page, then each open quote and table cell."""

    def __init__(self) -> None:
        self.flows: list[_Flow] = [_Flow()]
        self.tables: list[_Table] = []
        self.open_cells: list[int] = []  # Heights of `flows` at which a cell of each open table began
        self.skipped = 0  # Tables that lie too deep
        self.silent: list[str] = []
        self.links: list[tuple[str, int]] = []
        self.quotes: list[int] = []
        self.preformatted = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self.silent:
            if tag == self.silent[0]:
                self.silent.append(tag)
            return
        if tag in SILENT or (HIDDEN.search(attributes.get("style", "")) and tag not in ("br", "img", "hr", "input", "body", "html")):
            self.silent.append(tag)
            return
        if tag in BLOCKS:
            self._break(tag)
        starter = getattr(self, f"_start_{tag}", None)
        if starter:
            starter(attributes)

    def end(self, tag: str) -> None:
        if self.silent:
            if tag == self.silent[-1]:
                self.silent.pop()
            return
        ender = getattr(self, f"_end_{tag}", None)
        if ender:
            ender()
        if tag in BLOCKS:
            self._break(tag)

    def data(self, text: str) -> None:
        if self.silent:
            return
        flow = self.flows[-1]
        if not self.preformatted:
            flow.open_line.append(re.sub(r"[\s\xa0]+", " ", text))
            return
        first, *others = text.split("\n")
        flow.open_line.append(first)
        for line in others:
            flow.end_line()
            flow.open_line.append(line)

    def close(self) -> None:
        while self.tables:
            self._end_table()
        while self.quotes:
            self._end_blockquote()

    def result(self) -> str:
        self.close()
        return "\n".join(self.flows[0].taken()).strip("\n")

    def _break(self, tag: str) -> None:
        self.flows[-1].end_line()
        self.flows[-1].spaced |= tag in SPACED

    def _start_br(self, _attributes: dict[str, str]) -> None:
        flow = self.flows[-1]
        if "".join(flow.open_line).strip():
            flow.end_line()
        else:
            flow.spaced = True

    def _start_hr(self, _attributes: dict[str, str]) -> None:
        self.flows[-1].add_block(["_" * 30])

    def _start_pre(self, _attributes: dict[str, str]) -> None:
        self.preformatted += 1

    def _end_pre(self) -> None:
        self.preformatted = max(0, self.preformatted - 1)

    def _start_li(self, _attributes: dict[str, str]) -> None:
        self.flows[-1].open_line.append("- ")

    def _start_img(self, attributes: dict[str, str]) -> None:
        self.flows[-1].open_line.append(attributes.get("alt", "")[:100])

    def _start_a(self, attributes: dict[str, str]) -> None:
        self.links.append((attributes.get("href", "").strip(), len(self.flows[-1].open_line)))

    def _end_a(self) -> None:
        if not self.links:
            return
        address, start = self.links.pop()
        said = "".join(self.flows[-1].open_line[start:]).strip()
        target = (
            re.sub(r"^mailto:|^tel:", "", address, flags=re.IGNORECASE).split("?")[0]
            if address[:4].lower() in ("mail", "tel:")
            else address
        )
        shown = address[:5].lower() in ("http:", "https", "mailt")
        if shown and said and target.rstrip("/").lower() != said.rstrip("/").lower() and len(target) <= LONGEST_LINK:
            self.flows[-1].open_line.append(f" <{target}>")

    def _start_blockquote(self, _attributes: dict[str, str]) -> None:
        deep = len(self.quotes) >= DEEPEST_QUOTE
        if not deep:
            self.flows.append(_Flow())
        self.quotes.append(0 if deep else len(self.flows))

    def _end_blockquote(self) -> None:
        height = self.quotes.pop() if self.quotes else 0
        if height and height == len(self.flows):
            lines = self.flows.pop().taken()
            self.flows[-1].add_block([f"> {line}".rstrip() for line in lines])

    def _start_table(self, _attributes: dict[str, str]) -> None:
        if len(self.tables) >= DEEPEST_TABLE:
            self.skipped += 1
            return
        self.tables.append(_Table())
        self.open_cells.append(0)

    def _start_tr(self, _attributes: dict[str, str]) -> None:
        if self.tables and not self.skipped:
            self._close_cell()
            self.tables[-1].rows.append([])

    def _start_td(self, _attributes: dict[str, str]) -> None:
        if self.tables and not self.skipped:
            self._close_cell()
            if not self.tables[-1].rows:
                self.tables[-1].rows.append([])
            self.flows.append(_Flow())
            self.open_cells[-1] = len(self.flows)
        elif self.skipped:
            self.flows[-1].open_line.append(" ")

    _start_th = _start_td

    def _end_td(self) -> None:
        if self.tables and not self.skipped:
            self._close_cell()

    _end_th = _end_td

    def _close_cell(self) -> None:
        height = self.open_cells[-1]
        if not height:
            return
        while len(self.flows) > height:  # A quote that was left open inside the cell
            inner = self.flows.pop().taken()
            self.flows[-1].add_block(inner)
        self.tables[-1].rows[-1].append(self.flows.pop().taken())
        self.open_cells[-1] = 0

    def _end_table(self) -> None:
        if self.skipped:
            self.skipped -= 1
            return
        if self.tables:
            self._close_cell()
            table = self.tables.pop()
            self.open_cells.pop()
            self.flows[-1].add_block(lay_out(table.rows))
