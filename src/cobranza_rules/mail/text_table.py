"""Rows of cells as lines of text: data in aligned columns, layout tables as the running text that they are."""

from __future__ import annotations

import re

Cell = list[str]  # The lines of one cell

WIDEST_COLUMN = 48  # Wider cells are not padded, for the line would break in every mail program.
NUMBER = re.compile(r"[-+(]?[$€£]?\s?[\d.,]*\d[\d.,]*\)?\s?(%|[A-Z]{3})?")


def lay_out(rows: list[list[Cell]]) -> list[str]:
    """A table is data where every cell is one line at most and some row has two that are filled; cells are then set apart by ` | `."""
    filled = [row for row in rows if any(row)]
    if not filled:
        return []
    if any(len(cell) > 1 for row in filled for cell in row) or max(sum(bool(cell) for cell in row) for row in filled) < 2:
        return _running(filled)
    texts = [[cell[0] if cell else "" for cell in row] for row in filled]
    columns = max(len(row) for row in texts)
    grid = [row for row in texts if len(row) == columns]
    widths = [min(WIDEST_COLUMN, max(len(row[column]) for row in grid)) for column in range(columns)]
    numeric = [_is_numeric([row[column] for row in grid[1:]]) for column in range(columns)]
    lines = []
    for row in texts:
        if len(row) < columns:  # A row that spans columns: a heading or a total
            lines.append(" | ".join(text for text in row if text))
            continue
        padded = [text.rjust(width) if right else text.ljust(width) for text, width, right in zip(row, widths, numeric, strict=True)]
        used = [text for text, width in zip(padded, widths, strict=True) if width]
        lines.append(" | ".join(used).rstrip())
    return lines


def _running(rows: list[list[Cell]]) -> list[str]:
    lines: list[str] = []
    for row in rows:
        if all(len(cell) <= 1 for cell in row):
            lines.append(" | ".join(cell[0] for cell in row if cell))
        else:
            lines.extend(line for cell in row for line in cell)
    return lines


def _is_numeric(texts: list[str]) -> bool:
    filled = [text for text in texts if text]
    return bool(filled) and all(NUMBER.fullmatch(text) for text in filled)
