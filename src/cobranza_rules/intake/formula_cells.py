"""Formulas of a workbook whose values the program that wrote it has not saved: their cells look empty, and are not."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cobranza_rules.intake.xml_reader import read_xml
from cobranza_rules.problems import ProblemError

MOST_TOLD = 10_000  # Cells of a sheet
# A cell with a formula (ECMA-376 part 1, 18.3.1.40) and without a value, as writers leave it: no `v`, or an empty one.
_UNSAVED = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[^<>]*>\s*<f(?:[^<>]*/>|[^<>]*>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>')
BOOK_PARTS = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

Cells = frozenset[tuple[int, int]]


def unsaved_in(part: bytes) -> Cells:
    """Row and column of each, from 0. `part` is the XML of a sheet."""
    cells: set[tuple[int, int]] = set()
    for match in _UNSAVED.finditer(part) if b"<f" in part else ():
        cells.add((int(match.group(2)) - 1, _column(match.group(1))))
        if len(cells) == MOST_TOLD:
            break
    return frozenset(cells)


def parts_by_sheet(book: Mapping[str, bytes]) -> dict[str, str]:
    """The part of the archive that holds each sheet, by the sheet's name. `book` holds the XML of BOOK_PARTS; what it does not tell is left out."""
    try:
        sheets, relations = (read_xml(book[name], name).root for name in BOOK_PARTS)
    except (ProblemError, KeyError):
        return {}
    targets = {one.get("Id", ""): f"xl/{one.get('Target', '')}".replace("xl//xl/", "xl/") for one in relations}
    found = {sheet.get("name", ""): targets.get(sheet.get(_RELATION, ""), "") for sheet in sheets.iter("{*}sheet")}
    return {sheet: part for sheet, part in found.items() if part}


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
