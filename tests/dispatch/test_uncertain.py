"""An uncertain message keeps its group waiting even when its own invoice is paid, until a person settles it."""

from __future__ import annotations

import datetime as dt

import pytest

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.dispatch.settling import settle_uncertain
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.explanation import explain_subject
from cobranza_rules.plan.planning import plan_whole
from cobranza_rules.rules.native import NativeEngine
from cobranza_rules.store.books import BookReader
from tests.cfdi_files import invoice
from tests.dispatch.test_internal_mail import faulty
from tests.stories.desk import Desk
from tests.stories.fixtures import OPENING

TUESDAY = dt.date(2026, 3, 3)
UNKNOWN = "nobody knows whether the last message left: a person has to settle it in the outbox"


@pytest.fixture
def unknown(desk: Desk) -> Desk:
    """Nobody knows whether the reminder for FA-1 left; then FA-1 is paid, and another invoice comes due."""
    faulty(desk, "uncertain, left")
    desk.tick()
    desk.enter("FA-1", EntryKind.CREDIT_APPLIED, credit_note=1, minor=116_000)
    desk.take(invoice("FA-2", "900.00"), invoice("FA-3", "900.00", currency="USD"), opening=OPENING)
    return desk.on(TUESDAY)


def settle(desk: Desk, *, left: bool) -> None:
    (row,) = desk.outgoing("uncertain")
    with desk.workspace.database.writing() as session:
        settle_uncertain(Bookkeeper(session, desk.workspace.clock.now()), desk.workspace, row.id, left=left, who="analista@kemper.example")


def test_another_invoice_of_its_customer_and_currency_waits_until_it_is_settled(unknown: Desk) -> None:
    unknown.tick()
    assert [(action.currency, action.state) for action in unknown.actions("first-reminder")] == [("MXN", "uncertain"), ("USD", "sent")]
    settle(unknown, left=False)
    unknown.tick()
    assert [(action.currency, action.state) for action in unknown.actions("first-reminder")] == [
        ("MXN", "failed"),
        ("USD", "sent"),
        ("MXN", "sent"),
    ]


def test_what_waits_already_does_not_leave_meanwhile(supervised: Desk) -> None:
    """Two reminders of one group are never under way at once; a second one comes of a day on which the first seemed to be gone."""
    supervised.tick()
    supervised.approve("collections_analyst")
    faulty(supervised, "uncertain, left")
    supervised.tick()
    supervised.enter("FA-1", EntryKind.CREDIT_APPLIED, credit_note=1, minor=116_000)
    supervised.take(invoice("FA-2", "900.00"), opening=OPENING)
    supervised.run(TUESDAY)
    assert [action.state for action in supervised.actions("first-reminder")] == ["uncertain"]


def test_explain_names_it(unknown: Desk) -> None:
    unknown.tick()
    lines = [str(line).strip() for line in explain_subject(unknown.workspace, "FA-2").lines()]
    assert f"first-reminder: {UNKNOWN}" in lines
    (following,) = [line for line in lines if line.startswith("next: ")]
    assert following.endswith(
        f"by then first-reminder: {UNKNOWN}; it waits until somebody says whether the message left ('cobranza outbox settle')"
    )


def test_a_plan_that_reads_little_says_the_same_as_one_that_reads_all(unknown: Desk) -> None:
    unknown.tick()
    workspace = unknown.workspace
    with workspace.database.reading() as session:
        reader = BookReader(session, workspace.rules, workspace.addresses, unknown.today, workspace.clock.now())
        engine = NativeEngine(workspace.rules.conditions())
        sifted, whole = plan_whole(reader, engine), plan_whole(reader, engine, sifted=False)
    assert (sifted.actions, sifted.held, sifted.stopped) == (whole.actions, whole.held, None)
    assert sorted(map(str, sifted.verdicts)) == sorted(map(str, whole.verdicts))
    assert UNKNOWN in {str(verdict.reason) for verdict in sifted.verdicts}
