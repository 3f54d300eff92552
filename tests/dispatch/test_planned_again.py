"""What a run calls off may have stood in the way of something else of the same customer, which then does not lose its day."""

from __future__ import annotations

import datetime as dt

from tests.cfdi_files import invoice
from tests.conftest import publish_anew
from tests.rulebook.test_publishing import REMINDERS, rewrite
from tests.stories.desk import Desk
from tests.stories.fixtures import OPENING

MONDAY = dt.date(2026, 3, 2)


def second(desk: Desk) -> list[tuple[str, str, tuple[str, ...]]]:
    """What waits or has left beside the first reminder of Monday."""
    return [(action.rule_id, action.state, tuple(item["number"] for item in action.plan["items"])) for action in desk.actions()][1:]


def test_the_announced_reminder_is_planned_in_the_run_that_calls_off_what_stood_in_its_way(supervised: Desk) -> None:
    """FA-2 came in between: its own reminder waits for a release, and with it the group, until FA-1 comes due for the second."""
    supervised.run(MONDAY)
    supervised.approve("collections_analyst")
    supervised.tick()
    supervised.take(invoice("FA-2", "1160.00", dt.date(2026, 2, 3)), opening=OPENING)
    supervised.run(dt.date(2026, 3, 6))
    assert second(supervised) == [("first-reminder", "awaiting_signature", ("FA-2",))]
    report = supervised.run(dt.date(2026, 3, 9))
    assert second(supervised) == [
        ("first-reminder", "cancelled", ("FA-2",)),
        ("second-reminder", "awaiting_signature", ("FA-1", "FA-2")),
    ]
    assert (report.entered, dict(report.states)) == (1, {"cancelled": 1, "awaiting_signature": 1})


def test_beyond_the_limit_of_a_run_it_waits_for_the_next(desk: Desk) -> None:
    desk.run(MONDAY)
    desk.take(invoice("FA-2", "1160.00", dt.date(2026, 2, 3)), opening=OPENING)
    desk.workspace.settings = desk.workspace.settings.model_copy(update={"mode": "supervised"})
    desk.run(dt.date(2026, 3, 6))
    desk.workspace.settings = desk.workspace.settings.model_copy(update={"mode": "automatic"})
    rewrite(desk, (REMINDERS, "limit: { per_customer: 1 in 3 workdays, per_run: 1 }"))
    publish_anew(desk.workspace)
    desk.take(invoice("FA-3", "700.00", currency="USD"), opening=OPENING)
    desk.run(dt.date(2026, 3, 9))
    assert [(rule, state) for rule, state, _invoices in second(desk)] == [("first-reminder", "cancelled"), ("first-reminder", "sent")]
    desk.tick()
    assert [(rule, state) for rule, state, _invoices in second(desk)][2:] == [("second-reminder", "sent")]
