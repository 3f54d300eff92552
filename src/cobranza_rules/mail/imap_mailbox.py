"""An IMAP folder, read-only: imap-tools connects, searches and selects; bodies are fetched raw and paired by UID here.

The folder is opened with EXAMINE, so that not even a flag can change. The library's own fetch loses the bytes and ends early where
messages vanish, so it is not used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from imap_tools import BaseMailBox
from pydantic import SecretStr

from cobranza_rules.config_sections import ImapSection
from cobranza_rules.mail.imap_connection import ImapConnection, Token
from cobranza_rules.mail.mailbox import Fetched, Watermark
from cobranza_rules.mail.mime import LARGEST_MESSAGE

CHUNK_MESSAGES = 50
CHUNK_BYTES = 8_000_000
HEAD = 64_000  # bytes of a message that is too large
UID = re.compile(rb"\bUID (\d{1,10})\b")
SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,12})\b")


class ImapMailbox:
    def __init__(self, settings: ImapSection, password: SecretStr | None, token: Token | None = None) -> None:
        self.settings = settings
        self._connection = ImapConnection(settings, password, token)

    def fetch_new(self, after: Watermark | None) -> Iterator[Fetched]:
        """The connection stays open while the messages are taken; it ends with the iteration. Raises MailboxUnavailable."""
        with self._connection.opened() as box:
            yield from self._new_messages(box, after)

    def _new_messages(self, box: BaseMailBox, after: Watermark | None) -> Iterator[Fetched]:
        folder = self.settings.folder
        uidvalidity = self._connection.examine(box)
        known = after is not None and (after.folder, after.uidvalidity) == (folder, uidvalidity)
        last = after.last_uid if after is not None and known else 0
        # The range n:* always gives the last message, also when its UID is lower (RFC 3501 section 6.4.8).
        uids = sorted(uid for text in box.uids(f"UID {last + 1}:*", charset=None) if (uid := int(text)) > last)
        for start in range(0, len(uids), CHUNK_MESSAGES):
            sizes = _sizes(box, uids[start : start + CHUNK_MESSAGES])
            for group in _groups(sizes):
                for uid, raw, complete in _fetch(box, group, sizes):
                    yield Fetched(raw, f"{folder}/{uidvalidity}/{uid}", Watermark(folder, uidvalidity, uid), complete)


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
        if group and total + size > CHUNK_BYTES:
            yield group
            group, total = [], 0
        group.append(uid)
        total += size
    if group:
        yield group


def _fetch(box: BaseMailBox, uids: Sequence[int], sizes: dict[int, int]) -> Iterator[tuple[int, bytes, bool]]:
    """(uid, bytes, whether they are all) in order. A message that has vanished meanwhile is left out.

    One that the server refuses to give is tried alone and then passed on without its bytes: it must not keep the others back.
    """
    if len(uids) == 1 and sizes[uids[0]] > LARGEST_MESSAGE:
        heads = _bodies(box, uids, f"BODY.PEEK[]<0.{HEAD}>")
        yield uids[0], (heads or {}).get(uids[0], b""), False
        return
    bodies = _bodies(box, uids, "BODY.PEEK[]")
    if bodies is None:
        if len(uids) == 1:
            yield uids[0], b"", False
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
        yield uid, raw, True


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
