"""A run prints all its letters by one process, and a letter that this process dies of keeps back no other."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from cobranza_rules.casefile.timeline import timeline
from cobranza_rules.store.tables import DocumentRow
from tests.cfdi_files import invoice
from tests.letters.fake_program import SIMPLE_PDF, fake_program
from tests.stories.desk import Desk
from tests.stories.fixtures import OPENING, DeskMaker

RECEIVERS = (
    ("URE180429TM6", "UNIVERSIDAD ROBOTICA ESPAÑOLA"),
    ("XIA190128J61", "XENON INDUSTRIAL ARTICLES"),
    ("ICV060329BY0", "INMOBILIARIA CVA"),
)


def desk_of_three(make_desk: DeskMaker, folder: Path) -> Desk:
    rows = [
        f"C-{number},{name},{rfc},nacional,es,30,correo,f@c{number}.example,p@c{number}.example,"
        for number, (rfc, name) in enumerate(RECEIVERS)
    ]
    desk = make_desk(*rows)
    desk.take(*(invoice(f"FA-{number}", receiver=receiver) for number, receiver in enumerate(RECEIVERS)), opening=OPENING)
    (folder / "simple.pdf").write_bytes(SIMPLE_PDF)
    return desk


def test_letters_of_a_run_come_from_one_process(make_desk: DeskMaker, tmp_path: Path) -> None:
    desk = desk_of_three(make_desk, tmp_path)
    desk.workspace.pdf = fake_program(tmp_path, f'cp {tmp_path}/simple.pdf "$target"')
    assert desk.tick().problems == []
    assert len(desk.mails()) == 3
    assert (tmp_path / "starts").read_text().count("started") == 1
    with desk.workspace.database.reading() as session:
        engines = set(session.scalars(select(DocumentRow.engine).where(DocumentRow.kind == "letter")))
        said = [str(event.sentence) for event in timeline(session, 1)]
    assert engines == {"wkhtmltopdf 0.12.6 (unpatched Qt)"}
    assert any("made by wkhtmltopdf 0.12.6 (unpatched Qt) (SHA-256 " in each for each in said)


def test_a_letter_that_the_process_dies_of_is_told_and_the_others_leave(make_desk: DeskMaker, tmp_path: Path) -> None:
    desk = desk_of_three(make_desk, tmp_path)
    desk.workspace.pdf = fake_program(tmp_path, f'grep -q XENON letter.html && exit 1; cp {tmp_path}/simple.pdf "$target"')
    report = desk.tick()
    assert [str(problem) for problem in report.problems] == [
        "primer-recordatorio-C-1-MXN-COB-2026-00002: wkhtmltopdf failed: 1; 'cobranza doctor' checks the engine"
    ]
    assert len(desk.mails()) == 2
    assert (report.states["sent"], report.states["planned"]) == (2, 0)
    desk.workspace.pdf = fake_program(tmp_path, f'cp {tmp_path}/simple.pdf "$target"')
    assert desk.tick().problems == []
    assert len(desk.mails()) == 3
