"""`per_run` bounds what leaves in one run, what was agreed to on earlier days included."""

from __future__ import annotations

import datetime as dt

from tests.cfdi_files import invoice
from tests.conftest import DAY, publish_anew
from tests.stories.desk import Desk
from tests.stories.fixtures import OPENING, DeskMaker

TUESDAY = DAY + dt.timedelta(days=1)
CUSTOMERS = (
    "C-001,UNIVERSIDAD ROBOTICA ESPAÑOLA,URE180429TM6,nacional,es,30,correo,f@robotica.example,p@robotica.example,",
    "C-002,XENON INDUSTRIAL ARTICLES,XIA190128J61,nacional,es,30,correo,f@xenon.example,p@xenon.example,",
)


def test_two_days_agreed_to_together_do_not_leave_in_one_run(make_desk: DeskMaker) -> None:
    desk: Desk = make_desk(*CUSTOMERS, **{'mode = "supervised"': 'mode = "supervised"\nengine = "native"'})
    rules = desk.workspace.base / "rules" / "collections.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("per_run: 500", "per_run: 1"), encoding="utf-8")
    publish_anew(desk.workspace)
    desk.take(invoice("FA-1"), opening=OPENING)
    desk.tick()
    desk.on(TUESDAY).take(invoice("FA-2", receiver=("XIA190128J61", "XENON INDUSTRIAL ARTICLES")), opening=OPENING)
    desk.tick()
    desk.approve("collections_analyst")
    report = desk.tick()
    assert report.plan is not None
    assert str(report.plan.stopped).startswith("2 messages would leave, and the rules allow 1 a run")
    assert desk.mails() == []
