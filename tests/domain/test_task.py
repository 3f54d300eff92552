"""A task that is asked for again gives whoever does it the time that was meant."""

from __future__ import annotations

import datetime as dt

import pytest

from cobranza_rules.domain.task import joined_deadline

TODAY = dt.date(2026, 3, 20)
EARLIER, LATER, WANTED = dt.date(2026, 3, 17), dt.date(2026, 3, 23), dt.date(2026, 3, 27)


@pytest.mark.parametrize(
    ("standing", "wanted", "deadline"),
    [
        (LATER, WANTED, LATER),
        (TODAY, WANTED, TODAY),
        (EARLIER, WANTED, WANTED),
        (EARLIER, None, EARLIER),
        (None, WANTED, WANTED),
        (None, None, None),
    ],
)
def test_a_deadline_stays_while_it_has_not_passed(standing: dt.date | None, wanted: dt.date | None, deadline: dt.date | None) -> None:
    assert joined_deadline(standing, wanted, TODAY) == deadline
