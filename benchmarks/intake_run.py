"""One side of the figures of intake: `python -m benchmarks.intake_run SIDE PATH N`. SIDE is `cfdi`, `lxml`, `xlsx`, `calamine`, `ledger`, `ledger-again` or `sqlite`.

The work is done twice, the second time counts, and nothing of a document is kept but its number. N is how many it must be.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path

import python_calamine
from lxml import etree

from benchmarks.measuring import Cost, cpu_seconds, peak_mb
from cobranza_rules.booking.importing import Importing
from cobranza_rules.booking.outcome import Taken
from cobranza_rules.clock import FixedClock
from cobranza_rules.intake.adminpaq import open_report
from cobranza_rules.intake.cfdi import examine_cfdi
from cobranza_rules.intake.recognise import Kind, recognise
from cobranza_rules.intake.sources import walk
from cobranza_rules.store.database import open_database
from cobranza_rules.store.documents import DocumentArchive

TITLES = 3  # Rows above the documents of a report


def read_cfdi(folder: Path) -> int:
    """As an import does it: each file is found, told apart by its content, and read."""
    count = 0
    for file in walk([folder]):
        assert isinstance(file.content, bytes), file.content
        assert recognise(file.content, file.name) is Kind.CFDI, file.name
        examined = examine_cfdi(file.content, file.name)
        assert not examined.warnings, examined.warnings
        count += 1
    return count


def parse(folder: Path) -> int:
    count = 0
    for file in sorted(folder.iterdir()):
        etree.fromstring(file.read_bytes())
        count += 1
    return count


def read_workbook(file: Path) -> int:
    report = open_report(file.read_bytes(), file.name)
    count = sum(1 for _document in report)
    assert not report.told(), report.told()[0]
    return count


def cells(file: Path) -> int:
    with python_calamine.CalamineWorkbook.from_path(file) as workbook:
        return len(workbook.get_sheet_by_index(0).to_python()) - TITLES


def book_report(file: Path, *, again: bool = False) -> int:
    """As `cobranza import` does it into a new book; `again` the same file once more, which changes nothing."""
    with tempfile.TemporaryDirectory(prefix="cobranza-bench-") as folder:
        database = open_database("sqlite:///book.db", Path(folder))
        clock = FixedClock(dt.date(2026, 3, 2), "America/Mexico_City")
        importing = Importing(database, DocumentArchive(Path(folder) / "documents"), clock, "EKU9003173C9")
        report = importing.take(walk([file]))
        if again:
            start = cpu_seconds()
            report = importing.take(walk([file]))
            ALONE.append(cpu_seconds() - start)
        database.close()
    assert not report.problems, report.problems[0]
    return report.counts["charges", Taken.UNCHANGED if again else Taken.NEW]


def write_rows(file: Path) -> int:
    """The rows that a book needs of each document (invoice, charge, two entries, two events), with a few columns each."""
    with tempfile.TemporaryDirectory(prefix="cobranza-bench-") as folder, sqlite3.connect(Path(folder) / "book.db") as book:
        book.executescript(
            "PRAGMA journal_mode = WAL;" + "".join(f"CREATE TABLE {name} (id INTEGER PRIMARY KEY, {SOME});" for name in ROWS)
        )
        with python_calamine.CalamineWorkbook.from_path(file) as workbook:
            rows = workbook.get_sheet_by_index(0).to_python()[TITLES:]
        for name, times in ROWS.items():
            insert = f"INSERT INTO {name} (number, party, issued_on, total, left, data) VALUES (?, ?, ?, ?, ?, ?)"
            for _time in range(times):
                book.executemany(insert, ((row[4], row[6], str(row[0]), row[9], row[10], json.dumps({"uuid": row[13]})) for row in rows))
    return len(rows)


ROWS = {"invoice": 1, "charge": 1, "entry": 2, "event": 2}
SOME = "number, party, issued_on, total, left, data"
ALONE: list[float] = []  # Seconds of the work alone, where something has to come before it

SIDES: Mapping[str, Callable[[Path], int]] = {
    "cfdi": read_cfdi,
    "lxml": parse,
    "xlsx": read_workbook,
    "calamine": cells,
    "ledger": book_report,
    "ledger-again": partial(book_report, again=True),
    "sqlite": write_rows,
}


def main() -> None:
    side, path, n = SIDES[sys.argv[1]], Path(sys.argv[2]), int(sys.argv[3])
    used = 0.0
    for _turn in range(2):
        start = cpu_seconds()
        found = side(path)
        used = ALONE.pop() if ALONE else cpu_seconds() - start
        assert found == n, f"{found} were read, not {n}"
    print(json.dumps(asdict(Cost(used, peak_mb()))))


if __name__ == "__main__":
    main()
