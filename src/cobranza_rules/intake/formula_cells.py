"""Formulas of a workbook whose values the program that wrote it has not saved: their cells look empty, and are not."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cobranza_rules.intake.xml_reader import read_xml
from cobranza_rules.problems import ProblemError

MOST_TOLD = 10_000  # Cells of a sheet
# A cell with a formula (ECMA-376 part 1, 18.3.1.40) and without a value, as writers leave it: no `v`, or an empty one.
_UNSAVED = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[^<>]*>\s*<f(?:[^<>]*/>|[^<>]*>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>')
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

Cells = frozenset[tuple[int, int]]


def unsaved_formulas(parts: Mapping[str, bytes]) -> dict[str, Cells]:
    """`parts` are the workbook's XML by their names. By the name of the sheet: row and column from 0. A sheet that cannot be told is left out."""
    found = {name: cells for name, part in parts.items() if b"<f" in part and (cells := _cells(part))}
    if not found:
        return {}
    try:
        book, relations = (read_xml(parts[name], name).root for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"))
    except (ProblemError, KeyError):
        return {}
    targets = {one.get("Id", ""): f"xl/{one.get('Target', '')}".replace("xl//xl/", "xl/") for one in relations}
    sheets = {sheet.get("name", ""): targets.get(sheet.get(_RELATION, ""), "") for sheet in book.iter("{*}sheet")}
    return {sheet: found[part] for sheet, part in sheets.items() if part in found}


def _cells(part: bytes) -> Cells:
    cells = set()
    for match in _UNSAVED.finditer(part):
        cells.add((int(match.group(2)) - 1, _column(match.group(1))))
        if len(cells) == MOST_TOLD:
            break
    return frozenset(cells)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
