"""The whole tick on PostgreSQL: reminder, answer, hold, signature, payment, a second process, and the lock of the only run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from cobranza_rules.only_one import RUN_LOCK
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.database import open_database
from tests.cfdi_files import invoice, receipt
from tests.conftest import DAY, empty
from tests.stories.desk import Desk, days
from tests.stories.fixtures import OPENING, DeskMaker
from tests.stories.program import Program

TUESDAY = DAY + dt.timedelta(days=1)


@pytest.fixture
def on_postgresql(make_desk: DeskMaker, postgresql_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    database = open_database(postgresql_url, tmp_path_factory.mktemp("unused"))
    empty(database)
    made = make_desk(**{'database = "sqlite:///cobranza.db"': f'database = "{postgresql_url}"'})
    made.take(invoice("FA-1", "1160.00"), invoice("FA-2", "500.00", DAY), opening=OPENING)
    yield made
    made.workspace.close()
    empty(database)
    database.close()


def test_six_weeks(on_postgresql: Desk) -> None:
    desk = on_postgresql
    assert desk.tick().states == {"sent": 1, "awaiting_signature": 1}
    desk.approve("administration_manager")
    assert desk.tick().states == {"sent": 1}
    reminder = next(row.message_id for row in desk.outgoing() if row.recipients == ["pagos@robotica.example"])
    desk.on(TUESDAY).write("El pago de la factura FA-1 quedará hecho el viernes 6 de marzo de 2026.", answers=reminder)
    assert desk.tick().recorded == 1
    left = {day: sent for day in days(TUESDAY, 40) if (sent := desk.run(day).states["sent"])}
    assert dt.date(2026, 3, 9) not in left
    assert left[dt.date(2026, 3, 11)] == 1
    desk.take(receipt("P-1", {"FA-1": "1160.00"}, day=dt.date(2026, 4, 10)))
    assert desk.invoice("FA-1").status == "paid"
    assert len(desk.mails()) == len(desk.outgoing("sent")) >= 4
    desk.assert_whole()


def test_the_program_itself_runs_on_it(on_postgresql: Desk) -> None:
    from cobranza_rules.store.heartbeat import BANK, beat

    with on_postgresql.workspace.database.writing() as session:
        beat(session, BANK, on_postgresql.workspace.clock.now())
    program = Program(on_postgresql.workspace.base)
    report = program.json("run", "--on", DAY.isoformat(), code=3)
    assert (report["planned"], report["states"]) == (2, {"sent": 1, "awaiting_signature": 1})
    assert program.json("run", "--on", DAY.isoformat())["planned"] == 0
    assert len(program.sent()) == 2, "the reminder, and the request to sign the letter"


def test_a_run_on_another_machine_keeps_this_one_waiting(on_postgresql: Desk) -> None:
    """Another machine shares the database and not the folder: only the lock in the database is there to be seen."""
    elsewhere = open_database(str(on_postgresql.workspace.settings.database), on_postgresql.workspace.base)
    with elsewhere.engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": RUN_LOCK})
        with pytest.raises(ProblemError, match="another run is under way in this workspace"):
            on_postgresql.tick()
    elsewhere.close()
    assert on_postgresql.tick().states["sent"] == 1


def test_the_lock_is_given_back_after_a_run(on_postgresql: Desk) -> None:
    """A process that goes on living, as the console does, must not keep others from running."""
    on_postgresql.tick()
    elsewhere = open_database(str(on_postgresql.workspace.settings.database), on_postgresql.workspace.base)
    with elsewhere.engine.connect() as connection:
        assert connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": RUN_LOCK}).scalar()
    elsewhere.close()
