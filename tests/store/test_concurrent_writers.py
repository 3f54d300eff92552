"""Two processes that write at once: every event is there, once, in one whole chain."""

from __future__ import annotations

import datetime as dt
import multiprocessing
from multiprocessing.synchronize import Barrier
from pathlib import Path

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.casefile.chain_rows import verify_case_file
from cobranza_rules.store.database import Database, open_database
from cobranza_rules.store.tables import CaseEventRow
from tests.store.rows import a_customer

EACH = 40


def _write(url: str, base: Path, writer: int, customer: int, together: Barrier) -> None:
    database = open_database(url, base)
    for number in range(EACH):
        together.wait(60)  # Both begin each of their transactions at the same moment.
        with database.writing() as session:
            keeper = Bookkeeper(session, dt.datetime(2026, 3, 2, 16, tzinfo=dt.UTC))
            keeper.note(customer, "customer_data", dt.date(2026, 3, 2), {"writer": writer, "number": number})
            keeper.note(customer, "customer_data", dt.date(2026, 3, 2), {"writer": writer, "number": number, "second": True})
    database.close()


def test_two_processes_extend_one_chain(database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        customer = a_customer()
        session.add(customer)
        session.flush()
        customer_id = customer.id
    url = database.engine.url.render_as_string(hide_password=False)
    spawn = multiprocessing.get_context("spawn")
    together = spawn.Barrier(2)
    writers = [spawn.Process(target=_write, args=(url, tmp_path, writer, customer_id, together)) for writer in (1, 2)]
    for process in writers:
        process.start()
    for process in writers:
        process.join(120)
    assert [process.exitcode for process in writers] == [0, 0]
    with database.reading() as session:
        assert verify_case_file(session).intact
        rows = list(session.scalars(select(CaseEventRow).order_by(CaseEventRow.seq)))
    assert [row.seq for row in rows] == list(range(1, 4 * EACH + 1))
    told = [(row.data["writer"], row.data["number"], row.data.get("second", False)) for row in rows]
    assert sorted(told) == sorted((writer, number, second) for writer in (1, 2) for number in range(EACH) for second in (False, True))
    assert all(one[:2] == two[:2] for one, two in zip(told[::2], told[1::2], strict=True))  # What one transaction wrote stands together.
