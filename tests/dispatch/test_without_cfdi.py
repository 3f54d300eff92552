"""An invoice of which only the accounting system has told: it is held, and no letter that is to carry its CFDI leaves without it."""

from __future__ import annotations

import datetime as dt

from tests.booking.ledger_records import charge, taken
from tests.cfdi_files import invoice
from tests.conftest import DAY, publish_anew
from tests.stories.desk import Desk
from tests.stories.fixtures import DeskMaker

ISSUED, DUE = dt.date(2026, 3, 1), dt.date(2026, 3, 31)


def told_by_the_ledger(desk: Desk) -> Desk:
    taken(desk.workspace.database, desk.workspace.clock, charge("FB-1", "1000.00", "1000.00", issued_on=ISSUED, due_on=DUE))
    return desk


def test_it_is_delivered_when_its_cfdi_is_here(make_desk: DeskMaker) -> None:
    desk = told_by_the_ledger(make_desk())
    desk.on(DAY).tick()
    assert desk.actions("transmittal") == []
    assert desk.held("FB-1") == {"cfdi-missing"}
    desk.take(invoice("FB-1", "1000.00", ISSUED))
    desk.tick()
    desk.approve("administration_manager")
    desk.tick()
    assert desk.documents(desk.action("transmittal"))["cfdi"] == invoice("FB-1", "1000.00", ISSUED)


def test_without_the_hold_the_letter_waits_and_says_for_what(make_desk: DeskMaker) -> None:
    desk = told_by_the_ledger(make_desk())
    rules = desk.workspace.base / "rules" / "collections.yaml"
    rules.write_text(
        rules.read_text(encoding="utf-8").replace("when: cfdi_missing", "when: cfdi_missing and acknowledged"), encoding="utf-8"
    )
    publish_anew(desk.workspace)
    report = desk.on(DAY).tick()
    assert [str(problem) for problem in report.problems] == [
        "the CFDI of FB-1 is not here, and the letter is to leave with it; import its XML; until then the letter waits"
    ]
    assert desk.outgoing() == []
