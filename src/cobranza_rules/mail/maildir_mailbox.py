"""A Maildir that other programs deliver into: its files are read where they lie, never moved, marked or deleted."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from cobranza_rules.language import _
from cobranza_rules.mail.mailbox import Fetched, History, MailboxUnavailable
from cobranza_rules.mail.mime import LARGEST_MESSAGE

FOLDERS = ("new", "cur")
HEAD = 64_000  # bytes of a message that is too large
PIECEWISE = 4_000_000  # bytes of a message from which on it is read in pieces
PIECE = 1_048_576


class MaildirMailbox:
    """A message is known by its file's key: a mail program may move the file between the folders."""

    def __init__(self, path: Path, name: str = "incoming") -> None:
        self.path = path
        self.name = name

    def fetch_new(self, history: History) -> Iterator[Fetched]:
        """In the order of their names, which begin with the time of delivery. Raises MailboxUnavailable."""
        folder = self.path.name
        for key in sorted(history.unknown(folder, self._keys())):
            found = self._read(key)
            if found is not None:
                pieces, size, complete = found
                yield Fetched(pieces, size, folder, key, complete=complete)

    def _keys(self) -> set[str]:
        """The unique part of each file name: what stands before the colon; behind it are flags, which change."""
        try:
            names = [entry.name for folder in FOLDERS for entry in os.scandir(self.path / folder)]
        except FileNotFoundError:
            raise MailboxUnavailable(
                _("there is no Maildir at '{path}'", path=str(self.path)),
                _("create the folder with 'new', 'cur' and 'tmp' in it, or correct mail.incoming.path"),
            ) from None
        except OSError as error:
            raise self._unreadable(error) from None
        return {name.partition(":")[0] for name in names if not name.startswith(".")}

    def _read(self, key: str) -> tuple[Iterable[bytes], int, bool] | None:
        """None where it has vanished, or is no file. Looked for twice: it may be moved between listing and reading."""
        for _attempt in range(2):
            for path in self._candidates(key):
                try:
                    return _read_file(path)
                except FileNotFoundError:
                    continue
                except OSError as error:
                    if path.is_symlink() or path.is_dir():
                        return None
                    raise self._unreadable(error) from None
        return None

    def _candidates(self, key: str) -> Iterator[Path]:
        for folder in FOLDERS:
            yield self.path / folder / key
            try:
                names = [entry.name for entry in os.scandir(self.path / folder) if entry.name.startswith(f"{key}:")]
            except OSError:
                continue
            yield from (self.path / folder / name for name in names)

    def _unreadable(self, error: OSError) -> MailboxUnavailable:
        return MailboxUnavailable(
            _("the Maildir at '{path}' cannot be read: {reason}", path=str(self.path), reason=error.strerror or type(error).__name__),
            _("let the program's user read its folders and files"),
        )


def _read_file(path: Path) -> tuple[Iterable[bytes], int, bool]:
    """The bytes, how many, and whether they are all. A link is not followed: it could name any file of the machine."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise FileNotFoundError(path)
        size = status.st_size
        if size > LARGEST_MESSAGE:
            return (file.read(HEAD),), HEAD, False
        if size > PIECEWISE:
            return _pieces(os.dup(handle), size), size, True
        raw = file.read(PIECEWISE + 1)
        return (raw,), len(raw), True


def _pieces(handle: int, size: int) -> Iterator[bytes]:
    """Of a large file; what is written to it meanwhile belongs to no message."""
    with os.fdopen(handle, "rb") as file:
        while size > 0 and (piece := file.read(min(PIECE, size))):
            size -= len(piece)
            yield piece


def make_maildir(path: Path) -> None:
    """An empty Maildir, for a new workspace."""
    for folder in (*FOLDERS, "tmp"):
        (path / folder).mkdir(parents=True, exist_ok=True)
