"""Which documents the events name, by the hashes of their bytes: kept on the disk while a case file is verified, so that memory stays flat."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self

# Keys of events under which hashes of documents stand, one or a list of them
ONE, SEVERAL = ("document", "shown"), ("documents",)


def documents_of(data: Mapping[str, Any]) -> Iterator[str]:
    """What stands under such a key and is no hash is no document."""
    for value in (*(data.get(key) for key in ONE), *(each for key in SEVERAL if isinstance(each := data.get(key), list))):
        for digest in value if isinstance(value, list) else (value,):
            if isinstance(digest, str) and len(digest) == 64 and set(digest) <= set("0123456789abcdef"):
                yield digest


class NamedDocuments:
    """Digests with the number and the customer of the first event that names each."""

    def __init__(self) -> None:
        self._kept = sqlite3.connect("")  # A database of its own on the disk, which is gone when it is closed
        self._kept.execute("CREATE TABLE named (digest TEXT PRIMARY KEY, seq INTEGER, customer INTEGER) WITHOUT ROWID")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._kept.close()

    def add(self, seq: int, customer_id: int, data: Mapping[str, Any]) -> None:
        found = [(digest, seq, customer_id) for digest in documents_of(data)]
        if found:
            self._kept.executemany("INSERT OR IGNORE INTO named VALUES (?, ?, ?)", found)

    def __contains__(self, digest: str) -> bool:
        return self._kept.execute("SELECT 1 FROM named WHERE digest = ?", (digest,)).fetchone() is not None

    def __iter__(self) -> Iterator[tuple[str, int, int]]:
        """Digest, event, customer; in the order of the events."""
        yield from self._kept.execute("SELECT digest, seq, customer FROM named ORDER BY seq, digest")
