"""What was reminded of before the program came counts for the limit, once for all invoices of a day, as it was last listed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.importing import Importing
from cobranza_rules.clock import FixedClock
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.intake.sources import SourceFile
from cobranza_rules.store.database import Database
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.reminded import reminded_since
from tests.cfdi_files import COMPANY, invoice
from tests.conftest import DAY

FRIDAY, LONG_AGO = dt.date(2026, 2, 27), dt.date(2026, 1, 20)


def test_customers_count_with_the_days_on_which_they_were_last_reminded(database: Database, tmp_path: Path) -> None:
    clock = FixedClock(DAY, "America/Mexico_City")
    names = [("FA-1", "MXN"), ("FA-2", "MXN"), ("FA-3", "USD"), ("FA-4", "MXN"), ("FA-5", "MXN")]
    files = (SourceFile(name, invoice(name, currency=currency)) for name, currency in names)
    Importing(database, DocumentArchive(tmp_path / "documents"), clock, COMPANY).take(files)
    marks: tuple[tuple[int, dt.date, dict[str, bool]], ...] = (
        (1, FRIDAY, {}),
        (2, FRIDAY, {}),
        (3, FRIDAY, {}),
        (4, FRIDAY, {}),
        (4, LONG_AGO, {}),
        (5, DAY, {"internal": True}),
    )
    with database.writing() as session:
        keeper = Bookkeeper(session, clock.now())
        for number, day, more in marks:
            (row,) = keeper.invoices([number])
            keeper.enter(row, EntryKind.REMINDED_BEFORE, day, {"ladder": "l", "rung": "r", "below": [], **more})
    with database.reading() as session:
        assert reminded_since(session, FRIDAY, None) == {(1, "MXN", FRIDAY), (1, "USD", FRIDAY)}
        assert reminded_since(session, LONG_AGO, None) == {(1, "MXN", FRIDAY), (1, "USD", FRIDAY), (1, "MXN", LONG_AGO)}
        assert reminded_since(session, DAY, None) == set()
        assert reminded_since(session, FRIDAY, lambda customer: customer == 2) == set()
