"""What is recognised of a document report before anything is booked: its heading row, what each column holds, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from cobranza_rules.intake.adminpaq import missing_columns
from cobranza_rules.intake.cells import text_of
from cobranza_rules.intake.cfdi_reading import shown
from cobranza_rules.intake.error_cells import is_remark
from cobranza_rules.intake.heading_row import DEEPEST_HEADING, Headings
from cobranza_rules.intake.ledger_groups import no_customer_column
from cobranza_rules.intake.ledger_headings import headings_of
from cobranza_rules.intake.report_mapping import ReportMapping
from cobranza_rules.intake.spreadsheet import read_tables
from cobranza_rules.intake.table import Table, Value, column_letters
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError

_NAME_THEM = _("name its column, such as --column folio='Núm.'; a currency for all with --currency")


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """`letter` is the column's; `holds` what it is read as, "" where it is not read; `example` the first value below its heading."""

    letter: str
    heading: str
    holds: str
    example: str


@dataclass(frozen=True, slots=True)
class ReportColumns:
    """`place` is the first cell of the heading row; `missing` costs the report, `others` are what else the headings are told of."""

    place: str
    columns: tuple[ReportColumn, ...]
    missing: tuple[Problem, ...]
    others: tuple[Problem, ...]


def columns_of_report(content: bytes, file: str, mapping: ReportMapping | None) -> ReportColumns:
    """Where no row has enough known headings it is the row that looks most like them. Raises ProblemError where there is none."""
    tables = read_tables(content, file)
    known = headings_of(mapping)
    headings = known.find(tables, file) or replace(known, are_enough=bool).find(tables, file) or _most_texts(tables)
    if headings is None:
        what = _("no row with headings was found in the first rows")
        raise ProblemError([Problem(what, _("check that it is a report of documents"), file)])
    missing = [Problem(what, _NAME_THEM, file, place=headings.table.place(headings.row, 0)) for what in missing_columns(headings, mapping)]
    if nobody := no_customer_column(headings, file):
        missing.append(nobody)
    missing += _unheaded(headings, mapping, file)
    return ReportColumns(headings.table.place(headings.row, 0), tuple(_columns(headings)), tuple(missing), headings.problems)


def _most_texts(tables: list[Table]) -> Headings | None:
    """The row with the most texts, where not a single heading is known."""
    rows = [(sum(isinstance(cell, str) for cell in cells), table, row) for table in tables for row, cells in _first_rows(table)]
    most, table, row = max(rows, key=lambda one: one[0], default=(0, None, 0))
    return Headings(table, row, {}) if table is not None and most > 1 else None


def _first_rows(table: Table) -> list[tuple[int, Sequence[Value]]]:
    return list(enumerate(islice(table.rows, DEEPEST_HEADING)))


def _columns(headings: Headings) -> list[ReportColumn]:
    table, found = headings.table, []
    first = headings.row + 1
    below = [row for row in table.rows[first : first + DEEPEST_HEADING] if row and not is_remark(row[0])]
    for number in range(max(len(table.rows[headings.row]), 1 + max(headings.columns, default=0))):
        heading = text_of(table.value(headings.row, number)) or text_of(table.value(headings.row - 1, number))
        example = next((text_of(row[number]) for row in below if number < len(row) and row[number] is not None), "")
        if heading or example:
            found.append(ReportColumn(column_letters(number), heading, str(headings.columns.get(number, "")), shown(example)))
    return found


def _unheaded(headings: Headings, mapping: ReportMapping | None, file: str) -> list[Problem]:
    """Number and day, without which no row is a document."""
    known = {*headings.columns.values(), *(mapping.columns if mapping else ())}
    return [
        Problem(_("the heading '{heading}' is missing", heading=heading), _NAME_THEM, file, place=headings.table.place(headings.row, 0))
        for name, heading in (("folio", "Folio"), ("issued", "Fecha"))
        if name not in known
    ]
