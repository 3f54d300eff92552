"""An opening import marks what was delivered and reminded before the program came: a random list, and what the rules then plan day by day."""

from __future__ import annotations

import datetime as dt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.domain.entry import Entry, EntryKind
from cobranza_rules.domain.invoice import fold
from cobranza_rules.store.heartbeat import BANK, MAILBOX, beat
from tests.cfdi_files import invoice
from tests.conftest import DAY
from tests.rules.random_books import RUNGS
from tests.stories.desk import Desk, days
from tests.stories.fixtures import OPENING, DeskMaker, another_folder, make_desk, on_desks

__all__ = ["make_desk"]
CUSTOMERS = range(1, 13)
SHIPPED = ("first-reminder", "second-reminder", "escalation")
WORDS = {"first-reminder": "Primer recordatorio", "second-reminder": "2", "escalation": "escalation"}
HOLIDAYS = (dt.date(2026, 2, 2), dt.date(2026, 3, 16))
ABROAD = "XEXX010101000"
Marks = dict[int, tuple[str, dt.date] | None]


def business_days_after(count: int, day: dt.date) -> dt.date:
    while count:
        day += dt.timedelta(days=1)
        count -= day.weekday() < 5 and day not in HOLIDAYS
    return day


def acts_from(mark: tuple[str, dt.date] | None) -> tuple[str, dt.date] | None:
    """The rung that follows and the day from which it acts, worked out by hand. Sales have five business days from the import on."""
    if mark is None:
        return SHIPPED[0], DAY
    rung, on = mark
    if rung == SHIPPED[-1]:
        return None
    following = SHIPPED[SHIPPED.index(rung) + 1]
    asked_until = business_days_after(5, DAY) + dt.timedelta(days=1)
    return following, max(business_days_after(5, on), asked_until if following == "escalation" else DAY)


def planned(desk: Desk, day: dt.date) -> set[tuple[str, str]]:
    """Customer and rung."""
    desk.on(day)
    with desk.workspace.database.writing() as session:
        for name in (BANK, MAILBOX):
            beat(session, name, desk.workspace.clock.now())
    return {(action.customer, action.rule_id) for action in desk.plan().actions if action.ladder}


@pytest.mark.parametrize("seed", range(3))
def test_each_invoice_goes_on_with_the_rung_after_the_one_that_was_listed_on_its_day_and_skips_none(
    make_desk: DeskMaker, seed: int
) -> None:
    chance = Random(seed)
    desk = make_desk(*(f"C-{n},CUSTOMER {n},{ABROAD},extranjero,es,30,correo,f@c-{n}.example,p@c-{n}.example," for n in CUSTOMERS))
    desk.take(*(invoice(f"FA-{n}", receiver=(ABROAD, f"CUSTOMER {n}")) for n in CUSTOMERS), opening=OPENING)
    marks: Marks = {
        n: (chance.choice(SHIPPED), DAY - dt.timedelta(days=chance.randrange(3, 20))) if chance.random() < 0.8 else None for n in CUSTOMERS
    }
    rows = [f"FA-{n},{WORDS[mark[0]]},{mark[1]:%d/%m/%Y}" if mark else f"FA-{n},," for n, mark in marks.items()]
    desk.take(("Factura,Último recordatorio,Fecha\n" + "\n".join(rows) + "\n").encode())
    for day in days(DAY, 16):
        writes_today = day.weekday() < 5 and day not in HOLIDAYS
        expected = {(f"C-{n}", due[0]) for n, mark in marks.items() if (due := acts_from(mark)) and due[1] <= day}
        assert planned(desk, day) == (expected if writes_today else set()), day


@given(st.sampled_from(RUNGS), st.integers(0, 400), st.booleans())
def test_what_was_listed_is_the_state_that_sending_every_rung_up_to_it_would_have_left(rung: str, ago: int, listed_twice: bool) -> None:
    """But for the actions, which the program does not have, and the days of the rungs below, which nobody told it."""
    on = DAY - dt.timedelta(days=ago)
    below = list(RUNGS[: RUNGS.index(rung)])
    before = [Entry(EntryKind.ISSUED, on, {"minor": 1000})]
    listed = Entry(EntryKind.REMINDED_BEFORE, on, {"ladder": "collection", "rung": rung, "below": below})
    wrong = Entry(EntryKind.REMINDED_BEFORE, on, {"ladder": "collection", "rung": RUNGS[-1], "below": list(RUNGS[:-1])})
    sent = [Entry(EntryKind.RUNG_SENT, on, {"ladder": "collection", "rung": one}) for one in (*below, rung)]
    assert fold([*before, *([wrong] if listed_twice else []), listed]) == fold([*before, *sent])


@on_desks(5)
@given(
    issued=st.lists(st.integers(-3, 3), min_size=1, max_size=6),
    opening=st.none() | st.integers(-40, 20).map(lambda ahead: OPENING + dt.timedelta(days=ahead)),
)
def test_an_opening_marks_what_was_issued_up_to_its_day_as_delivered_and_nothing_else(
    make_desk: DeskMaker, issued: list[int], opening: dt.date | None
) -> None:
    """Days of issue around that of the opening; without one nothing was delivered before."""
    issued_on = {f"FA-{n}": (opening or OPENING) + dt.timedelta(days=ahead) for n, ahead in enumerate(issued)}
    desk = make_desk(folder=another_folder())
    desk.take(*(invoice(number, day=day) for number, day in issued_on.items()), opening=opening)
    for number, day in issued_on.items():
        before = opening is not None and day <= opening
        row = desk.invoice(number)
        assert (row.delivery, row.delivered_on, row.rung) == ("sent" if before else "pending", row.delivered_on if before else None, "")
