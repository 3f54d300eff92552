"""Rows of a query as the database's driver gives them, where a whole book is read: to wrap each of them costs a quarter of reading it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from cobranza_rules.facts.days import as_date

Row = Sequence[Any]
AT_ONCE = 1000


class Dates(dict[dt.date | str | None, dt.date | None]):
    """Dates as a driver gives them become Python's; few of them differ."""

    def __missing__(self, kept: dt.date | str | None) -> dt.date | None:
        self[kept] = date = None if kept is None else as_date(kept)
        return date


def fetched(session: Session, query: Select[Any], count: int) -> Iterator[Sequence[Row]]:
    """`count` rows at a time. Of SQLite they are its driver's own tuples, with dates as text; nothing of them may need the library's types.

    Its driver reads as it goes. That of PostgreSQL would bring all at once, if the library did not ask it for a part after the other.
    """
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        with connection.execute(query, execution_options={"yield_per": count}) as read:
            yield from read.partitions()
        return
    with connection.execute(query) as read:
        assert read.cursor is not None
        while rows := read.cursor.fetchmany(count):
            yield rows


def all_fetched(session: Session, query: Select[Any]) -> Iterator[Row]:
    """One row after the other, of a query that does not give many."""
    return chain.from_iterable(fetched(session, query, AT_ONCE))
