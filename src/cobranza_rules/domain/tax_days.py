"""The days by which the tax rules want what was paid to be told, in natural days: holidays and weekends count, and no business day moves them.

What is issued as paid in one go (PUE) has to be paid by the last day of its calendar month (Resolución Miscelánea Fiscal 2019, rule 2.7.1.44;
in 2018 by the 17th of the next one). Each payment of what is issued as paid later or in parts (PPD) needs its payment receipt (REP) by the
fifth natural day of the month after the payment (RMF 2023, rule 2.7.1.32; in RMF 2018, rule 2.7.1.35, by the tenth). Both days have changed
before, so the settings may say others.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TaxDays:
    """`pue_days` natural days after the end of the month of issue in which PUE may still be paid, `rep_day` the last day of the next month for a receipt."""

    pue_days: int = 0
    rep_day: int = 5

    def pue_is_late(self, issued_on: dt.date, today: dt.date) -> bool:
        return days_past_month(issued_on, today) > self.pue_days

    def rep_is_late(self, paid_on: dt.date, today: dt.date) -> bool:
        """The n-th day of the next month is n days past the end of this one."""
        return days_past_month(paid_on, today) > self.rep_day


def end_of_month(day: dt.date) -> dt.date:
    """The last day of its calendar month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def days_past_month(day: dt.date, today: dt.date) -> int:
    """Days from the end of that day's month to `today`; negative before it."""
    return (today - end_of_month(day)).days
