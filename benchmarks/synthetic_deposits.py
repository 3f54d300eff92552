"""A synthetic statement over a synthetic book: `python -m benchmarks.synthetic_deposits N INVOICES FOLDER`. Always the same bytes.

Of the deposits 60 % name their invoice, 10 % its digits alone, 10 % two invoices; 8 % come from an account that another deposit has taught
and name nothing, 6 % name theirs for another amount, and 6 % tell nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

from benchmarks import synthetic_book
from benchmarks.synthetic_book import book_of, insert
from benchmarks.workdays import NOW, TODAY

KINDS, WEIGHTS = ("named", "digits", "two", "account", "other", "nothing"), (60, 10, 10, 8, 6, 6)
DAY = TODAY - dt.timedelta(days=1)
OPEN = "SELECT id, number, customer_id, currency, balance FROM invoice WHERE balance > 0 AND closed IS NULL ORDER BY id"
Row = dict[str, Any]


def with_deposits(n: int, invoices: int, folder: Path) -> Path:
    """The book with `n` open deposits in it; made the first time, and again when the book or this generator is another."""
    book = book_of(invoices, folder)
    sources = [Path(module).read_bytes() for module in (__file__, synthetic_book.__file__ or "")]
    version = hashlib.sha256(b"".join([*sources, book.name.encode()])).hexdigest()[:12]
    path = folder / f"cash-{n}-{version}.sqlite"
    if not path.exists():
        for outdated in folder.glob(f"cash-{n}-*"):
            outdated.unlink()
        unfinished = path.with_suffix(f".{os.getpid()}")
        shutil.copy(book, unfinished)
        connection = sqlite3.connect(unfinished)
        with connection:
            insert(connection, "bank_statement", [_statement()])
            insert(connection, "bank_line", list(_lines(n, connection.execute(OPEN).fetchall())))
        connection.close()
        unfinished.rename(path)
    return path


def _statement() -> Row:
    days = {"from_on": DAY, "through_on": DAY}
    return {
        "id": 1,
        "account": "0123456789",
        "currency": "MXN",
        "profile": "bbva",
        "file": "estado.txt",
        "document": "0" * 64,
        "known_at": NOW,
        **days,
    }


def _lines(n: int, invoices: Sequence[tuple[int, str, int, str, int]]) -> Iterator[Row]:
    random = Random(n)
    of_customer: dict[int, list[tuple[int, str, int, str, int]]] = defaultdict(list)
    for invoice in invoices:
        of_customer[invoice[2]].append(invoice)
    customers = random.sample(sorted(of_customer), len(of_customer))
    kinds = random.choices(KINDS, WEIGHTS, k=n)
    at = 0
    while at < n:
        customer = customers[at % len(customers)]
        _id, number, _customer, currency, owed = of_customer[customer][0]
        same = [each for each in of_customer[customer][1:] if each[3] == currency]
        text, minor = f"SPEI RECIBIDO PAGO {number} GRACIAS", owed
        if kinds[at] == "digits":
            text = f"SPEI RECIBIDO FACTURA {number.removeprefix('F-')}"
        elif kinds[at] == "two" and same:
            text, minor = f"SPEI RECIBIDO PAGO {number} {same[0][1]}", owed + same[0][4]
        elif kinds[at] == "other":
            minor = owed + 1_234_567
        elif kinds[at] == "nothing":
            text, minor = "DEPOSITO EN EFECTIVO", 7_777_777 + at
        yield _line(at, currency, minor, text, customer)
        at += 1
        if kinds[at - 1] == "account" and at < n and same:
            yield _line(at, currency, same[0][4], "SPEI RECIBIDO", customer)
            at += 1


def _line(at: int, currency: str, minor: int, text: str, customer: int) -> Row:
    return {
        "id": at + 1,
        "statement_id": 1,
        "position": at + 1,
        "account": "0123456789",
        "currency": currency,
        "booked_on": DAY,
        "minor": minor,
        "reference": f"{at % 10_000_000:07d}",
        "description": text,
        "tracking_key": f"RASTREO{at:020d}",
        "name": f"CLIENTE SINTETICO {customer}",
        "rfc": "",
        "clabe": f"{customer:018d}",
        "kind": "spei",
        "identity": f"{at:064x}",
        "state": "open",
        "settled_by": "",
    }


if __name__ == "__main__":
    print(with_deposits(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
