"""One side of the figure `apply`: `python -m benchmarks.cash_run apply|floor DATABASE OUT`. The work is done on a copy of the database."""

from __future__ import annotations

import re
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import select

from benchmarks.measuring import Cost, cpu_seconds, peak_mb, tell
from benchmarks.workdays import NOW, TODAY
from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.deposit_shares import kept_shares
from cobranza_rules.booking.deposits import settle_deposits
from cobranza_rules.cash.deposit import Policy
from cobranza_rules.store.database import open_database
from cobranza_rules.store.tables import BankLineRow

WORD = re.compile(r"(?<![0-9A-Z-])[A-Z]-\d+(?![0-9A-Z-])")
Decisions = list[tuple[int, str]]  # A deposit's id, and the number of an invoice that it pays


def apply(path: Path) -> tuple[Decisions, float]:
    """As an import of a statement does it, once its lines are in."""
    database = open_database(f"sqlite:///{path}", path.parent)
    start = cpu_seconds()
    with database.writing() as session:
        settle_deposits(Bookkeeper(session, NOW), Policy(), TODAY)
    used = cpu_seconds() - start
    with database.reading() as session:
        lines = session.scalars(select(BankLineRow).where(BankLineRow.settled_by != "").execution_options(yield_per=500))
        found = [(line.id, f"F-{share['invoice']}") for line in lines for share in kept_shares(line)]
    database.close()
    return found, used


def floor(path: Path) -> tuple[Decisions, float]:
    """Open invoices in a dictionary by number; a deposit that writes one exactly, over exactly what is owed, is applied and written down."""
    start = cpu_seconds()
    with closing(sqlite3.connect(path)) as book, book:
        found = list(_joined(book))
        book.executemany("UPDATE invoice SET balance = 0, status = 'paid' WHERE number = ?", [(number,) for _line, number in found])
        book.executemany("UPDATE bank_line SET state = 'applied' WHERE id = ?", [(line,) for line, _number in found])
    return found, cpu_seconds() - start


def _joined(book: sqlite3.Connection) -> Iterator[tuple[int, str]]:
    owed = {
        number: (minor, currency)
        for number, minor, currency in book.execute("SELECT number, balance, currency FROM invoice WHERE balance > 0")
    }
    for line, minor, currency, text in book.execute(
        "SELECT id, minor, currency, description FROM bank_line WHERE state = 'open' ORDER BY id"
    ):
        named = WORD.findall(text)
        if len(named) == 1 and owed.get(named[0]) == (minor, currency):
            del owed[named[0]]
            yield line, named[0]


def main() -> None:
    side, database, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    with tempfile.TemporaryDirectory(prefix="cobranza-bench-") as folder:
        copied = Path(shutil.copy(database, Path(folder) / "book.sqlite"))
        found, used = {"apply": apply, "floor": floor}[side](copied)
    tell(Cost(used, peak_mb()), found, out)


if __name__ == "__main__":
    main()
