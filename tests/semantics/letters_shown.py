"""What somebody knows who follows one letter that waits for its signature: which revision was shown last, when, and to whom."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from tests.conftest import DAY
from tests.semantics.test_before_the_program import HOLIDAYS
from tests.stories.desk import days

SIGNER, SUBSTITUTE = "administration_manager", "supervisor"
SUBSTITUTE_AFTER, RENEWED_AFTER = 3, 10
LENGTH = 24


def is_open(day: dt.date) -> bool:
    return day.weekday() < 5 and day not in HOLIDAYS


def business_days(since: dt.date, today: dt.date) -> int:
    return sum(is_open(day) for day in days(since + dt.timedelta(days=1), (today - since).days))


@dataclass
class Shown:
    """What somebody knows who follows one letter: the revision that was shown last, when, and to whom; the first asking is on DAY."""

    revision: int = 1
    on: dt.date = DAY
    role: str = SIGNER
    changed: bool = False

    def morning(self, today: dt.date) -> bool:
        """Whether it is shown anew: on a business day, for on others nobody would look at it."""
        if not is_open(today):
            return False
        role = SUBSTITUTE if business_days(DAY, today) >= SUBSTITUTE_AFTER else SIGNER
        if not (self.changed or role != self.role or business_days(self.on, today) >= RENEWED_AFTER):
            return False
        self.revision, self.on, self.role, self.changed = self.revision + 1, today, role, False
        return True
