"""The parts of a rules file that hold for all rules: calendar, contact hours, aging buckets and limits."""

from __future__ import annotations

import re
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cobranza_rules.calendar import WEEKDAYS, BusinessCalendar, holidays_of
from cobranza_rules.language import _
from cobranza_rules.rules.fields import MOST_DAYS, Fields, Findings
from cobranza_rules.rules.model import Limit
from cobranza_rules.rules.suggestions import suggestion
from cobranza_rules.rules.yaml_marks import YamlNode, YamlScalar

AGING_BUCKETS: tuple[int, ...] = (30, 60, 90)
ALL_DAY = ("00:00", "24:00")
COUNTRY = r"[A-Z]{2}"
_HOUR = r"((?:[01]\d|2[0-3]):[0-5]\d|24:00)"
CONTACT_HOURS = f"{_HOUR} ?- ?{_HOUR}"
MESSAGES_IN_WORKDAYS = r"(\d{1,4}) +in +(\d{1,4}) +workdays?"
CALENDAR_KEYS = ("timezone", "workdays", "holidays", "also_closed", "contact_hours")
LIMIT_KEYS = ("per_customer", "per_run")
USUAL_HOLIDAYS = ("MX", "MX-BMV", "none")


def read_calendar(node: YamlNode, findings: Findings) -> tuple[BusinessCalendar, tuple[str, str]]:
    """The calendar and the hours in which customers may be written to."""
    fields = Fields(node, _("calendar"), CALENDAR_KEYS, findings)
    usual = BusinessCalendar()
    calendar = BusinessCalendar(
        timezone=_timezone(fields) or usual.timezone,
        workdays=_workdays(fields) or usual.workdays,
        holidays=_holidays(fields) or usual.holidays,
        extra=fields.dates("also_closed"),
    )
    return calendar, _contact_hours(fields)


def _timezone(fields: Fields) -> str:
    scalar = fields.scalar("timezone")
    if scalar is None:
        return ""
    try:
        ZoneInfo(scalar.text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        fields.findings.error(scalar.place, _("unknown time zone '{name}'", name=scalar.text[:80]), _("write it like America/Mexico_City"))
        return ""
    return scalar.text


def _workdays(fields: Fields) -> frozenset[int]:
    found = set()
    for scalar in fields.scalars("workdays"):
        if scalar.text in WEEKDAYS:
            found.add(WEEKDAYS.index(scalar.text))
        else:
            fields.findings.error(
                scalar.place, _("'{text}' is no day of the week", text=scalar.text[:80]), suggestion(scalar.text, WEEKDAYS)
            )
    return frozenset(found)


def _holidays(fields: Fields) -> str:
    scalar = fields.scalar("holidays")
    if scalar is None or scalar.text in USUAL_HOLIDAYS:
        return scalar.text if scalar is not None else ""
    if not re.fullmatch(COUNTRY, scalar.text) or not _has_holidays(scalar.text):
        what = _("no table of holidays is known as '{name}'", name=scalar.text[:80])
        fields.findings.error(scalar.place, what, _("write MX, MX-BMV (bank days), none, or the two letters of a country"))
        return ""
    return scalar.text


def _has_holidays(country: str) -> bool:
    try:
        holidays_of(country, 2026)
    except NotImplementedError:
        return False
    return True


def _contact_hours(fields: Fields) -> tuple[str, str]:
    scalar = fields.scalar("contact_hours")
    if scalar is None:
        return ALL_DAY
    found = re.fullmatch(CONTACT_HOURS, scalar.text)
    if found is None or found[1] >= found[2]:
        what = _("'{text}' are no hours of a day", text=scalar.text[:80])
        fields.findings.error(scalar.place, what, _('write them like "09:00-18:00", the earlier one first'))
        return ALL_DAY
    return found[1], found[2]


def read_aging_buckets(fields: Fields) -> tuple[int, ...]:
    """Upper ends in days: [30, 60, 90] makes 1-30, 31-60, 61-90 and 91+."""
    if "aging_buckets" not in fields:
        return AGING_BUCKETS
    found = fields.wholes("aging_buckets")
    if found and (found[0] < 1 or any(later <= earlier for earlier, later in pairwise(found))):
        fields.findings.error(
            fields.place_of("aging_buckets"), _("the aging buckets do not ascend"), _("write days in order, like [30, 60, 90]")
        )
        return AGING_BUCKETS
    return found or AGING_BUCKETS


def read_limit(node: YamlNode, findings: Findings) -> Limit:
    fields = Fields(node, _("limit"), LIMIT_KEYS, findings)
    messages, within = _per_customer(fields.scalar("per_customer"), findings)
    return Limit(messages, within, fields.whole("per_run"))


def _per_customer(scalar: YamlScalar | None, findings: Findings) -> tuple[int, int]:
    if scalar is None:
        return 0, 0
    found = re.fullmatch(MESSAGES_IN_WORKDAYS, scalar.text)
    if found and int(found[1]) > 0 and 0 < int(found[2]) <= MOST_DAYS:
        return int(found[1]), int(found[2])
    findings.error(scalar.place, _("'{text}' is no limit of messages", text=scalar.text[:80]), _("write it like '1 in 3 workdays'"))
    return 0, 0
