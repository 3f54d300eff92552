"""Hints after a table's name (`INDEXED BY ...`), which SQLAlchemy writes for other databases but not for SQLite."""

from __future__ import annotations

from sqlalchemy import FromClause
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler


class HintedCompiler(SQLiteCompiler):
    def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:
        del table
        return text
