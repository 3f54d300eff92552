"""Messages of bytes over a socket, each behind its length, with a time limit for the whole message and not for each piece of it."""

from __future__ import annotations

import contextlib
import socket
import time

LARGEST = 2**30


class WireClosedError(Exception):
    """The other end is gone."""


class WireTimeoutError(Exception):
    """The other end did not take or give a whole message in time."""


def send(wire: socket.socket, message: bytes, seconds: float | None = None) -> None:
    """Raises WireClosedError and WireTimeoutError, after either of which the wire is of no use."""
    try:
        wire.settimeout(seconds)
        wire.sendall(len(message).to_bytes(4, "big") + message)
    except TimeoutError:
        raise WireTimeoutError from None
    except OSError:
        raise WireClosedError from None


def receive(wire: socket.socket, seconds: float | None = None) -> bytes:
    """Raises WireClosedError and WireTimeoutError, after either of which the wire is of no use."""
    deadline = None if seconds is None else time.monotonic() + seconds
    size = int.from_bytes(_exactly(wire, 4, deadline), "big")
    if size > LARGEST:
        raise WireClosedError
    return _exactly(wire, size, deadline)


def _exactly(wire: socket.socket, size: int, deadline: float | None) -> bytes:
    pieces = bytearray()
    while len(pieces) < size:
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            raise WireTimeoutError
        try:
            wire.settimeout(left)
            piece = wire.recv(min(size - len(pieces), 1 << 20))
        except TimeoutError:
            raise WireTimeoutError from None
        except OSError:
            raise WireClosedError from None
        if not piece:
            raise WireClosedError
        pieces += piece
    return bytes(pieces)


def close(wire: socket.socket) -> None:
    with contextlib.suppress(OSError):
        wire.close()
