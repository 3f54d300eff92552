"""Messages of a selected IMAP folder as raw bytes, paired by UID: many small ones in one command, a large one in pieces (RFC 3501 section 6.4.5).

The library's own fetch loses the bytes and ends early where messages vanish, so it is not used.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from imap_tools import BaseMailBox

from cobranza_rules.mail.mime import LARGEST_MESSAGE

SIZES_AT_ONCE = 500  # A command stays below the 8,000 characters that every server takes (RFC 7162 section 4).
CHUNK_MESSAGES = 100
CHUNK_BYTES = 8_000_000
PIECEWISE = 4_000_000  # bytes of a message from which on it is fetched in pieces
PIECE = 1_048_576
HEAD = 64_000  # bytes of a message that is too large
UID = re.compile(rb"\bUID (\d{1,10})\b")
SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,12})\b")


@dataclass(frozen=True, slots=True)
class FetchedMessage:
    """`size` bytes in pieces, which have to be read before anything else is asked. Where it is not `complete`, its head or nothing."""

    pieces: Iterable[bytes]
    size: int
    complete: bool = True


def fetch_messages(box: BaseMailBox, uids: Sequence[int]) -> Iterator[tuple[int, FetchedMessage]]:
    """In order; a message that has vanished meanwhile is left out. Raises OSError where one comes incomplete, and what imaplib raises."""
    for start in range(0, len(uids), SIZES_AT_ONCE):
        sizes = _sizes(box, uids[start : start + SIZES_AT_ONCE])
        for group in _groups(sizes):
            yield from _fetch(box, group, sizes)


def _sizes(box: BaseMailBox, uids: Sequence[int]) -> dict[int, int]:
    """Bytes of each message that is still there, by UID, in order."""
    found: dict[int, int] = {}
    for head, _body in _answers(box, uids, "(UID RFC822.SIZE)") or ():
        uid, size = UID.search(head), SIZE.search(head)
        if uid and size:
            found[int(uid[1])] = int(size[1])
    return {uid: found[uid] for uid in uids if uid in found}


def _groups(sizes: dict[int, int]) -> Iterator[list[int]]:
    """UIDs to fetch in one command: of few bytes together, the large ones alone."""
    group: list[int] = []
    total = 0
    for uid, size in sizes.items():
        if group and (len(group) >= CHUNK_MESSAGES or total + size > CHUNK_BYTES or size > PIECEWISE):
            yield group
            group, total = [], 0
        group.append(uid)
        total += size
    if group:
        yield group


def _fetch(box: BaseMailBox, uids: Sequence[int], sizes: dict[int, int]) -> Iterator[tuple[int, FetchedMessage]]:
    """In order. A message that has vanished meanwhile is left out.

    One that the server refuses to give is tried alone and then passed on without its bytes: it must not keep the others back.
    """
    if len(uids) == 1 and sizes[uids[0]] > PIECEWISE:
        if (message := _large(box, uids[0], sizes[uids[0]])) is not None:
            yield uids[0], message
        return
    bodies = _bodies(box, uids, "BODY.PEEK[]")
    if bodies is None:
        if len(uids) == 1:
            yield uids[0], FetchedMessage((), 0, complete=False)
            return
        for uid in uids:
            yield from _fetch(box, [uid], sizes)
        return
    for uid in uids:
        if uid not in bodies:
            continue
        raw = bodies[uid]
        if len(raw) != sizes[uid] and (_bodies(box, [uid], "BODY.PEEK[]") or {}).get(uid) != raw:
            # Some servers only estimate the size; what comes the same twice is the message.
            raise OSError(f"message {uid} came incomplete")
        yield uid, FetchedMessage((raw,), len(raw))


def _large(box: BaseMailBox, uid: int, size: int) -> FetchedMessage | None:
    """It is never in memory as a whole; of one that is too large the head is enough. None where it has vanished."""
    begun = _bodies(box, [uid], f"BODY.PEEK[]<0.{PIECE if size <= LARGEST_MESSAGE else HEAD}>")
    if begun is None:
        return FetchedMessage((), 0, complete=False)
    if uid not in begun:
        return None
    if size > LARGEST_MESSAGE:
        return FetchedMessage((begun[uid],), len(begun[uid]), complete=False)
    return FetchedMessage(_checked_pieces(box, uid, begun[uid], size), size)


def _checked_pieces(box: BaseMailBox, uid: int, first: bytes, size: int) -> Iterator[bytes]:
    """Some servers only estimate the size; what comes the same twice is the message."""
    found, total = hashlib.sha256(), 0
    for piece in _pieces(box, uid, first):
        found.update(piece)
        total += len(piece)
        yield piece
    if total != size:
        again = hashlib.sha256()
        for piece in _pieces(box, uid, first):
            again.update(piece)
        if again.digest() != found.digest():
            raise OSError(f"message {uid} came incomplete")


def _pieces(box: BaseMailBox, uid: int, first: bytes) -> Iterator[bytes]:
    """RFC 3501 section 6.4.5: fewer bytes than asked for are the last. More than the largest message nobody takes."""
    piece: bytes | None = first
    for start in range(PIECE, LARGEST_MESSAGE + 2 * PIECE, PIECE):
        if piece is None:
            break
        yield piece
        if len(piece) < PIECE:
            return
        piece = (_bodies(box, [uid], f"BODY.PEEK[]<{start}.{PIECE}>") or {}).get(uid)
    raise OSError(f"message {uid} came incomplete")


def _bodies(box: BaseMailBox, uids: Sequence[int], what: str) -> dict[int, bytes] | None:
    answers = _answers(box, uids, f"(UID {what})")
    if answers is None:
        return None
    wanted = set(uids)
    found = ((UID.search(head), body) for head, body in answers if body is not None)
    return {int(uid[1]): body for uid, body in found if uid and int(uid[1]) in wanted}


def _answers(box: BaseMailBox, uids: Sequence[int], what: str) -> list[tuple[bytes, bytes | None]] | None:
    """Each FETCH answer as (all of its text but the literal, the literal); None where the server says NO.

    Answers about other messages come in between when another program changes flags; their UIDs tell.
    """
    if not uids:
        return []  # An empty set would be a syntax error to some servers and the whole folder to others.
    kind, data = box.client.uid("FETCH", ",".join(map(str, uids)), what)
    if kind != "OK":
        return None
    answers: list[tuple[bytes, bytes | None]] = []
    for item in data or ():
        if isinstance(item, tuple):
            answers.append((item[0], item[1]))
        elif isinstance(item, bytes) and answers and answers[-1][1] is not None and not re.match(rb"\d+ \(", item):
            head, body = answers[-1]
            answers[-1] = (head + b" " + item, body)  # What stands behind the literal, often the UID
        elif isinstance(item, bytes):
            answers.append((item, None))
    return answers
