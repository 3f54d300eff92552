"""Running numbers of letters, one series a year, without gaps: a number is given in the transaction that finishes its document."""

from __future__ import annotations

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.store.tables import NumberRow


def next_number(keeper: Bookkeeper, year: int) -> str:
    series = f"COB-{year}"
    row = keeper.session.get(NumberRow, series)
    if row is None:
        row = NumberRow(series=series, last=0)
        keeper.session.add(row)
    row.last += 1
    keeper.session.flush()
    return f"{series}-{row.last:05d}"
