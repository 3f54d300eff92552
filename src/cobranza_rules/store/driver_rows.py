"""Rows of a query as the database's driver gives them, where a whole book is read: to wrap each of them costs a quarter of reading it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

Row = Sequence[Any]
AT_ONCE = 1000


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
