"""The JSON Schema of what a rules file says of days, hours and limits."""

from __future__ import annotations

from cobranza_rules.calendar import WEEKDAYS
from cobranza_rules.language import N_
from cobranza_rules.rules.document_settings import (
    CALENDAR_KEYS,
    CONTACT_HOURS,
    COUNTRY,
    LIMIT_KEYS,
    MESSAGES_IN_WORKDAYS,
    USUAL_HOLIDAYS,
)
from cobranza_rules.rules.schema_values import (
    A_DAY,
    Schema,
    choice,
    described,
    mapping,
    one_or_many,
    patterned,
    whole,
)


def calendar() -> Schema:
    values: dict[str, Schema] = {
        "timezone": described({"type": "string"}, N_("the time zone, like America/Mexico_City")),
        "workdays": described(one_or_many(choice(WEEKDAYS)), N_("the days of the week on which work is done")),
        "holidays": described(
            {"anyOf": [choice(USUAL_HOLIDAYS), {"type": "string", "pattern": f"^{COUNTRY}$"}]},
            N_("the table of holidays: MX, MX-BMV (bank days), none, or the two letters of a country"),
        ),
        "also_closed": described(one_or_many(A_DAY), N_("days on which the company is closed besides")),
        "contact_hours": described(
            patterned(CONTACT_HOURS, N_('write them like "09:00-18:00", the earlier one first')),
            N_('hours in which customers are written to, like "09:00-18:00"'),
        ),
    }
    return described(mapping(CALENDAR_KEYS, values), N_("business days and hours; on other days nothing leaves"))


def limit() -> Schema:
    values: dict[str, Schema] = {
        "per_customer": described(
            patterned(MESSAGES_IN_WORKDAYS, N_("write it like '1 in 3 workdays'")),
            N_("reminders for one customer and currency, like '1 in 3 workdays'"),
        ),
        "per_run": described(whole(10**6), N_("messages of one run; one that would send more stops before the first")),
    }
    return described(mapping(LIMIT_KEYS, values), N_("how much may leave"))
