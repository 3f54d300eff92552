"""Aging of balances: in which bucket an invoice lies, by days past its due date."""

from __future__ import annotations

from collections.abc import Sequence

CURRENT = "current"
NO_DUE_DATE = "no due date"


def bucket_names(limits: Sequence[int]) -> tuple[str, ...]:
    """For (30, 60, 90): current, 1-30, 31-60, 61-90, 91+."""
    starts = (1, *(limit + 1 for limit in limits))
    closed = tuple(f"{start}-{limit}" for start, limit in zip(starts, limits, strict=False))
    return (CURRENT, *closed, f"{starts[-1]}+")


def bucket_of(days_overdue: int | None, limits: Sequence[int]) -> str:
    """An invoice that is due today is current; one without a due date has no bucket."""
    if days_overdue is None:
        return NO_DUE_DATE
    names = bucket_names(limits)
    if days_overdue <= 0:
        return names[0]
    return next((names[index + 1] for index, limit in enumerate(limits) if days_overdue <= limit), names[-1])
