"""The law of a forecast: if nothing new happens, the program acts on an invoice first on the day that was said, by the rule that was said.

The histories before are those of the random days: payments, answers, disputes, signatures, bounces, faults of the wire and crashes.
"""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cobranza_rules.explanation import explain_subject
from cobranza_rules.plan.ledger import planned
from tests.dispatch.test_random_days import BOOK, World, events, template

__all__ = ["template"]
DAYS_PLAYED = 20


def first_acts(world: World, known: set[int], sent: set[int]) -> dict[str, tuple[dt.date, str, bool]]:
    """By invoice: the day and rule of the first action that was planned since, or of the first known one that has left since."""
    found: dict[str, tuple[dt.date, str, bool]] = {}
    for row in world.desk.actions():
        action = planned(row)
        if action.subject != "invoice" or row.id in sent:
            continue
        if row.id in known:
            if row.state != "sent" or row.finished_on is None:
                continue
            act = (row.finished_on, row.rule_id, True)
        else:
            act = (row.planned_on, row.rule_id, False)
        for number in action.invoices:
            found[number] = min(found.get(number, act), act)
    return found


@given(
    mode=st.sampled_from(["automatic", "automatic", "supervised"]),
    story=st.lists(events, min_size=5, max_size=40),
)
@example(  # All have agreed on a day off: what leaves on the next announces a later day than the draft did.
    mode="supervised",
    story=[("promise", "FA-1"), ("fault", "postponed"), ("days", 5), ("bounce", 0), ("decide", True), ("bounce", 0)],
)
@settings(max_examples=4, suppress_health_check=list(HealthCheck))
def test_the_program_does_what_was_forecast(
    template: Path, tmp_path_factory: pytest.TempPathFactory, mode: str, story: list[tuple[str, object]]
) -> None:
    folder = tmp_path_factory.mktemp("forecast")
    world = World(Path(shutil.copytree(template, folder / "workspace")), mode)
    world.open()
    try:
        for kind, value in story:
            world.act(kind, value)
        world.sink.faults.clear()
        world.do_days(1)  # What was written meanwhile is taken in, and what was begun is as far as it goes.
        known = {row.id for row in world.desk.actions()}
        sent = {row.id for row in world.desk.actions() if row.state not in ("planned", "awaiting_signature", "approved")}
        said = {}
        for number in BOOK:
            if world.desk.invoice(number).status == "open":
                coming = explain_subject(world.desk.workspace, number).standings[0].next
                assert coming is not None
                said[number] = coming
        last = world.day + dt.timedelta(days=DAYS_PLAYED)
        world.do_days(DAYS_PLAYED)
        done = first_acts(world, known, sent)
        expected = {
            number: (coming.on, coming.rule_id, coming.leaves)
            for number, coming in said.items()
            if coming.on is not None and coming.on <= last
        }
        assert {number: act for number, act in done.items() if number in said} == expected
    finally:
        world.desk.workspace.close()
        shutil.rmtree(folder)
