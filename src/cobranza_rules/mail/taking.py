"""Messages are taken from mailboxes exactly once: bytes into the archive, then one transaction for some of them and how far the mailbox is read.

Nobody has read them yet. A message whose bytes cannot be read, or on which the program fails, is safe before it is tried.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cobranza_rules.language import Sentence
from cobranza_rules.mail.mailbox import Fetched, Mailbox, MailboxUnavailable
from cobranza_rules.mail.mailbox_history import MailboxHistory
from cobranza_rules.store.heartbeat import MAILBOX, beat, last_beats
from cobranza_rules.store.tables import MailboxMarkRow, TakenRow
from cobranza_rules.workspace import Workspace

WAITING = "waiting"
GROUP, GROUP_BYTES = 200, 8_000_000  # So many messages are made safe together, and so many bytes are in memory.


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
    history = MailboxHistory(workspace.database, mailbox.name, workspace.clock.today())
    for group in _groups(workspace, mailbox.fetch_new(history)):
        with workspace.database.writing() as session:
            _keep(session, mailbox.name, group)


def _groups(workspace: Workspace, fetched: Iterator[Fetched]) -> Iterator[list[tuple[Fetched, str]]]:
    """Messages with the digests of their bytes, which are in the archive. What came before a fault is given before it is raised."""
    small: list[tuple[Fetched, bytes]] = []
    total = 0
    try:
        for message in fetched:
            if message.size > GROUP_BYTES:
                yield [*_archived(workspace, small), (message, workspace.archive.put_pieces(message.pieces))]
                small, total = [], 0
                continue
            small.append((message, b"".join(message.pieces)))
            total += message.size
            if len(small) >= GROUP or total >= GROUP_BYTES:
                yield _archived(workspace, small)
                small, total = [], 0
    except MailboxUnavailable:
        yield _archived(workspace, small)
        raise
    yield _archived(workspace, small)


def _archived(workspace: Workspace, messages: Sequence[tuple[Fetched, bytes]]) -> list[tuple[Fetched, str]]:
    digests = workspace.archive.put_all([raw for _message, raw in messages])
    return [(message, digest) for (message, _raw), digest in zip(messages, digests, strict=True)]


def _keep(session: Session, mailbox: str, group: Sequence[tuple[Fetched, str]]) -> None:
    """The watermark of a folder is that of its last message. Somebody else may have taken the same in the meantime."""
    taken = {f"{mailbox}/{message.origin}": (message, digest) for message, digest in group}
    known = set(session.scalars(select(TakenRow.origin).where(TakenRow.origin.in_(list(taken)))))
    session.add_all(
        TakenRow(origin=origin, folder=f"{mailbox}/{message.folder}", raw=digest, complete=message.complete, state=WAITING, tries=0)
        for origin, (message, digest) in taken.items()
        if origin not in known
    )
    for mark in {message.watermark_after.folder: message.watermark_after for message, _digest in group if message.watermark_after}.values():
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
