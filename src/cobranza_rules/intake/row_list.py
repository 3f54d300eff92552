"""A list with one record a row. A bad row is told with its cells and reasons, and costs no other row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from cobranza_rules.intake.heading_row import Column, Headings, KnownHeadings
from cobranza_rules.intake.sheet_row import SheetRow, filled_rows
from cobranza_rules.intake.spreadsheet import read_tables
from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem, ProblemError

_Record = TypeVar("_Record")


@dataclass(frozen=True, slots=True)
class RowList(Generic[_Record]):
    """`required` maps what each row needs to the heading to ask for; `without` is said where no headings are found.

    `record_of` makes a record of a row, or raises ProblemError; by the cell of `named` the row is told later.
    """

    headings: KnownHeadings
    required: Mapping[str, str]
    without: Sentence
    record_of: Callable[[SheetRow], _Record]
    named: Column

    def read(self, content: bytes, file: str) -> tuple[list[tuple[_Record, str]], list[Problem]]:
        """The good rows, each with its cell, and the problems of the others; a problem that is a warning has cost nothing.

        Raises ProblemError where the file cannot be read at all.
        """
        headings = self.headings.find(read_tables(content, file), file)
        if headings is None:
            return [], [Problem(self.without, _("the headings expected are: {expected}", expected=self.headings.expected), file)]
        if missing := self._missing(headings, file):
            return [], [*headings.problems, *missing]
        records: list[tuple[_Record, str]] = []
        problems = list(headings.problems)
        for number in filled_rows(headings):
            row = SheetRow(headings, number, file)
            try:
                records.append((self.record_of(row), row.place(self.named)))
            except ProblemError as error:
                problems += error.problems
        return records, problems

    def _missing(self, headings: Headings, file: str) -> list[Problem]:
        place, hint = (
            headings.table.place(headings.row, 0),
            _("add the column; the headings expected are: {expected}", expected=self.headings.expected),
        )
        return [
            Problem(_("the heading '{heading}' is missing", heading=heading), hint, file, place=place)
            for name, heading in self.required.items()
            if headings.column(name) is None
        ]
