"""How long what is held is kept: by kinds, from the day on which it happened or was last needed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum


class Retained(StrEnum):
    NOTES = "notes"
    MESSAGES = "messages"
    CASE_FILE = "case_file"
    CONTACTS = "contacts"
    BANK_LINES = "bank_lines"
    LOGS = "logs"
    BANK_FILES = "bank_files"  # Bank statements as they came
    QUARANTINE = "quarantine"  # Files and messages that could not be read
    STRANGERS = "strangers"  # Messages that are of no customer


Periods = Mapping[Retained, int]  # Years

NOTES = ("noted_",)
MESSAGES = ("message_",)
# Events that say what was done; what the book rests on is none of them, and neither is what says that something was erased.
DONE = (
    *("action_", "approval_", "sign_", "rubric_", "release_", "task_", "recipients_", "recorded_"),
    *("document_made", "letter_made", "packet_made", "document_timestamped", "people_told", "not_in_archive"),
)
OF_CONTACTS = ("customer_data", "address_marked")
EVENTS: Mapping[Retained, tuple[str, ...]] = {
    Retained.NOTES: NOTES,
    Retained.MESSAGES: MESSAGES,
    Retained.CASE_FILE: DONE,
    Retained.CONTACTS: OF_CONTACTS,
}


def retained_as(event: str) -> Retained | None:
    """None for an event that is never erased: the book rests on it, or it says what became of data."""
    return next((kind for kind, starts in EVENTS.items() if event.startswith(starts)), None)


def years_before(day: dt.date, years: int) -> dt.date:
    """The last day of February stands for a day that the year has not."""
    year = max(day.year - years, 1)
    return day.replace(year=year, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=year)


def kept_until(day: dt.date, years: int) -> dt.date:
    """The first day on which what happened on `day` may be erased."""
    year = min(day.year + years, dt.MAXYEAR)
    return dt.date(year, 3, 1) if (day.month, day.day) == (2, 29) else day.replace(year=year)
