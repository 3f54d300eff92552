"""Documents kept by the SHA-256 of their bytes: what was imported, written, sent and received, each exactly once."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem, ProblemError

UNFINISHED = ".incoming-"  # What a file is called until it is whole
SYNCS_AT_ONCE = 8


class DamagedDocumentError(ProblemError):
    """The archive no longer has the bytes that were put there."""


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class DocumentArchive:
    def __init__(self, root: Path) -> None:
        self.root = root

    def path_of(self, digest: str) -> Path:
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):  # A name from outside must never become a path.
            raise ValueError("not a SHA-256 digest")
        return self.root / digest[:2] / digest

    def put(self, content: bytes) -> str:
        """Returns the digest. The bytes are on the disk before it returns: a row that names them may follow.

        What is there already is left alone, unless it was damaged: then it is whole again.
        """
        return self.put_all([content])[0]

    def put_all(self, contents: Sequence[bytes]) -> list[str]:
        """The digests, in order. As `put`, but the disk is waited for once and not for each: several syncs at a time share its work."""
        digests = [digest_of(content) for content in contents]
        places = {digest: self.path_of(digest) for digest in digests}
        new = {digest: content for digest, content in zip(digests, contents, strict=True) if not _holds(places[digest], content)}
        if not new:
            return digests
        folders = {places[digest].parent for digest in new}
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
        unfinished = self._unfinished(len(new))
        with self._locked(fcntl.LOCK_SH), _several_at_once(len(new)) as each:
            list(each(_write, unfinished, ((content,) for content in new.values())))
            for digest, name in zip(new, unfinished, strict=True):
                os.replace(name, places[digest])  # noqa: PTH105 (a Path for each of many thousand files takes as long as to write it)
            list(each(sync_folder, folders))
        return digests

    def put_pieces(self, pieces: Iterable[bytes]) -> str:
        """The digest of what the pieces make together: it is never in memory as a whole. Raises what `pieces` raises; then nothing is kept."""
        self.root.mkdir(parents=True, exist_ok=True)
        found = hashlib.sha256()

        def told() -> Iterator[bytes]:
            for piece in pieces:
                found.update(piece)
                yield piece

        (name,) = self._unfinished(1)
        with self._locked(fcntl.LOCK_SH):
            _write(name, told())
            path = self.path_of(found.hexdigest())
            path.parent.mkdir(parents=True, exist_ok=True)
            Path(name).replace(path)
            sync_folder(path.parent)
        return found.hexdigest()

    def holds(self, digest: str) -> bool:
        """Whether it is there; `get` says whether it is whole."""
        return self.path_of(digest).exists()

    def sweep(self) -> int:
        """Takes away what a killed process has begun and nobody will finish, and says how many files that were; none while anybody writes."""
        with contextlib.suppress(FileNotFoundError), self._locked(fcntl.LOCK_EX | fcntl.LOCK_NB) as alone:
            unfinished = list(self.root.glob(f"{UNFINISHED}*")) if alone else []
            for path in unfinished:
                path.unlink(missing_ok=True)
            return len(unfinished)
        return 0

    @contextmanager
    def _locked(self, how: int) -> Iterator[bool]:
        """Whether it is; a folder on a file system without locks is written all the same, and never swept. The lock vanishes with the process."""
        handle = os.open(self.root, os.O_RDONLY | os.O_CLOEXEC)
        try:
            yield _lock(handle, how)
        finally:
            os.close(handle)

    def _unfinished(self, count: int) -> list[str]:
        """Names that no other file has, and by which nobody asks for one."""
        begun = self.root / f"{UNFINISHED}{secrets.token_hex(8)}"
        return [f"{begun}-{number}" for number in range(count)]

    def size(self, digest: str) -> int:
        """In bytes; 0 where it is not there, which `get` says."""
        path = self.path_of(digest)
        return path.stat().st_size if path.is_file() else 0

    def is_whole(self, digest: str) -> bool | None:
        """Whether its bytes are those that were put there, read in pieces; None where they cannot be read."""
        try:
            with self.path_of(digest).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == digest
        except OSError:
            return None

    def get(self, digest: str) -> bytes:
        """Raises DamagedDocumentError."""
        path = self.path_of(digest)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise _damaged(path, _("the document cannot be read from the archive: {detail}", detail=error.strerror)) from None
        if digest_of(content) != digest:
            raise _damaged(path, _("the document in the archive is damaged: its bytes are not those that were put there"))
        return content


@contextmanager
def _several_at_once(count: int) -> Iterator[Callable[..., Iterable[Any]]]:
    """Like `map`, with threads where there is something to wait for in common."""
    if count <= 1:
        yield map
    else:
        with ThreadPoolExecutor(min(count, SYNCS_AT_ONCE)) as pool:
            yield pool.map


def _holds(path: Path, content: bytes) -> bool:
    return path.exists() and path.read_bytes() == content


def _write(name: str, pieces: Iterable[bytes]) -> None:
    """A new file that only the program's user may read, whole and on the disk; or none."""
    handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        for piece in pieces:
            left = memoryview(piece)
            while left:
                left = left[os.write(handle, left) :]
        os.fsync(handle)
    except BaseException:
        Path(name).unlink()
        raise
    finally:
        os.close(handle)


def _lock(handle: int, how: int) -> bool:
    try:
        fcntl.flock(handle, how)
    except OSError:
        return False
    return True


def _damaged(path: Path, what: Sentence) -> DamagedDocumentError:
    hint = _("restore it from a backup; an imported file is also restored by importing it again")
    return DamagedDocumentError([Problem(what, hint, str(path))])


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
