"""A clock whose hands a test moves."""

from __future__ import annotations

import datetime as dt


class HandClock:
    """Mexico City is six hours behind UTC."""

    def __init__(self, at: dt.datetime) -> None:
        self.at = at

    def today(self) -> dt.date:
        return (self.at - dt.timedelta(hours=6)).date()

    def now(self) -> dt.datetime:
        return self.at
