"""Until when a person has to do what was asked."""

from __future__ import annotations

import datetime as dt


def joined_deadline(standing: dt.date | None, wanted: dt.date | None, today: dt.date) -> dt.date | None:
    """Until when an open task has to be done for invoices that join it: its own deadline while that has not passed, else what is `wanted`."""
    has_passed = standing is not None and wanted is not None and standing < today
    return wanted if standing is None or has_passed else standing
