"""The bytes of a message, looked at a window at a time: a large one in a file never takes more memory than a window of it."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WINDOW = 2**20


class RawMessage:
    def __init__(self, content: bytes | mmap.mmap) -> None:
        self._content = content

    def __len__(self) -> int:
        return len(self._content)

    def __getitem__(self, span: slice) -> bytes:
        return self._content[span]

    def find(self, needle: bytes, start: int, end: int) -> int:
        """As `bytes.find`."""
        for at in range(start, end, WINDOW):
            found = self._content.find(needle, at, min(end, at + WINDOW + len(needle) - 1))
            if found >= 0:
                return found
            self._forget(at)
        return -1

    def pieces(self, start: int, end: int) -> Iterator[bytes]:
        for at in range(start, end, WINDOW):
            yield self._content[at : min(end, at + WINDOW)]
            self._forget(at)

    def is_blank(self) -> bool:
        return not any(piece.strip() for piece in self.pieces(0, len(self)))

    def _forget(self, at: int) -> None:
        """What was read of a file is in the system's own cache: the window leaves this process's memory."""
        if isinstance(self._content, mmap.mmap):
            first = at - at % mmap.PAGESIZE
            self._content.madvise(mmap.MADV_DONTNEED, first, min(WINDOW, len(self) - first))


@contextmanager
def open_message(path: Path) -> Iterator[RawMessage]:
    """Raises OSError."""
    with path.open("rb") as file:
        if path.stat().st_size <= WINDOW:
            yield RawMessage(file.read())
        else:
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
                yield RawMessage(mapped)
