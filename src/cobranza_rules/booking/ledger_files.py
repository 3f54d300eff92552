"""Reports and tables of the accounting system on their way into the book: those of one folder are the tables of one company."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.ledger_books import LedgerOutcome, book_ledger
from cobranza_rules.booking.ledger_charges import LedgerOrigin
from cobranza_rules.domain.ledger_document import LedgerBook
from cobranza_rules.intake.adminpaq import open_report
from cobranza_rules.intake.adminpaq_dbf import read_tables_of, table_of
from cobranza_rules.intake.adminpaq_documents import DOCUMENTS
from cobranza_rules.intake.report_mapping import ReportMapping, mapping_for
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.heartbeat import BANK, beat


@dataclass(slots=True)
class LedgerFiles:
    """What is read together: one report, or the tables of one folder with their memo files, by their names."""

    files: dict[str, bytes] = field(default_factory=dict)
    tables: bool = False

    @property
    def main(self) -> str:
        """The file that stands for all: that of the documents where it is there."""
        return next((name for name in self.files if table_of(name) == DOCUMENTS and name.lower().endswith(".dbf")), next(iter(self.files)))


@dataclass(slots=True)
class LedgerTaken:
    """What came of them: `refused` and `warnings` are problems, beside the file that each is kept under."""

    outcome: LedgerOutcome
    refused: Mapping[str, list[Problem]]
    warnings: list[Problem]


def together(reports: Iterable[tuple[str, bytes]], tables: Iterable[tuple[str, bytes]]) -> list[LedgerFiles]:
    """Each report for itself, then the tables folder by folder: an archive is a folder, too."""
    found = [LedgerFiles({name: content}) for name, content in reports]
    folders: dict[str, LedgerFiles] = {}
    for name, content in tables:
        folder = name.replace("\\", "/").rpartition("/")[0]
        folders.setdefault(folder, LedgerFiles(tables=True)).files[name] = content
    return [*found, *folders.values()]


def take_ledger(
    keeper: Bookkeeper,
    given: LedgerFiles,
    archive: DocumentArchive,
    mappings: Sequence[ReportMapping],
    today: dt.date,
    opening: dt.date | None,
) -> LedgerTaken:
    """Good rows are in, whatever stands beside them."""
    try:
        book, told = _open(given, mappings)
    except ProblemError as error:
        return LedgerTaken(LedgerOutcome(), _by_file(given, error.problems), [])
    origin = LedgerOrigin(given.main, archive.put(given.files[given.main]))
    outcome = book_ledger(keeper, book, origin, today, opening)
    if outcome.newest is not None:
        noon = dt.datetime.combine(outcome.newest, dt.time(12), dt.UTC)
        beat(keeper.session, BANK, min(noon, keeper.known_at))  # Payments are known up to the newest that it tells of.
    every = [*told(), *outcome.problems]
    refused = [problem for problem in every if not problem.warning]
    return LedgerTaken(outcome, _by_file(given, refused), [problem for problem in every if problem.warning])


def _open(given: LedgerFiles, mappings: Sequence[ReportMapping]) -> tuple[LedgerBook, Callable[[], list[Problem]]]:
    """The second part tells what is wrong, once all documents of the first have been gone through."""
    if given.tables:
        book, problems = read_tables_of(given.files)
        return book, lambda: problems
    report = open_report(given.files[given.main], given.main, mapping_for(given.main, mappings))
    return LedgerBook(report), report.told


def _by_file(given: LedgerFiles, problems: Sequence[Problem]) -> Mapping[str, list[Problem]]:
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        found.setdefault(problem.file if problem.file in given.files else given.main, []).append(problem)
    return found
