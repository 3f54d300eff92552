"""Content is taken out of the case file and the chain stays whole; what is left cannot be changed either."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import update
from tests.cfdi_files import COMPANY, invoice

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.contact_notes import NoteKind, add_note
from cobranza_rules.booking.importing import Importing
from cobranza_rules.casefile.chain_rows import StoredChain
from cobranza_rules.casefile.erasing import Erased, Eraser, remove_files
from cobranza_rules.casefile.timeline import timeline
from cobranza_rules.casefile.verifying import verify
from cobranza_rules.clock import FixedClock
from cobranza_rules.config_evidence import KeepYearsSection
from cobranza_rules.intake.sources import SourceFile
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.database import Database
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.tables import CaseEventRow, CustomerRow

DAY, WHO = dt.date(2026, 3, 2), "cobranza@kemper.example"
PERIODS = KeepYearsSection().as_periods()
NOW = dt.datetime(2026, 3, 2, 23, tzinfo=dt.UTC)


def test_what_was_erased_is_gone_and_the_chain_is_whole(database: Database, tmp_path: Path) -> None:
    archive = DocumentArchive(tmp_path / "d")
    Importing(database, archive, FixedClock(DAY, "America/Mexico_City"), COMPANY).take([SourceFile("file", invoice("FA-1"))])
    scan = archive.put(b"%PDF a private matter")
    with database.writing() as session:
        keeper = Bookkeeper(session, NOW)
        row = session.get_one(CustomerRow, 1)
        add_note(keeper, row.code, NoteKind.CALL, "She is ill.", who=WHO, document=scan, today=DAY)
        keeper.note(1, "message_received", DAY, {"message": 1, "sender": "a@b.example", "subject": "x", "kind": "question"})
        session.flush()
        seq = StoredChain(session)
        call = max(event.seq for event in seq.events()) - 1
        with pytest.raises(ProblemError) as caught:
            Eraser(keeper, WHO, DAY, PERIODS).erase(row, [2, call, call + 1, 99], " ")
        assert [str(problem.what) for problem in caught.value.problems] == [
            "event 2 is of the book or says what became of data: it is never erased",
            f"event {call + 1} has to be kept until 2036-03-02",
            f"event 99 is none of {row.code}",
            "an erasure without a reason proves nothing",
        ]
        assert Eraser(keeper, WHO, DAY, PERIODS).erase(row, [call], "asked for on 1 March") == Erased(1, 1)
        session.flush()
        remove_files(archive, StoredChain(session).erased_documents())
        assert not archive.path_of(scan).exists()
        found = verify(session, archive)
        assert (found.findings, [str(each) for each in found.remarks]) == (
            [],
            [
                f"event {call + 2} says that {WHO} erased the content of 1 events ({call}) and 1 documents: asked for on 1 March",
            ],
        )
        said = [str(event.sentence) for event in timeline(session, 1)]
        assert said[-3::2] == ["noted_call: its content was erased", f"{WHO} erased content of earlier events: asked for on 1 March"]
        session.execute(update(CaseEventRow).where(CaseEventRow.seq == call).values(happened_on=dt.date(2026, 1, 1)))
        assert [str(each.what) for each in verify(session, archive).findings] == [f"event {call} was changed after it was written"]
