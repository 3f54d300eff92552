"""Customers with their contacts from a spreadsheet. A bad row is told with its cell and reason, and costs no other row."""

from __future__ import annotations

from dataclasses import dataclass, field

from cobranza_rules.domain.customer import GENERIC_RFCS, CustomerRecord
from cobranza_rules.intake.cfdi_reading import shown
from cobranza_rules.intake.customer_row import read_row
from cobranza_rules.intake.heading_row import Headings
from cobranza_rules.intake.headings import CUSTOMER_HEADINGS, EXPECTED, REQUIRED
from cobranza_rules.intake.sheet_row import filled_rows
from cobranza_rules.intake.spreadsheet import read_tables
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError


def read_customers(content: bytes, file: str) -> tuple[list[CustomerRecord], list[Problem]]:
    """The good rows, and the problems of the others; a problem that is a warning has cost nothing.

    Raises ProblemError where the file cannot be read at all.
    """
    tables = read_tables(content, file)
    headings = CUSTOMER_HEADINGS.find(tables, file)
    if headings is None:
        what = _("no heading row of a customers spreadsheet was found in the first rows")
        return [], [
            Problem(what, _("the headings expected are: {expected}", expected=EXPECTED), file, place=tables[0].name if tables else "")
        ]
    missing = [heading for name, heading in REQUIRED.items() if headings.column(name) is None]
    if missing:
        place = headings.table.place(headings.row, 0)
        hint = _("add the column; the headings expected are: {expected}", expected=EXPECTED)
        return [], [
            *headings.problems,
            *(Problem(_("the heading '{heading}' is missing", heading=one), hint, file, place=place) for one in missing),
        ]
    return _read_rows(headings, file)


def _read_rows(headings: Headings, file: str) -> tuple[list[CustomerRecord], list[Problem]]:
    taken = _Taken(headings, file)
    records: list[CustomerRecord] = []
    problems = list(headings.problems)
    for row in filled_rows(headings):
        try:
            record, warnings = read_row(headings, row, file)
            taken.add(record, row)
        except ProblemError as error:
            problems.extend(error.problems)
        else:
            records.append(record)
            problems.extend(warnings)
    return records, problems


@dataclass(slots=True)
class _Taken:
    """Codes and RFCs that rows before have taken, with the cell of each."""

    headings: Headings
    file: str
    codes: dict[str, str] = field(default_factory=dict)
    rfcs: dict[str, str] = field(default_factory=dict)

    def add(self, record: CustomerRecord, row: int) -> None:
        """Raises ProblemError where the code or a RFC that identifies somebody has been taken."""
        problems: list[Problem] = []
        code_place, rfc_place = self.headings.place(row, "code"), self.headings.place(row, "rfc")
        if first := self.codes.get(record.code.casefold()):
            what = _("the code '{code}' stands already in cell {first}", code=shown(record.code), first=first)
            problems.append(Problem(what, _("give each customer a code of its own; the first row was taken"), self.file, place=code_place))
        if record.rfc not in GENERIC_RFCS and (first := self.rfcs.get(record.rfc)):
            what = _("the RFC {rfc} stands already in cell {first}", rfc=record.rfc, first=first)
            problems.append(Problem(what, _("join the two rows; the first row was taken"), self.file, place=rfc_place))
        if problems:
            raise ProblemError(problems)
        self.codes[record.code.casefold()] = code_place
        self.rfcs[record.rfc] = rfc_place
