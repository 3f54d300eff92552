"""Documents kept by the SHA-256 of their bytes: what was imported, written, sent and received, each exactly once."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path


class DamagedDocumentError(Exception):
    """The bytes in the archive are not those that were put there."""


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
        """Returns the digest. The bytes are on the disk before it returns: a row that names them may follow."""
        digest = digest_of(content)
        path = self.path_of(digest)
        if path.exists():
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

    def get(self, digest: str) -> bytes:
        """Raises DamagedDocumentError, or FileNotFoundError."""
        content = self.path_of(digest).read_bytes()
        if digest_of(content) != digest:
            raise DamagedDocumentError(digest)
        return content


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
