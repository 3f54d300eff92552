"""When what was put off is tried again, and how much may leave in an hour: pure, over what earlier attempts came to.

Instants are aware. One that still lies ahead was written before the clock was set back; `store.attempts` brings it to the present first, so
that no wait is longer than it was meant to be.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from cobranza_rules.clock import shifted
from cobranza_rules.mail.message import Delivery

HOUR = dt.timedelta(hours=1)
UNANSWERED = 3  # Messages in a row of which nobody knows whether they left: one more each time would only make more of them.
LONGEST_REST = dt.timedelta(hours=1)  # A server that is back should not be found out hours later.


@dataclass(frozen=True, slots=True)
class Past:
    """An attempt as far as waits and limits go by it."""

    outcome: str
    phase: str
    counted_at: dt.datetime

    @property
    def unreached(self) -> bool:
        """The server never heard of the message: that says nothing about it, and it does not count against a limit."""
        return self.outcome == Delivery.POSTPONED and self.phase == "connect"

    @property
    def unanswered(self) -> bool:
        return self.outcome == Delivery.UNCERTAIN


def wait_after(refusals: int, minutes: Sequence[int]) -> dt.timedelta:
    """After the n-th refusal for now, n from 1 on; the last of `minutes` counts for all that follow."""
    return dt.timedelta(minutes=minutes[min(refusals, len(minutes)) - 1])


def longest_wait(minutes: Sequence[int]) -> dt.timedelta:
    return dt.timedelta(minutes=max(minutes))


def rests_until(latest: Sequence[Past], minutes: Sequence[int]) -> dt.datetime | None:
    """Until when the server is left alone; None where it may be tried. `latest` are the last attempts of all messages, newest first.

    One that cannot be reached is asked with one message, after growing waits; so is one that has left several messages in a row unanswered.
    """
    if not latest:
        return None
    unreached = _leading(latest, unreached=True)
    silent = _leading(latest, unreached=False) - (UNANSWERED - 1)
    failures = unreached or max(silent, 0)
    if not failures:
        return None
    return shifted(latest[0].counted_at, min(wait_after(failures, minutes), LONGEST_REST))


def _leading(latest: Sequence[Past], *, unreached: bool) -> int:
    count = 0
    for past in latest:
        if not (past.unreached if unreached else past.unanswered):
            break
        count += 1
    return count


def given_up(first_refused_at: dt.datetime | None, now: dt.datetime, days: int) -> bool:
    return first_refused_at is not None and now - first_refused_at >= dt.timedelta(days=days)


def room_from(counted: Sequence[dt.datetime], per_hour: int, now: dt.datetime) -> dt.datetime | None:
    """From when on another message may leave; None where it may now. `counted` are the instants of what was handed over lately."""
    within = sorted(instant for instant in counted if instant > shifted(now, -HOUR))
    if not per_hour or len(within) < per_hour:
        return None
    return shifted(within[-per_hour], HOUR)
