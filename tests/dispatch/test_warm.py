"""What a daemon keeps from tick to tick changes nothing that a tick does: it opens what lies there now, under the rules in force now."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from cobranza_rules.engine_room import MOST_LOSSES, DurableRoom
from cobranza_rules.engines import BothEngines, EngineName
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.tables import InvoiceRow
from cobranza_rules.warm import Warm
from cobranza_rules.workspace import Workspace, open_workspace
from tests.conftest import DAY, publish_anew
from tests.stories.desk import Desk


@pytest.fixture
def warm() -> Iterator[Warm]:
    kept = Warm()
    yield kept
    kept.close()


def ticked(desk: Desk, warm: Warm) -> Workspace:
    """A workspace as a tick opens it, with all that it needs, and leaves it."""
    workspace = open_workspace(desk.workspace.base, DAY, warm)
    with workspace.database.reading() as session:
        workspace.numbers = list(session.scalars(select(InvoiceRow.number).order_by(InvoiceRow.id)))  # type: ignore[attr-defined]
    assert workspace.engine is not None
    workspace.close()
    return workspace


def engine_of(desk: Desk, warm: Warm) -> object:
    return warm.engine(desk.workspace.settings.engine, desk.workspace.rules)


def test_the_next_tick_finds_statements_and_engine_of_the_one_before(desk: Desk, warm: Warm) -> None:
    first = ticked(desk, warm)
    second = ticked(desk, warm)
    assert first.database is second.database
    assert first.engine is second.engine


def test_no_connection_is_left_open(desk: Desk, warm: Warm) -> None:
    database = ticked(desk, warm).database
    assert database.engine.pool.checkedin() == 0  # type: ignore[attr-defined]


def test_a_database_that_was_put_in_its_place_is_the_one_that_is_read(desk: Desk, warm: Warm) -> None:
    file = desk.workspace.base / "cobranza.db"
    desk.workspace.database.close()
    shutil.copy(file, file.with_suffix(".kept"))
    assert ticked(desk, warm).numbers == ["FA-1"]  # type: ignore[attr-defined]
    with desk.workspace.database.writing() as session:
        session.execute(InvoiceRow.__table__.update().values(number="FA-2"))  # type: ignore[attr-defined]
    desk.workspace.database.close()
    assert ticked(desk, warm).numbers == ["FA-2"]  # type: ignore[attr-defined]
    for left in ("-wal", "-shm"):
        Path(f"{file}{left}").unlink(missing_ok=True)
    file.with_suffix(".kept").replace(file)
    assert ticked(desk, warm).numbers == ["FA-1"]  # type: ignore[attr-defined]


def test_a_database_that_cannot_be_opened_is_told_and_does_not_stay_so(desk: Desk, warm: Warm) -> None:
    ticked(desk, warm)
    file = desk.workspace.base / "cobranza.db"
    desk.workspace.database.close()
    whole = file.read_bytes()
    file.write_bytes(b"no database")
    with pytest.raises(ProblemError) as told:
        ticked(desk, warm)
    assert [str(problem) for problem in told.value.problems] == [
        "database: the database cannot be opened: file is not a database; check its address and that it runs"
    ]
    file.write_bytes(whole)
    assert ticked(desk, warm).numbers == ["FA-1"]  # type: ignore[attr-defined]


def test_published_rules_have_an_engine_of_their_own(desk: Desk, warm: Warm) -> None:
    before = engine_of(desk, warm)
    rules = desk.workspace.base / "rules" / "collections.yaml"
    rules.write_text(rules.read_text(encoding="utf-8") + "\n# Changed\n", encoding="utf-8")
    publish_anew(desk.workspace)
    assert engine_of(desk, warm) is not before
    assert ticked(desk, warm).engine is engine_of(desk, warm)


def test_what_the_engine_has_told_is_not_told_again(desk: Desk, warm: Warm) -> None:
    engine = warm.engine("durable", desk.workspace.rules)
    engine.incidents.append("a worker was lost")  # type: ignore[attr-defined]
    assert warm.engine("durable", desk.workspace.rules).incidents == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["durable", "both"])
def test_an_engine_that_gave_its_workers_up_tries_again_in_the_next_tick(
    desk: Desk, warm: Warm, name: EngineName, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else one bad minute of the machine would leave everything to the native engine, untold, until the daemon is started anew."""

    def asked() -> tuple[int, int]:
        """The incidents of a tick, and the worker that it has left."""
        engine = warm.engine(name, desk.workspace.rules)
        assert isinstance(engine, DurableRoom | BothEngines)
        for _chunk in range(MOST_LOSSES):
            engine.evaluate(Scope.INVOICE, [{"invoice": "FA-1"}])
        return len(engine.incidents), (engine if isinstance(engine, DurableRoom) else engine.room).worker_pid

    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", "/nowhere/python")
        assert asked() == (MOST_LOSSES, 0)
    incidents, worker = asked()
    assert incidents == 0
    assert worker != 0
