"""What was taken of a mailbox before, as the book has it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select

from cobranza_rules.mail.mailbox import Watermark
from cobranza_rules.store.database import Database
from cobranza_rules.store.tables import MailboxMarkRow, TakenRow

AT_ONCE = 500  # Keys in one statement


class MailboxHistory:
    """Of the mailbox `name`. On each day, `today`, all of a folder is compared once."""

    def __init__(self, database: Database, name: str, today: dt.date) -> None:
        self._database, self._name, self._today = database, name, today

    def mark(self, folder: str) -> Watermark | None:
        row = self._row(folder)
        return Watermark(row.folder, row.uid_validity, row.last_uid) if row is not None else None

    def unknown(self, folder: str, keys: Collection[str]) -> set[str]:
        origins = {f"{self._name}/{folder}/{key}": key for key in keys}
        wanted = list(origins)
        with self._database.reading() as session:
            for start in range(0, len(wanted), AT_ONCE):
                query = select(TakenRow.origin).where(TakenRow.origin.in_(wanted[start : start + AT_ONCE]))
                for origin in session.scalars(query):
                    del origins[origin]
        return set(origins.values())

    def must_compare(self, folder: str) -> bool:
        row = self._row(folder)
        return row is None or row.compared_on is None or row.compared_on < self._today

    def _row(self, folder: str) -> MailboxMarkRow | None:
        with self._database.reading() as session:
            return session.get(MailboxMarkRow, (self._name, folder))
