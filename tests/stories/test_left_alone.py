"""Whoever asked to be left alone gets nothing any more, whatever was written to go there; whose address was wrong gets it at the right one."""

from __future__ import annotations

import datetime as dt

import pytest

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.domain.data_request import DataRequestKind
from cobranza_rules.privacy.blocking import Blocker
from cobranza_rules.privacy.correcting import Corrector
from tests.stories.desk import PAYER, Desk

WHO, WHY = "analista@kemper.example", "asked on 1 March"
NOW = dt.datetime(2026, 3, 2, 17, tzinfo=dt.UTC)


def sent_to(desk: Desk) -> set[str]:
    return {address for mail in desk.outgoing("sent") for address in (*mail.recipients, *mail.copies)}


@pytest.mark.parametrize("kind", [DataRequestKind.BLOCKED, DataRequestKind.OPPOSED])
def test_what_waits_for_its_release_does_not_go_to_who_was_blocked_since(supervised: Desk, kind: DataRequestKind) -> None:
    supervised.tick()
    assert supervised.approvals("waiting"), "the reminder waits for its release"
    with supervised.workspace.database.writing() as session:
        Blocker(Bookkeeper(session, NOW), WHO, supervised.today, WHY).block(PAYER, kind)
    supervised.approve("collections_analyst")
    supervised.tick()
    assert PAYER not in sent_to(supervised)
    supervised.assert_whole()


def test_what_waits_for_its_release_goes_to_the_corrected_address(supervised: Desk) -> None:
    supervised.tick()
    with supervised.workspace.database.writing() as session:
        Corrector(Bookkeeper(session, NOW), WHO, supervised.today).correct(PAYER, {"email": "cuentas@robotica.example"}, WHY)
    for _turn in range(2):
        supervised.approve("collections_analyst")
        supervised.tick()
    assert PAYER not in sent_to(supervised)
    assert "cuentas@robotica.example" in sent_to(supervised)
    supervised.assert_whole()
