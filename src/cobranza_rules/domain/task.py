"""What goes with a task of a person, and until when it has to be done."""

from __future__ import annotations

import datetime as dt

MEMOS = "memos"  # In a task's detail: the actions whose memos and packets go with it


def joined_deadline(standing: dt.date | None, wanted: dt.date | None, today: dt.date) -> dt.date | None:
    """Until when an open task has to be done for invoices that join it: its own deadline while that has not passed, else what is `wanted`."""
    has_passed = standing is not None and wanted is not None and standing < today
    return wanted if standing is None or has_passed else standing
