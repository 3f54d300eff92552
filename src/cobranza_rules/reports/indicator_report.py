"""The indicators out of the tables: every month's end is a cut."""

from __future__ import annotations

from collections import defaultdict
from zoneinfo import ZoneInfo

from cobranza_rules.reports.indicators import Indicator, Month, MonthEnd, indicators_of, months_before
from cobranza_rules.reports.past_book import PastBook
from cobranza_rules.reports.past_unapplied import cut_of
from cobranza_rules.reports.standing import Known
from cobranza_rules.workspace import Workspace


def indicator_report(workspace: Workspace, count: int, known: Known) -> list[Indicator]:
    """Of the last `count` whole months, by currency and month."""
    zone = ZoneInfo(workspace.settings.timezone)
    asked = months_before(workspace.clock.today(), count)
    cuts = [cut_of(month.last_day, zone, known) for month in (asked[0].before, *asked)]
    ends: dict[tuple[str, Month], MonthEnd] = defaultdict(MonthEnd)
    with workspace.database.reading() as session:
        # What was known grows from month to month, so that one reading serves them all; what had happened is folded for each anew.
        for together in [cuts] if known is Known.THEN else [[cut] for cut in cuts]:
            _add(ends, PastBook(session, together))
    return list(indicators_of(asked, ends))


def _add(ends: dict[tuple[str, Month], MonthEnd], book: PastBook) -> None:
    for rows in book.customers():
        for cut, standing in book.of([row.id for row in rows]):
            assert cut is not None
            ends[standing.own.currency, Month.of(cut.day)].add(standing, cut.day)
    for currency, day, minor in book.sales_of_closed():
        for cut in book.cuts:
            if day <= cut.day:
                ends[currency, Month.of(cut.day)].sales[Month.of(day)] += minor
