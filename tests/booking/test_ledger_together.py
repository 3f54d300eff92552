"""However many documents of the accounting system are booked together, the book is the same."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from tests.booking.ledger_records import charge, credit, link, taken
from tests.cfdi_files import uuid_of
from tests.migrated import put_migrated

from cobranza_rules.booking import ledger_books
from cobranza_rules.booking.bookkeeper import entries_of
from cobranza_rules.clock import FixedClock
from cobranza_rules.store.database import Database, open_database
from cobranza_rules.store.tables import CaseEventRow, InvoiceRow

CLOCK = FixedClock(dt.date(2026, 3, 2), "America/Mexico_City")
DOCUMENTS = (
    charge("FA-1", "100.00", "40.00"),
    credit("P-1", "60.00"),
    charge("FA-2", "200.00", "200.00", uuid=uuid_of("FA-2")),
    charge("FA-1", "100.00", "40.00", internal_id="again", place="#again"),  # Twice
    charge("FA-3", "300.00", "300.00", uuid=uuid_of("FA-2")),  # Another number under the same UUID
    charge("FA-02", "200.00", "200.00", internal_id="zero", place="#zero"),  # FA-2 once more
    charge("FA-4", "400.00", "0.00", cancelled=True),
    charge("FA-5", "500.00", "500.00"),
)
LINKS = (link("P-1", "FA-1", "60.00"),)


def booked(database: Database) -> dict[str, Any]:
    with database.reading() as session:
        invoices = list(session.scalars(select(InvoiceRow).order_by(InvoiceRow.id)))
        return {
            row.number: (row.balance, row.status, row.uuid, [(one.kind, one.happened_on) for one in entries_of(session, row.id)])
            for row in invoices
        } | {"events": session.scalar(select(func.count()).select_from(CaseEventRow))}


def take(folder: Path, monkeypatch: pytest.MonkeyPatch, together: int) -> tuple[Any, ...]:
    folder.mkdir()
    monkeypatch.setattr(ledger_books, "TOGETHER", together)
    put_migrated(folder / "test.db")
    database = open_database("sqlite:///test.db", folder)
    first = taken(database, CLOCK, *DOCUMENTS, links=LINKS)
    before = booked(database)
    again = taken(database, CLOCK, *DOCUMENTS, links=LINKS)
    assert booked(database) == before
    database.close()
    return before, first.counts, sorted(map(str, first.problems)), again.counts, sorted(map(str, again.problems))


def test_one_by_one_and_all_at_once_come_to_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, *others = (take(tmp_path / str(together), monkeypatch, together) for together in (1, 2, 3, 200))
    assert others == [one, one, one]
    found, counts, problems, again, _problems = one
    assert {number: told[:2] for number, told in found.items() if number != "events"} == {
        "FA-1": (4000, "open"),
        "FA-2": (20000, "open"),
        "FA-4": (0, "cancelled"),
        "FA-5": (50000, "open"),
    }
    assert (counts["charges", "new"], again["charges", "unchanged"], again["charges", "new"]) == (4, 4, 0)
    twice = "leave one of the two; the first row was taken"
    assert problems == [
        f"MGW10008.DBF (#FA-3): invoice FA-2 stands already at #FA-2; {twice}",
        f"MGW10008.DBF (#again): invoice FA-1 stands already at #FA-1; {twice}",
        f"MGW10008.DBF (#zero): invoice FA-2 stands already at #FA-2; {twice}",
    ]
