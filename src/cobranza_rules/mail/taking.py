"""Messages are taken from mailboxes exactly once: bytes into the archive, then one transaction for some of them and how far the mailbox is read.

Nobody has read them yet. A message whose bytes cannot be read, or on which the program fails, is safe before it is tried.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from cobranza_rules.language import Sentence
from cobranza_rules.mail.mailbox import Fetched, Mailbox, MailboxUnavailable, Watermark
from cobranza_rules.mail.mailbox_history import MailboxHistory
from cobranza_rules.store.heartbeat import MAILBOX, beat, last_beats
from cobranza_rules.store.tables import MailboxMarkRow, TakenRow
from cobranza_rules.workspace import Workspace

WAITING = "waiting"
GROUP, GROUP_BYTES = 500, 16_000_000  # So many messages are made safe together, and twice so many bytes are in memory.
LARGE = 4_000_000

Content = bytes | str


def take_new(workspace: Workspace) -> list[Sentence]:
    """What keeps mailboxes from being read, if anything does. What came before that is in, and so is what the others hold."""
    troubles = []
    for mailbox in workspace.mailboxes:
        try:
            _take_from(workspace, mailbox)
        except MailboxUnavailable as unavailable:
            troubles.append(unavailable.problems[0].what)
        else:
            with workspace.database.writing() as session:
                _note_success(session, workspace, mailbox.name)
    return troubles


def _take_from(workspace: Workspace, mailbox: Mailbox) -> None:
    """While the bytes of some messages are made safe on the disk, the next ones come over the wire."""
    history = MailboxHistory(workspace.database, mailbox.name, workspace.clock.today())
    with ThreadPoolExecutor(1) as beside:
        before: tuple[Future[list[str]], list[Fetched]] | None = None
        try:
            for messages, contents in _groups(workspace, mailbox.fetch_new(history)):
                now = beside.submit(_archived, workspace, contents), messages
                _keep(workspace, mailbox.name, before)
                before = now
        finally:
            _keep(workspace, mailbox.name, before)


def _groups(workspace: Workspace, fetched: Iterator[Fetched]) -> Iterator[tuple[list[Fetched], list[Content]]]:
    """Messages with their bytes; of a large one, whose bytes are in the archive already, their digest.

    What came before a fault is given before it is raised.
    """
    messages: list[Fetched] = []
    contents: list[Content] = []
    total = 0
    try:
        for message in fetched:
            is_large = message.size > LARGE
            messages.append(message)
            contents.append(workspace.archive.put_pieces(message.pieces) if is_large else b"".join(message.pieces))
            total += 0 if is_large else message.size
            if len(messages) >= GROUP or total >= GROUP_BYTES:
                yield messages, contents
                messages, contents, total = [], [], 0
    except MailboxUnavailable:
        yield messages, contents
        raise
    yield messages, contents


def _archived(workspace: Workspace, contents: Sequence[Content]) -> list[str]:
    digests = iter(workspace.archive.put_all([content for content in contents if isinstance(content, bytes)]))
    return [next(digests) if isinstance(content, bytes) else content for content in contents]


def _keep(workspace: Workspace, mailbox: str, group: tuple[Future[list[str]], list[Fetched]] | None) -> None:
    """The watermark of a folder is that of its last message. Somebody else may have taken the same in the meantime."""
    if group is None or not group[1]:
        return
    safe, messages = group
    rows = {
        f"{mailbox}/{message.origin}": {"folder": f"{mailbox}/{message.folder}", "raw": digest, "complete": message.complete}
        for message, digest in zip(messages, safe.result(), strict=True)
    }
    with workspace.database.writing() as session:
        known = set(session.scalars(select(TakenRow.origin).where(TakenRow.origin.in_(list(rows)))))
        new = [{"origin": origin, "state": WAITING, "tries": 0, **row} for origin, row in rows.items() if origin not in known]
        if new:
            session.execute(insert(TakenRow), new)
        for mark in {mark.folder: mark for message in messages if (mark := message.watermark_after) is not None}.values():
            _move_mark(session, mailbox, mark)


def _move_mark(session: Session, mailbox: str, mark: Watermark) -> None:
    row = session.get(MailboxMarkRow, (mailbox, mark.folder))
    if row is None:
        session.add(MailboxMarkRow(mailbox=mailbox, folder=mark.folder, uid_validity=mark.uidvalidity, last_uid=mark.last_uid))
    else:
        row.uid_validity, row.last_uid = mark.uidvalidity, mark.last_uid


def _note_success(session: Session, workspace: Workspace, mailbox: str) -> None:
    """All mailboxes count as read at the instant at which that one was that waits the longest."""
    now: dt.datetime = workspace.clock.now()
    compared = update(MailboxMarkRow).where(MailboxMarkRow.mailbox == mailbox).values(compared_on=workspace.clock.today())
    session.execute(compared)
    beat(session, f"{MAILBOX}:{mailbox}", now)
    beats = last_beats(session)
    each = [beats.get(f"{MAILBOX}:{known.name}") for known in workspace.mailboxes]
    read = [at for at in each if at is not None]
    if len(read) == len(each):
        beat(session, MAILBOX, min(read))
