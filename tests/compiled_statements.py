"""A statement is compiled once in a process of the tests: each test has a database of its own, and would compile all of them anew."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.util import LRUCache

_COMPILED: LRUCache[Any, Any] = LRUCache(3_000)


def share_compiled_statements() -> None:
    """Compiled statements are found by their dialect, of which every engine has its own: all that are alike count as one here."""
    SQLiteDialect_pysqlite.__hash__ = lambda _dialect: hash(SQLiteDialect_pysqlite)  # type: ignore[method-assign, assignment]
    SQLiteDialect_pysqlite.__eq__ = _alike  # type: ignore[method-assign, assignment]
    event.listen(Engine, "engine_connect", _share)


def _alike(one: Dialect, other: object) -> bool:
    return isinstance(other, Dialect) and (type(one), one.statement_compiler) == (type(other), other.statement_compiler)


def _share(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.execution_options(compiled_cache=_COMPILED)
