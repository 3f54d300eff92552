"""Paragraphs that Word keeps with the next ones, as blocks that do not break: old WebKit knows no other way to keep a signature whole."""

from __future__ import annotations

from dataclasses import dataclass

from cobranza_rules.letters.marked_xml import MARK, statement_keyword


@dataclass(frozen=True, slots=True)
class Block:
    """`keeps` is true for a paragraph with Word's "keep with next". Marks between blocks are blocks that are neither of the two."""

    html: str
    keeps: bool = False
    table: bool = False
    marks: bool = False


def kept_together(blocks: list[Block], tags: list[str]) -> str:
    pieces = []
    start = 0
    while start < len(blocks):
        end = _end_of_group(blocks, start, tags) if blocks[start].keeps else start + 1
        html = "".join(block.html for block in blocks[start:end])
        pieces.append(html if end == start + 1 else f'<div style="page-break-inside:avoid">{html}</div>')
        start = end
    return "".join(pieces)


def _end_of_group(blocks: list[Block], start: int, tags: list[str]) -> int:
    """The index behind the last block of the group; `start + 1` where none can be made.

    A group ends with the first paragraph that need not be kept, never inside an `if` or `for`, and before any table, which may be long.
    """
    depth, done = 0, False
    for index in range(start, len(blocks)):
        block = blocks[index]
        if block.table:
            return start + 1
        if block.marks:
            for found in MARK.finditer(block.html):
                depth += {"if": 1, "for": 1, "endif": -1, "endfor": -1}.get(statement_keyword(tags[int(found[1])]), 0)
                if depth < 0:
                    return start + 1
        elif not block.keeps:
            done = True
        if done and depth == 0:
            return index + 1
    return start + 1 if depth else len(blocks)
