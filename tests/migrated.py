"""A migrated SQLite database, made once in each process of the tests: all migrations take half a second, a copy takes none."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from cobranza_rules.store.database import open_database


def put_migrated(path: Path) -> None:
    """An empty book of the present version at `path`, where none is yet."""
    if not path.exists():
        path.write_bytes(_migrated())


@cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        open_database("sqlite:///book.db", Path(folder)).close()
        return (Path(folder) / "book.db").read_bytes()
