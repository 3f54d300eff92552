"""A clock whose hands a test moves, back too."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo


class HandClock:
    def __init__(self, at: dt.datetime, timezone: str = "America/Mexico_City") -> None:
        self.at, self.zone = at, ZoneInfo(timezone)

    def today(self) -> dt.date:
        return self.at.astimezone(self.zone).date()

    def now(self) -> dt.datetime:
        return self.at

    def wall(self) -> dt.datetime:
        return self.at
