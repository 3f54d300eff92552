"""The document report of AdminPAQ or CONTPAQi as a spreadsheet or delimited text. A bad row is told with its cell, and costs no other row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from cobranza_rules.domain.ledger_document import LedgerDocument
from cobranza_rules.intake.cells import amount_of, day_of
from cobranza_rules.intake.error_cells import is_remark
from cobranza_rules.intake.heading_row import Headings, heading_key
from cobranza_rules.intake.ledger_groups import CUSTOMER, Groups, is_labelled, no_customer_column
from cobranza_rules.intake.ledger_headings import EXPECTED, headings_of
from cobranza_rules.intake.ledger_row import NotOurs, RowReader
from cobranza_rules.intake.ledger_totals import TotalRows, is_total
from cobranza_rules.intake.report_mapping import ReportMapping
from cobranza_rules.intake.spreadsheet import read_tables
from cobranza_rules.intake.table import Value
from cobranza_rules.intake.two_spellings import Spellings
from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem, ProblemError

MOST_TOLD = 200  # Rows of one report whose problems are told one by one
_ADD = _("add the column, or name it under [intake.adminpaq] in cobranza.toml; the headings expected are: {expected}", expected=EXPECTED)


def open_report(content: bytes, file: str, mapping: ReportMapping | None = None) -> Report:
    """Raises ProblemError where the file cannot be read at all."""
    tables = read_tables(content, file)
    headings = headings_of(mapping).find(tables, file)
    if headings is None:
        what = _("no heading row of a document report was found in the first rows")
        return Report(None, file, mapping, [Problem(what, _ADD, file, place=tables[0].name if tables else "")])
    missing = [Problem(what, _ADD, file, place=headings.table.place(headings.row, 0)) for what in missing_columns(headings, mapping)]
    if nobody := no_customer_column(headings, file):
        missing.append(nobody)
    return Report(None if missing else headings, file, mapping, [*headings.problems, *missing])


def missing_columns(headings: Headings, mapping: ReportMapping | None) -> list[Sentence]:
    """What has to be known of each document and stands in no column."""
    held = set(headings.columns.values())
    wanted = dict(mapping.columns) if mapping else {}
    lost = [
        _("the heading '{heading}', named in the settings of '{source}', is missing", heading=wanted[name], source=mapping.name)
        for name in wanted
        if mapping and name not in held
    ]
    needed = {
        "open": ("Pendiente", {"open"}),
        "total": ("Total", {"total", "charge"}),
        "nature": ("Concepto", {"concept", "nature", "model", "charge"}),
    }
    if not (mapping and mapping.currency):
        needed["currency"] = ("Moneda", {"currency"})
    return lost + [
        _("the heading '{heading}' is missing", heading=heading)
        for name, (heading, columns) in needed.items()
        if held.isdisjoint(columns) and name not in wanted
    ]


@dataclass(slots=True)
class Report:
    """Gone through once, it gives the documents of the good rows, one in memory at a time; `told` then says what is wrong with the others.

    Without `headings` it has none.
    """

    headings: Headings | None
    file: str
    mapping: ReportMapping | None
    found: list[Problem]  # Of the headings
    problems: list[Problem] = field(default_factory=list)
    untold: int = 0
    passed: int = 0
    first_passed: str = ""
    groups: Groups = field(init=False)

    def __post_init__(self) -> None:
        self.groups = Groups(self.file)

    def __iter__(self) -> Iterator[LedgerDocument]:
        if self.headings is None:
            return
        reader, totals = RowReader(self.headings, self.file, self.mapping), TotalRows(self.headings, self.file)
        spellings = Spellings(self.file)
        try:
            for document in self._documents(self.headings, reader, totals):
                totals.add(document)
                spellings.add(document.party, document.customer_code, document.place)
                yield document
        except ProblemError as error:  # The sheet breaks off: what stood above is in order.
            self.problems += error.problems
        self.problems += [*reader.warnings[:MOST_TOLD], *spellings.problems]

    def _documents(self, headings: Headings, reader: RowReader, totals: TotalRows) -> Iterator[LedgerDocument]:
        first = headings.row + 1
        for row, cells in enumerate(islice(headings.table.rows, first, None), first):
            reader.begin(row, cells)
            if not self._is_document(reader):
                if is_total(cells):
                    self.problems += totals.check(row, cells)
                else:
                    self.groups.meet([cell for cell in cells if cell is not None], headings.table.place(row, 0))
                continue
            if all(reader.value(name) is None for name in CUSTOMER) and self.groups.take():
                totals.refuse(cells)
                continue
            try:
                document = reader.document()
            except NotOurs:
                self.passed += 1
                self.first_passed = self.first_passed or headings.place(row, "folio")
            except ProblemError as error:
                totals.refuse(cells)
                self._tell(error.problems)
            else:
                yield document

    def _is_document(self, reader: RowReader) -> bool:
        """Whatever has a day of issue is one; without, it is unless it is empty, a remark, a sum, a title, or the headings once more."""
        cells, issued = reader.cells, reader.value("issued")
        if issued.__class__ is dt.date or day_of(issued) is not None:
            return not is_remark(cells[0])
        filled = [cell for cell in cells if cell is not None]
        if len(filled) < 3 or is_remark(filled[0]) or is_total(cells) or is_labelled(filled):
            return False
        return not self._is_heading(filled) and (
            reader.value("folio") is not None or any(amount_of(reader.value(name)) is not None for name in ("total", "open"))
        )

    def _is_heading(self, filled: Sequence[Value]) -> bool:
        """Reports for the printer repeat their headings on every page."""
        known = headings_of(self.mapping).aliases
        return sum(isinstance(cell, str) and heading_key(cell) in known for cell in filled) * 2 > len(filled)

    def _tell(self, problems: Sequence[Problem]) -> None:
        if len(self.problems) < MOST_TOLD:
            self.problems += problems
        else:
            self.untold += 1

    def told(self) -> list[Problem]:
        """A problem that is a warning has cost nothing."""
        found = [*self.found, *self.problems, *self.groups.told()]
        if self.untold:
            what = _("further rows that could not be read: {count}", count=self.untold)
            found.append(Problem(what, _("correct those that are told, and import the report again"), self.file))
        if self.passed:
            what = _("passed over as quotations, orders, drafts or suppliers' documents: {count}", count=self.passed)
            found.append(Problem(what, _("nothing to do if they are no invoices"), self.file, place=self.first_passed, warning=True))
        return found
