"""Documents kept by the SHA-256 of their bytes: what was imported, written, sent and received, each exactly once."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem, ProblemError


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
        digest = digest_of(content)
        path = self.path_of(digest)
        if path.exists() and path.read_bytes() == content:
            return digest
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".incoming-", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
        _sync_folder(path.parent)
        return digest

    def size(self, digest: str) -> int:
        """In bytes; 0 where it is not there, which `get` says."""
        path = self.path_of(digest)
        return path.stat().st_size if path.is_file() else 0

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


def _damaged(path: Path, what: Sentence) -> DamagedDocumentError:
    hint = _("restore it from a backup; an imported file is also restored by importing it again")
    return DamagedDocumentError([Problem(what, hint, str(path))])


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
