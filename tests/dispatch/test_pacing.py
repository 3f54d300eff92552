"""Waits and limits, as pure laws."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.dispatch.pacing import HOUR, Past, given_up, rests_until, room_from, wait_after

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
MINUTES = (5, 15, 60, 240)


def minutes(count: float) -> dt.timedelta:
    return dt.timedelta(minutes=count)


@pytest.mark.parametrize(("refusals", "wait"), [(1, 5), (2, 15), (3, 60), (4, 240), (5, 240), (99, 240)])
def test_each_refusal_waits_as_the_settings_say_and_the_last_wait_repeats(refusals: int, wait: int) -> None:
    assert wait_after(refusals, MINUTES) == minutes(wait)


def away(count: int) -> list[Past]:
    return [Past("postponed", "connect", NOON - minutes(number)) for number in range(count)]


def unanswered(count: int) -> list[Past]:
    return [Past("uncertain", "after-data", NOON - minutes(number)) for number in range(count)]


@pytest.mark.parametrize(
    ("latest", "until"),
    [
        ([], None),
        ([Past("sent", "after-data", NOON)], None),
        ([Past("postponed", "envelope", NOON)], None),
        (away(1), 5),
        (away(2), 15),
        (away(9), 60),
        ([Past("sent", "after-data", NOON), *away(9)], None),
        (unanswered(2), None),
        (unanswered(3), 5),
        (unanswered(4), 15),
        ([*away(1), *unanswered(5)], 5),
    ],
)
def test_a_server_that_is_away_or_does_not_answer_is_left_alone_for_an_hour_at_most(latest: list[Past], until: int | None) -> None:
    assert rests_until(latest, MINUTES) == (None if until is None else NOON + minutes(until))


def test_giving_up_counts_from_the_first_refusal() -> None:
    assert not given_up(None, NOON, 5)
    assert not given_up(NOON - dt.timedelta(days=4, hours=23), NOON, 5)
    assert given_up(NOON - dt.timedelta(days=5), NOON, 5)


@given(st.lists(st.integers(0, 120), min_size=1, max_size=60), st.integers(1, 5))
def test_no_hour_ever_holds_more_than_its_limit(gaps: list[int], per_hour: int) -> None:
    """Whoever sends as soon as he may, and not before: any window of sixty minutes holds at most the limit."""
    now = NOON
    sent: list[dt.datetime] = []
    for gap in gaps:
        now += minutes(gap / 4)
        until = room_from(sent, per_hour, now)
        if until is None:
            sent.append(now)
        else:
            assert now < until <= now + HOUR
            assert room_from(sent, per_hour, until) is None
    for first in sent:
        assert sum(first <= instant < first + HOUR for instant in sent) <= per_hour


def test_no_limit_is_no_limit() -> None:
    assert room_from([NOON] * 10_000, 0, NOON) is None
