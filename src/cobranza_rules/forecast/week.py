"""What the rules will do in the coming business days, over the whole book: as if everybody agreed at once to what waits for them.

Each day costs what a plan over the whole book costs, and the memory of a chunk of customers, beside what the days themselves have sent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from cobranza_rules.calendar import BusinessCalendar, days_after
from cobranza_rules.forecast.imagined import Imagined
from cobranza_rules.forecast.playing import Player
from cobranza_rules.forecast.under_way import Agreeing, still_to_leave
from cobranza_rules.plan.planning import cycles_left_alone
from cobranza_rules.rules.engine import Engine
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.rules.recipients import reaches_customer
from cobranza_rules.store.books import BookReader, named_facts

BUSINESS_DAYS = 5


@dataclass(frozen=True, slots=True)
class DayAhead:
    """`messages` are the actions that write to a customer on that day, `left` all that are carried out on it."""

    on: dt.date
    left: tuple[PlannedAction, ...]

    @property
    def messages(self) -> tuple[PlannedAction, ...]:
        return tuple(action for action in self.left if reaches_customer(action.steps))


def week_ahead(reader: BookReader, engine: Engine, agreeing: Agreeing, count: int = BUSINESS_DAYS) -> list[DayAhead]:
    """The `count` business days after the reader's. What leaves today is played first, for it belongs to what comes after.

    Days off are left out: no message leaves on them, and what stays in the house then happens on the next business day here.
    """
    named = named_facts(reader.rules)
    followed = still_to_leave(reader.session, agreeing)
    player = Player(reader.rules, engine, agreeing, Imagined(reader.session, reader.rules, followed, named), agreed=True)
    found = []
    for day in (reader.today, *_business_days(reader.rules.calendar, reader.today, count)):
        left: list[PlannedAction] = []
        coming = replace(reader, coming=True, today=day)
        with cycles_left_alone():
            for book in coming.whole():
                left += [one.action for one in player.play(book, day, queues=False).left]
            for book in coming.queues(player.imagined.queues.customers()):
                left += [one.action for one in player.play(book, day, queues=True).left]
        found.append(DayAhead(day, tuple(left)))
    return found[1:]


def _business_days(calendar: BusinessCalendar, after: dt.date, count: int) -> Iterator[dt.date]:
    """Fewer where the calendar ends before."""
    day = after
    for _business_day in range(count):
        if day == dt.date.max or not calendar.is_workday(day := calendar.on_or_after(days_after(day, 1))):
            return
        yield day
