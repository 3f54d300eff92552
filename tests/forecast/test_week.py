"""The week ahead: in automatic mode, with nothing to sign, it is what is then sent, asked and told, day by day."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.forecast.under_way import Agreeing
from cobranza_rules.forecast.week import week_ahead
from cobranza_rules.plan.ledger import planned
from cobranza_rules.rules.native import NativeEngine
from cobranza_rules.store.books import BookReader
from tests.cfdi_files import invoice
from tests.conftest import DAY
from tests.stories.desk import Desk
from tests.stories.fixtures import OPENING, DeskMaker

Sent = Counter[tuple[dt.date, str, str]]
FOLDERS = itertools.count()  # Examples may be repeated, and each begins with an empty desk.
EVENTS = ("promise", "claim", "dispute", "nothing")


def said(desk: Desk) -> Sent:
    workspace = desk.workspace
    with workspace.database.reading() as session:
        reader = BookReader(session, workspace.rules, workspace.addresses, desk.today, workspace.clock.now())
        engine = NativeEngine(workspace.rules.conditions())
        week = week_ahead(reader, engine, Agreeing(workspace.settings.mode, workspace.settings.rubric))
    return Counter((day.on, action.rule_id, number) for day in week for action in day.left for number in action.invoices)


def sent_since(desk: Desk, day: dt.date, last: dt.date) -> Sent:
    rows = [row for row in desk.actions(state="sent") if row.finished_on and day < row.finished_on <= last]
    actions = [(row.finished_on, planned(row)) for row in rows]
    return Counter((on, action.rule_id, number) for on, action in actions if on for number in action.invoices)


@given(
    terms=st.lists(st.tuples(st.integers(20, 60), st.integers(1, 3), st.sampled_from(EVENTS)), min_size=1, max_size=5),
    waited=st.integers(0, 9),
)
@settings(max_examples=4, suppress_health_check=list(HealthCheck))
def test_it_is_what_is_then_sent(make_desk: DeskMaker, terms: list[tuple[int, int, str]], waited: int) -> None:
    """`terms` are the age, the size and the fate of invoices; `waited` the days played before the forecast."""
    desk = make_desk(folder=f"week-{next(FOLDERS)}")
    for index, (age, size, fate) in enumerate(terms):
        number = f"FA-{index + 1}"
        desk.take(invoice(number, f"{size * 300}.00", DAY - dt.timedelta(days=age)), opening=OPENING)
        if fate == "promise":
            desk.enter(number, EntryKind.PROMISED, pay_on=(DAY + dt.timedelta(days=age % 7)).isoformat(), minor=0)
        elif fate == "claim":
            desk.enter(number, EntryKind.PAYMENT_CLAIMED)
        elif fate == "dispute":
            desk.enter(number, EntryKind.DISPUTE_OPENED, reason="precio")
    for ahead in range(waited + 1):
        desk.run(DAY + dt.timedelta(days=ahead))
    start = desk.today
    last = start
    for _business_day in range(5):
        last = desk.workspace.rules.calendar.on_or_after(last + dt.timedelta(days=1))
    forecast = said(desk)
    while desk.today < last:
        desk.run(desk.today + dt.timedelta(days=1))
    assert sent_since(desk, start, last) == forecast
    desk.workspace.close()


def test_in_supervised_mode_it_is_as_if_everything_were_released_at_once(supervised: Desk) -> None:
    supervised.tick()
    assert [approval.role for approval in supervised.approvals("waiting")] == ["collections_analyst"]
    assert said(supervised) == Counter({(dt.date(2026, 3, 9), "second-reminder", "FA-1"): 1})
