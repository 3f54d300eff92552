"""One side of the figures of booking: `python -m benchmarks.booking_run SIDE PATH N`. SIDE is `ledger`, `ledger-again` or `sqlite`.

The work is done twice, each time into a new book, and the second time counts. N is how many documents it must be.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict
from functools import partial
from pathlib import Path

import python_calamine

from benchmarks.measuring import Cost, cpu_seconds, peak_mb
from cobranza_rules.booking.importing import Importing
from cobranza_rules.booking.outcome import Taken
from cobranza_rules.clock import FixedClock
from cobranza_rules.intake.sources import walk
from cobranza_rules.store.database import open_database
from cobranza_rules.store.documents import DocumentArchive

TITLES = 3  # Rows above the documents of a report
ROWS = {"invoice": 1, "charge": 1, "entry": 2, "event": 2}
SOME = "number, party, issued_on, total, left, data"


def book_report(file: Path, *, again: bool = False) -> tuple[int, float]:
    """As `cobranza import` does it into a new book; `again` the same file once more, which changes nothing."""
    with tempfile.TemporaryDirectory(prefix="cobranza-bench-") as folder:
        database = open_database("sqlite:///book.db", Path(folder))
        clock = FixedClock(dt.date(2026, 3, 2), "America/Mexico_City")
        importing = Importing(database, DocumentArchive(Path(folder) / "documents"), clock, "EKU9003173C9")
        if again:
            importing.take(walk([file]))
        start = cpu_seconds()
        report = importing.take(walk([file]))
        used = cpu_seconds() - start
        database.close()
    assert not report.problems, report.problems[0]
    return report.counts["charges", Taken.UNCHANGED if again else Taken.NEW], used


def write_rows(file: Path) -> tuple[int, float]:
    """The rows that a book needs of each document (invoice, charge, two entries, two events), with a few columns each."""
    start = cpu_seconds()
    with tempfile.TemporaryDirectory(prefix="cobranza-bench-") as folder, closing(sqlite3.connect(Path(folder) / "book.db")) as book:
        book.executescript(
            "PRAGMA journal_mode = WAL;" + "".join(f"CREATE TABLE {name} (id INTEGER PRIMARY KEY, {SOME});" for name in ROWS)
        )
        with python_calamine.CalamineWorkbook.from_path(file) as workbook:
            rows = workbook.get_sheet_by_index(0).to_python()[TITLES:]
        for name, times in ROWS.items():
            insert = f"INSERT INTO {name} (number, party, issued_on, total, left, data) VALUES (?, ?, ?, ?, ?, ?)"
            for _time in range(times):
                book.executemany(insert, ((row[4], row[6], str(row[0]), row[9], row[10], json.dumps({"uuid": row[13]})) for row in rows))
        book.commit()
    return len(rows), cpu_seconds() - start


Side = Callable[[Path], tuple[int, float]]  # How many documents, and the seconds
SIDES: Mapping[str, Side] = {"ledger": book_report, "ledger-again": partial(book_report, again=True), "sqlite": write_rows}


def main() -> None:
    side, path, n = SIDES[sys.argv[1]], Path(sys.argv[2]), int(sys.argv[3])
    used = 0.0
    for _turn in range(2):
        found, used = side(path)
        assert found == n, f"{found} were booked, not {n}"
    print(json.dumps(asdict(Cost(used, peak_mb()))))


if __name__ == "__main__":
    main()
