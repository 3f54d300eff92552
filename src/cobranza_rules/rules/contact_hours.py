"""The hours in which customers are written to: what is ready outside of them leaves when they begin again."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from cobranza_rules.rules.model import RuleSet


def may_write_at(rules: RuleSet, instant: dt.datetime) -> bool:
    """`instant` is aware; the hours are those of the calendar's zone, the first minute among them and the last not."""
    first, last = rules.contact_hours
    return first <= instant.astimezone(ZoneInfo(rules.calendar.timezone)).strftime("%H:%M") < last


def may_write_on(rules: RuleSet, day: dt.date, time: dt.time) -> bool:
    """`time` is of the calendar's zone."""
    return may_write_at(rules, dt.datetime.combine(day, time, ZoneInfo(rules.calendar.timezone)))


def is_contact_time(rules: RuleSet, instant: dt.datetime) -> bool:
    """Whether it lies in the contact hours of a business day."""
    day = instant.astimezone(ZoneInfo(rules.calendar.timezone)).date()
    return rules.calendar.is_workday(day) and may_write_at(rules, instant)
