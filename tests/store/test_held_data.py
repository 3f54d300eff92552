"""Every table says whether its rows belong to a customer: nothing that is held of somebody is forgotten when he asks for it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from cobranza_rules.booking.importing import Importing
from cobranza_rules.clock import FixedClock
from cobranza_rules.intake.sources import SourceFile
from cobranza_rules.store.database import Database
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.held_data import HELD, NOT_HELD, held_of
from cobranza_rules.store.tables import Base
from tests.cfdi_files import COMPANY, invoice, receipt

ALL = set(Base.metadata.tables)


def test_every_table_is_classified_and_once() -> None:
    assert HELD.keys() | NOT_HELD.keys() == ALL, "enter the new table in store/held_data.py"
    assert not HELD.keys() & NOT_HELD.keys()


def test_no_table_that_names_a_customer_is_said_to_hold_nothing() -> None:
    """But for a packet, which is of many customers and names the first."""
    assert [name for name in NOT_HELD if "customer_id" in Base.metadata.tables[name].c] == ["accounting_packet"]


def test_what_is_held_of_a_customer_and_of_nobody_else(database: Database, tmp_path: Path) -> None:
    clock = FixedClock(dt.date(2026, 3, 2), "America/Mexico_City")
    documents = [invoice("FA-1"), receipt("P-1", {"FA-1": "400.00"})]
    Importing(database, DocumentArchive(tmp_path / "d"), clock, COMPANY).take(
        SourceFile(f"file-{number}", content) for number, content in enumerate(documents)
    )
    with database.reading() as session:
        held = dict(held_of(session, 1))
        assert {name: len(rows) for name, rows in held.items()} == {
            "customer": 1,
            "invoice": 1,
            "entry": 2,
            "payment": 1,
            "evidence": 1,
            "application": 1,
            "case_event": 4,
        }
        assert dict(held_of(session, 2)) == {}
