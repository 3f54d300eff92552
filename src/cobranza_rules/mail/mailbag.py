"""Messages that were taken together lie in one file, a mailbag, until each is in the archive under its hash: the disk is waited for once for all of them."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cobranza_rules.store.documents import DocumentArchive, digest_of, sync_folder

FOLDER = "mailbags"
PIECE = 1_048_576


@dataclass(frozen=True, slots=True)
class Packed:
    """A message in a mailbag: `size` bytes from `start` on, whose SHA-256 is `digest`."""

    digest: str
    start: int
    size: int


class Mailbag:
    """A new one below `root`, the folder of the archive. Only one thread at a time may use it."""

    def __init__(self, root: Path) -> None:
        self.name = secrets.token_hex(8)
        self.size = 0
        self._folder = root / FOLDER
        self._handle: int | None = None

    def add(self, pieces: Iterable[bytes]) -> Packed:
        """A message is never in memory as a whole. Raises what `pieces` raises, and OSError; what came of it until then counts for nothing."""
        handle = self._opened()
        found, at = hashlib.sha256(), self.size
        for piece in pieces:
            found.update(piece)
            left = memoryview(piece)
            while left:
                written = os.pwrite(handle, left, at)
                at += written
                left = left[written:]
        packed = Packed(found.hexdigest(), self.size, at - self.size)
        self.size = at
        return packed

    def seal(self) -> None:
        """The bytes are on the disk before it returns: rows that name them may follow. Raises OSError."""
        if self._handle is not None:
            os.fsync(self._handle)
            self.close()
            sync_folder(self._folder)

    def close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _opened(self) -> int:
        """Its file begins with the first message; only the program's user may read it."""
        if self._handle is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._handle = os.open(self._folder / self.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        return self._handle


def place(archive: DocumentArchive, packed: Iterable[tuple[str, Packed]]) -> None:
    """Messages, each with the name of its bag, go into the archive under their hashes. What a damaged bag no longer has is not there afterwards.

    Raises OSError where the archive cannot be written.
    """
    small: list[bytes] = []
    for bag, each in packed:
        if each.size > PIECE:
            archive.put_pieces(_pieces(archive.root, bag, each))
            continue
        content = b"".join(_pieces(archive.root, bag, each))
        if digest_of(content) == each.digest:
            small.append(content)
    archive.put_all(small)


def _pieces(root: Path, bag: str, packed: Packed) -> Iterator[bytes]:
    left = packed.size
    with (root / FOLDER / bag).open("rb") as file:
        file.seek(packed.start)
        while left > 0 and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece


def bags_in(root: Path) -> list[str]:
    """The names of all that are there."""
    try:
        return sorted(entry.name for entry in os.scandir(root / FOLDER))
    except FileNotFoundError:
        return []


def throw_away(root: Path, bag: str) -> None:
    """One whose messages are all in the archive, or that no row names. Raises OSError."""
    (root / FOLDER / bag).unlink(missing_ok=True)
