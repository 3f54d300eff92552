"""Short tokens for addresses, subjects and texts, of which only this workspace can tell that it wrote them (HMAC, RFC 2104)."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path

SIGNATURE_BYTES = 10  # 80 bits, as 16 letters: nobody guesses them, and they fit into the 64 octets before the @ (RFC 5321, 4.5.3.1.1).
KEY_BYTES = 32
_TOKEN = re.compile(r"([1-9][0-9]{0,17})-([a-z2-7]{16})", re.ASCII)


class TokenKey:
    """The workspace's key. A token names a number for one purpose, and is worth nothing for another."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def __repr__(self) -> str:
        return "TokenKey()"

    def token(self, purpose: str, number: int) -> str:
        """`number` is positive: `41-k5w3...`, in lower case, for some servers do not keep capitals before the @."""
        return f"{number}-{self._signature(purpose, number)}"

    def number_of(self, purpose: str, token: str) -> int | None:
        """The number that the token names; None where this workspace has not written it for this purpose."""
        found = _TOKEN.fullmatch(token.lower())
        if found is None or not hmac.compare_digest(found[2], self._signature(purpose, int(found[1]))):
            return None
        return int(found[1])

    def _signature(self, purpose: str, number: int) -> str:
        digest = hmac.digest(self._secret, f"{purpose}:{number}".encode(), hashlib.sha256)
        return base64.b32encode(digest[:SIGNATURE_BYTES]).decode("ascii").lower()


def read_or_make_key(path: Path) -> TokenKey:
    """The key in the file at `path`, which is made where there is none, for the program's user alone. Raises OSError.

    Two programs that start at once agree on the key of the first: a file is put in its place whole, or not at all.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
        handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(made, path)
        finally:
            made.unlink()
    return TokenKey(path.read_bytes())
