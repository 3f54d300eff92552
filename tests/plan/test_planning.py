"""The plan over the whole book is the plans of its customers put together, however it is cut."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from cobranza_rules.plan.planning import plan_customers, plan_whole
from cobranza_rules.rules.model import Limit
from cobranza_rules.store import chunks
from cobranza_rules.store.books import BookReader
from cobranza_rules.store.heartbeat import BANK, MAILBOX, beat
from tests.cfdi_files import invoice
from tests.stories.desk import Desk
from tests.stories.fixtures import OPENING, DeskMaker

RFCS = ["URE180429TM6", "XIA190128J61", "IIA040805DZ4", "KIJ0906199R1"]


@pytest.fixture
def four(make_desk: DeskMaker) -> Desk:
    rows = [f"C-00{n},CLIENTE {n},{rfc},nacional,es,30,correo,f{n}@cliente.example,p{n}@cliente.example," for n, rfc in enumerate(RFCS, 1)]
    desk = make_desk(*rows)
    desk.take(*(invoice(f"F{n}-1", "900.00", receiver=(rfc, f"CLIENTE {n}")) for n, rfc in enumerate(RFCS, 1)), opening=OPENING)
    with desk.workspace.database.writing() as session:
        for name in (BANK, MAILBOX):
            beat(session, name, desk.workspace.clock.now())
    return desk


def reader(desk: Desk, session: Session) -> BookReader:
    workspace = desk.workspace
    return BookReader(session, workspace.rules, workspace.addresses, desk.today, workspace.clock.now())


@pytest.mark.parametrize("chunk", [1, 2, 3, 400])
def test_the_size_of_a_chunk_changes_nothing(four: Desk, monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(chunks, "ROWS", chunk)
    monkeypatch.setattr(chunks, "SIFTED_ROWS", chunk)
    with four.workspace.database.reading() as session:
        whole = plan_whole(reader(four, session), four.workspace.engine)
        one_by_one = [plan_customers(reader(four, session), four.workspace.engine, [n]) for n in (1, 2, 3, 4)]
    assert [action.customer for action in whole.actions] == ["C-001", "C-002", "C-003", "C-004"]
    assert list(whole.actions) == [action for plan in one_by_one for action in plan.actions]


@pytest.mark.parametrize(("limit", "stopped"), [(3, True), (4, False), (0, False)])
def test_the_limit_of_a_run_counts_over_all_chunks(four: Desk, monkeypatch: pytest.MonkeyPatch, limit: int, stopped: bool) -> None:
    monkeypatch.setattr(chunks, "ROWS", 1)
    monkeypatch.setattr(chunks, "SIFTED_ROWS", 1)
    four.workspace.rules = replace(four.workspace.rules, limit=Limit(per_run=limit))
    with four.workspace.database.reading() as session:
        plan = plan_whole(reader(four, session), four.workspace.engine)
    assert (plan.stopped is not None) is stopped


def test_making_a_plan_writes_nothing(four: Desk) -> None:
    first, second = four.plan(), four.plan()
    assert first == second
    assert len(first.actions) == 4
    assert (four.actions(), four.claims()) == ([], [])
