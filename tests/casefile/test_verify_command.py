"""`cobranza case verify` on the command line: a chain whose end is cut is sound in itself, and a hash that was kept outside tells."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result
from sqlalchemy import delete, select
from tests.conftest import DAY, WorkspaceMaker
from tests.store.rows import a_customer

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.casefile.kept_heads import head_line
from cobranza_rules.cli import cobranza
from cobranza_rules.cli.command import Call
from cobranza_rules.store.tables import CaseEventRow
from cobranza_rules.workspace import Workspace


def verify(workspace: Workspace, *words: str) -> Result:
    call = Call(workspace.base, DAY)
    try:
        return CliRunner().invoke(cobranza, ["case", "verify", *words], obj=call, catch_exceptions=False)
    finally:
        call.close()


def test_a_cut_chain_against_a_hash_that_was_kept_outside(make_workspace: WorkspaceMaker, tmp_path: Path) -> None:
    workspace = make_workspace(**{'language = "es"': 'language = "en"'})
    with workspace.database.writing() as session:
        customer = a_customer()
        session.add(customer)
        session.flush()
        keeper = Bookkeeper(session, workspace.clock.now())
        for number in range(3):
            keeper.note(customer.id, "noted_note", DAY, {"who": "a@kemper.example", "text": f"note {number}"})
    with workspace.database.reading() as session:
        head = session.scalars(select(CaseEventRow.hash).order_by(CaseEventRow.seq.desc())).first() or ""
    kept = tmp_path / "heads.txt"
    kept.write_text(head_line(DAY, 3, head) + "\n", encoding="utf-8")
    whole = verify(workspace, "--head", str(kept), "--head", head)
    assert (whole.exit_code, whole.output) == (
        0,
        f"The case file is intact: 3 events and 0 documents, the last event with the hash {head}\n",
    )
    with workspace.database.writing() as session:
        session.execute(delete(CaseEventRow).where(CaseEventRow.seq == 3))
    assert verify(workspace).exit_code == 0, "it is sound in itself"
    cut = verify(workspace, "--head", str(kept))
    assert (cut.exit_code, cut.output.splitlines()) == (
        1,
        [
            "the events from 3 on are missing: a hash kept outside is that of a later one",
            "The case file is not intact: 1 findings; 2 events stand before the first break",
        ],
    )
    alone = verify(workspace, "--head", head)
    assert alone.output.splitlines()[0] == (
        f"no event has the hash {head} that was kept outside: the end is cut off, or all was written anew"
    )
